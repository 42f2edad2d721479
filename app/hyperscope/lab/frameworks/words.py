"""Words in code: comments that cannot end, literals that cannot be left, and what is said of data.

A name from a user's file gets into code by `quoted` alone.
"""

from __future__ import annotations

import textwrap

from hyperscope.knob import knobs
from hyperscope.lab.experiment.data import FILE, PAINTED, TABLES, Data, on_plane

WIDTH = 92  # characters of a comment
LONGEST = 60  # characters of a user's name that are told

DRAWN = ("points", "classes", "noise")  # knobs of data that are drawn
READ = ("label", "missing", "words", "first_row", "encoding", "comment")  # and of a file that is read
ALWAYS = ("dev_share", "test_share", "seed")


def quoted(text: str) -> str:
    """A user's text as a Python literal in ASCII, cut; it holds no line's end, whatever the text does."""
    return ascii(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def comment_lines(text: str) -> tuple[str, ...]:
    """The lines of a comment, each with its #. Line breaks of any kind are spaces."""
    return tuple(f"# {line}" for line in textwrap.wrap(" ".join(text.split()), WIDTH))


def mattering(data: Data) -> tuple[str, ...]:
    """The fields of data that decide which examples there are; the others play no part with this source."""
    names = [name for name in knobs(Data) if name not in (*DRAWN, *READ, "source", "file")]
    if data.source == FILE:
        names += [*READ, "file"]
    elif data.source == PAINTED:
        names += ["classes"]
    elif data.source not in TABLES:
        names += list(DRAWN)
    return tuple(names)


def data_words(data: Data) -> str:
    """What decides which examples there are: what always does, and all else that is not as usual."""
    usual, declared, said = Data(), knobs(Data), []
    for name in mattering(data):
        value = getattr(data, name)
        if name == "file":
            continue
        if name in ALWAYS or name in DRAWN or value != getattr(usual, name):
            shown = quoted(value) if name in ("label",) else f"{value}"
            said.append(f"{declared[name].label.lower()} {shown}")
    if on_plane(data.source):
        said.append(f"features {' '.join(data.features)}")
    if data.left_out:
        said.append(f"without {', '.join(map(quoted, data.left_out[:4]))}" + " …" * (len(data.left_out) > 4))
    if data.source == PAINTED:
        said.append(f"{sum(len(line.split()) for line in data.painted)} points painted")
    return ", ".join(said)
