"""The claim box: it shows what was measured, and it can fail."""

import numpy as np
import pytest

from convbook.claims import ClaimFailed, anchor, chapters, claim, claims


def test_a_true_claim_shows_its_statement_and_numbers(capsys):
    claim("toeplitz.matmul", np.True_, error=1.23456e-16, shape="5×7")
    shown = capsys.readouterr().out
    assert claims()["toeplitz.matmul"].statement in shown
    assert "error = 1.23e-16" in shown
    assert "shape = 5×7" in shown


def test_a_false_claim_raises_with_the_numbers():
    with pytest.raises(ClaimFailed, match=r"toeplitz\.matmul.*does not hold; measured: error = 0\.5"):
        claim("toeplitz.matmul", False, error=0.5)


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(KeyError, match=r"toeplitz\.matmul"):
        claim("toeplitz.matmull", True)


@pytest.mark.parametrize("holds", [np.array([True, True]), 1, None, "yes"])
def test_only_a_single_truth_value_proves_anything(holds):
    with pytest.raises(TypeError, match="holds must be True or False"):
        claim("toeplitz.matmul", holds)


def test_the_box_escapes_html(monkeypatch):
    from convbook.claims import Claim, _Box

    box = _Box(Claim("a.b", "1 < 2, `x<y>`", "INR", "02"), {"n": "<b>"})
    html = box._repr_html_()
    assert "1 &lt; 2" in html
    assert "<code>x&lt;y&gt;</code>" in html
    assert "<b>" not in html
    assert 'id="claim-a-b"' in html


def test_the_list_is_well_formed():
    for number, chapter in chapters().items():
        assert chapter["claims"], f"chapter {number} owns no claim"
        for entry in chapter["claims"]:
            assert entry.chapter == number
            assert entry.statement.endswith("."), entry.id
            assert entry.lecturers
    anchors = [anchor(id) for id in claims()]
    assert len(set(anchors)) == len(anchors)
