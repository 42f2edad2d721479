"""What a run can be given from files: the weights it starts from, and the order of its mini-batches.

Names, kinds and shapes are looked at before values, and nothing is read that no network can have.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from hyperscope.engine.arrays import Array, Indices
from hyperscope.lab.export.run import GivenOrder
from hyperscope.lab.npz import archive
from hyperscope.lab.reading import opened
from hyperscope.quoting import named

MOST_BATCHES, MOST_EXAMPLES = 1_000_000, 20_000_000  # of a written order
LONGEST_LINE = 4_000_000  # characters; every row of the largest table fits twice


def read_weights(path: Path, network: Mapping[str, Array]) -> dict[str, Array]:
    """The final weights in a file that a run wrote, or arrays that another program named alike.

    Of arrays that are none of the `network`'s in name, shape or kind only that is read; they hold nothing then.
    Raises: ValueError naming the file.
    """
    try:
        with opened(path) as file, archive(file) as found:
            heads = {name: head for name, head in found.heads.items() if not name.startswith("initial.")}
            fits = {
                name: name in network and head.shape == network[name].shape and head.dtype.kind in "fiu"
                for name, head in heads.items()
            }
            return {name: found.read(name) if fits[name] else head.stand_in() for name, head in heads.items()}
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror or problem}") from None
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def read_batches(path: Path, m: int, epoch: int | None = None) -> GivenOrder:
    """A text file with one mini-batch per line: numbers of training examples, from 0, apart by spaces or commas.

    There are m training examples, and `epoch` of them in an epoch, all if not said.
    Raises: ValueError naming file, line and what is wrong with it.
    """
    batches: list[Indices] = []
    count = number = 0
    try:
        with opened(path) as file, io.TextIOWrapper(file, "utf-8-sig") as text:
            for number, line in enumerate(_lines(text), 1):  # noqa: B007 - for the sentence below
                if batch := _batch(line, m):
                    batches.append(np.array(batch))
                    count += len(batch)
                if count > MOST_EXAMPLES or len(batches) > MOST_BATCHES:
                    raise ValueError(f"at most {MOST_BATCHES} mini-batches of {MOST_EXAMPLES} examples are read")
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror or problem}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: this is no text in UTF-8") from None
    except ValueError as problem:
        where = f"{path}, line {number}" if number else f"{path}"
        raise ValueError(f"{where}: {problem}") from None
    if not batches:
        raise ValueError(f"{path}: there are no mini-batches in it; write one per line")
    return GivenOrder(tuple(batches), epoch or m)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        yield line


def _batch(line: str, m: int) -> list[int]:
    if len(line) == LONGEST_LINE:
        raise ValueError(f"it is longer than {LONGEST_LINE} characters; write one mini-batch per line")
    words = line.replace(",", " ").split()
    for word in words:
        if not (word.isdecimal() and len(word) < 20 and int(word) < m):
            raise ValueError(f"{named(word)} is no training example; they are 0 to {m - 1}")
    return [int(word) for word in words]
