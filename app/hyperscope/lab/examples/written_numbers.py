"""Numbers as people write them: with decimal commas, or with separators between thousands.

What a comma means is told from all cells of a column, else from the other columns; never from one cell alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "?", "-"})  # "no value", in any case

# what a comma is in a column, or in a file
PLAIN, DECIMAL, THOUSANDS, EITHER = "", "decimal", "thousands", "either"

# three digits, apart by a space, a space that does not break (wide or narrow), or an apostrophe
_APART = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d*)?")
_SEPARATORS = re.compile(r"[ \u00a0\u202f'’]")
_DECIMAL = re.compile(r"[+-]?(?:(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)?,\d+|\d+,)(?:[eE][+-]?\d+)?")
_POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")


def is_missing(cell: str) -> bool:
    """Whether a cell, stripped, means that there is no value."""
    return cell.casefold() in MISSING


def plain_number(cell: str) -> float:
    """The number in a cell written as programs write it, or NaN."""
    try:
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan


def number(cell: str, comma: str) -> float:
    """The number in a stripped cell of a column whose comma is DECIMAL, THOUSANDS or neither; NaN if it is none."""
    cell = _joined(cell)
    if comma == DECIMAL and (_DECIMAL.fullmatch(cell) or _POINTS.fullmatch(cell)):
        return plain_number(cell.replace(".", "").replace(",", "."))
    if comma == DECIMAL and "." in cell:
        return math.nan
    if comma == THOUSANDS and _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    return plain_number(cell)


def comma_in(cells: Iterable[str]) -> str:
    """What a comma is in a column that holds `cells`: EITHER where each could be both, PLAIN where none is one."""
    found = {DECIMAL: 0, THOUSANDS: 0, EITHER: 0}
    points = 0
    for cell in map(_joined, cells):
        if meaning := _meaning(cell):
            found[meaning] += 1
        elif "." in cell and math.isfinite(plain_number(cell)) and not _POINTS.fullmatch(cell):
            points += 1  # a decimal point, which no column of decimal commas has
    if found[DECIMAL] and not found[THOUSANDS] and points < found[DECIMAL]:
        return DECIMAL
    if found[DECIMAL]:
        return PLAIN
    if found[THOUSANDS] or (found[EITHER] and points):
        return THOUSANDS
    return EITHER if found[EITHER] else PLAIN


def groups_by_points(cells: Iterable[str]) -> bool:
    """Whether all points among cells of numbers could separate thousands, as in "1.250", and some do."""
    pointed = [cell for cell in cells if "." in cell]
    return bool(pointed) and all(map(_POINTS.fullmatch, pointed))


def is_apart(cell: str, comma: str) -> bool:
    """Whether a cell of a column with such a `comma` is a number with thousands set apart, by any sign for that."""
    sign = {DECIMAL: ".", THOUSANDS: ","}.get(comma)
    return bool(_APART.fullmatch(cell)) or (sign is not None and sign in cell and math.isfinite(number(cell, comma)))


def two_readings(cell: str) -> tuple[str, str] | None:
    """A cell such as "1,234" with a decimal point, and without a separator; None where only one can be meant."""
    return (cell.replace(",", "."), cell.replace(",", "")) if _meaning(cell) == EITHER else None


def looks_like_number(cell: str) -> bool:
    """Whether a cell would be a finite number in some column."""
    return any(math.isfinite(number(cell, comma)) for comma in (PLAIN, DECIMAL, THOUSANDS))


def _joined(cell: str) -> str:
    """The cell without what sets its thousands apart, unless that is a comma or a point."""
    return _SEPARATORS.sub("", cell) if _APART.fullmatch(cell) else cell


def _meaning(cell: str) -> str:
    """What the commas, or the points between thousands, of one cell are."""
    decimal = bool(_DECIMAL.fullmatch(cell)) or (cell.count(".") > 1 and bool(_POINTS.fullmatch(cell)))
    thousands = bool(_THOUSANDS.fullmatch(cell))
    return EITHER if decimal and thousands else DECIMAL if decimal else THOUSANDS if thousands else PLAIN


def spaced(count: int) -> str:
    """A count for reading, with spaces between thousands."""
    return f"{count:,}".replace(",", " ")
