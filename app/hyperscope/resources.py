"""Where the files that ship with Hyperscope are, in a checkout and in an installed wheel; nothing else knows."""

from __future__ import annotations

from pathlib import Path


def asset(path: str) -> Path:
    """The file or folder `path` below `assets/`. Raises: FileNotFoundError naming what was looked for."""
    package = Path(__file__).resolve().parent
    for root in (package / "assets", package.parents[1] / "assets"):
        if (found := root / path).exists():
            return found
    raise FileNotFoundError(f"Hyperscope ships no asset {path!r}; was the installation damaged?")
