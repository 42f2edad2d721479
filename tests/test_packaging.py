"""What is promised of the checkout and of what is built from it."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

CHECKOUT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [  # of the program and its tests, and of the frameworks that its code is run in
    line
    for file in ("constraints.txt", "frameworks.txt", "tensorflow.txt")
    for line in (CHECKOUT / "packaging" / file).read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
ALIKE = {"tensorflow": "tensorflow-cpu"}  # the same without what graphics cards need
EXTRAS = PROJECT["optional-dependencies"]
NAMED = [*PROJECT["dependencies"], *(requirement for extra in EXTRAS.values() for requirement in extra)]


def plain(name: str) -> str:
    """A package's name in its one canonical spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("pin", PINS)
def test_a_pin_is_a_name_and_a_version_and_no_address(pin: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", pin)


@pytest.mark.parametrize("requirement", NAMED)
def test_each_requirement_is_pinned(requirement: str) -> None:
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert name is not None
    assert ALIKE.get(name[0], plain(name[0])) in {plain(pin.partition("==")[0]) for pin in PINS}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel built from the checkout."""
    return wheel(CHECKOUT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_package_and_its_assets(names: set[str]) -> None:
    assert {
        "hyperscope/__init__.py",
        "hyperscope/lab/experiment/experiment.py",
        "hyperscope/assets/datasets/iris.csv",
        "hyperscope/assets/formulas/output/softmax.svg",
        "hyperscope/assets/report.html",
    } <= names


def test_the_wheel_holds_nothing_else(names: set[str]) -> None:
    roots = {name.partition("/")[0] for name in names}
    assert {root.partition("-")[0] for root in roots} == {"hyperscope"}


def test_a_wheel_made_from_the_source_distribution_is_the_same(names: set[str], tmp_path: Path) -> None:
    (source,) = SdistBuilder(str(CHECKOUT)).build(directory=str(tmp_path / "sdist"), versions=["standard"])
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert wheel(unpacked, tmp_path / "again") == names


def test_the_lab_does_not_load_qt() -> None:
    program = (
        "import importlib, pkgutil, sys, hyperscope.lab as lab\n"
        "for module in pkgutil.walk_packages(lab.__path__, 'hyperscope.lab.'): importlib.import_module(module.name)\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert "numpy" in loaded
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph"}


def test_the_top_level_holds_only_what_belongs_there() -> None:
    ignored = [line.rstrip("/") for line in (CHECKOUT / ".gitignore").read_text(encoding="utf-8").splitlines() if line]
    found = {path.name for path in CHECKOUT.iterdir()}
    kept = {name for name in found if not any(fnmatch.fnmatch(name, pattern) for pattern in ignored)}
    allowed = {".ci", ".git", ".gitignore", "LICENSE", "README.md", "app", "assets", "packaging", "pyproject.toml"}
    assert kept - allowed == {"tests"}


def wheel(source: Path, folder: Path) -> set[str]:
    """The names of the files in the wheel built from `source`."""
    (built,) = WheelBuilder(str(source)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())
