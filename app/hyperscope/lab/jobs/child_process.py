"""Processes beside the window: started in one way, and ended with the one that started them, however that came."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from hyperscope.lab.jobs.exchange import Exchange, Gone
from hyperscope.lab.machine.heap import use_one_arena
from hyperscope.lab.machine.threads import use_one_thread

PATIENT = 10  # how much a patient process gives way to others, as `nice` counts
BELOW_NORMAL = 0x4000  # the same as Windows counts


def spawn(
    target: Callable[..., None],
    *arguments: Any,
    name: str,
    patient: bool = False,
    parent: bool = False,
    replaces: Callable[[Any, Any], bool] = lambda message, earlier: False,
) -> tuple[SpawnProcess, Exchange]:
    """Starts target(pipe, *arguments) in a process of its own; returns it, and this end of what is said to it.

    It takes no Ctrl+C, computes on one thread, and if it is `patient` gives way to others. Only a `parent` may start
    processes in its turn; it ends with this one all the same. Raises: OSError.
    """
    _stand_somewhere()
    use_one_arena()  # before what is said to the process and heard has threads
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(target, theirs, patient), name=name, daemon=not parent)
    try:
        with _deaf_to_interrupts():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    try:
        exchange = Exchange(ours, replaces)
    except OSError:
        process.kill()
        process.join()
        ours.close()
        raise
    try:
        # this way, since one that starts waits until what it is given then was read: a moment's wait for megabytes
        exchange.send(arguments)
    except Gone:
        process.join()
        exchange.close()
        raise OSError(errno.ECHILD, "it ended at once") from None
    return process, exchange


def _stand_somewhere() -> None:
    """Leaves a working folder that is gone: no process can be started from there."""
    try:
        os.getcwd()
    except OSError:
        os.chdir(os.sep)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Holds Ctrl+C back, so that a process started meanwhile is never without an answer to it while it gets ready."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it lets interrupts through once it has been started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(target: Callable[..., None], pipe: Connection, patient: bool) -> None:
    use_one_arena()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's to handle
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # and so is that it was closed
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    die_with_parent()
    try:
        arguments = pipe.recv()
    except (EOFError, OSError):
        return
    if not isinstance(arguments, tuple):
        return  # the last word came before there was anything to do
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
