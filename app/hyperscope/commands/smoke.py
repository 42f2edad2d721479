"""`hyperscope smoke`: opens the window, trains for a moment, and closes it."""

from __future__ import annotations

from hyperscope.commands.words import Parser
from hyperscope.terminal import say


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    Parser(prog="hyperscope smoke", description="Open the window, train for a moment, close it.").parse_args(words)
    from hyperscope.ui.app import smoke

    say(smoke())
    return 0
