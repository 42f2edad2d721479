"""Sets up what Hyperscope needs: a virtual environment in the checkout, and Qt's libraries from the system.

For `open.py` and `check.py`. It needs nothing but the standard library, and does again only what has changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

CHECKOUT = Path(__file__).resolve().parents[1]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
ENVIRONMENT = CHECKOUT / f".venv-{VERSION}"
INTERPRETER = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "hyperscope-setup.json"
CONSTRAINTS = CHECKOUT / "packaging" / "constraints.txt"


def _by_path(path: Path) -> ModuleType:
    # The package itself cannot be imported yet: what it depends on is installed only by this program.
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


system: Any = _by_path(CHECKOUT / "app" / "hyperscope" / "lab" / "machine" / "system_libraries.py")


def say(sentence: str) -> None:
    """Tells the person, on stderr, since stdout belongs to the program that is set up."""
    print(sentence, file=sys.stderr, flush=True)


def stop(sentence: str) -> NoReturn:
    """Ends with `sentence` and exit code 1."""
    say(sentence)
    sys.exit(1)


def politely(main: Callable[[list[str]], int]) -> int:
    """Runs `main` on the command line's arguments; an interrupt ends it without a traceback."""
    try:
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


def python(extras: Sequence[str] = ()) -> Path:
    """The interpreter of an environment that holds Hyperscope with `extras`, made or brought up to date if need be."""
    state = _state()
    held = _installed(state)
    if INTERPRETER.exists() and held is not None and set(extras) <= held:
        return INTERPRETER
    if not INTERPRETER.exists() or _run([str(INTERPRETER), "-c", "import pip"]).returncode:
        _make_environment()
    wanted = sorted(set(extras) | (held or set()))
    say(f"Installing Hyperscope and what it needs into {ENVIRONMENT.name}; once, for a minute or two.")
    target = f"{CHECKOUT}[{','.join(wanted)}]" if wanted else str(CHECKOUT)
    pip = [str(INTERPRETER), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = _run([*pip, "--editable", target, "--constraint", str(CONSTRAINTS)], PIP_USER="0")
    if done.returncode:
        say(done.stdout)
        stop("pip could not install what Hyperscope needs; its own words are above. Is the network reachable?")
    STAMP.write_text(json.dumps({"state": state, "extras": wanted}), encoding="utf-8")
    return INTERPRETER


def qt_environment(window: bool) -> dict[str, str]:
    """The environment in which Qt starts here, once what is missing was installed or asked for.

    `window` says that a person expects to see one; where none can be shown it names no display, and the program
    does without. Ends this program if no virtual environment can be made.
    """
    environment = dict(os.environ)
    if not sys.platform.startswith("linux"):
        return environment
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if chosen not in {"", "xcb", "wayland"}:
        kind, problem = "", ""  # such as offscreen: no display is wanted
    else:
        kind, problem = {"xcb": "x11"}.get(chosen, chosen) or system.display_in_use(), system.display_problem()
    missing = install(needs(["import"] if problem else ["import", kind]))
    if missing:
        say("This system lacks " + ", ".join(need.name for need in missing) + f". {system.advice(missing)}")
        if any(need.purpose == "venv" for need in missing):
            sys.exit(1)
    # Qt ends a program in its own way if its platform does not start, so that is never tried in vain.
    if not problem and all(need.purpose not in {"import", kind} for need in missing):
        return environment
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    if not window:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    elif problem:
        say(problem)
    return environment


def needs(purposes: Iterable[str], programs: Iterable[str] = ()) -> list[Any]:
    """What this system lacks of Qt's libraries for `purposes`, of a font, of test programs, and to set up at all."""
    venv = [] if INTERPRETER.exists() else system.missing_venv(VERSION)
    font = system.missing_font()
    return [*venv, *system.missing(purposes), *font, *system.missing_programs(programs)]


def install(needs: Iterable[Any]) -> list[Any]:
    """Installs `needs` where that is possible without asking for a password; returns what is still missing."""
    needs = list(needs)
    manager = system.manager()
    rights = _rights() if needs else None
    if manager is None or rights is None:
        return needs
    names = system.packages(needs, manager)
    say(f"Installing from the system's packages: {', '.join(names)}.")
    for command in system.install_commands(names, manager):
        done = _run([*rights, *command.split()], DEBIAN_FRONTEND="noninteractive")
    if done.returncode:
        say(done.stdout)
    return [need for need in needs if system.is_missing(need)]


def _rights() -> list[str] | None:
    """What to put before a command to run it as root: nothing, sudo that asks for no password, or None if neither."""
    if system.is_root():
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None


def _state() -> str:
    """A digest of all that decides what an installation holds, its place included: an editable one points there."""
    parts = [str(CHECKOUT).encode(), sys.version.encode()]
    parts += [path.read_bytes() for path in (CHECKOUT / "pyproject.toml", CONSTRAINTS)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _installed(state: str) -> set[str] | None:
    """The extras that the environment holds, None if it is not there or was set up for another `state`."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return set(stamp["extras"]) if stamp["state"] == state else None
    except (OSError, ValueError, KeyError):
        return None


def _make_environment() -> None:
    say(f"Making a virtual environment for Python {VERSION} in {ENVIRONMENT.name}.")
    done = _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    if done.returncode:
        say(done.stdout)
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)  # so that half an environment is not taken for one
        stop(f"{sys.executable} could not make a virtual environment; its own words are above.")


def _run(command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `command` to its end without input, with stdout and stderr together as text."""
    return subprocess.run(
        command,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
