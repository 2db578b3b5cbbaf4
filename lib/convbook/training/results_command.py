"""Show what full runs reached, beside what the lectures report."""

import json
import sys

from convbook import results


def add_arguments(parser):
    """What `convbook results` takes."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="one of them, in full; else a table of all")


def run(options):
    """Print the table, or one result."""
    if options.name is None:
        print(_table())
        return 0
    try:
        result = results.load(options.name)
    except results.NotMeasured as error:
        print(f"convbook results: {error}", file=sys.stderr)
        return 1
    print(_details(result))
    return 0


def _table():
    """Every recipe in a line; those without a result have their command."""
    from convbook.training.recipes import RECIPES

    rows = [("recipe", "measured", "lecture", "from")]
    for name, recipe in RECIPES.items():
        said = ", ".join(f"{metric} {value:.1%}" for metric, value in recipe.lecture.items())
        if name not in results.names():
            rows.append((name, "not yet", said, f"convbook train {name} --full"))
            continue
        result = results.load(name)
        metric = next(iter(recipe.lecture), "test_error")
        shown = f"{metric} {results.summary(result, metric)}"
        rows.append((name, shown, said, "outdated: " * result.outdated + result.provenance))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


def _details(result):
    """Everything but the curves."""
    lines = [f"{result.name}: {result.provenance}" + ", outdated" * result.outdated]
    lines += [f"  {name}: {results.summary(result, name)}" for name in result.runs[0]["metrics"]]
    seconds = sum(run["seconds"] for run in result.runs)
    lines.append(f"  {seconds:.0f} s in all, with {result.runs[0]['threads']} threads")
    lines.append(f"  settings: {json.dumps(result.values['settings'], ensure_ascii=False)}")
    return "\n".join(lines)
