"""What a file or a code that somebody opens turns out to be: an experiment, a session, or a table to make one for."""

from __future__ import annotations

import os
from pathlib import Path

from hyperscope.lab import reading
from hyperscope.lab.examples.examples import suggested
from hyperscope.lab.experiment.data import FILE
from hyperscope.lab.experiment.experiment import Experiment, changed, read
from hyperscope.lab.export.sharing import beside, from_tree, recognised
from hyperscope.lab.reading import content
from hyperscope.lab.timeline.score import LONGEST, PREFIX, Score, from_code

HEAD = 64  # bytes in which a code shows itself
TABLE_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt")


def opened(path: Path) -> Experiment:
    """The experiment in a .json file or a code's, or a new one for the table in a CSV file.

    Raises: ValueError naming the file and what is wrong with it.
    """
    if _code_in(path) is not None:
        return opened_score(path).experiment
    if path.name.lower().endswith(".json"):
        experiment = read(path)
        beside = path.parent / experiment.data.file
        if experiment.data.source == FILE and not Path(experiment.data.file).is_absolute() and os.path.isfile(beside):
            return changed(experiment, "data.file", str(beside))
        return experiment
    if path.name.lower().endswith(TABLE_ENDINGS):
        return Experiment(data=suggested(path))
    try:
        path.stat()
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {getattr(problem, 'strerror', None) or problem}") from None
    raise ValueError(f"{path}: this is neither an experiment (.json) nor a table ({', '.join(TABLE_ENDINGS)})")


def table_at(words: str | Path) -> Path | None:
    """The whole path of the table that a code or a file's name names, None if it names none.

    Raises: ValueError if there is no such file, or none that one may look at.
    """
    path = Path(words)
    if str(words).startswith(PREFIX) or not path.name.lower().endswith(TABLE_ENDINGS):
        return None
    try:
        path.stat()
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {getattr(problem, 'strerror', None) or problem}") from None
    return path.absolute()


def opened_score(words: str | Path) -> Score:
    """What a code or a file holds: a session, or an experiment or table as one in which nothing has happened yet.

    Raises: ValueError naming the file, or saying what is wrong with the code.
    """
    if str(words).startswith(PREFIX):
        return from_code(str(words))
    path = Path(words)
    if (code := _code_in(path)) is not None:
        try:
            return beside(recognised(code).score, path.parent)
        except ValueError as problem:
            raise ValueError(f"{path}: {problem}") from None
    if is_table(path):
        return Score(opened(path))
    source = content(path)
    try:
        return beside(from_tree(source).score, path.parent)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def is_table(path: Path) -> bool:
    """Whether a file that can be opened is a table, and neither an experiment nor a code."""
    return not path.name.lower().endswith(".json") and _code_in(path) is None


def _code_in(path: Path) -> str | None:
    """What a file that begins with a code holds, whatever its name ends in; None for any other."""
    try:
        with reading.opened(path) as file:
            if not file.read(HEAD).lstrip().startswith(PREFIX.encode()):
                return None
            file.seek(0)
            return file.read(LONGEST).decode("ascii", "replace")
    except (OSError, ValueError):
        return None  # what opens it says why not
