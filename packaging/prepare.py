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
from typing import Any, NamedTuple, NoReturn

CHECKOUT = Path(__file__).resolve().parents[1]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
ENVIRONMENT = CHECKOUT / f".venv-{VERSION}"
INTERPRETER = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "hyperscope-setup.json"
CONSTRAINTS = CHECKOUT / "packaging" / "constraints.txt"
# what would have pip install to another place, or nothing at all; its configuration files may say the same, which shows
# only afterwards (options without a value do not take it back: pip then installs into the system's Python)
ELSEWHERE = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_NO_DEPS", "PIP_PYTHON", "PYTHONPATH")
# ends badly, with its name in the last line, if something that Hyperscope requires is not there
COMPLETE = """
import re
from importlib.metadata import requires, version
for one in requires("hyperscope") or ():
    name, _, condition = one.partition(";")
    if "extra" not in condition:
        version(re.match("[A-Za-z0-9_.-]+", name)[0])
"""


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
    """The interpreter of an environment that holds Hyperscope with `extras`, made, mended or brought up to date."""
    state = _state()
    stamp = _stamp(state)
    held = stamp.extras if stamp is not None else set()
    lost = sorted(stamp.holds - _present()) if stamp is not None else []
    if INTERPRETER.exists() and stamp is not None and not lost and set(extras) <= held:
        return INTERPRETER
    if not INTERPRETER.exists() or not _works([str(INTERPRETER), "-c", "import pip"]):
        _make_environment()
    wanted = sorted(set(extras) | held)
    if lost:
        say(f"{ENVIRONMENT.name} is mended: it lacks {_some(lost)}.")
    say(f"Installing Hyperscope and what it needs into {ENVIRONMENT.name}; once, for a minute or two.")
    target = f"{CHECKOUT}[{','.join(wanted)}]" if wanted else str(CHECKOUT)
    pip = [str(INTERPRETER), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    anew = ["--force-reinstall"] if lost else []  # what has lost its files is taken for installed otherwise
    done = _run([*pip, *anew, "--editable", target, "--constraint", str(CONSTRAINTS)], without=ELSEWHERE, PIP_USER="0")
    if done.returncode:
        say(done.stdout)
        stop("pip could not install what Hyperscope needs; its own words are above. Is the network reachable?")
    found = _run([str(INTERPRETER), "-P", "-c", COMPLETE], without=("PYTHONPATH",))
    if found.returncode:
        missing = (found.stdout.strip().splitlines() or ["nothing"])[-1]
        stop(
            f"pip ended well, and {ENVIRONMENT.name} lacks what Hyperscope needs all the same ({missing}). "
            "Something in pip's configuration may send packages elsewhere: 'python3 -m pip config list' shows it."
        )
    if STAMP.is_dir():
        shutil.rmtree(STAMP)
    STAMP.write_text(json.dumps({"state": state, "extras": wanted, "holds": sorted(_present())}), encoding="utf-8")
    return INTERPRETER


def qt_environment(window: bool) -> dict[str, str]:
    """The environment in which Qt starts here, once what is missing was installed or asked for.

    `window` says that a person expects to see one; where none can be shown the program finds that out itself, says
    why, and does without. Ends this program if no virtual environment can be made.
    """
    environment = dict(os.environ)
    if not sys.platform.startswith("linux"):
        return environment
    problem = system.display_problem()
    kind = "" if problem else system.display_in_use()
    missing = install(needs(["import", kind] if kind else ["import"]))
    said = [need for need in missing if not window or need.purpose not in {"import", kind}]
    if said:
        say("This system lacks " + ", ".join(need.name for need in said) + f". {system.advice(said)}")
    if any(need.purpose == "venv" for need in missing):
        sys.exit(1)
    # Qt ends a program in its own way if its platform does not start, so that is never tried in vain.
    if not window and (problem or any(need.purpose in {"import", kind} for need in missing)):
        environment["QT_QPA_PLATFORM"] = "offscreen"
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


class _Stamp(NamedTuple):
    """What an installation noted of itself: its extras, and the names of all that lay in its folder of packages."""

    extras: set[str]
    holds: set[str]


def _stamp(state: str) -> _Stamp | None:
    """The environment's, None if it has none, one of another `state`, or something that is no stamp."""
    try:
        read = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(read, dict) or read.get("state") != state:
        return None
    lists = [read.get("extras"), read.get("holds")]
    if not all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in lists):
        return None
    return _Stamp(set(read["extras"]), set(read["holds"]))


def _present() -> set[str]:
    """The names of what lies in the environment's folder of packages: a package, and what is known of it, have one."""
    folders = [ENVIRONMENT / "Lib" / "site-packages", *(ENVIRONMENT / "lib").glob("python*/site-packages")]
    return {path.name for folder in folders if folder.is_dir() for path in folder.iterdir()} - {"__pycache__"}


def _some(names: Sequence[str]) -> str:
    """Names of packages in words: the first few."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _make_environment() -> None:
    say(f"Making a virtual environment for Python {VERSION} in {ENVIRONMENT.name}.")
    done = _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
    if done.returncode:
        say(done.stdout)
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)  # so that half an environment is not taken for one
        stop(f"{sys.executable} could not make a virtual environment; its own words are above.")


def _works(command: Sequence[str]) -> bool:
    """Whether it runs and ends well."""
    try:
        return _run(command).returncode == 0
    except OSError:  # an interpreter of another machine, or half of one
        return False


def _run(command: Sequence[str], without: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `command` to its end without input, with stdout and stderr together as text.

    In this process's environment, `without` some of it and with more.
    """
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.run(
        command,
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
