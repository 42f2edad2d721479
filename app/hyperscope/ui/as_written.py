"""Words of others for tooltips, which Qt would take for a page where they look like one."""

from __future__ import annotations

from html import escape

from hyperscope.quoting import visible


def as_written(words: str) -> str:
    """Names and notes as they are written: nothing in them is markup, or steers how the rest is read."""
    lines = "\n".join(map(visible, words.split("\n")))
    return f'<p style="white-space: pre-wrap">{escape(lines)}</p>' if "<" in lines else lines
