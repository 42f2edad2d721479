"""What can be asked of networks while they train: probes, a question of one, and the records that answer it.

A probe is declared in a file of its own, with its frozen question and its frozen record beside it. It crosses to
another process as the place where it is declared, so asking sends no code. It looks at the network as it is at test
time, unless its docstring says otherwise, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

Q = TypeVar("Q")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Askable(Generic[Q, R_co]):
    """Something that answers a question Q by a record R: a function at the top of a module, under its own name."""

    def __init__(self, look: Callable[..., R_co]) -> None:
        self.__doc__ = look.__doc__
        self.module, self.name = look.__module__, look.__qualname__

    def __reduce__(self) -> tuple[Callable[[str, str], Askable[Any, Any]], tuple[str, str]]:
        return _declared, (self.module, self.name)

    def __repr__(self) -> str:
        return f"{self.module}.{self.name}"


@cache
def _declared(module: str, name: str) -> Askable[Any, Any]:
    found = getattr(import_module(module), name, None)
    if not isinstance(found, Askable):
        raise LookupError(f"{module}.{name} is none of what can be asked for")
    return found


class Probe(Askable[Q, R_co]):
    """Decorates a function of one network. Of twins each is looked at."""

    def __init__(self, look: Callable[[Subject, Q], R_co]) -> None:
        super().__init__(look)
        self._look = look

    def __call__(self, subject: Subject, question: Q) -> R_co:
        """The record of this subject."""
        return self._look(subject, question)


class Comparison(Askable[Q, R_co]):
    """Decorates a function of all networks that are trained beside each other; each of them gets the record."""

    def __init__(self, look: Callable[[tuple[Looked, ...], Q], R_co]) -> None:
        super().__init__(look)
        self._look = look

    def __call__(self, sides: tuple[Looked, ...], question: Q) -> R_co:
        """The record of these sides together."""
        return self._look(sides, question)


@dataclass(frozen=True, slots=True)
class Ask(Generic[Q, R_co]):
    """A question to a probe, None to one that takes none."""

    probe: Askable[Q, R_co]
    question: Q

    def __reduce__(self) -> tuple[type[Ask[Any, Any]], tuple[Askable[Q, R_co], Q]]:
        return Ask, (self.probe, self.question)


AnyAsk = Ask[Any, Any]


class Records:
    """What was found, by what was asked; nothing in it changes."""

    __slots__ = ("_found",)

    def __init__(self, found: dict[AnyAsk, Any] | None = None) -> None:
        self._found = dict(found or {})

    def __getitem__(self, ask: Ask[Any, R]) -> R:
        found: R = self._found[ask]
        return found

    def get(self, ask: Ask[Any, R]) -> R | None:
        """The answer to just this, None if it was not asked."""
        return self._found.get(ask)

    def of(self, probe: Askable[Any, R]) -> R | None:
        """The answer of this probe, whatever the question was; None if it was not asked."""
        return next((record for ask, record in self._found.items() if ask.probe is probe), None)

    def __contains__(self, ask: object) -> bool:
        return ask in self._found

    def __iter__(self) -> Iterator[AnyAsk]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __reduce__(self) -> tuple[type[Records], tuple[dict[AnyAsk, Any]]]:
        return Records, (self._found,)


class Looked:
    """A subject as it stands now: what several ask of it is worked out once. It is thrown away before it changes."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._found: dict[AnyAsk, Any] = {}

    def __call__(self, ask: Ask[Q, R]) -> R:
        """The record asked for. Raises: TypeError for what is no question to a single network."""
        if ask not in self._found:
            if not isinstance(ask.probe, Probe):
                raise TypeError(f"{ask.probe} does not look at one network")
            self._found[ask] = ask.probe(self.subject, ask.question)
        found: R = self._found[ask]
        return found


def look(sides: tuple[Looked, ...], asks: Iterable[AnyAsk]) -> tuple[Records, ...]:
    """What each side answers; what is asked of something else than networks is left out."""
    found: tuple[dict[AnyAsk, Any], ...] = tuple({} for _ in sides)
    for ask in asks:
        if isinstance(ask.probe, Comparison):
            common = ask.probe(sides, ask.question)
            for records in found:
                records[ask] = common
        elif isinstance(ask.probe, Probe):
            for side, records in zip(sides, found, strict=True):
                records[ask] = side(ask)
    return tuple(map(Records, found))
