"""Running cells, in this very process: what fails costs itself, and what is defined is found."""

import sys

import pytest

from convbook.grading.sandbox.worker import Form, Notebook, described


@pytest.fixture
def notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # it takes the place of this one
    return Notebook()


def test_cells_share_their_names(notebook):
    assert notebook.run(1, "a = 1", False) == ()
    assert notebook.run(2, "def f(x): return x + a", False) == ()
    notebook.remember(("f", "g"))
    assert notebook.answers["f"](1) == 2 and "g" not in notebook.answers


def test_an_exception_ends_its_cell_only(notebook):
    assert notebook.run(1, "a = 1\n1 / 0\na = 2", False) == ("ZeroDivisionError: division by zero",)
    notebook.remember(("a",))
    assert notebook.answers["a"] == 1


def test_a_missing_package_ends_its_line_only(notebook):
    errors = notebook.run(1, "import no_such\nfrom no_such_either import x\na = 1", False)
    assert len(errors) == 2 and all("No module named" in error for error in errors)
    notebook.remember(("a",))
    assert notebook.answers["a"] == 1
    errors = notebook.run(2, "def f():\n    import no_such\nf()\na = 2", False)
    notebook.remember(("a",))
    assert len(errors) == 1 and notebook.answers["a"] == 1  # inside of a function it is as anywhere


def test_definitions_only(notebook):
    source = (
        "import math\nx = 1 / 0\nk = 2\ndef f(): return math.pi + k\ng = lambda: 1\nclass C: pass\nexit()"
    )
    assert notebook.run(1, source, True) == ()
    notebook.remember(("f", "g", "C", "x"))
    assert set(notebook.answers) == {"f", "g", "C"} and notebook.answers["f"]() > 5


def test_a_function_is_not_lost_to_a_value_of_its_name(notebook):
    notebook.run(1, "def f(): return 1\nanswer = 1", False)
    notebook.remember(("f", "answer"))
    notebook.run(2, "f = f()\nanswer = 2", False)
    notebook.remember(("f", "answer"))
    assert notebook.answers["f"]() == 1 and notebook.answers["answer"] == 2
    notebook.run(3, "def f(): return 3", False)
    notebook.remember(("f",))
    assert notebook.answers["f"]() == 3


def test_a_notebook_is_the_main_module(notebook):
    source = "import dataclasses, sys\n@dataclasses.dataclass\nclass P: x: int\n"
    assert notebook.run(1, source + "main = sys.modules[__name__].P is P", False) == ()
    notebook.remember(("main",))
    assert notebook.answers["main"] is True


@pytest.mark.parametrize("source", ["def f(:", "x = 'a\0b'", "\ud800", "(" * 1000, "await f()", "return 1"])
def test_what_is_no_python(notebook, source):
    (error,) = notebook.run(1, source, False)
    assert error.split(":")[0] in (
        "SyntaxError",
        "ValueError",
        "UnicodeEncodeError",
        "MemoryError",
        "RecursionError",
    )


def test_exceptions_that_do_not_want_to_be_described(notebook):
    class Mute(BaseException):
        def __str__(self):
            raise Mute

    assert described(Mute()) == "an exception that cannot be described"
    assert len(described(ValueError("x" * 10**6))) == 300


def test_how_a_case_is_put():
    inputs = {"a": 1, "b": 2, "x": 3, "weights": 4}
    assert Form("function", False, ("a",)).arguments(inputs) == ((1,), {"b": 2, "x": 3, "weights": 4})
    assert Form("module", False, ("a",)).arguments(inputs) == ((1,), {"b": 2})
