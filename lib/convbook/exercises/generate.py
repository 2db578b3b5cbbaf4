"""Write the notebooks that students open from the solutions: `python -m convbook.exercises.generate`.

A solution stands between `### BEGIN SOLUTION` and `### END SOLUTION`; cells whose id begins with `solution-`
are for the solutions only. Where the student is to find a bug, the wrong function stands in a cell
`NAME-starter` before the cell `NAME` with the right one. The exercise keeps the first, the solutions show
both.
With `--check` nothing is written, and every file out of step gets a line.
"""

import argparse
import ast
import copy
import re
import sys
from pathlib import Path
from urllib.parse import urlparse

import nbformat
import yaml

import convbook

SOLUTION = re.compile(
    r"^(?P<indent> *)### BEGIN SOLUTION\n(?P<body>.*?)^(?P=indent)### END SOLUTION$", re.DOTALL | re.MULTILINE
)

ABOUT = """\
[Open in Colab]({colab}) · [Chapter {number}](../notebooks/{file}) · [Solutions](../solutions/{file})

Each exercise asks for a function, or for numbers that you predict. Replace `raise NotImplementedError`, \
or the three dots, by your own answer, run the cell, and then the check below it, as often as you like.

A check calls your function with many inputs. If something is wrong, it shows the *smallest* input on \
which it is, your result beside the expected one and, where the mistake is a known one, its name. The same \
function always meets the same inputs.

{arrays}, of odd sizes and seldom square. Leave them as they came: your function must not change its \
arguments. Indices start at 0. {means} A function that never returns cannot be stopped by its check: \
interrupt the kernel."""

IN_NUMPY = {
    "arrays": "All arrays are numpy arrays of real numbers",
    "means": "numpy is all you need; `np.convolve` and its like would spoil the fun.",
}
IN_TORCH = {
    "arrays": "Arrays are numpy arrays or PyTorch's tensors, as the exercise says",
    "means": "numpy and PyTorch are all you need.",
}

BOOTSTRAP = """\
try:
    import convbook  # noqa: F401
except ModuleNotFoundError:  # in Colab
    %pip install -q "convbook @ git+{url}@v{version}\""""
BOOTSTRAP_ANYWHERE = re.compile(
    r"^try:\n    import convbook\b.*?%pip install[^\n]*$", re.DOTALL | re.MULTILINE
)


def repository(root):
    """Read the repository's address from `_config.yml`, the only place where it is written.

    Parameters
    ----------
    root : Path
        The top folder of the book.

    Returns
    -------
    url, branch : str

    Raises
    ------
    ValueError
        If the file or the entry is missing.
    """
    config = Path(root) / "_config.yml"
    if not config.is_file():
        where = config.parent.resolve()
        raise ValueError(f"generate: no _config.yml in {where}; run it in the top folder of the book")
    address = (yaml.safe_load(config.read_text(encoding="utf-8")) or {}).get("repository", {})
    if missing := {"url", "branch"} - set(address):
        raise ValueError(f"generate: _config.yml lacks repository: {', '.join(sorted(missing))}")
    return address["url"].rstrip("/"), address["branch"]


def bootstrap(url):
    """The lines that install the library where it is missing, at this version.

    Parameters
    ----------
    url : str
        The repository's address.

    Returns
    -------
    source : str
    """
    return BOOTSTRAP.format(url=url, version=convbook.__version__)


def colab(url, branch, path):
    """The address under which Colab opens a notebook of the repository.

    Parameters
    ----------
    url, branch : str
    path : str
        The notebook's path in the repository.

    Returns
    -------
    address : str
    """
    return f"https://colab.research.google.com/github{urlparse(url).path}/blob/{branch}/{path}"


def exercise_notebook(solutions, file, url, branch):
    """Turn a notebook of solutions into one of exercises.

    Parameters
    ----------
    solutions : NotebookNode
    file : str
        Its name, which both share: "02_convolution.ipynb".
    url, branch : str
        The repository's.

    Returns
    -------
    exercises : NotebookNode

    Raises
    ------
    ValueError
        If a solution begins but does not end, or the other way round; the message names the cell.
    """
    notebook = copy.deepcopy(solutions)
    title, *cells = notebook.cells
    title.source = title.source.replace(": solutions", ": exercises", 1)
    words = IN_TORCH if any("import torch" in cell.source for cell in cells) else IN_NUMPY
    address = colab(url, branch, f"exercises/{file}")
    about = nbformat.v4.new_markdown_cell(
        ABOUT.format(colab=address, number=int(file[:2]), file=file, **words), id="about"
    )
    debugged = {cell.id.removesuffix("-starter") for cell in cells if cell.id.endswith("-starter")}
    cells = [cell for cell in cells if not cell.id.startswith("solution-") and cell.id not in debugged]
    for cell in cells:
        cell.id = cell.id.removesuffix("-starter")
        if cell.cell_type == "code":
            cell.source = without_solution(cell.source, f"{file}, cell {cell.id}")
    notebook.cells = [title, about, *cells]
    return notebook


def without_solution(source, where):
    """Replace the solutions in a cell: in a function by an exception, at the top by an open assignment.

    Parameters
    ----------
    source : str
    where : str
        For the error message.

    Returns
    -------
    source : str

    Raises
    ------
    ValueError
        If the two markers do not come in pairs.
    """
    starter = SOLUTION.sub(_starter, source)
    if "### BEGIN SOLUTION" in starter or "### END SOLUTION" in starter:
        raise ValueError(f"generate: {where}: ### BEGIN SOLUTION and ### END SOLUTION do not pair")
    return starter


def _starter(match):
    indent = match["indent"]
    if indent:
        return f"{indent}raise NotImplementedError"
    assigned = (node.targets[0].id for node in ast.parse(match["body"]).body if isinstance(node, ast.Assign))
    return "\n".join(f"{name} = ..." for name in assigned)


def generated(root):
    """All files this module is responsible for, and what should be in them.

    Parameters
    ----------
    root : Path
        The top folder of the book.

    Returns
    -------
    contents : dict from Path to str
        The exercises, and the solutions with the current bootstrap.
    """
    url, branch = repository(root)
    contents = {}
    for path in sorted((Path(root) / "solutions").glob("[0-9][0-9]_*.ipynb")):
        solutions = nbformat.read(path, as_version=4)
        for cell in solutions.cells:
            cell.source = BOOTSTRAP_ANYWHERE.sub(bootstrap(url), cell.source)
        contents[path] = nbformat.writes(solutions) + "\n"
        exercises = exercise_notebook(solutions, path.name, url, branch)
        contents[Path(root) / "exercises" / path.name] = nbformat.writes(exercises) + "\n"
    return contents


def drift(root):
    """What is out of step with its source, one line a file.

    Parameters
    ----------
    root : Path
        The top folder of the book.

    Returns
    -------
    lines : list of str
    """
    contents = generated(root)
    lines = []
    for path, content in contents.items():
        name = path.relative_to(root)
        if not path.is_file():
            lines.append(f"{name}: missing; run python -m convbook.exercises.generate")
        elif path.read_text(encoding="utf-8") != content:
            what = "its bootstrap is" if path.parent.name == "solutions" else "it is"
            lines.append(
                f"{name}: {what} not what would be generated; run python -m convbook.exercises.generate"
            )
    for path in sorted((Path(root) / "exercises").glob("*.ipynb")):
        if path not in contents:
            lines.append(f"{path.relative_to(root)}: has no source in solutions/")
    return lines


def main(arguments=None):
    """Write the exercises, or with `--check` report what is out of step.

    Parameters
    ----------
    arguments : list of str, optional
        The command line's.

    Returns
    -------
    status : int
        0, or 1 if something is out of step or cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m convbook.exercises.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; report what is out of step")
    parser.add_argument("root", nargs="?", type=Path, default=Path(), help="the top folder of the book")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            lines = drift(options.root)
            print(*lines, sep="\n", end="\n" if lines else "")
            return int(bool(lines))
        for path, content in generated(options.root).items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
