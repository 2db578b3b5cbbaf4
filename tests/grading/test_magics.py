"""Cells of Jupyter become plain Python: the same statements, the same number of lines."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook.grading.magics import plain

CASES = {
    "%pip install numpy": "pass",
    "!ls -l": "pass",
    "!!ls": "pass",
    "?np.convolve": "pass",
    "np.convolve?": "pass",
    "np.convolve ??": "pass",
    "x = !ls": "x = []",
    "a.b[0] = %who": "a.b[0] = None",
    "%time y = f(x)": "y = f(x)",
    "    %pip install x": "pass",  # a whole cell that is indented
    "if True:\n    !ls\nelse:\n    %cd ..": "if True:\n    pass\nelse:\n    pass",
    "try:\n    import x\nexcept ImportError:\n    %pip install x": (
        "try:\n    import x\nexcept ImportError:\n    pass"
    ),
    "!pip install \\\n  numpy \\\n  scipy\nx = 1": "pass\n\n\nx = 1",
    "%%time\nx = 1": "pass\nx = 1",
    "\n%%capture out\n%%time\nx = 1": "\npass\npass\nx = 1",
    "%%bash\nrm -rf ~\nx = 1": "pass\n\n",
    "%%writefile f.py\ndef f(): pass": "pass\n",
    "%%html": "pass",
    "x = 7\r\n%pip list\r\ny = 8": "x = 7\npass\ny = 8",
    "!echo it's (\nx = 1": "pass\nx = 1",
}
PYTHON = [
    "x = 7 % 3",
    "x = (7\n% 3)",
    "x = 7 \\\n% 3",
    "s = '''\n%time\n!ls\n'''",
    's = """it\'s\n%time"""',
    's = "a\\\n%b"',
    "s = 'it\\'s'\nx = 5",
    "x = [1,\n  2]  # why?",
    "print('really?')",
    "x = 'a' if b else '!'",
    "x != y",
    "f(  # (\n)\nx = 1",
    "@decorate\ndef f(x):\n    return x % 2",
    "",
    "\n\n",
]


@pytest.mark.parametrize("source", CASES)
def test_what_is_not_python_is_passed_over(source):
    assert plain(source) == CASES[source]
    ast.parse(plain(source))


@pytest.mark.parametrize("source", PYTHON)
def test_python_stays_as_it_is(source):
    assert plain(source) == source


pieces = st.sampled_from(
    [
        *"%!?,;/'\"()[]{}#\\ \n=x",
        "'''",
        '"""',
        "\n    ",
        "%%",
        "%time ",
        "%%time\n",
        "!ls\n",
        "x = ",
        "\r\n",
        "é",
    ]
)


@given(st.lists(pieces, max_size=40).map("".join))
def test_any_text_keeps_its_lines_and_is_plain_afterwards(source):
    once = plain(source)
    assert once.count("\n") == source.replace("\r\n", "\n").count("\n")
    assert plain(once) == once


@given(st.lists(st.sampled_from([*PYTHON, *(c for c in CASES if c[:2] != "%%" and c[0] not in " \n")])))
def test_statements_do_not_disturb_one_another(sources):
    expected = "\n".join(CASES.get(source, source) for source in sources)
    assert plain("\n".join(sources)) == expected
