"""Processes beside the window: started in one way, and ended with the one that started them, however that came."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from hyperscope.lab.machine.threads import use_one_thread

PATIENT = 10  # how much a patient process gives way to others, as `nice` counts
BELOW_NORMAL = 0x4000  # the same as Windows counts


def spawn(
    target: Callable[..., None], *arguments: Any, name: str, patient: bool = False
) -> tuple[SpawnProcess, Connection]:
    """Starts target(pipe, *arguments) in a process of its own; returns it, and this end of the pipe.

    It takes no Ctrl+C, computes on one thread, and if it is `patient` gives way to others. Raises: OSError.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(target, theirs, arguments, patient), name=name, daemon=True)
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _live(target: Callable[..., None], pipe: Connection, arguments: tuple[Any, ...], patient: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's to handle
    die_with_parent()
    if patient:
        give_way()
    use_one_thread()  # the window needs the other core
    target(pipe, *arguments)


def die_with_parent() -> None:
    """Ends this process when the one that started it has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(0)), daemon=True).start()


def give_way() -> None:
    """Lets the window and the worker go first from now on."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetPriorityClass(ctypes.c_void_p(-1), BELOW_NORMAL)  # -1 is this process
    else:
        os.nice(PATIENT)
