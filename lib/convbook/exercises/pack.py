"""Pack exercises of one's own into a notebook for students: its `check` holds recordings and no reference."""

import base64
import inspect
import json
import math
import textwrap
import types
import zlib
from importlib.resources import files

import nbformat
import numpy as np

from convbook.exercises import compare
from convbook.exercises.answers import call
from convbook.exercises.judge import PUBLISHED_SEED, cases
from convbook.exercises.recorded import OWN, RecordedExercise, RecordedProperty, to_json

# What the check consists of, each module after those that it imports.
MODULES = ("modules", "answers", "compare", "writing", "results", "report", "checking")
# What a comparison of one's own may use.
IMPORTS = {np: "import numpy as {}", math: "import math as {}", compare: "from packed import compare as {}"}

CHECK = """\
#@title The check: run this cell once {{ display-mode: "form" }}
# Recorded inputs with what is expected, and the code that compares. It needs numpy, and nothing else.
import base64, json, sys, types, zlib

def unpack(text):
    return json.loads(zlib.decompress(base64.b85decode(text)))

packed = sys.modules["packed"] = types.ModuleType("packed")
packed.__path__ = []
for name, source in unpack({sources!r}):
    module = sys.modules["packed." + name] = types.ModuleType("packed." + name)
    module.__file__ = "packed/" + name + ".py"
    setattr(packed, name, module)
    exec(compile(source, module.__file__, "exec"), module.__dict__)
check = packed.recorded.checker(packed.recorded.from_json(unpack({recording!r})))
"""

HIDDEN = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # in JupyterLab, in Colab


class CannotPack(ValueError):
    """An exercise that cannot be recorded; the message says which, and why."""


def pack(module):
    """The notebook for students.

    Parameters
    ----------
    module : module
        With `EXERCISES`, as `own.load` gives it. Its docstring is the notebook's title and introduction; the
        docstring of each reference is the statement, and the starter's.

    Returns
    -------
    notebook : NotebookNode

    Raises
    ------
    CannotPack
        If an exercise draws inputs other than numbers, texts and arrays, or compares in a way that cannot be
        taken along.
    """
    exercises = module.EXERCISES
    title, _, introduction = (inspect.getdoc(module) or module.__name__).partition("\n")
    torch = any(exercise.tensors or exercise.asks_for == "module" for exercise in exercises)
    cells = [
        nbformat.v4.new_markdown_cell(f"# {title.rstrip('.')}\n{introduction}".strip(), id="title"),
        nbformat.v4.new_code_cell(check_cell(exercises), id="the-check", metadata=HIDDEN),
        nbformat.v4.new_code_cell("import numpy as np" + "\nimport torch" * torch, id="setup"),
    ]
    for number, exercise in enumerate(exercises, 1):
        cells += _cells(number, exercise)
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def _cells(number, exercise):
    name = exercise.name.replace("_", "-")
    statement = [f"## {number}. {exercise.name}", _statement(exercise)]
    statement.append("\n".join(f"- {prop.name}: {_points(prop.points)}" for prop in exercise.properties))
    asked = f'{exercise.name}, "{exercise.name}"' if exercise.is_value else exercise.name
    return [
        nbformat.v4.new_markdown_cell("\n\n".join(filter(None, statement)), id=f"{name}-statement"),
        nbformat.v4.new_code_cell(starter(exercise), id=name),
        nbformat.v4.new_code_cell(f"check({asked})", id=f"{name}-check"),
    ]


def _points(points):
    return f"{points} {'point' if points == 1 else 'points'}"


def _statement(exercise):
    """The first paragraph of the reference's docstring."""
    return (_doc(exercise) or f"Write `{exercise.name}`.").partition("\n\n")[0]


def _doc(exercise):
    lambdas = "<lambda>" in getattr(exercise.reference, "__qualname__", "")
    return "" if lambdas else inspect.getdoc(exercise.reference) or ""


def starter(exercise):
    """The cell in which the student answers.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    source : str
    """
    if exercise.is_value:
        return f"{exercise.name} = ..."
    head = f"def {exercise.name}{_signature(exercise.reference)}:"
    doc = _doc(exercise)
    if not doc:
        return f"{head}\n    raise NotImplementedError"
    # A docstring may hold anything; written as a literal it stays one.
    text = doc if "\\" not in doc and '"""' not in doc else repr(doc)
    written = text if text is not doc else f'"""{doc}' + ('\n"""' if "\n" in doc else '"""')
    return f"{head}\n{textwrap.indent(written, '    ')}\n    raise NotImplementedError"


def _signature(reference):
    signature = inspect.signature(reference)
    bare = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    return inspect.Signature(bare)


def check_cell(exercises):
    """The cell that defines `check`.

    Parameters
    ----------
    exercises : sequence of Exercise

    Returns
    -------
    source : str
    """
    package = files("convbook.exercises")
    sources = [(name, package.joinpath(f"{name}.py").read_text("utf-8")) for name in MODULES]
    sources += [(OWN, own_comparisons(exercises))]
    sources += [("recorded", package.joinpath("recorded.py").read_text("utf-8"))]
    sources = [(name, text.replace("convbook.exercises", "packed")) for name, text in sources]
    recording = to_json([record(exercise) for exercise in exercises])
    return CHECK.format(sources=_squeezed(sources), recording=_squeezed(recording))


def _squeezed(data):
    return base64.b85encode(zlib.compress(json.dumps(data).encode(), 9)).decode()


def record(exercise):
    """Record an exercise.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    recorded : RecordedExercise

    Raises
    ------
    CannotPack
        If its inputs cannot be recorded.
    """
    parameters = inspect.signature(exercise.reference).parameters.values()
    positional = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    properties = tuple(_record_property(exercise, prop) for prop in exercise.properties)
    recorded = RecordedExercise(
        exercise.name, properties, positional, exercise.asks_for, exercise.tensors, exercise.compare
    )
    try:
        to_json(recorded)
    except TypeError as error:
        raise CannotPack(f"{exercise.name}: {error}") from None
    return recorded


def _record_property(exercise, prop):
    drawn = cases(exercise, prop, PUBLISHED_SEED)
    misconceptions = {}
    for sentence, wrong in exercise.misconceptions.items():
        with np.errstate(all="ignore"):
            answers = [call(exercise, wrong, case.inputs) for case in drawn]
        if not any(answer.error for answer in answers):
            misconceptions[sentence] = tuple(answer.value for answer in answers)
    return RecordedProperty(prop.name, prop.points, prop.hint, drawn, misconceptions, prop.compare)


def own_comparisons(exercises):
    """The source of the comparisons that are the instructor's own.

    Parameters
    ----------
    exercises : sequence of Exercise

    Returns
    -------
    source : str
        Of a module; it may be empty.

    Raises
    ------
    CannotPack
        If one of them is not a plain function, or uses more than numpy, math and `compare`.
    """
    functions = {
        function.__name__: (exercise, function)
        for exercise in exercises
        for function in (exercise.compare, *(prop.compare for prop in exercise.properties))
        if function is not None and getattr(compare, function.__name__, None) is not function
    }
    lines = []
    for exercise, function in functions.values():
        if function.__name__ == "<lambda>" or function.__closure__:
            raise CannotPack(f"{exercise.name}: its comparison must be a function, defined at the top level")
        for name in sorted(_names(function.__code__) & function.__globals__.keys()):
            what = function.__globals__[name]
            if not isinstance(what, types.ModuleType) or what not in IMPORTS:
                raise CannotPack(
                    f"{exercise.name}: its comparison uses {name}, which cannot be taken along; "
                    "numpy, math and convbook.exercises.compare can"
                )
            lines.append(IMPORTS[what].format(name))
        lines.append(textwrap.dedent(inspect.getsource(function)))
    return "\n".join(lines)


def _names(code):
    """The global names that a function uses, and those within it."""
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return set(code.co_names).union(*map(_names, inner))
