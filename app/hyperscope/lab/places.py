"""Where Hyperscope keeps what outlives it, and how it writes there: whole files or none, so a crash loses nothing."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import platformdirs

RUNS = "runs.sqlite"  # in the home folder: the run library
LAST = "last-experiment.json"  # in the home folder: what the next start begins with


def home() -> Path:
    """The folder for runs, settings and the last experiment: $HYPERSCOPE_HOME, or the system's place for such."""
    return Path(os.environ.get("HYPERSCOPE_HOME") or platformdirs.user_data_dir("hyperscope", appauthor=False))


def write_whole(path: Path, content: str | bytes) -> None:
    """Replaces the file at `path` in one move, making its folder first; text becomes UTF-8. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # not by tempfile, whose files nobody else may read
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
