"""Number figures and equations by chapter: Fig. 2.3 is the third of chapter 2, whatever else the book grows.

A chapter's exercises and solutions carry on where it ends. Other pages count on their own, without a chapter.
Sphinx compares its numbers with those of the last build to see which pages to write again, so it is given its
own back before, and the numbers by chapter are put in place after.
"""

import re
from collections import Counter


def restore(app, env):
    env.toc_fignumbers = getattr(env, "fignumbers_of_sphinx", {})
    return []


def renumber(app, env):
    env.fignumbers_of_sphinx = env.toc_fignumbers
    in_order = sorted(
        (number, kind, page, id)
        for page, kinds in env.toc_fignumbers.items()
        for kind, numbers in kinds.items()
        for id, number in numbers.items()
    )
    env.toc_fignumbers, seen = {}, Counter()
    for _, kind, page, id in in_order:
        chapter = tuple(int(found) for found in re.findall(r"/(\d\d)_", page))
        seen[kind, chapter] += 1
        env.toc_fignumbers.setdefault(page, {}).setdefault(kind, {})[id] = (*chapter, seen[kind, chapter])
    return []


def setup(app):
    app.connect("env-get-updated", restore, priority=100)
    app.connect("env-get-updated", renumber, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
