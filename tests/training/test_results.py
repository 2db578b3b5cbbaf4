"""Results: what is written can be read, and what the book shows is what its recipes made."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import convbook
from convbook import results
from convbook.training.recipe import fingerprint
from convbook.training.recipes import RECIPES
from convbook.training.results import surroundings

ROOT = Path(__file__).parents[2]
RECORDED = sorted((ROOT / "book/results").glob("*.json"))
every_result = pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)


@every_result
def test_a_recorded_result_is_complete(path):
    found = json.loads(path.read_text("utf-8"))
    assert set(found) == {"name", "command", "fingerprint", "settings", "data", "runs"}
    assert found["name"] == path.stem
    assert found["command"] == f"convbook train {path.stem} --full"
    assert found["data"]["source"] in ("published", "local copy", "built in", "procedural")
    assert found["data"]["sha256"] and all(
        re.fullmatch("[0-9a-f]{64}", hash) for hash in found["data"]["sha256"].values()
    )
    assert len({run["seed"] for run in found["runs"]}) == len(found["runs"]) >= 3
    for run in found["runs"]:
        assert 0 < run["metrics"]["test_accuracy"] <= 1
        assert all(np.isfinite(value) for value in run["metrics"].values())
        epochs = run["epochs"]["epoch"]
        assert epochs == list(range(1, len(epochs) + 1))
        assert {len(column) for column in run["epochs"].values()} == {len(epochs)}
        assert len(run["steps"]["step"]) == len(run["steps"]["loss"])
        assert run["seconds"] > 0 and run["cpu_seconds"] > 0
        assert run["device"] and run["threads"] >= 1 and run["processes"] >= 1
        assert set(run["versions"]) == {"python", "torch", "convbook"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", run["date"])
        assert run["modified"] is False
        if "parameters" in run:  # the first results were recorded before these
            assert 0 < run["parameters"] <= run["operations"] and run["images_per_second"] > 0


@every_result
def test_a_recorded_result_has_the_fingerprint_of_its_settings(path):
    found = json.loads(path.read_text("utf-8"))
    assert found["fingerprint"] == fingerprint(found["settings"])
    assert found["name"] in RECIPES
    if found["fingerprint"] == RECIPES[found["name"]].fingerprint:
        assert found["settings"] == json.loads(json.dumps(RECIPES[found["name"]].settings))


@every_result
def test_the_commit_of_a_recorded_result_is_in_the_history(path):
    if git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("no git history")
    for run in json.loads(path.read_text("utf-8"))["runs"]:
        done = git("merge-base", "--is-ancestor", run["commit"], "HEAD")
        assert done.returncode == 0, f"{path.name}: commit {run['commit']} is not in the history"


# The reader


def values(**changes):
    run = {
        "seed": 0,
        "metrics": {"test_accuracy": 0.9, "test_loss": 0.3},
        "seconds": 1.0,
        "device": "Abacus",
        "threads": 1,
        "versions": {"torch": "2.13.0"},
        "commit": "0123456789abcdef",
        "date": "2026-11-24",
    }
    recipe = RECIPES["cifar10-linear"]
    return {
        "name": "cifar10-linear",
        "fingerprint": recipe.fingerprint,
        "settings": recipe.settings,
        "data": {"name": "cifar10", "source": "local copy", "sha256": {}},
        "runs": [run, run | {"metrics": {"test_accuracy": 0.8, "test_loss": 0.5}}],
    } | changes


def test_a_result_has_metrics_over_its_seeds():
    result = results.Result(values())
    np.testing.assert_allclose(result.metric("test_accuracy"), [0.9, 0.8])
    np.testing.assert_allclose(result.metric("test_error"), [0.1, 0.2])
    assert result.mean("test_loss") == pytest.approx(0.4)
    assert results.summary(result, "test_error") == "15.00 ± 7.07 %"
    with pytest.raises(KeyError, match="no metric 'test_loose', expected one of test_accuracy, test_loss"):
        result.metric("test_loose")


def test_a_result_says_where_it_comes_from():
    said = results.Result(values()).provenance
    assert said == "2 seeds, Abacus, torch 2.13.0, 2026-11-24, commit 0123456, cifar10 (local copy)"
    published = values(data={"name": "mnist", "source": "published", "sha256": {}})
    assert results.Result(published).provenance.endswith("commit 0123456, mnist")


def test_a_result_is_outdated_once_its_recipe_has_changed(monkeypatch):
    recorded = values()
    assert not results.Result(recorded).outdated
    assert results.Result(values(name="no-such-recipe")).outdated
    monkeypatch.setitem(RECIPES, "cifar10-linear", replace(RECIPES["cifar10-linear"], batch=100))
    assert results.Result(recorded).outdated


def test_what_is_not_measured_has_a_command(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "folder", lambda: tmp_path)
    assert results.names() == ()
    with pytest.raises(results.NotMeasured, match="convbook train cifar10-linear --full"):
        results.load("cifar10-linear")
    (tmp_path / "cifar10-linear.json").write_text(json.dumps(values()), "utf-8")
    assert results.load("cifar10-linear").mean("test_accuracy") == pytest.approx(0.85)


def test_only_the_library_s_own_repository_gives_a_commit(monkeypatch, tmp_path):
    cpu, here = torch.device("cpu"), ["git", "-C", tmp_path]
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*here, "init", "-q"], check=True)
    subprocess.run([*here, *author, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    (tmp_path / "__init__.py").write_text("")
    monkeypatch.setattr(convbook, "__file__", str(tmp_path / "__init__.py"))
    assert surroundings(cpu)["commit"] is None
    subprocess.run([*here, "add", "__init__.py"], check=True)
    assert re.fullmatch("[0-9a-f]{40}", surroundings(cpu)["commit"])


def test_the_page_puts_the_lecture_s_number_beside_ours(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book/_ext")
    import results_page

    measured, missing = RECIPES["cifar10-linear"], RECIPES["mnist-convnet"]
    entries = [(measured, results.Result(values())), (missing, None)]
    _, _, *rows = results_page.table(entries)
    assert rows == [
        "| `cifar10-linear` | accuracy | 38.0 % | 85.00 ± 7.07 % | 2 |",
        "| `mnist-convnet` | error | 1.2 % | not yet measured |  |",
    ]
    said = "\n".join(line for entry in entries for line in results_page.described(*entry))
    assert "by seed: 90.00, 80.00 %" in said and "commit 0123456" in said
    assert "Not yet measured: `convbook train mnist-convnet --full`" in said
