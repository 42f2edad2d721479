"""What `hyperscope doctor` tells about this machine: whether everything runs here, and what to do if not.

It only looks: nothing is written, installed or opened on a screen, and Qt is not imported.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import threadpoolctl

from hyperscope.lab import places
from hyperscope.lab.machine import system_libraries
from hyperscope.lab.machine.system_libraries import Need

SLOW = 10.0  # µs for one small matrix product; from here on training looks slow. A usual laptop takes 0.3 to 1.


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing looked at: what it is, what was found, whether that is as it should be, and if not what to do."""

    topic: str
    found: str
    ok: bool
    advice: str = ""


def findings(seconds: float = 2.0) -> list[Fact]:
    """All findings, in the order to read them; the measurement of speed takes `seconds`."""
    return [
        python_version(),
        numpy_and_blas(),
        qt(),
        libraries(),
        display(),
        font(),
        machine(),
        data_folder(),
        numpy_speed(seconds),
    ]


def python_version(version: tuple[int, ...] = sys.version_info[:3]) -> Fact:
    """The Python that runs this."""
    found = f"{'.'.join(map(str, version))}, {platform.machine()}, {platform.system()}"
    ok = version >= (3, 11)
    return Fact("Python", found, ok, "" if ok else "Hyperscope needs Python 3.11 or newer.")


def numpy_and_blas() -> Fact:
    """NumPy and the library and threads of its matrix products; trainers use one thread whatever it says here."""
    libraries = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    blas = ", ".join(f"{pool['internal_api']} {pool['version']}, {_threads(pool['num_threads'])}" for pool in libraries)
    return Fact("NumPy", f"{np.__version__} with {blas or 'a BLAS that does not name itself'}", ok=True)


def qt(version: str | None = None, python: tuple[int, ...] = sys.version_info[:3]) -> Fact:
    """The installed PySide6, by default, and whether it is sound with this Python."""
    try:
        version = version or importlib.metadata.version("PySide6-Essentials")
    except importlib.metadata.PackageNotFoundError:
        return Fact("Qt", "PySide6-Essentials is not installed", False, "Run packaging/open.py of the checkout.")
    if version == "6.12.0" and python < (3, 12):
        trap = "6.12.0 on Python 3.11 crashes after half a minute: run pip install 'PySide6-Essentials<6.12'"
        return Fact("Qt", f"PySide6 {version}", False, f"PySide6 {trap}, or use Python 3.12.")
    return Fact("Qt", f"PySide6 {version}", ok=True)


def libraries(needed: Iterable[Need] = system_libraries.LIBRARIES) -> Fact:
    """Which of the `needed` libraries of the system Qt would not find, on Linux."""
    missing = system_libraries.missing(among=needed)
    if missing:
        found = "missing: " + ", ".join(need.name for need in missing)
        return Fact("System libraries", found, False, system_libraries.advice(missing))
    return Fact("System libraries", "all there", ok=True)


def display() -> Fact:
    """Whether a window can be shown: on Linux a display must be named, and a local one must answer."""
    if problem := system_libraries.display_problem():
        advice = "Start Hyperscope from a desktop; commands such as run and export need no display."
        return Fact("Display", problem, False, advice)
    kind = system_libraries.display_in_use()
    linux = {
        "wayland": f"Wayland {os.environ.get('WAYLAND_DISPLAY')}",
        "x11": f"X11 {os.environ.get('DISPLAY')}",
    }.get(kind, f"Qt's platform {os.environ.get('QT_QPA_PLATFORM')}")
    return Fact("Display", linux if sys.platform.startswith("linux") else f"that of {platform.system()}", ok=True)


def font() -> Fact:
    """Whether there is a font at all; without one Qt draws empty boxes. Named only where Linux was searched."""
    if missing := system_libraries.missing_font():
        return Fact("Font", "none", False, system_libraries.advice(missing))
    file = system_libraries.font_file() if sys.platform.startswith("linux") else None
    return Fact("Font", f"there are some, such as {file.name}" if file else "the system's", ok=True)


def machine() -> Fact:
    """Cores and memory; a window and its trainer want a core each."""
    cores, memory = os.cpu_count(), _memory()
    found = f"{cores or 'an unknown number of'} cores" + (f", {memory / 2**30:.1f} GiB of memory" if memory else "")
    ok = (cores or 2) >= 2 and (memory or 2**31) >= 2**30
    advice = "" if ok else "The window and the training share one core or little memory here; expect both to be slow."
    return Fact("Machine", found, ok, advice)


def data_folder() -> Fact:
    """Where runs and settings are kept, $HYPERSCOPE_HOME or else the system's place, and whether it can be written."""
    folder = places.home()
    existing = next(
        (path for path in (folder, *folder.parents) if os.path.exists(path)), folder
    )  # False too where none may look
    effective = os.access in os.supports_effective_ids
    ours = os.path.isdir(existing) and os.access(existing, os.W_OK | os.X_OK, effective_ids=effective)
    wrong = "" if ours else "is no folder one may write in"
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # `existing` tells
    except (OSError, ValueError) as problem:
        existing, wrong = folder, f"is no name for a folder ({getattr(problem, 'strerror', None) or problem})"
    advice = f"{existing} {wrong}; set HYPERSCOPE_HOME to one that is." if wrong else ""
    return Fact("Data folder", str(folder), not wrong, advice)


def numpy_speed(seconds: float = 2.0) -> Fact:
    """The median time of one product (8, 8) by (8, 32) in float32, on one thread, over `seconds`."""
    w, a = np.ones((8, 8), np.float32), np.ones((8, 32), np.float32)
    z = np.empty((8, 32), np.float32)
    product, calls = w.dot, 1000
    each: list[float] = []
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        end = time.perf_counter() + seconds
        while not each or time.perf_counter() < end:
            start = time.perf_counter()
            for _ in range(calls):
                product(a, z)
            each.append((time.perf_counter() - start) / calls * 1e6)
    median = statistics.median(each)
    ok = median < SLOW
    advice = "" if ok else "Training will look slow; is the machine busy, or saving power?"
    return Fact("Speed", f"{median:.2f} µs for a small matrix product", ok, advice)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


def _memory() -> int | None:
    """Bytes of memory, None where the system does not tell."""
    if sys.platform == "win32":
        import ctypes

        kilobytes = ctypes.c_ulonglong()
        told = ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 if told else None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
