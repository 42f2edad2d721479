"""Ctrl+C, and a request to end: noted when they come, and heeded between two pieces of work.

Raised in the middle of one, as Python does it, an interrupt may come while Qt or an import calls Python: then it is
swallowed there, or ends the process without a word.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDS = tuple(number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None)
HANGUP = getattr(signal, "SIGHUP", None)
AGAIN = b"\nhyperscope: ending; once more ends at once\n"

_noted = 0
_hearing = False


@contextmanager
def noted(said: bytes = AGAIN) -> Iterator[None]:
    """Notes them from here on, and writes `said` to the terminal; a second one ends the process at once.

    That the terminal was closed is no second one, since shell and system may both say so. Those that the process was
    told to ignore stay ignored. Within itself, and in threads, it does nothing.
    """
    global _noted, _hearing
    if _hearing or threading.current_thread() is not threading.main_thread():
        yield
        return
    _noted, _hearing = 0, True

    def note(number: int, frame: FrameType | None) -> None:
        global _noted
        if _noted:
            if number == HANGUP:
                return
            os._exit(128 + number)
        _noted = number
        with contextlib.suppress(OSError):  # whoever would read it may be gone, by the same signal too
            os.write(2, said)  # print may be what was interrupted

    before = {number: signal.getsignal(number) for number in ENDS}
    heard = [number for number, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for number in heard:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
        _noted, _hearing = 0, False


def asked() -> bool:
    """Whether one has come."""
    return _noted != 0


def exit_code() -> int:
    """What a process that was ended in this way gives to its shell: 130 after Ctrl+C; 0 if none has come."""
    return 128 + _noted if _noted else 0


def heed() -> None:
    """Between two pieces of work of which there is nothing to keep. Raises: KeyboardInterrupt if one has come."""
    if _noted:
        raise KeyboardInterrupt
