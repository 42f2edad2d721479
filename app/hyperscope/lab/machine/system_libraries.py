"""What Qt needs from a Linux system beyond its wheels, and which package of which distribution holds it.

Only the standard library is used: the set-up loads this file by its path before anything is installed.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple


class Need(NamedTuple):
    """A shared object, program or kind of font, what it is for, and its package by package manager."""

    name: str
    purpose: str
    packages: Mapping[str, str]


MANAGERS = ("apt-get", "dnf", "zypper", "pacman")
_INSTALL = {
    "apt-get": ("apt-get update", "apt-get install -y --no-install-recommends"),
    "dnf": ("dnf install -y",),
    "zypper": ("zypper --non-interactive install",),
    "pacman": ("pacman -S --needed --noconfirm",),
}

# Read off the NEEDED entries of QtCore, QtGui, QtDBus, QtSvg and the platform plugins of PySide6-Essentials 6.11;
# "import": importing QtGui fails without it; "x11" and "wayland": that kind of display cannot be used without it.
# Columns: soname, purpose, Debian and Ubuntu, Fedora, openSUSE, Arch.
_LIBRARIES = """
libEGL.so.1              import   libegl1              libglvnd-egl         Mesa-libEGL1          libglvnd
libGL.so.1               import   libgl1               libglvnd-glx         Mesa-libGL1           libglvnd
libX11.so.6              import   libx11-6             libX11               libX11-6              libx11
libfontconfig.so.1       import   libfontconfig1       fontconfig           libfontconfig1        fontconfig
libfreetype.so.6         import   libfreetype6         freetype             libfreetype6          freetype2
libxkbcommon.so.0        import   libxkbcommon0        libxkbcommon         libxkbcommon0         libxkbcommon
libdbus-1.so.3           import   libdbus-1-3          dbus-libs            libdbus-1-3           dbus
libglib-2.0.so.0         import   libglib2.0-0         glib2                libglib-2_0-0         glib2
libgthread-2.0.so.0      import   libglib2.0-0         glib2                libgthread-2_0-0      glib2
libzstd.so.1             import   libzstd1             libzstd              libzstd1              zstd
libX11-xcb.so.1          x11      libx11-xcb1          libX11-xcb           libX11-xcb1           libx11
libxkbcommon-x11.so.0    x11      libxkbcommon-x11-0   libxkbcommon-x11     libxkbcommon-x11-0    libxkbcommon-x11
libxcb.so.1              x11      libxcb1              libxcb               libxcb1               libxcb
libxcb-cursor.so.0       x11      libxcb-cursor0       xcb-util-cursor      libxcb-cursor0        xcb-util-cursor
libxcb-icccm.so.4        x11      libxcb-icccm4        xcb-util-wm          libxcb-icccm4         xcb-util-wm
libxcb-image.so.0        x11      libxcb-image0        xcb-util-image       libxcb-image0         xcb-util-image
libxcb-keysyms.so.1      x11      libxcb-keysyms1      xcb-util-keysyms     libxcb-keysyms1       xcb-util-keysyms
libxcb-randr.so.0        x11      libxcb-randr0        libxcb               libxcb-randr0         libxcb
libxcb-render.so.0       x11      libxcb-render0       libxcb               libxcb-render0        libxcb
libxcb-render-util.so.0  x11      libxcb-render-util0  xcb-util-renderutil  libxcb-render-util0   xcb-util-renderutil
libxcb-shape.so.0        x11      libxcb-shape0        libxcb               libxcb-shape0         libxcb
libxcb-shm.so.0          x11      libxcb-shm0          libxcb               libxcb-shm0           libxcb
libxcb-sync.so.1         x11      libxcb-sync1         libxcb               libxcb-sync1          libxcb
libxcb-util.so.1         x11      libxcb-util1         xcb-util             libxcb-util1          xcb-util
libxcb-xfixes.so.0       x11      libxcb-xfixes0       libxcb               libxcb-xfixes0        libxcb
libxcb-xkb.so.1          x11      libxcb-xkb1          libxcb               libxcb-xkb1           libxcb
libwayland-client.so.0   wayland  libwayland-client0   libwayland-client    libwayland-client0    wayland
libwayland-cursor.so.0   wayland  libwayland-cursor0   libwayland-cursor    libwayland-cursor0    wayland
libwayland-egl.so.1      wayland  libwayland-egl1      libwayland-egl       libwayland-egl1       wayland
"""
_PROGRAMS = """
Xvfb                     test     xvfb                 xorg-x11-server-Xvfb xorg-x11-server-Xvfb  xorg-server-xvfb
xdotool                  test     xdotool              xdotool              xdotool               xdotool
"""
_FONTS = """
font                     text     fonts-inter          rsms-inter-fonts     inter-fonts           inter-font
"""


def _needs(table: str) -> tuple[Need, ...]:
    rows = (line.split() for line in table.strip().splitlines())
    return tuple(Need(name, purpose, dict(zip(MANAGERS, packages, strict=True))) for name, purpose, *packages in rows)


LIBRARIES = _needs(_LIBRARIES)
PROGRAMS = _needs(_PROGRAMS)
(FONT,) = _needs(_FONTS)


def missing(purposes: Iterable[str] | None = None, among: Iterable[Need] = LIBRARIES) -> list[Need]:
    """Those `among` the libraries that cannot be loaded here.

    By default for importing Qt, and for its window where a display answers; for drawing offscreen ("import",) will do.
    Empty on macOS and Windows, where Qt's wheels hold all they need.
    """
    if not sys.platform.startswith("linux"):
        return []
    if purposes is None:
        purposes = ("import", display_in_use())
    wanted = tuple(purposes)
    return [need for need in among if need.purpose in wanted and is_missing(need)]


def missing_programs(names: Iterable[str]) -> list[Need]:
    """Those of the test programs `names` that are not on the path."""
    return [need for need in PROGRAMS if need.name in names and is_missing(need)]


def missing_font() -> list[Need]:
    """The font to install if a Linux system has none at all, else nothing; without one Qt draws empty boxes."""
    return [FONT] if sys.platform.startswith("linux") and is_missing(FONT) else []


def missing_venv(version: str) -> list[Need]:
    """What Debian and Ubuntu keep apart from Python `version` ("3.11"), if it is absent: pip for new environments."""
    need = Need(f"python{version}-venv", "venv", {"apt-get": f"python{version}-venv"})
    return [need] if manager() == "apt-get" and is_missing(need) else []


def is_missing(need: Need) -> bool:
    """Whether `need` cannot be loaded, run or found on this system now."""
    match need.purpose:
        case "test":
            return shutil.which(need.name) is None
        case "text":
            return font_file() is None
        case "venv":
            importlib.invalidate_caches()
            return importlib.util.find_spec("ensurepip") is None
        case _:
            return not _loads(need.name)


def font_file() -> Path | None:
    """Some font file of this Linux system, or None. Looks itself, since `fc-list` may not be installed either."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    for folder in (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), data / "fonts", home / ".fonts"):
        for path in folder.rglob("*"):
            if path.suffix.lower() in {".ttf", ".otf", ".ttc"}:
                return path
    return None


def display_in_use() -> str:
    """Which of "wayland" and "x11" Qt opens windows on here, "" if it was told to use something else or has neither."""
    return next((kind for kind in _kinds() if not _PROBLEMS[kind]()), "")


def display_problem() -> str:
    """Why no window can be shown here, as a sentence; empty if one can. Only Linux may lack a display."""
    kinds = _kinds()
    problems = [problem for kind in kinds if (problem := _PROBLEMS[kind]())]
    if not kinds or len(problems) < len(kinds):
        return ""
    if len(kinds) == 1:
        return f"Qt is told by $QT_QPA_PLATFORM to use {os.environ['QT_QPA_PLATFORM']}. {problems[0]}"
    offered = [problem for problem in problems if not problem.endswith("is empty.")]
    return " ".join(offered) or "There is no display here: $DISPLAY and $WAYLAND_DISPLAY are empty."


def _kinds() -> tuple[str, ...]:
    """The kinds of display that Qt may open windows on, those it prefers first."""
    if not sys.platform.startswith("linux"):
        return ()
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    return {"": ("wayland", "x11"), "xcb": ("x11",), "wayland": ("wayland",)}.get(chosen, ())


def _wayland_problem() -> str:
    wayland, folder = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("XDG_RUNTIME_DIR")
    if not wayland:
        return "$WAYLAND_DISPLAY is empty."
    if not folder and not wayland.startswith("/"):
        return f"The Wayland display {wayland} cannot be found, as $XDG_RUNTIME_DIR is not set."
    return "" if _listens(str(Path(folder or "/", wayland))) else f"The Wayland display {wayland} does not answer."


def _x11_problem() -> str:
    x11 = os.environ.get("DISPLAY")
    if not x11:
        return "$DISPLAY is empty."
    host, _, number = x11.rpartition(":")
    number = number.partition(".")[0]
    local = f"/tmp/.X11-unix/X{number}"
    # Whatever is not of this form, such as a display forwarded by ssh, is left to Qt.
    if host in {"", "unix"} and number.isdecimal() and not (_listens(local) or _listens("\0" + local)):
        return f"The X11 display {x11} does not answer."
    return ""


_PROBLEMS = {"wayland": _wayland_problem, "x11": _x11_problem}


def manager() -> str | None:
    """The package manager of this system, None if it is not one we know."""
    return next((name for name in MANAGERS if shutil.which(name)), None)


def packages(needs: Iterable[Need], manager: str) -> list[str]:
    """The packages of `manager` that hold `needs`, each once, in order."""
    return list(dict.fromkeys(need.packages[manager] for need in needs))


def install_commands(names: Iterable[str], manager: str) -> list[str]:
    """The commands, to be run as root one after the other, that install the packages `names`."""
    *before, last = _INSTALL[manager]
    return [*before, f"{last} {' '.join(names)}"]


def advice(needs: Iterable[Need], found: str | None = None, root: bool | None = None) -> str:
    """One line with the command a person runs to install `needs`; empty if nothing is needed.

    For the package manager `found` and a person who is `root` or not, by default those of this system.
    """
    needs, found = list(needs), found or manager()
    if not needs:
        return ""
    if found is None:
        return "Install, with this system's package manager, what holds " + ", ".join(need.name for need in needs)
    prefix = "" if (is_root() if root is None else root) else "sudo "
    return "Run: " + " && ".join(prefix + line for line in install_commands(packages(needs, found), found))


def is_root() -> bool:
    """Whether this process may install system packages as it is."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _listens(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        knock.settimeout(1)
        try:
            knock.connect(address)
        except OSError:
            return False
    return True


def _loads(soname: str) -> bool:
    # Loading is the only test that holds for every distribution, architecture and Python; ldconfig may be absent.
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
