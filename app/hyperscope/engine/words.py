"""What it takes to put one call of a plan into words; which words, is for narration to say."""

from __future__ import annotations

from dataclasses import dataclass

SAME = "same"  # what is written stood there before, with other numbers


@dataclass(frozen=True, slots=True)
class Words:
    """One operation in words. `now` is the symbol of what it writes, `was` of what it makes that from, if alike in
    shape (SAME: of itself), and `columns` says what a column of it stands for.

    `factor` names the number that what is kept must be multiplied with to be what the formula says, `over` the label
    of an earlier call whose result is shown divided by this one's.
    """

    formula: str
    sentence: str
    now: str
    was: str = ""
    columns: str = "examples"
    factor: str = ""
    over: str = ""
