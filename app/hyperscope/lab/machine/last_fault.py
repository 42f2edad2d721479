"""The last fault of Hyperscope's own, kept for a report of it: its kind and where in the code, no names and no values.

What an exception says may name files and their owners; so only its type is kept, and the functions it came through.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from types import TracebackType

from hyperscope import __version__
from hyperscope.lab.places import home
from hyperscope.lab.writing import write_whole

FILE = "last-fault.txt"  # in the home folder
MOST = 12  # functions that are kept, the innermost
LONGEST = 4000  # characters that are read of it


def keep(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Keeps a fault in place of the one before, if that can be."""
    lines = [f"{time.strftime('%Y-%m-%d %H:%M')}, Hyperscope {__version__}: {kind.__module__}.{kind.__qualname__}"]
    lines += [
        f"  {frame.f_globals.get('__name__', '?')}, line {line}, in {frame.f_code.co_name}"
        for frame, line in list(traceback.walk_tb(trace))[-MOST:]
    ]
    with contextlib.suppress(OSError):
        write_whole(home() / FILE, "\n".join(lines) + "\n")


def last() -> str:
    """What was kept, "" if there was no fault."""
    try:
        with (home() / FILE).open("rb") as file:
            return file.read(LONGEST).decode(errors="replace").strip()
    except OSError:
        return ""
