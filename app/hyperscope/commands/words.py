"""What the words after a command may be, and the sentences on those that cannot be."""

from __future__ import annotations

import argparse
from pathlib import Path

from hyperscope.quoting import cut, unwritable
from hyperscope.terminal import tell

ANYTHING = "an experiment or session (.json), a table (.csv), or a code (HS1-…)"
EPOCHS = "how many passes over the training set (60; after the end of a session 0)"


class Parser(argparse.ArgumentParser):
    """Raises: ValueError with a sentence where others print and leave."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise ValueError(f"{cut(message)}; see {self.prog} --help")

    def _print_message(self, message: str, file: object = None) -> None:
        tell(message)


def path(words: str) -> Path:
    """Raises: ArgumentTypeError for no words at all, which would mean the folder one happens to be in."""
    if not words.strip():
        raise argparse.ArgumentTypeError("it is empty; name a file or folder")
    return Path(words)


def text(words: str) -> str:
    """Raises: ArgumentTypeError for words that no file can hold, which would be found out when it is written."""
    if odd := unwritable(words):
        raise argparse.ArgumentTypeError(f"{odd} is no text in UTF-8")
    return words


def check_epochs(epochs: int | None) -> None:
    """Raises: ValueError if there cannot be so many."""
    if epochs is not None and epochs < 0:
        raise ValueError(f"epochs is {epochs}; it must be 0 or more")
