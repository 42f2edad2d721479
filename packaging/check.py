"""Sets Hyperscope up with all its tools and runs every check, stopping at the first that fails; pytest comes last.

What else is on the command line goes to pytest.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("Hyperscope needs Python 3.11 or newer, and this is Python %d.%d." % sys.version_info[:2])

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import prepare

MOST = 4  # tests at a time; one more than there are cores, since many wait for processes of their own
SMOKE = 180  # s; the real program opens its window, trains and closes in a small part of it


def main(arguments: list[str]) -> int:
    """Runs the checks; returns 0 if all passed, else the exit code of the one that did not."""
    started = time.monotonic()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background has it ignored, and tests send it
    if sys.platform.startswith("linux"):
        _system()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what hundreds of processes load is to be compiled once
    with _beside([] if arguments else [sys.executable, str(prepare.CHECKOUT / "tests/frameworks/environment.py")]):
        python = str(prepare.python(["test"]))
        print(f"set-up: {time.monotonic() - started:.1f} s", flush=True)
        return _check(python, arguments)


def _check(python: str, arguments: list[str]) -> int:
    """Runs the checks by an environment's Python; returns the exit code."""
    scripts = Path(python).parent
    # UTF-8 because lint-imports draws with characters that a Windows console's own encoding may lack.
    offscreen = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    tests = [python, "-m", "pytest"]
    collect = [*tests, "--collect-only", *arguments]  # which compiles them once, not in each process
    with _beside(collect, offscreen) as collecting:
        for name, command in {
            "ruff check": [str(scripts / "ruff"), "check", "."],
            "ruff format": [str(scripts / "ruff"), "format", "--check", "."],
            "mypy": [str(scripts / "mypy")],
            "lint-imports": [str(scripts / "lint-imports")],
        }.items():
            code = _stage(name, command, offscreen)
            if code:
                return code
        collecting()
    with tempfile.TemporaryDirectory(prefix="hyperscope-smoke-") as home, _display() as display:
        environment = os.environ | display | {"HYPERSCOPE_HOME": home}
        code = _stage("smoke", [python, "-P", "-m", "hyperscope", "smoke"], environment, SMOKE)
        if code:
            return code
    print("== pytest", flush=True)
    # Nothing is printed after this: pytest's own summary is the closing line.
    together = ["-n", str(min(MOST, 1 + (os.cpu_count() or 1))), "--dist", "worksteal"]
    return subprocess.call([*tests, *together, *arguments], cwd=prepare.CHECKOUT, env=offscreen)


@contextmanager
def _beside(command: list[str], environment: dict[str, str] | None = None) -> Iterator[Callable[[], object]]:
    """Does beforehand what the tests would do themselves, while a core is idle; gives what waits for it.

    If it fails, the tests say so.
    """
    if not command:
        yield lambda: None
        return
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with subprocess.Popen(command, cwd=prepare.CHECKOUT, env=environment, **nowhere) as process:
        yield process.wait


def _system() -> None:
    """Qt's libraries, a font and the tools of the tests; ends the program if one cannot be had."""
    missing = prepare.install(prepare.needs(("import", "x11"), ("Xvfb", "xdotool")))
    if missing:
        names = ", ".join(need.name for need in missing)
        prepare.stop(f"The checks need {names}. {prepare.system.advice(missing)}")


def _stage(name: str, command: list[str], environment: dict[str, str], limit: float | None = None) -> int:
    """Runs one check and prints how long it took, or that it failed; returns its exit code, 124 if out of time."""
    print(f"== {name}", flush=True)
    started = time.monotonic()
    try:
        code = subprocess.run(
            command, cwd=prepare.CHECKOUT, env=environment, stdin=subprocess.DEVNULL, timeout=limit, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        prepare.say(f"FAILED: {name} had not ended after {limit:.0f} s; no later check was run.")
        return 124
    if code:
        prepare.say(f"FAILED: {name} (exit code {code}); no later check was run.")
        return code if code > 0 else 1
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)
    return 0


@contextmanager
def _display() -> Iterator[dict[str, str]]:
    """The environment that puts windows on a virtual display of their own on Linux, elsewhere on the real one."""
    if not sys.platform.startswith("linux"):
        yield {}
        return
    # a number of our own: left to choose, two servers that start at once may take the same one
    command = [
        "Xvfb",
        f":{random.randrange(100, 60000)}",
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1280x836x24",
        "-nolisten",
        "tcp",
        "-noreset",  # else it starts anew whenever its last window closes, and refuses whoever comes meanwhile
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            number = server.stdout.readline().strip()
            if not number:
                prepare.stop("FAILED: Xvfb did not start.")
            yield {"DISPLAY": f":{number}", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(prepare.politely(main))
