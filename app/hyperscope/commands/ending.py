"""How a command ends: what was written where, and what there is where an interrupt came."""

from __future__ import annotations

from pathlib import Path

from hyperscope.lab.machine import interrupts
from hyperscope.terminal import warn


def written_to(out: Path, replaced: bool) -> str:
    """Names what was written, and that something else was there."""
    return f"Written to {out}, in place of the file that was there." if replaced else f"Written to {out}."


def interrupted(said: str) -> int:
    """The exit code, after a sentence on what there is where an interrupt came."""
    if interrupts.asked():
        warn(f"hyperscope: interrupted; {said}")
    return interrupts.exit_code()
