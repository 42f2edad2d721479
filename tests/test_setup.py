"""The set-up: whatever state its environment is in, it is mended, or what is wrong is named. Its pip is a stand-in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
NEEDED = ("packaging/prepare.py", "packaging/constraints.txt", "pyproject.toml")
SYSTEM = "app/hyperscope/lab/machine/system_libraries.py"
ENVIRONMENT = f".venv-{sys.version_info.major}.{sys.version_info.minor}"

# Installs two packages where pip would, and notes how it was called.
PIP = """
import json, os, sys
from pathlib import Path
words, site = sys.argv[1:], Path(__file__).parents[1]
options = dict(word.split("=", 1) for word in words if word.startswith("--") and "=" in word)
target = options.get("--target", os.environ.get("PIP_TARGET")) or os.environ.get("PIP_PREFIX")
place = Path(target) if target else site
with open(site / "calls.txt", "a") as calls:
    calls.write(json.dumps(words) + chr(10))
if os.environ.get("STAND_IN_LOSES"):
    place = Path(os.environ["STAND_IN_LOSES"])
for name, more in {"hyperscope": "Requires-Dist: array-tools\\n", "array_tools": ""}.items():
    for folder in (place / name, place / f"{name}-1.0.dist-info"):
        folder.mkdir(parents=True, exist_ok=True)
    about = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n{more}"
    (place / f"{name}-1.0.dist-info" / "METADATA").write_text(about)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment that holds nothing but the stand-in."""
    root = tmp_path / "checkout"
    for name in (*NEEDED, SYSTEM):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, root / name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ENVIRONMENT)], check=True)
    (packages(root) / "pip").mkdir()
    (packages(root) / "pip" / "__init__.py").write_text("")
    (packages(root) / "pip" / "__main__.py").write_text(PIP)
    return root


def packages(root: Path) -> Path:
    windows = root / ENVIRONMENT / "Lib" / "site-packages"
    return windows if windows.exists() else next((root / ENVIRONMENT / "lib").glob("python*/site-packages"))


def set_up(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the set-up, which prints the interpreter that it has come to."""
    program = "import prepare; print(prepare.python())"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=root / "packaging",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def calls(root: Path) -> int:
    """How often the stand-in was called."""
    file = packages(root) / "calls.txt"
    return len(file.read_text().splitlines()) if file.exists() else 0


def stamp(root: Path) -> Path:
    return root / ENVIRONMENT / "hyperscope-setup.json"


def test_what_is_set_up_is_not_set_up_again(checkout: Path) -> None:
    for _ in range(2):
        ended = set_up(checkout)
        assert ended.returncode == 0 and ENVIRONMENT in ended.stdout, ended.stderr
    assert calls(checkout) == 1


@pytest.mark.parametrize("name", ["array_tools", "array_tools-1.0.dist-info", "hyperscope-1.0.dist-info"])
def test_a_package_that_is_missing_is_named_and_installed_anew(checkout: Path, name: str) -> None:
    set_up(checkout)
    shutil.rmtree(packages(checkout) / name)
    ended = set_up(checkout)
    assert ended.returncode == 0 and f"is mended: it lacks {name}." in ended.stderr
    assert (packages(checkout) / name).exists() and calls(checkout) == 2


def spoiled(content: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(content)


def as_folder(file: Path) -> None:
    file.unlink()
    (file / "inside").mkdir(parents=True)


KINDS = {
    "a list": spoiled("[]"),
    "a number": spoiled("7"),
    "nothing": spoiled(""),
    "half": spoiled('{"state": "'),
    "extras of another kind": lambda file: file.write_text(json.dumps({**json.loads(file.read_text()), "extras": 3})),
    "extras that are numbers": lambda file: file.write_text(
        json.dumps({**json.loads(file.read_text()), "extras": [1]})
    ),
    "no list of what it holds": lambda file: file.write_text(
        json.dumps({**json.loads(file.read_text()), "holds": None})
    ),
    "bytes": lambda file: file.write_bytes(b"\xff\xfe\x00"),
    "a folder": as_folder,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_stamp_of_the_wrong_kind_is_written_anew(checkout: Path, kind: str) -> None:
    set_up(checkout)
    KINDS[kind](stamp(checkout))
    ended = set_up(checkout)
    assert ended.returncode == 0 and "Traceback" not in ended.stderr
    assert isinstance(json.loads(stamp(checkout).read_text())["extras"], list)


@pytest.mark.parametrize("name", ["PIP_PREFIX", "PIP_TARGET"])
def test_packages_are_installed_here_wherever_pip_was_told_to_put_them(
    checkout: Path, tmp_path: Path, name: str
) -> None:
    ended = set_up(checkout, **{name: str(tmp_path / "elsewhere")})
    assert ended.returncode == 0, ended.stderr
    assert (packages(checkout) / "array_tools").exists() and not (tmp_path / "elsewhere").exists()


def test_packages_that_went_elsewhere_all_the_same_are_said(checkout: Path, tmp_path: Path) -> None:
    ended = set_up(checkout, STAND_IN_LOSES=str(tmp_path / "elsewhere"))
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "lacks what Hyperscope needs all the same" in ended.stderr and "pip config list" in ended.stderr
    assert not stamp(checkout).exists()


# -- the display ------------------------------------------------------------------------------------------------------

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")


def said(root: Path, **environment: str) -> str:
    """What is said of the display by whoever looks with the environment that the set-up gives to the program."""
    program = (
        "import os, prepare; os.environ.update(prepare.qt_environment(True));print(prepare.system.display_problem())"
    )
    names = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root / "packaging",
        env=kept | environment | {"PATH": ""},  # with no package manager nothing is installed
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()


@linux
@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "There is no display here: $DISPLAY and $WAYLAND_DISPLAY are empty."),
        ({"DISPLAY": ":65432"}, "The X11 display :65432 does not answer."),
        (
            {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "/nowhere"},
            "The Wayland display wayland-9 does not answer.",
        ),
        (
            {"WAYLAND_DISPLAY": "wayland-9"},
            "The Wayland display wayland-9 cannot be found, as $XDG_RUNTIME_DIR is not set.",
        ),
        (
            {"DISPLAY": ":65432", "WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "/nowhere"},
            "The Wayland display wayland-9 does not answer. The X11 display :65432 does not answer.",
        ),
        (
            {"DISPLAY": ":65432", "QT_QPA_PLATFORM": "xcb"},
            "Qt is told by $QT_QPA_PLATFORM to use xcb. The X11 display :65432 does not answer.",
        ),
        ({"QT_QPA_PLATFORM": "xcb"}, "Qt is told by $QT_QPA_PLATFORM to use xcb. $DISPLAY is empty."),
        ({"DISPLAY": ":65432", "QT_QPA_PLATFORM": "offscreen"}, ""),
    ],
)
def test_a_display_that_is_dead_is_described_as_it_is(
    checkout: Path, environment: dict[str, str], sentence: str
) -> None:
    assert said(checkout, **environment) == sentence


@linux
def test_a_wayland_display_that_is_dead_is_no_matter_where_x11_answers(checkout: Path, xvfb: str) -> None:
    assert said(checkout, DISPLAY=xvfb, WAYLAND_DISPLAY="wayland-9", XDG_RUNTIME_DIR="/nowhere") == ""
