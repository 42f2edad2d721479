"""Where Hyperscope keeps what outlives it; only its owner may look there."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import platformdirs

RUNS = "runs.sqlite"  # in the home folder: the run library
LAST = "last-experiment.json"  # in the home folder: what the next start begins with
SETTINGS = "window.ini"  # in the home folder: what the window remembers
OWN_FOLDER, OWN_FILE = 0o700, 0o600  # runs and notes tell what somebody works on


def home() -> Path:
    """The folder for runs, settings and the last experiment: $HYPERSCOPE_HOME, or the system's place for such."""
    return Path(os.environ.get("HYPERSCOPE_HOME") or platformdirs.user_data_dir("hyperscope", appauthor=False))


def make_private(folder: Path) -> None:
    """Makes a folder that only its owner may look into; one that is there stays as it is. Raises: OSError."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=OWN_FOLDER, exist_ok=True)


def keep_private(*files: Path) -> None:
    """Lets only their owner read those of the files that there are, as far as the system can tell people apart."""
    for file in files:
        with contextlib.suppress(OSError):
            if file.stat().st_mode & 0o077:
                file.chmod(OWN_FILE)
