r"""Formulas, typeset with QPainter from the small part of TeX that `engine.narration` writes.

It knows \frac, \sqrt, \hat, \tilde, \bar, \quad, ^, _, groups and names of functions; all else stands for itself.
Formulas that need more than that and never change are pictures: see `ui.typeset`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from hyperscope.ui.theme import maths

SMALL = 0.68  # of the size, for what stands high or low
LEAST = 8.0  # pixels
TOKEN = re.compile(r"\\[a-zA-Z]+|\\ |[\^_{}]|max|min|sign|running|\d+(?:\.\d+)?|\s+|.")
NAMES = ("tanh", "log", "max", "mean", "softmax", "sigmoid", "ReLU")
WORDS = {**{f"\\{name}": name for name in NAMES}, "\\ ": " "}
UPRIGHT = {*NAMES, "min", "sign", "running"}
WIDE = set("=←+−><∘")  # with room on both sides, where they stand between two things
ACCENTS = {"\\hat": "̂", "\\tilde": "̃", "\\bar": "̄"}

face = cache(maths)


@dataclass
class Node:
    """A piece of a formula: `kind` is text, row, frac, sqrt, hat, tilde, bar, script or space."""

    kind: str
    text: str = ""
    parts: list[Node] = field(default_factory=list)
    high: Node | None = None
    low: Node | None = None


@cache
def parsed(formula: str) -> Node:
    """The pieces of a formula. Raises: ValueError for a group that is not closed."""
    tokens = [token for token in TOKEN.findall(formula) if not token.isspace()]
    row, end = _row(tokens, 0)
    if end != len(tokens):
        raise ValueError(f"formula is {formula!r}; it has a bracket too many")
    return row


def _row(tokens: list[str], at: int) -> tuple[Node, int]:
    row = Node("row")
    while at < len(tokens) and tokens[at] != "}":
        if tokens[at] in "^_":
            script, at_next = _argument(tokens, at + 1)
            base = row.parts.pop() if row.parts else Node("text")
            row.parts.append(_scripted(base, script, high=tokens[at] == "^"))
            at = at_next
        else:
            node, at = _argument(tokens, at)
            row.parts.append(node)
    return row, at


def _argument(tokens: list[str], at: int) -> tuple[Node, int]:
    """The piece that begins at a token, and where the next one does."""
    if at >= len(tokens):
        raise ValueError("a formula ends where something should follow")
    token = tokens[at]
    if token == "{":
        row, end = _row(tokens, at + 1)
        if end >= len(tokens):
            raise ValueError("a group in a formula is not closed")
        return row, end + 1
    if token == "\\frac":
        above, at = _argument(tokens, at + 1)
        below, at = _argument(tokens, at)
        return Node("frac", parts=[above, below]), at
    if token == "\\sqrt" or token in ACCENTS:
        inner, at = _argument(tokens, at + 1)
        return Node(token[1:], parts=[inner]), at
    if token == "\\quad":
        return Node("space"), at + 1
    return Node("text", WORDS.get(token, token)), at + 1


def _scripted(base: Node, script: Node, *, high: bool) -> Node:
    last = base
    while last.kind == "row" and last.parts:
        last = last.parts[-1]
    if last.kind == "script" and base.kind in ("row", "script"):
        # what stands high on something that has such a thing already stands beside it
        now = last.high if high else last.low
        joined = script if now is None else Node("row", parts=[now, script])
        last.high, last.low = (joined, last.low) if high else (last.high, joined)
        return base
    return Node("script", parts=[base], high=script if high else None, low=None if high else script)


def plain(formula: str) -> str:
    """A formula as text on one line, for tooltips and screen readers, e.g. "Ẑ[1] = (Z[1] − μ) / √(σ² + ε)"."""
    return unicodedata.normalize("NFC", _plain(parsed(formula)).strip())


def _plain(node: Node) -> str:
    parts = [_plain(part) for part in node.parts]
    match node.kind:
        case "frac":
            above, below = (part if len(part) < 3 else f"({part.strip()})" for part in parts)
            return f"{above} / {below}"
        case "sqrt":
            return f"√({parts[0].strip()})"
        case "hat" | "tilde" | "bar":
            return parts[0] + ACCENTS[f"\\{node.kind}"]
        case "space":
            return "   "
        case "script":
            low = _plain(node.low) if node.low else ""
            high = _plain(node.high) if node.high else ""
            high = {"2": "²", "3": "³", "T": "ᵀ"}.get(high, high if high.startswith("[") or not high else f"^{high}")
            return f"{parts[0]}{'_' if len(low) > 1 else ''}{low}{high}"
        case "text":
            return f" {node.text} " if node.text in WIDE else node.text + " " * (node.text == ",")
    said = ""
    for part, shown in zip(node.parts, parts, strict=True):
        said += " " + shown if said and _quantity(part) and said[-1] not in " ([|−d" else shown
    return said


# -- setting ------------------------------------------------------------------------------------------------------


@dataclass
class Box:
    """A piece with its measures in pixels: `up` and `down` from the baseline; `parts` with their places."""

    wide: float
    up: float
    down: float
    parts: list[tuple[float, float, Box]] = field(default_factory=list)
    text: str = ""
    font: QFont | None = None
    lines: list[list[tuple[float, float]]] = field(default_factory=list)
    thick: float = 1.0

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        """Paints it with its baseline at y, in the painter's pen."""
        if self.font is not None:
            painter.setFont(self.font)
            painter.drawText(QPointF(x, y), self.text)
        for right, below, part in self.parts:
            part.paint(painter, x + right, y + below)
        if self.lines:
            pen = painter.pen()
            painter.setPen(QPen(pen.color(), self.thick))
            for corners in self.lines:
                path = QPainterPath(QPointF(x + corners[0][0], y + corners[0][1]))
                for to in corners[1:]:
                    path.lineTo(x + to[0], y + to[1])
                painter.drawPath(path)
            painter.setPen(pen)


def boxed(formula: str, size: float) -> Box:
    """A formula set in type of `size` pixels."""
    return _boxed(formula, round(size, 2))


@cache
def _boxed(formula: str, size: float) -> Box:
    return _set(parsed(formula), size)


def _set(node: Node, size: float) -> Box:
    match node.kind:
        case "row":
            return _row_of(node.parts, size)
        case "frac":
            return _fraction(node, size)
        case "sqrt":
            return _root(node, size)
        case "hat" | "tilde" | "bar":
            return _accented(node, size)
        case "script":
            return _script(node, size)
        case "space":
            return Box(1.4 * size, 0, 0)
    italic = len(node.text) == 1 and node.text.isalpha() and node.text != "Σ"
    font = face(size, italic)
    metrics = QFontMetricsF(font)
    tight = metrics.tightBoundingRect(node.text)
    lean = 0.06 * size if italic and node.text.isupper() else 0.0  # italics lean over what stands high beside them
    return Box(metrics.horizontalAdvance(node.text) + lean, -tight.top(), max(0.0, tight.bottom()), [], node.text, font)


def _row_of(parts: list[Node], size: float) -> Box:
    whole = Box(0, 0.45 * size, 0)
    for number, part in enumerate(parts):
        box = _set(part, size)
        before = after = 0.0
        if part.kind == "text" and part.text in WIDE and number and _ends(parts[number - 1]):
            before = after = 0.26 * size
        elif part.kind == "text" and part.text == ",":
            after = 0.2 * size
        elif part.kind == "text" and part.text in UPRIGHT and part.text.isalpha() and len(part.text) > 1:
            before = 0.12 * size if number and _ends(parts[number - 1]) else 0.0
        elif part.kind == "frac":
            before = after = 0.08 * size
        elif (part.kind == "script" and part.parts[0].text == "Σ") or part.text == "Σ":
            before = after = 0.12 * size
        elif number and part.text != ")" and _ends(part) and _symbol(part) and _symbol(parts[number - 1]):
            before = 0.08 * size
        whole.parts.append((whole.wide + before, 0.0, box))
        whole.wide += before + box.wide + after
        whole.up, whole.down = max(whole.up, box.up), max(whole.down, box.down)
    return whole


def _ends(node: Node) -> bool:
    """Whether an operator after this stands between two things."""
    return node.kind != "text" or node.text not in WIDE | set("([,")


def _symbol(node: Node) -> bool:
    """Whether this is a quantity, which another one multiplies."""
    return node.kind in ("script", "hat", "tilde", "bar", "row")


def _quantity(node: Node) -> bool:
    return _symbol(node) or (node.kind == "text" and len(node.text) == 1 and node.text.isupper() and node.text != "Σ")


def _fraction(node: Node, size: float) -> Box:
    above, below = (_set(part, max(LEAST, 0.82 * size)) for part in node.parts)
    wide, axis, gap = max(above.wide, below.wide) + 0.2 * size, 0.28 * size, 0.16 * size
    box = Box(wide, axis + gap + above.down + above.up, gap - axis + below.up + below.down, thick=0.055 * size)
    box.parts = [
        ((wide - above.wide) / 2, -(axis + gap + above.down), above),
        ((wide - below.wide) / 2, gap - axis + below.up, below),
    ]
    box.lines = [[(0, -axis), (wide, -axis)]]
    return box


def _root(node: Node, size: float) -> Box:
    inner = _set(node.parts[0], size)
    hook, top = 0.62 * size, inner.up + 0.16 * size
    box = Box(hook + inner.wide + 0.06 * size, top + 0.06 * size, inner.down, [(hook, 0.0, inner)], thick=0.055 * size)
    foot = max(inner.down, 0.02 * size)
    box.lines = [[(0.08 * size, -0.3 * size), (0.2 * size, -0.36 * size), (0.36 * size, foot), (0.56 * size, -top)]]
    box.lines[0].append((box.wide, -top))
    return box


def _accented(node: Node, size: float) -> Box:
    inner = _set(node.parts[0], size)
    middle = inner.wide / 2 + 0.06 * size  # over an italic letter's top, which leans to the right
    y, reach, rise = inner.up + 0.1 * size, 0.2 * size, 0.13 * size
    box = Box(inner.wide, y + rise, inner.down, [(0.0, 0.0, inner)], thick=0.065 * size)
    if node.kind == "hat":
        box.lines = [[(middle - reach, -y), (middle, -y - rise), (middle + reach, -y)]]
    elif node.kind == "bar":
        box.lines = [[(middle - reach, -y - rise / 2), (middle + reach, -y - rise / 2)]]
    else:
        rises = (0.0, 0.6, 1.0, 0.8, 0.4, 0.1, 0.3, 0.8)
        step = 2 * reach / (len(rises) - 1)
        box.lines = [[(middle - reach + n * step, -y - 0.8 * rise * up) for n, up in enumerate(rises)]]
    return box


def _script(node: Node, size: float) -> Box:
    base, small = _set(node.parts[0], size), max(LEAST, SMALL * size)
    box = Box(base.wide, base.up, base.down, [(0.0, 0.0, base)])
    end = base.wide
    if node.high is not None:
        high, lift = _set(node.high, small), max(0.42 * size, base.up - 0.28 * size)
        box.parts.append((base.wide + 0.03 * size, -lift, high))
        box.up, end = max(box.up, lift + high.up), max(end, base.wide + 0.03 * size + high.wide)
    if node.low is not None:
        low, drop = _set(node.low, small), 0.2 * size + max(0.0, base.down - 0.1 * size)
        box.parts.append((base.wide + 0.02 * size, drop, low))
        box.down, end = max(box.down, drop + low.down), max(end, base.wide + 0.02 * size + low.wide)
    box.wide = end + 0.04 * size
    return box


def write(painter: QPainter, room: QRectF, formula: str, size: float, colour: QColor, centred: bool = False) -> float:
    """Sets a formula into `room`, smaller where it would not fit; returns its width in pixels."""
    box = boxed(formula, size)
    while size > LEAST and (box.wide > room.width() or box.up + box.down > room.height()):
        size *= 0.92
        box = boxed(formula, size)
    painter.setPen(colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left = room.left() + (max(0.0, room.width() - box.wide) / 2 if centred else 0.0)
    box.paint(painter, left, room.center().y() + (box.up - box.down) / 2)
    return box.wide
