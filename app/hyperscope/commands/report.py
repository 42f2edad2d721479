"""`hyperscope report`: one page on a run."""

from __future__ import annotations

import os

from hyperscope.commands.ending import interrupted, written_to
from hyperscope.commands.screen import needs_qt
from hyperscope.commands.words import ANYTHING, EPOCHS, Parser, check_epochs, path, text
from hyperscope.lab.writing import check
from hyperscope.terminal import say


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    parser = Parser(prog="hyperscope report", description="One page on a run: pictures, numbers, settings, moves.")
    parser.add_argument("file", help=ANYTHING)
    parser.add_argument("--out", required=True, type=path, help="the file to write (.html)")
    parser.add_argument("--epochs", type=int, help=EPOCHS)
    parser.add_argument("--title", type=text, default="", help="the page's title; without it the experiment in words")
    given = parser.parse_args(words)
    check_epochs(given.epochs)

    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score

    use_one_thread()
    score = opened_score(given.file)
    needs_qt()
    check(given.out)
    replaced = os.path.exists(given.out)
    from hyperscope.ui.record.headless import report

    report(score, given.out, epochs=given.epochs, title=given.title)
    say(written_to(given.out, replaced))
    return interrupted("what was done by then is written")
