"""Another Python at work for a job: what it says line by line, and its end with whoever started it.

It knows commands and lines, and nothing of frameworks.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LOOK = 0.03  # s that a job waits for a line before it hears the window again
ENDING = 1.0  # s that its reader has for ending, once it is gone
OWN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")  # of this program, not of another Python
WINDOWLESS = 0x08000000 if sys.platform == "win32" else 0  # no console beside the window


def environment() -> dict[str, str]:
    """What another Python is to find of this one's surroundings."""
    return {name: value for name, value in os.environ.items() if name not in OWN}


class Child:
    """A process whose standard output is read by a thread; `line` takes what has come."""

    def __init__(self, process: subprocess.Popen[str], complaints: Path) -> None:
        self._process, self._complaints = process, complaints
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.over = False
        self._thread = threading.Thread(target=self._read, name="hyperscope-child", daemon=True)
        self._thread.start()

    def line(self) -> str:
        """The next line within LOOK seconds, else ""; `over` says that none will come any more."""
        if self.over:
            return ""
        try:
            found = self._lines.get(timeout=LOOK)
        except queue.Empty:
            return ""
        if found is None:
            self.over = True
            self._process.wait()
            return ""
        return found

    @property
    def failed(self) -> str:
        """The last that it complained of, if it ended with a failure; else ""."""
        if not self._process.returncode:
            return ""
        said = self._complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return said[-1].strip() if said else f"it ended with code {self._process.returncode}"

    def end(self) -> None:
        """Ends it, if it has not ended."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._thread.join(ENDING)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)


@contextmanager
def child(command: Sequence[str], folder: Path) -> Iterator[Child]:
    """Starts a command in a `folder` of its own, and sees that it has ended. Its standard input closes with this
    process, by which it can tell that nobody listens any more. Raises: OSError where it cannot be started.
    """
    complaints = folder / "complaints.txt"
    with complaints.open("wb") as errors:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            errors="replace",
            creationflags=WINDOWLESS,
        )
    made = Child(process, complaints)
    try:
        yield made
    finally:
        made.end()
