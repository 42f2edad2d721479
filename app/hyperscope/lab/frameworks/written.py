"""Code as lines, each with what it is of: its template's marks, cut off and kept beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from hyperscope.engine.activations import GELU_C
from hyperscope.lab.frameworks.numbers import literal
from hyperscope.lab.frameworks.script import Script
from hyperscope.resources import asset

if TYPE_CHECKING:
    from jinja2 import Environment

NONE = "#@-"  # what stands alone in a line that is none, after a macro that ended its own
DIGITS = 15  # behind the point of 1 − β, which reads 0.1 for 0.9 and differs from it by less than rounding does
MARK = re.compile(r"\s*#@([\w -]+)$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code, and the `marks` of what it is of, e.g. ("forward", "layer2", "norm"); none of an empty one."""

    text: str
    marks: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is code, and neither empty nor a comment alone."""
        return bool(self.text.strip()) and not self.text.lstrip().startswith("#")


@dataclass(frozen=True, slots=True)
class Code:
    """A file of code."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The file itself."""
        return "\n".join(line.text for line in self.lines) + "\n"

    @property
    def count(self) -> int:
        """How many lines of code there are, empty ones and comments left out."""
        return sum(line.counts for line in self.lines)


def written(template: str, script: Script, **more: object) -> Code:
    """What a template makes of a script."""
    text = _environment().get_template(f"{template}.py.j2").render(c=script, gelu_c=literal(GELU_C), **more)
    return Code(tuple(_spaced([_line(line) for line in text.splitlines() if line.strip() != NONE])))


def prepare() -> None:
    """Reads all templates, so that code which is first wanted is there at once."""
    made = _environment()
    for name in made.list_templates(extensions=["j2"]):
        made.get_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # when code is first written, not before

    made = Environment(
        loader=FileSystemLoader(asset("frameworks")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.globals["less"] = lambda share: literal(round(1 - share, DIGITS))
    return made


def _line(text: str) -> Line:
    found = MARK.search(text)
    if found is None:
        return Line(text.rstrip())
    return Line(text[: found.start()].rstrip(), tuple(found[1].split()))


def _spaced(lines: list[Line]) -> list[Line]:
    """The lines with no more empty ones in a row than Python has, and none at the ends."""
    kept: list[Line] = []
    empty = 0
    for line in lines:
        empty = 0 if line.text else empty + 1
        if empty <= 2 and (line.text or kept):
            kept.append(line)
    while kept and not kept[-1].text:
        kept.pop()
    return kept
