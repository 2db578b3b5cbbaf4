"""The doctor says what can be had here and, where it cannot, what to do."""

import sys

import pytest

from convbook.grading import doctor
from convbook.grading.doctor import Finding, examine, print_findings

from .test_sandbox import on_a_machine_that_denies

EXAMINE = """
    import json
    from dataclasses import astuple
    from convbook.grading.doctor import examine
    print(json.dumps([astuple(finding) for finding in examine()]))
"""


def test_everything_works_here(sandboxes):
    sandboxes(1), sandboxes(2)
    findings = examine()
    assert all(finding.works and not finding.remedy for finding in findings)
    assert [finding.measured for finding in findings[-2:]] == ["none of 12 ways out went through"] * 2


def test_without_namespaces(sandboxes):
    sandboxes(2)
    findings = [Finding(*finding) for finding in on_a_machine_that_denies("unshare", code=EXAMINE)]
    works = {finding.name.split(":")[0]: finding.works for finding in findings}
    assert not works["namespaces"] and not works["first rung"] and works["second rung"]
    assert next(finding for finding in findings if finding.name == "namespaces").remedy


def test_without_landlock(sandboxes):
    sandboxes(1)
    findings = [
        Finding(*finding) for finding in on_a_machine_that_denies("landlock_create_ruleset", code=EXAMINE)
    ]
    works = {finding.name.split(":")[0]: finding.works for finding in findings}
    assert not works["Landlock"] and works["first rung"] and not works["second rung"]
    assert "lsm=" in next(finding for finding in findings if finding.name == "Landlock").remedy


def test_on_another_system(monkeypatch):
    monkeypatch.setattr(doctor.platform, "system", lambda: "Darwin")
    (finding,) = examine()
    assert not finding.works and "container" in finding.remedy


@pytest.mark.parametrize(
    "file, content, remedy",
    [
        ("unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
        ("apparmor_restrict_unprivileged_userns", "1", "AppArmor profile"),
        ("max_user_namespaces", "0", "sysctl user.max_user_namespaces="),
        (".dockerenv", "", "--security-opt seccomp=unconfined"),
        ("nothing", "", "ask whoever keeps this machine"),
    ],
)
def test_the_remedy_depends_on_the_system(monkeypatch, tmp_path, file, content, remedy):
    (tmp_path / file).write_text(content)
    monkeypatch.setattr(doctor, "Path", lambda path: tmp_path / path.rpartition("/")[2])
    assert remedy in doctor._remedy_for_namespaces()


def test_a_notebook_that_gets_out_is_told(monkeypatch, sandboxes):
    monkeypatch.setitem(doctor.ATTEMPTS, "starts a thread", ("thread", "nothing"))
    finding = doctor._rung(1, "first rung")
    assert not finding.works and finding.measured == "a notebook starts a thread"


def test_printed(capsys):
    print_findings(
        [Finding("seccomp", True, "works"), Finding("Landlock", False, "ABI 0", "a newer kernel " * 10)]
    )
    lines = capsys.readouterr().out.split("\n")
    assert lines[0] == "✓ seccomp: works" and lines[1] == "✗ Landlock: ABI 0"
    assert lines[2].startswith("  → a newer kernel") and lines[3].startswith("    ") and sys.stdout
