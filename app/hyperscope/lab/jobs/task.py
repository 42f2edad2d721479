"""What a task is: a frozen value that crosses to a process of its own and works there, stretch after stretch.

It knows nothing of processes, so a test can run it where it stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

R_co = TypeVar("R_co", covariant=True)
F_co = TypeVar("F_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done, from 0 to 1, and where that is in words, or ""."""

    share: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Record(Generic[R_co]):
    """Something found. Of records with the same key only the newest is of interest; with None each is kept."""

    value: R_co
    key: Hashable = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is left to do until something is wished for."""


News: TypeAlias = Progress | Record[R_co] | Rest
Wishes: TypeAlias = deque[Any]


class Task(Protocol[R_co, F_co]):
    """Work that finds records of type R and comes to a result of type F.

    One that starts processes of its own `spreads`, an attribute that others do without.

    It is run again where its process was ended meanwhile, and has to come to the same numbers. A task in which wishes
    have a part, or that need not begin at its beginning, has a method `again(wished, records)`: the task that comes to
    where these records are by itself, where `wished` has the newest wish of each type.
    """

    @property
    def what(self) -> str:
        """What its process does, as in "The process that trained the ten seeds ended unexpectedly."."""

    def run(self, wishes: Wishes) -> Generator[News[R_co], None, F_co]:
        """Works until the next piece of news, and returns the result. Each yield is a place to pause or to end at.

        A stretch between two yields should take 10 to 50 ms. What the window wishes for is found in `wishes`, oldest
        first; it is to be answered by the next yield, before more work is done, as a paused task is woken for it.
        Raises: ValueError with a sentence for the person when it cannot be done.
        """
