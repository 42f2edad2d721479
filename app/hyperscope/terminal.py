"""Words to whoever started Hyperscope from a terminal. Its streams may be closed, full, gone or of another alphabet."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from hyperscope.quoting import visible


class Unprinted(ValueError):
    """The output takes no more, as on a full disk or from a terminal that was closed; the text says why."""


def ready() -> None:
    """Makes the three standard streams safe to write to, so that no file that is opened later takes the place of one.

    A stream that is closed is as one that nobody reads; what an alphabet lacks is written as its number.
    """
    with contextlib.suppress(OSError):
        while (number := os.open(os.devnull, os.O_RDWR)) < 3:
            os.set_inheritable(number, True)
        os.close(number)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as Python runs
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """A line to the output. Raises: BrokenPipeError if nobody reads it any more, Unprinted if it cannot be written."""
    tell(f"{visible(text)}\n")


def tell(text: str) -> None:
    """Lines of our own to the output, as they are. Raises: as `say`."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)
        raise
    except OSError as problem:
        _abandon(sys.stdout)
        raise Unprinted(f"the output could not be printed: {(problem.strerror or str(problem)).lower()}") from None


def warn(text: str) -> None:
    """A line to the error stream, if it takes any."""
    mutter(f"{visible(text)}\n")


def log(text: str) -> None:
    """Lines of others, as of a traceback, to the error stream, each made visible."""
    mutter("".join(f"{visible(line)}\n" for line in text.splitlines()))


def mutter(text: str) -> None:
    """A text of our own to the error stream, as it is, if it takes any."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Lets what is still waiting go nowhere; Python would try again at its end, and complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
