"""The directive `{results}`: every recipe, the lecture's number beside ours, and where ours comes from."""

from sphinx.util.docutils import SphinxDirective

from convbook import results
from convbook.training.recipes import RECIPES

WORDS = {"test_accuracy": "accuracy", "test_error": "error"}


class Results(SphinxDirective):
    """A table of all, then an entry for each."""

    def run(self):
        entries = [
            (recipe, results.load(name) if name in results.names() else None)
            for name, recipe in RECIPES.items()
        ]
        text = "\n".join([*table(entries), "", *(line for entry in entries for line in described(*entry))])
        return self.parse_text_to_nodes(text)


def metric(recipe):
    """What is compared with the lecture."""
    return next(iter(recipe.lecture), "test_error")


def table(entries):
    """One line for each recipe, as Markdown."""
    yield "| recipe | test | lecture | here | seeds |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for recipe, result in entries:
        name = metric(recipe)
        said = f"{recipe.lecture[name]:.1%}".replace("%", " %") if recipe.lecture else "–"
        here, seeds = (
            ("not yet measured", "") if result is None else (results.summary(result, name), len(result.runs))
        )
        outdated = " (outdated)" if result and result.outdated else ""
        yield f"| `{recipe.name}` | {WORDS[name]} | {said} | {here}{outdated} | {seeds} |"


def described(recipe, result):
    """What was done, and where the number comes from, as an item of a definition list."""
    yield f"`{recipe.name}`"
    yield f": {recipe.summary[0].upper()}{recipe.summary[1:]}. {recipe.note}"
    command = f"`convbook train {recipe.name} --full`"
    if result is None:
        yield f": Not yet measured: {command}"
    else:
        name = metric(recipe)
        each = ", ".join(f"{100 * value:.2f}" for value in result.metric(name))
        seconds = sum(run["seconds"] for run in result.runs)
        took = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
        outdated = " The recipe has changed since this run." if result.outdated else ""
        yield f": Test {WORDS[name]} by seed: {each} %."
        yield f"  Made by {command} in {took}: {result.provenance}.{outdated}"
    yield ""


def setup(app):
    app.add_directive("results", Results)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
