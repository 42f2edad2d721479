"""Lines of comment in a CSV file: which ones there are, between rows and never within a quoted cell."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

HASH = "#"  # what begins a comment in most files that have any
DETECT, KEEP = "detect", "keep"


class WithoutComments:
    """The lines of a file without its comments; `skipped` counts those met so far, which begin with `sign`.

    `comment` is the sign that every one of them begins with, KEEP if there are none, or DETECT: then a line of # is
    one where it has another number of cells than the first line of `sample`, which has none; else it may be the names
    of columns, or a row.
    Whoever reads must say where a row begins, since a line in the middle of a quoted cell is no comment.
    """

    def __init__(self, lines: Iterable[str], content: bytes, comment: str, sample: str, separator: str) -> None:
        self.sign = sign_of(comment)
        self.skipped = 0
        self._lines = iter(lines)
        self._separator = separator
        self._between = True
        self._width = 0  # cells that tell a row from a comment; 0: no row begins with the sign
        self._none = not self.sign or self.sign.encode() not in content
        if comment == DETECT:
            first = next((line for line in sample.splitlines(keepends=True) if line.strip()), "")
            whole = first.endswith(("\n", "\r"))  # else its number of cells tells nothing
            self._width = self._cells(first) if whole else 0
            self._none = self._none or not self._width

    def __iter__(self) -> Iterator[str]:
        if self._none:
            yield from self._lines
            return
        for line in self._lines:
            if self._between and self._is_comment(line):
                self.skipped += 1
                continue
            self._between = False
            yield line

    def begin_row(self) -> None:
        """What comes next is no part of a row any more."""
        self._between = True

    def _is_comment(self, line: str) -> bool:
        if not line.lstrip().startswith(self.sign):
            return False
        return not self._width or self._cells(line) != self._width

    def _cells(self, line: str) -> int:
        """How many cells a line has; 0 where it is no row by itself."""
        try:
            row = csv.reader([line.rstrip("\r\n")], delimiter=self._separator, skipinitialspace=True, strict=True)
            return len(next(row, []))
        except csv.Error:
            return 0


def sign_of(comment: str) -> str:
    """What comments begin with, "" if there are none."""
    return {DETECT: HASH, KEEP: ""}.get(comment, comment)


def without_comments(start: str, comment: str) -> str:
    """The beginning of a file without the lines that may be comments; all of it where nothing else is there."""
    sign = sign_of(comment)
    lines = start.splitlines(keepends=True)
    return "".join(line for line in lines if not (sign and line.lstrip().startswith(sign))) or start
