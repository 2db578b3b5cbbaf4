"""Reading notebooks: whatever the file is, its code comes back or a sentence that says why not."""

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.grading import notebook
from convbook.grading.notebook import Unreadable, code_cells


def written(*sources, **more):
    """A notebook of nbformat 4 with these code cells, and a text cell before each."""
    cells = [
        cell
        for source in sources
        for cell in (
            {"cell_type": "markdown", "metadata": {}, "source": "%text"},
            {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None},
        )
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more)


def test_code_cells_in_order_and_as_often_as_they_occur():
    assert code_cells(written("x = 1", "x = 2", "x = 1").encode()) == ("x = 1", "x = 2", "x = 1")


def test_a_source_may_be_a_list_of_lines():
    assert code_cells(written(["x = 1\n", "%pip list\n", "y = 2"]).encode()) == ("x = 1\npass\ny = 2",)


def test_the_old_format():
    node = nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[nbformat.v3.new_code_cell("x = 1"), nbformat.v3.new_text_cell("html")]
            ),
            nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("y = 2")]),
        ]
    )
    assert code_cells(nbformat.v3.writes_json(node).encode()) == ("x = 1", "y = 2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding):
    data = written("s = 'é'").replace("\\u00e9", "é").encode(encoding)
    assert code_cells(data) == ("s = 'é'",)


def test_ids_metadata_and_outputs_do_not_matter():
    data = json.loads(written("x = 1", "y = 2"))
    for cell in data["cells"]:
        cell |= {"id": "same", "metadata": {"nbgrader": {"locked": True}}, "outputs": "nonsense"}
    assert code_cells(json.dumps(data).encode()) == ("x = 1", "y = 2")


def test_half_a_surrogate_pair_can_be_passed_on():
    assert code_cells(b'{"cells": [{"cell_type": "code", "source": "s = \'\\ud800\'"}]}')[0].encode()


PROBLEMS = {
    b"": "empty",
    b" \n": "empty",
    b"%PDF-1.7": "a PDF",
    b"PK\x03\x04rest": "a zip archive or an Office document",
    b"<!DOCTYPE html><p>Sign in": "a web page",
    b"def f(): return 1": "not a notebook",
    b'{"cells": [{"cell': "damaged",
    b"[1, 2]": "not a notebook",
    b'{"cells": 7}': "no cells",
    b'{"worksheets": [{}, 7, {"cells": 3}], "nbformat": 3}': None,
    b'{"cells": [7, {}, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}]}': None,
    b'{"cells": ' + b"[" * 9000 + b"]" * 9000 + b"}": "nested too deeply",
    b'{"cells": ' + b"9" * 5000 + b"}": "damaged",
    written("x" * (notebook.CODE + 1)).encode(): "characters of code",
    written(*[""] * (notebook.CELLS + 1)).encode(): "code cells",
}


@pytest.mark.parametrize("data", PROBLEMS, ids=[repr(data[:30]) for data in PROBLEMS])
def test_what_is_no_notebook_is_said_in_words(data):
    if PROBLEMS[data] is None:
        assert not any(code_cells(data))
    else:
        with pytest.raises(Unreadable, match=PROBLEMS[data]):
            code_cells(data)


@given(st.binary(max_size=200))
def test_any_bytes(data):
    with pytest.raises(Unreadable):
        code_cells(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(), values, max_size=4),
    max_leaves=8,
)
cells = st.dictionaries(
    st.sampled_from(["cell_type", "source", "input"]), st.just("code") | st.text() | json_values
)


@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from(["cells", "worksheets", "nbformat"]), st.lists(cells) | json_values))
def test_any_json_of_nearly_the_right_form(data):
    try:
        found = code_cells(json.dumps(data).encode())
    except Unreadable:
        return
    assert all(isinstance(cell, str) and cell.encode() is not None for cell in found)


def test_large_outputs_are_no_problem():
    outputs = [{"output_type": "stream", "text": "0.5, [0]\n" * 6_000_000}]
    data = json.loads(written("x = 1", "y = 2"))
    data["cells"][1]["outputs"] = outputs
    data = json.dumps(data).encode()
    assert len(data) > 50 * 2**20
    assert code_cells(data) == ("x = 1", "y = 2")


def test_problems_of_large_files_are_named_as_well(monkeypatch):
    monkeypatch.setattr(notebook, "SMALL", 10)
    assert code_cells(written("x = 'é'").encode()) == ("x = 'é'",)
    with pytest.raises(Unreadable, match="nested too deeply"):
        code_cells(b"[" * 100_000)


def test_a_file_that_takes_all_memory_harms_only_its_own_reader():
    with pytest.raises(Unreadable, match="more memory or time"):
        code_cells(b'{"cells": [' + b'{"":0},' * 7_000_000 + b"{}]}")


def test_a_file_beyond_the_limit_is_not_even_looked_at():
    with pytest.raises(Unreadable, match="larger than 100 MB"):
        code_cells(bytes(notebook.BYTES + 1))
