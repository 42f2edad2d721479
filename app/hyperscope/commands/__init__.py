"""What is done without a screen: a module for each command, whose `main(words)` does it and gives an exit code."""

from __future__ import annotations

from importlib import import_module

COMMANDS = {
    "run": "train without a window",
    "sweep": "many networks that differ in one setting",
    "search": "good values of some knobs, with any of nine strategies",
    "record": "pictures and animations of the window",
    "export": "pictures, films, numbers, codes",
    "report": "one page on a run",
    "doctor": "what was found on this machine",
    "smoke": "open the window, train for a moment, close it",
}


def carry_out(name: str, words: list[str]) -> int:
    """Does what a command does with the words after it. Raises: ValueError with a sentence on words it cannot use."""
    code: int = import_module(f"{__name__}.{name}").main(words)
    return code
