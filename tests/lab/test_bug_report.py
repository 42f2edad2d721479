"""The report of a fault: what helps to find it, and nothing of whom it happened to."""

from __future__ import annotations

import getpass
import platform
from pathlib import Path

import pytest

from hyperscope import __version__, cli
from hyperscope.commands import doctor
from hyperscope.lab.machine import bug_report, last_fault


def fail(path: Path) -> None:
    """Fails over a file with somebody's name."""
    raise RuntimeError(f"ada's file {path} is torn")


@pytest.fixture
def fault(tmp_path) -> Path:
    """A file that a fault is about, which is kept."""
    path = tmp_path / "secret-thesis.csv"
    try:
        fail(path)
    except RuntimeError as problem:
        last_fault.keep(type(problem), problem.__traceback__)
    return path


def test_the_report_has_versions_machine_and_the_last_fault(fault):
    said = bug_report.text()
    assert f"Hyperscope {__version__}" in said and platform.python_version() in said and "pyqtgraph" in said
    assert "builtins.RuntimeError" in said and "in fail" in said


def test_the_report_names_no_file_no_folder_and_nobody(fault, home):
    said = bug_report.text()
    for name in ("secret", "ada", str(home), str(Path.home()), platform.node(), "/work", "/tmp"):
        assert not name or name not in said, name
    assert getpass.getuser() not in said.split()


def test_without_a_fault_it_says_none():
    assert bug_report.text().endswith("Last fault: none")


def test_a_fault_of_a_command_is_kept(monkeypatch):
    monkeypatch.setattr(doctor, "main", lambda words: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        cli.run(["doctor"])
    assert "builtins.ZeroDivisionError" in last_fault.last()


def test_the_doctor_prints_the_report_to_be_copied(capsys, fault):
    assert cli.run(["doctor", "--report"]) == 0
    assert capsys.readouterr().out.startswith(f"Hyperscope {__version__}\n")
