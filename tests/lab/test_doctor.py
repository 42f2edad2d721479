"""The doctor's findings, under the real conditions of this machine and under some that a test can bring about."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

from faults import read_only
from hyperscope.lab.library.library import Library
from hyperscope.lab.library.store import Unkept
from hyperscope.lab.machine import doctor, system_libraries


def test_each_finding_that_is_not_as_it_should_be_says_what_to_do() -> None:
    bad = [finding for finding in doctor.findings(seconds=0.01) if not finding.ok]
    assert all(finding.advice for finding in bad), bad


def test_every_topic_is_there_once() -> None:
    topics = [finding.topic for finding in doctor.findings(seconds=0.01)]
    assert topics == [
        "Python",
        "NumPy",
        "Qt",
        "System libraries",
        "Display",
        "Font",
        "Machine",
        "Data folder",
        "Speed",
    ]


def test_the_numpy_that_is_loaded_is_named_with_its_blas_threads() -> None:
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        found = doctor.numpy_and_blas().found
    assert found.startswith(np.__version__)
    assert "1 thread" in found or "does not name itself" in found


def test_the_installed_pyside_is_sound() -> None:
    finding = doctor.qt()
    assert finding.ok
    assert importlib.metadata.version("PySide6-Essentials") in finding.found


def test_pyside_6_12_0_on_python_3_11_is_refused() -> None:
    assert not doctor.qt("6.12.0", (3, 11, 7)).ok


@pytest.mark.parametrize(("version", "python"), [("6.12.0", (3, 12, 1)), ("6.11.3", (3, 11, 7))])
def test_other_pairs_of_pyside_and_python_are_sound(version: str, python: tuple[int, ...]) -> None:
    assert doctor.qt(version, python).ok


def test_an_old_python_is_refused() -> None:
    assert not doctor.python_version((3, 10, 13)).ok


@pytest.mark.parametrize("manager", system_libraries.MANAGERS)
def test_each_library_has_a_package_of_each_manager(manager: str) -> None:
    names = system_libraries.packages([*system_libraries.LIBRARIES, *system_libraries.PROGRAMS], manager)
    assert all(names)
    assert len(names) == len(set(names))


def test_a_library_that_does_not_exist_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    absent = system_libraries.Need("libhyperscope-absent.so.7", "import", dict.fromkeys(system_libraries.MANAGERS, "x"))
    finding = doctor.libraries([absent])
    assert (finding.ok, finding.found) == (False, "missing: libhyperscope-absent.so.7")
    assert finding.advice


def test_the_advice_for_debian_is_one_line_that_can_be_pasted() -> None:
    needs = [need for need in system_libraries.LIBRARIES if need.name in {"libEGL.so.1", "libxcb-icccm.so.4"}]
    assert system_libraries.advice(needs, "apt-get", root=False) == (
        "Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 libxcb-icccm4"
    )


def test_what_the_checks_installed_is_found() -> None:
    assert system_libraries.missing(("import", "x11")) == []
    assert doctor.font().ok


def test_without_a_display_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not doctor.display().ok


def test_a_display_that_nobody_serves_is_told_from_one_that_answers(xvfb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", xvfb)
    assert doctor.display().ok
    monkeypatch.setenv("DISPLAY", ":64999")
    assert not doctor.display().ok


def test_a_data_folder_below_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "file" / "home"))
    assert not doctor.data_folder().ok


def test_a_data_folder_that_cannot_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / ("a" * 300) / "home"))
    fact = doctor.data_folder()
    assert not fact.ok and "File name too long" in fact.advice
    with pytest.raises(Unkept, match="File name too long"):
        Library(tmp_path / ("a" * 300) / "runs.sqlite").runs()


@pytest.mark.parametrize("below", ["", "hyperscope"])
def test_a_data_folder_that_may_not_be_entered_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    (tmp_path / "shut").mkdir()
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "shut" / below))
    with read_only(tmp_path / "shut", 0):
        found = doctor.data_folder()
    assert not found.ok and f"{tmp_path / 'shut'} is no folder one may write in" in found.advice


def test_looking_at_the_data_folder_does_not_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "a" / "b"))
    assert doctor.data_folder().ok
    assert not (tmp_path / "a").exists()


def test_the_speed_is_a_number_of_microseconds() -> None:
    figure, unit = doctor.numpy_speed(0.01).found.split()[:2]
    assert float(figure) > 0
    assert unit == "µs"


def test_the_doctor_does_not_load_qt() -> None:
    program = "import sys; from hyperscope.lab.machine import doctor; doctor.findings(0.01); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert not {name for name in run.stdout.split() if name.startswith(("PySide6", "shiboken6", "pyqtgraph"))}
