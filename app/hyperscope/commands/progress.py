"""A line on the terminal's error stream that is written over as work goes on; nothing where that is not a terminal."""

from __future__ import annotations

import sys
from typing import Self

from hyperscope.terminal import mutter

WIDTH = 30  # characters of a bar


class Line:
    """The line, from `with` to its end, which leaves the last of it standing."""

    def __init__(self) -> None:
        self._written = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        if self._written:
            mutter("\n")

    def show(self, share: float, said: str = "") -> None:
        """How much of the work is done, from 0 to 1, and what else there is to say."""
        if sys.stderr.isatty():
            full = round(WIDTH * min(1.0, share))
            mutter(f"\r{'█' * full}{'·' * (WIDTH - full)} {said or f'{100 * share:.0f} %'} ")
            self._written = True

    def count(self, done: int, whole: int) -> None:
        """How many of how many pieces are done."""
        self.show(done / max(1, whole), f"{done}/{whole}")
