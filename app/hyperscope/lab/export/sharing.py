"""What people hand on: an experiment or a whole session as a short code or as JSON, recognised and put into words.

An experiment alone travels as a session in which nothing has happened yet, so there is one kind of code.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.data import FILE, Data, file_name
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.experiment import from_json as experiment_from_json
from hyperscope.lab.reading import LARGEST_TEXT
from hyperscope.lab.timeline.score import PREFIX, Score, from_code, with_tables
from hyperscope.lab.timeline.score import from_json as score_from_json
from hyperscope.quoting import cut, short

THIN = "\u2009"  # between thousands
PASTE = f"Paste a code that starts with {PREFIX}, or the JSON of an experiment or of a session."
_CODE = re.compile(re.escape(PREFIX) + r"[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a text turned out to be. An experiment's score has no events and ends where it starts."""

    kind: Literal["experiment", "session"]
    score: Score


def experiment_code(experiment: Experiment) -> str:
    """The experiment alone as one word, see `Score.to_code`."""
    return Score(experiment).to_code()


def recognised(text: str) -> Shared:
    """The experiment or session in `text`: a code, also in the midst of a message, or JSON of either.

    Raises: ValueError with a sentence that says what is wrong with it.
    """
    if len(text) > LARGEST_TEXT:
        raise ValueError(f"this is longer than {LARGEST_TEXT} characters, and no experiment or session is")
    words = text.strip("\ufeff").strip().strip("`'\"<>").strip()
    if not words:
        raise ValueError(PASTE)
    if words.startswith(PREFIX):
        return _shared(from_code(_trimmed(words)))
    if words[0] in "{[":
        return from_tree(words.encode())
    if found := _CODE.search(words):
        return _shared(from_code(found.group()))
    raise ValueError(f"this is neither a code nor JSON. {PASTE}")


def from_tree(source: bytes) -> Shared:
    """The experiment or session that JSON holds. Raises: ValueError saying what is wrong with it."""
    parts: set[str] = set()
    with suppress(msgspec.ValidationError):  # what is no object
        parts = set(_parts(source))
    if {"start", "events", "end"} & parts:
        return _shared(score_from_json(source))
    return _shared(Score(experiment_from_json(source)))


def _parts(source: bytes) -> dict[str, msgspec.Raw]:
    """The fields of a JSON object, without making anything of them."""
    try:
        return msgspec.json.decode(source, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        raise
    except (ValueError, RecursionError) as problem:  # what is no text in UTF-8 is a ValueError too
        raise ValueError(f"this is not an experiment: {cut(str(problem))}") from None


def _trimmed(words: str) -> str:
    """A code without the words that follow it, where the first word reads as a code by itself; else all of it."""
    first, *rest = words.split()
    if not rest:
        return words
    try:
        from_code(first)
    except ValueError:
        return words  # broken into lines by whatever carried it
    return first


def _shared(score: Score) -> Shared:
    return Shared("session" if score.goes_on else "experiment", score)


# -- opening ----------------------------------------------------------------------------------------------------------


def beside(score: Score, folder: Path) -> Score:
    """The score with tables that lie in `folder`, where the file with the score was, named by their whole path."""

    def found(data: Data) -> Data:
        there = folder / data.file
        if data.source == FILE and not Path(data.file).is_absolute() and _is_there(there):
            return msgspec.structs.replace(data, file=str(there))
        return data

    return with_tables(score, found)


def with_known(score: Score, file: str) -> Score:
    """The score with the table at `file`, which is open here, in place of one that goes by its name alone."""

    def known(data: Data) -> Data:
        mine = data.source == FILE and bool(data.file) and data.file == file_name(file)
        return msgspec.structs.replace(data, file=file) if mine else data

    return with_tables(score, known)


# -- in words ---------------------------------------------------------------------------------------------------------


def described(score: Score) -> str:
    """A session in a line, e.g. "spiral, 3 layers of 8 tanh, 4 moves over 2 300 steps"; an experiment without the end.

    A table that it needs is named, and not looked for.
    """
    said = outline(score.experiment)
    if score.events or score.end:
        count = len(score.events)
        said += f", {_counted(count, 'move') if count else 'no move'} over {_counted(score.end, 'step')}"
    every = (score.start, *(event.experiment for event in score.events))
    files = {experiment.data.file for experiment in every if experiment.data.source == FILE}
    if files:
        said += f"; it needs {' and '.join(sorted(map(_table, files)))}"
    return said


def _table(file: str) -> str:
    # it is another's word until it is opened: asked for, a path could call another computer, so nothing is asked
    elsewhere = " on another computer" if file.startswith(("\\\\", "//")) else ""
    return short(file_name(file)) + elsewhere


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name too long for any file, or with a NUL in it
        return False


def outline(experiment: Experiment) -> str:
    """Data and network in a few words, e.g. "spiral, 3 layers of 8 tanh, batch norm before"."""
    data = experiment.data
    source = short(file_name(data.file)) if data.source == FILE else data.source
    return f"{source}, {_network(experiment.network.layers)}"


def _network(layers: tuple[Layer, ...]) -> str:
    if not layers:
        return "no hidden layer"
    units = [layer.units for layer in layers]
    many = f"{len(layers)} layer{'s' if len(layers) > 1 else ''} of "
    many += f"{units[0]}" if len(set(units)) == 1 else "-".join(map(str, units))
    activations = list(dict.fromkeys(layer.activation for layer in layers))
    norms = {layer.batch_norm for layer in layers}
    norm = "" if norms == {"off"} else f", batch norm {norms.pop()}" if len(norms) == 1 else ", batch norm in some"
    return f"{many} {' and '.join(activations)}{norm}"


def _counted(count: int, what: str) -> str:
    return f"{count:,}".replace(",", THIN) + f" {what}{'' if count == 1 else 's'}"
