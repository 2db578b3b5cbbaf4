"""The repository as a whole: its notebooks, its claims, its layers, and what may not be committed."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from inspect import signature
from operator import attrgetter
from pathlib import Path

import pytest

from convbook import claims, viz
from convbook.exercises import generate

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOTEBOOKS = [
    *CHAPTERS,
    *(p for folder in ("exercises", "solutions") for p in sorted((ROOT / folder).glob("*.ipynb"))),
]


def name(path):
    return path.relative_to(ROOT).as_posix()


def cells(path, kind=None):
    """The cells of a notebook with a name for each, for messages."""
    for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"], 1):
        if kind in (None, cell["cell_type"]):
            yield f"{name(path)}, cell {number} ({cell.get('id')})", cell, "".join(cell["source"])


def syntax(path):
    """The code of a notebook, cell by cell, as trees; `%` lines are not Python."""
    for where, _, source in cells(path, "code"):
        yield where, ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def report(problems):
    """Fail with one line that names every problem."""
    if line := "; ".join(problems):
        pytest.fail(line, pytrace=False)


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=name)


# Notebooks


@every_notebook
def test_notebook_is_committed_without_outputs(path):
    report(
        f"{where} has outputs; `make format` removes them"
        for where, cell, _ in cells(path, "code")
        if cell["outputs"] or cell["execution_count"] is not None
    )


@every_notebook
def test_cells_have_ids_that_say_what_they_are(path):
    ids = Counter(cell.get("id") for _, cell, _ in cells(path))
    problems = [f"{name(path)}: the cell id {id!r} occurs {n} times" for id, n in ids.items() if n > 1]
    problems += [
        f"{name(path)}: the cell id {id!r} is not a name like 'toeplitz-picture'"
        for id in ids
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", id or "") or re.fullmatch(r"[0-9a-f]{8}(-.*)?", id)
    ]
    report(problems)


@every_notebook
def test_kernel_is_python3(path):
    kernel = json.loads(path.read_text("utf-8"))["metadata"].get("kernelspec", {}).get("name")
    assert kernel == "python3", f"{name(path)}: the kernel is {kernel!r}, expected 'python3'"


@every_notebook
def test_title_carries_the_number(path):
    number = int(path.name[:2])
    title = next(cells(path))[2].splitlines()[0]
    pattern = rf"# {number} · \S.*" if path in CHAPTERS else rf"# .*\b{number} · \S.*"
    assert re.fullmatch(pattern, title), f"{name(path)}: the title is {title!r}, expected '… {number} · …'"


@every_notebook
def test_setup_cell_installs_this_version_from_the_book_s_address(path):
    bootstrap = generate.bootstrap(generate.repository(ROOT)[0])
    where, _, source = next(cells(path, "code"))
    assert source.startswith(bootstrap), (
        f"{where} does not begin with the setup that _config.yml and the version give"
    )


def test_exercises_are_what_the_solutions_generate():
    report(generate.drift(ROOT))


# Chapters


@every_chapter
def test_chapter_has_its_parts(path):
    texts = [text for _, _, text in cells(path, "markdown")]
    goals = len(re.findall(r"^- ", texts[0], re.MULTILINE))
    problems = (
        [] if 3 <= goals <= 5 else [f"{name(path)}: {goals} objectives in the title cell, expected 3 to 5"]
    )
    problems += [
        f"{name(path)}: the title cell has no {part}"
        for part in ("After this chapter you can", "**It builds on**", "**Time:**")
        if part not in texts[0]
    ]
    headings = re.findall(r"^## (.+)$", "\n".join(texts), re.MULTILINE)
    if headings[-3:] != ["Summary", "Exercises", "Further reading"]:
        problems.append(f"{name(path)} ends in {headings[-3:]}, expected Summary, Exercises, Further reading")
    if f"](../exercises/{path.name})" not in "\n".join(texts):
        problems.append(f"{name(path)} does not link to its exercises")
    report(problems)


@every_chapter
def test_chapter_defines_no_functions(path):
    """What two chapters need lives in the library, and what one cell needs is written out."""
    kinds = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
    report(
        f"{where} defines {getattr(node, 'name', 'a function')}"
        for where, tree in syntax(path)
        for node in ast.walk(tree)
        if isinstance(node, kinds) or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda))
    )


@every_notebook
def test_markdown_also_reads_well_raw(path):
    """Colab shows MyST's roles and directives as they are typed, so only a few plain ones may stand here."""
    problems, section = [], ""
    for where, _, text in cells(path, "markdown"):
        text = re.sub(r"^```\w*$.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        section = (re.findall(r"^#+ (.+)$", text, re.MULTILINE) or [section])[-1]
        for fence, directive in re.findall(r"^(:::+|```+)\{([\w-]+)\}", text, re.MULTILINE):
            if fence[0] == "`" or directive not in ("note", "tip", "warning"):
                problems.append(
                    f"{where} uses {fence}{{{directive}}}; allowed are :::{{note}}, {{tip}} and {{warning}}"
                )
        for role in re.findall(r"\{([\w:-]+)\}`", text):
            if role != "cite" or section != "Further reading":
                problems.append(
                    f"{where} uses the role {{{role}}}; only {{cite}}, and only under Further reading"
                )
        problems += [
            f"{where} has the target ({t})=; link to a heading"
            for t in re.findall(r"^\(([\w-]+)\)=$", text, re.M)
        ]
        problems += [
            f"{where} names the equation {label!r}; expected eq-…"
            for label in re.findall(r"\$\$ *\(([\w-]+)\)", text)
            if not label.startswith("eq-")
        ]
    report(problems)


def takes_alt(function):
    """Whether `viz.plots.…` is told what is seen; a stepper knows it by itself."""
    return function.startswith("viz.") and "alt" in signature(attrgetter(function[4:])(viz)).parameters


@every_chapter
def test_pictures_have_alternative_text(path):
    report(
        f"{where}: {ast.unparse(call.func)} has no alt text"
        for where, tree in syntax(path)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and takes_alt(ast.unparse(call.func))
        and not any(keyword.arg == "alt" for keyword in call.keywords)
    )


# Claims


def proofs(path):
    """The ids that a notebook claims, each with its cell."""
    for where, tree in syntax(path):
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("claim", "claims.claim"):
                id = call.args[0] if call.args else None
                assert isinstance(id, ast.Constant), f"{where}: claim needs its id as a plain string"
                yield id.value, where


def test_every_claim_is_proved_once_by_the_chapter_that_owns_it():
    problems, proved = [], {}
    for path in CHAPTERS:
        for id, where in proofs(path):
            if id not in claims.claims():
                problems.append(f"{where} proves {id!r}, which claims.yml does not have")
            elif not claims.claims()[id].chapter == path.name[:2]:
                problems.append(f"{where} proves {id!r}, which chapter {claims.claims()[id].chapter} owns")
            proved.setdefault(id, []).append(where)
    problems += [f"{id!r} is proved twice: {', '.join(at)}" for id, at in proved.items() if len(at) > 1]
    problems += [f"{id!r} of claims.yml is proved nowhere" for id in claims.claims() if id not in proved]
    report(problems)


def test_claims_name_notebooks_that_exist():
    report(
        f"claims.yml: chapter {number} names {chapter['notebook']}.ipynb, which does not exist"
        for number, chapter in claims.chapters().items()
        if not (ROOT / f"{chapter['notebook']}.ipynb").exists()
    )


# Library


def imports(path):
    """Every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# What each part of the library may import of the others: arrows run downward only.
MAY_IMPORT = {
    "reference": {"reference"},
    "claims": {"results"},
    "results": {"training"},
    "models": {"models"},
    "training": {"training", "models", "data", "results"},
    "data": {"data"},
    "viz": {"viz", "reference"},
    "inside": {"inside", "reference"},
    "exercises": {"exercises", "reference", "inside", "viz"},
    "grading": {"grading", "exercises"},
}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_layers_import_downward_only(part):
    library = ROOT / "lib/convbook"
    parts = {path.stem for path in library.iterdir()}  # not the names in convbook itself, such as its version
    report(
        f"{name(path)} imports {module}"
        for path in [*library.glob(f"{part}.py"), *(library / part).rglob("*.py")]
        for module in imports(path)
        if module.startswith("convbook.") and module.split(".")[1] in parts - MAY_IMPORT[part]
    )


def test_reference_needs_numpy_alone():
    """`toeplitz` may use scipy.sparse too, imported where it is used."""
    allowed = {"numpy", "convbook", *sys.stdlib_module_names}
    report(
        f"{name(path)} imports {module}"
        for path in sorted((ROOT / "lib/convbook/reference").glob("*.py"))
        for module in imports(path)
        if module.split(".")[0] not in allowed
        and not (path.stem == "toeplitz" and module.startswith("scipy"))
    )


def test_importing_the_library_is_cheap():
    heavy = "import sys, convbook; print(*({'torch', 'matplotlib', 'scipy', 'numpy'} & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", heavy], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not loaded, f"import convbook imports {', '.join(sorted(loaded))}"


# Files


def committed():
    """What git has or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_path_of_one_machine_and_no_registry_is_committed():
    hosts = "|".join(
        ["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "ana" + r"conda\.(org|com)"]
    )
    private = re.compile(rf"(?<![\w.~/])/(home|root|Users|mnt|work)/\w|{hosts}")
    problems = []
    for path in committed():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        problems += [
            f"{name(path)}, line {i}: {m[0]}"
            for i, line in enumerate(lines, 1)
            if (m := private.search(line))
        ]
    report(problems)


def test_contents_list_what_exists():
    listed = re.findall(r"^[ -]*(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text("utf-8"), re.MULTILINE)
    report(
        f"_toc.yml lists {entry}, which does not exist"
        for entry in listed
        if not list(ROOT.glob(f"{entry}.*"))
    )
    assert listed
