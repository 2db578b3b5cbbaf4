"""The claim box: it shows what was measured, and it can fail."""

import json
from pathlib import Path

import numpy as np
import pytest

from convbook import results
from convbook.claims import Claim, ClaimFailed, _Box, anchor, chapters, claim, claims
from convbook.training.recipes import RECIPES

ROOT = Path(__file__).parents[1]


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


def test_the_box_escapes_html():
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


# Claims that rest on recorded results


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """Writes a result, `recorded(accuracy)`, on which the claim `toeplitz.matmul` then rests; or none yet."""
    known = claims()["toeplitz.matmul"]
    resting = Claim(known.id, known.statement, known.lecture, known.chapter, recorded="cifar10-linear")
    monkeypatch.setattr("convbook.claims.claims", lambda: {known.id: resting})
    monkeypatch.setattr(results, "folder", lambda: tmp_path)

    def write(accuracy, **changes):
        run = {
            "metrics": {"test_accuracy": accuracy},
            "device": "Abacus",
            "versions": {"torch": "2.13.0"},
            "commit": "0123456789abcdef",
            "date": "2026-11-24",
        }
        values = {
            "name": "cifar10-linear",
            "fingerprint": RECIPES["cifar10-linear"].fingerprint,
            "data": {"name": "cifar10", "source": "local copy"},
            "runs": [run] * 3,
        }
        (tmp_path / "cifar10-linear.json").write_text(json.dumps(values | changes), "utf-8")
        return resting

    write.claim = resting
    return write


def prove(measured=lambda linear: linear.mean("test_accuracy")):
    claim("toeplitz.matmul", lambda linear: linear.mean("test_accuracy") > 0.38, accuracy=measured)


def test_a_recorded_claim_is_given_its_results_and_says_where_they_are_from(recorded, capsys):
    assert recorded(0.4).state == "recorded"
    prove()
    shown = capsys.readouterr().out
    assert shown.startswith("✓ toeplitz.matmul: ")
    assert (
        "recorded: 3 seeds, Abacus, torch 2.13.0, 2026-11-24, commit 0123456, cifar10 (local copy)" in shown
    )
    assert "accuracy = 0.4" in shown


def test_a_recorded_claim_can_fail(recorded):
    recorded(0.37)
    with pytest.raises(ClaimFailed, match=r"does not hold; measured: accuracy = 0\.37"):
        prove()


def test_a_claim_that_is_not_yet_measured_fails_nothing(recorded, capsys):
    assert recorded.claim.state == "not yet measured"
    prove()
    shown = capsys.readouterr().out
    assert shown.startswith("○ toeplitz.matmul: ")
    assert "not yet measured: convbook train cifar10-linear --full" in shown


def test_an_outdated_claim_fails_nothing(recorded, capsys):
    assert recorded(0.1, fingerprint="another").state == "outdated"
    prove(measured=lambda linear: linear.mean("a metric of then"))
    assert "outdated: convbook train cifar10-linear --full" in capsys.readouterr().out


def test_a_recorded_claim_needs_a_function(recorded):
    recorded(0.4)
    with pytest.raises(TypeError, match="holds must be a function of its results, got True"):
        claim("toeplitz.matmul", True)


def test_the_box_of_a_pending_claim_shows_its_command(recorded):
    html = _Box(recorded.claim, {})._repr_html_()
    assert "✓" not in html and "○" in html
    assert "convbook train cifar10-linear --full" in html
    assert 'id="claim-toeplitz-matmul"' in html


def test_recorded_claims_rest_on_recipes_that_exist():
    for entry in claims().values():
        assert set(entry.results) <= set(RECIPES), entry.id


def test_the_page_counts_recorded_claims_apart(recorded, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book/_ext")
    import claims_page

    live = Claim("a.b", "Live.", "INR", "02")
    known = "2 claims, each with a cell of the chapter that owns it: 1 proved there"
    assert claims_page.summary([live, recorded.claim]) == f"{known}. 1 not yet measured."
    recorded(0.4)
    assert claims_page.summary([live, recorded.claim]) == f"{known}, 1 by recorded results."
    recorded(0.4, fingerprint="another")
    assert "1 outdated" in claims_page.summary([live, recorded.claim])
