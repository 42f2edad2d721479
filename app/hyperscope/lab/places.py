"""Where Hyperscope keeps what outlives it, and how it writes there: whole files or none, so a crash loses nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs

RUNS = "runs.sqlite"  # in the home folder: the run library
LAST = "last-experiment.json"  # in the home folder: what the next start begins with


def home() -> Path:
    """The folder for runs, settings and the last experiment: $HYPERSCOPE_HOME, or the system's place for such."""
    return Path(os.environ.get("HYPERSCOPE_HOME") or platformdirs.user_data_dir("hyperscope", appauthor=False))


def write_whole(path: Path, text: str) -> None:
    """Replaces the file at `path` in one move, making its folder first. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
