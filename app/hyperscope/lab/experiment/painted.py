"""Points of one's own as a value: how they are written down, and what painting, erasing and dragging make of them.

Each class is one line of text, `x,y` for each point, in thousandths at the finest, and `.` for a place left free. A
point keeps its place in its class while others come and go, and with it the part of the data that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hyperscope.quoting import named

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Painted = tuple[str, ...]  # a line of text for each class

MOST = 4000  # points
MOST_CLASSES = 6
DECIMALS = 3
FARTHEST = 100.0  # from the middle, along either axis
FREE = "."
_NUMBER = r"-?\d{1,3}(?:\.\d{1,3})?"
_TOKEN = re.compile(rf"(?:{_NUMBER},{_NUMBER}|\.)")
_LINE = re.compile(rf"(?:{_TOKEN.pattern} )*{_NUMBER},{_NUMBER}")


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """Points x (2, m) of classes y (m,), each at its `place` (m,) in its class; by class, then by place."""

    x: Floats
    y: Ints
    place: Ints

    def __len__(self) -> int:
        return int(self.y.size)

    @property
    def counts(self) -> Ints:
        """How many points each of the MOST_CLASSES classes has."""
        return np.bincount(self.y, minlength=MOST_CLASSES)

    @property
    def room(self) -> int:
        """How many more points there may be."""
        return MOST - len(self)

    def added(self, x: Floats, c: int) -> Points:
        """With points x (2, k) of class c more, at the places left free first; no more of them than there is room."""
        x = rounded(x[:, : max(0, self.room)])
        taken = self.place[self.y == c]
        free = np.setdiff1d(np.arange(len(taken) + x.shape[1]), taken, assume_unique=True)[: x.shape[1]]
        return _ordered(
            np.concatenate([self.x, x], axis=1),
            np.concatenate([self.y, np.full(x.shape[1], c, np.int64)]),
            np.concatenate([self.place, free]),
        )

    def without(self, gone: Bools) -> Points:
        """Without the points where `gone` (m,) holds."""
        return Points(self.x[:, ~gone], self.y[~gone], self.place[~gone])

    def moved(self, which: Bools, to: Floats) -> Points:
        """With the points where `which` (m,) holds at places `to` (2, k)."""
        x = self.x.copy()
        x[:, which] = rounded(to)
        return Points(x, self.y, self.place)

    def near(self, x: float, y: float, radius: float) -> Bools:
        """(m,) which points lie within `radius` of a place."""
        near: Bools = np.hypot(self.x[0] - x, self.x[1] - y) <= radius
        return near

    def written(self) -> Painted:
        """The points as text, for an experiment; inverse of `read`."""
        lines = []
        for c in range(int(self.y.max(initial=-1)) + 1):
            of_class = self.y == c
            tokens = [FREE] * (int(self.place[of_class].max(initial=-1)) + 1)
            for at, x, y in zip(self.place[of_class].tolist(), *self.x[:, of_class].tolist(), strict=True):
                tokens[at] = _token(x, y)
            lines.append(" ".join(tokens))
        return tuple(lines)


NO_POINTS = Points(np.zeros((2, 0)), np.zeros(0, np.int64), np.zeros(0, np.int64))


def read(painted: Painted) -> Points:
    """The points that text stands for; it must have been checked."""
    parts = [NO_POINTS]
    for c, line in enumerate(painted):
        x = _line(line)
        place = np.flatnonzero(~np.isnan(x[0]))
        parts.append(Points(x[:, place], np.full(len(place), c, np.int64), place))
    return Points(
        np.concatenate([part.x for part in parts], axis=1),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.place for part in parts]),
    )


def refusal(painted: object) -> str | None:
    """The sentence that says why `painted` are no points, or None if they are."""
    if not (isinstance(painted, tuple) and all(isinstance(line, str) for line in painted)):
        return f"painted is {named(painted)}; it must be a line of text for each class, such as '0.5,1 -0.25,2'"
    if len(painted) > MOST_CLASSES:
        return f"painted has {len(painted)} classes; at most {MOST_CLASSES} are allowed"
    for c, line in enumerate(painted, 1):
        if (word := _wrong(line)) is not None:
            return (
                f"painted, class {c}: {named(word[:40])} is no point; write x,y with numbers within ±{FARTHEST:g} and "
                f"at most {DECIMALS} decimals, or {FREE} for a place left free"
            )
    found = count(painted)
    return f"painted has {found} points; at most {MOST} are allowed" if found > MOST else None


def scattered_in(x: float, y: float, radius: float, count: int, rng: np.random.Generator) -> Floats:
    """Places (2, count) spread evenly over the circle of `radius` around (x, y); the middle itself if it has none."""
    distance = radius * np.sqrt(rng.random(count))
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.stack([x + distance * np.cos(angle), y + distance * np.sin(angle)])


def rounded(x: Floats) -> Floats:
    """Places (2, m) as they are kept: no finer than thousandths, no farther out than FARTHEST."""
    return np.asarray(np.round(np.clip(x, -FARTHEST, FARTHEST), DECIMALS) + 0.0, np.float64)  # no −0


def copied(x: Floats, y: Ints, parts: Ints, part_of: Sequence[Ints]) -> Points:
    """Points of x (2, m), y (m,) at places whose part is theirs, as far as there are such places.

    `parts` (m,) are the parts they were in; `part_of[c]` (k,) the parts of class c's places, k at least m.
    """
    place = np.zeros(len(y), np.int64)
    for c in np.unique(y):
        members = np.flatnonzero(y == c)
        places = np.arange(len(members))
        left, unused = [], []
        for part in np.unique(np.concatenate([parts[members], part_of[c][places]])):
            mine, its = members[parts[members] == part], places[part_of[c][places] == part]
            both = min(len(mine), len(its))
            place[mine[:both]] = its[:both]
            left.append(mine[both:])
            unused.append(its[both:])
        place[np.concatenate(left)] = np.concatenate(unused)
    return _ordered(rounded(x), y.astype(np.int64), place)


# -- what changed -------------------------------------------------------------------------------------------------


def differences(old: Painted, new: Painted) -> dict[str, str]:
    """What leads from `old` to `new`: by "class.place", both from 0, the point there now, or `.` where it is free."""
    found = {}
    for c in range(max(len(old), len(new))):
        before, after = ((lines[c] if c < len(lines) else "").split() for lines in (old, new))
        if before == after:
            continue
        for at in range(max(len(before), len(after))):
            was, now = (tokens[at] if at < len(tokens) else FREE for tokens in (before, after))
            if was != now:
                found[f"{c}.{at}"] = now
    return found


def amended(old: Sequence[str], by: Mapping[str, object]) -> list[str]:
    """The lines that `differences` led to. Raises: ValueError for what is no place or no point."""
    return Amended(old).by(by)


class Amended:
    """Lines of points that change a few at a time: only what is new is looked at, however many there are."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = list(lines)
        self._tokens = [line.split() for line in lines]
        self._sound = all(_wrong(line) is None for line in lines)

    def by(self, by: Mapping[str, object]) -> list[str]:
        """The lines that `differences` led to. Raises: ValueError for what is no place or no point."""
        touched = set()
        for where, token in by.items():
            c, _, at = where.partition(".")
            if not (c.isdecimal() and at.isdecimal() and int(c) < MOST_CLASSES and int(at) < 10 * MOST):
                raise ValueError(f"{named(where)} is no place of a painted point")
            if not isinstance(token, str) or not _TOKEN.fullmatch(token):
                raise ValueError(f"{named(token)} is no painted point")
            while len(self._tokens) <= int(c):
                self._tokens.append([])
                self._lines.append("")
            tokens = self._tokens[int(c)]
            tokens += [FREE] * (int(at) + 1 - len(tokens))
            tokens[int(at)] = token
            touched.add(int(c))
            self._sound = self._sound and (token == FREE or all(abs(float(w)) <= FARTHEST for w in token.split(",")))
        for number in touched:
            tokens = self._tokens[number]
            while tokens and tokens[-1] == FREE:
                tokens.pop()
            self._lines[number] = " ".join(tokens)
            if self._sound:
                _remember(self._lines[number])
        while self._lines and not self._lines[-1]:
            self._lines.pop()
            self._tokens.pop()
        return list(self._lines)


def told(old: Painted, new: Painted) -> str:
    """What was done, in words that a stroke's parts have in common: "points painted", "points painted and moved"."""
    done = dict.fromkeys(("painted", "erased", "moved"), False)
    before = [line.split() for line in old]
    for where, token in differences(old, new).items():
        c, at = map(int, where.split("."))
        free = c >= len(before) or at >= len(before[c]) or before[c][at] == FREE
        done["painted" if free else "erased" if token == FREE else "moved"] = True
    return f"points {' and '.join(what for what, was in done.items() if was)}".rstrip()


def count(painted: Painted) -> int:
    """How many points there are."""
    return sum(line.count(",") for line in painted)


# -- text ---------------------------------------------------------------------------------------------------------


def _ordered(x: Floats, y: Ints, place: Ints) -> Points:
    order = np.lexsort((place, y))
    return Points(x[:, order], y[order], place[order])


@lru_cache(maxsize=2 * MOST)
def _token(x: float, y: float) -> str:
    return f"{x:.{DECIMALS}f}".rstrip("0").rstrip(".") + "," + f"{y:.{DECIMALS}f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=64)
def _line(line: str) -> Floats:
    """The places (2, k) in a line, NaN where one is free."""
    words = ["nan,nan" if token == FREE else token for token in line.split()]
    values = np.array([float(word) for word in ",".join(words).split(",")] if words else [])
    x = values.reshape(-1, 2).T.copy()
    x.setflags(write=False)
    return x


_SOUND: dict[str, None] = {}  # the newest lines that were made of points checked one by one


def _remember(line: str) -> None:
    _SOUND[line] = None
    if len(_SOUND) > 64:
        del _SOUND[next(iter(_SOUND))]


def _wrong(line: str) -> str | None:
    """The first word of a line that is no point, None if all are."""
    return None if line in _SOUND else _looked_through(line)


@lru_cache(maxsize=64)
def _looked_through(line: str) -> str | None:
    # one look at the whole line, as it is checked anew 25 times a second while somebody paints
    if not line or (_LINE.fullmatch(line) and np.nanmax(np.abs(_line(line))) <= FARTHEST):
        return None
    tokens = line.split(" ")
    for token in tokens:
        if not _TOKEN.fullmatch(token):
            return token
        if token != FREE and any(abs(float(word)) > FARTHEST for word in token.split(",")):
            return token
    return tokens[-1]
