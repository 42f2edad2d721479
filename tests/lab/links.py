"""Links to a worker, asked until they answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.lab.worker.commands import Reply
from hyperscope.lab.worker.link import Link
from patience import SECONDS
from probed import asks


def answer(link: Link, *names: str) -> Reply:
    """The worker's next answer, when these probes are asked now."""
    return reply_to(link, asks(*names))


def reply_to(link: Link, asked: Sequence[AnyAsk]) -> Reply:
    """The worker's next answer to what is asked now."""
    end = time.monotonic() + SECONDS
    link.ask(asked)
    while time.monotonic() < end:
        link.wait(end - time.monotonic())
        reply = link.take()
        if reply is not None:
            return reply
    raise AssertionError("the worker does not answer")


def until(link: Link, fits: Callable[[Reply], bool], *names: str) -> Reply:
    """The first answer that fits, asked for again and again."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        reply = answer(link, *names)
        if fits(reply):
            return reply
    raise AssertionError("no answer fits")


def step(link: Link) -> int:
    return answer(link).snapshot.status.step
