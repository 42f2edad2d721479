"""Small drawings that ship as SVG, in the colours of the theme, for what has no picture that could be computed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgRenderer

from hyperscope.ui.theme import Theme

CLASSES = ("blue", "orange", "green", "purple")  # colours in a file that stand for those of the first classes


def paint_sketch(painter: QPainter, tile: QRectF, path: Path, theme: Theme) -> None:
    """Paints the drawing in `path` into `tile`: its black is the theme's text, its gray what is quiet."""
    colours = {name: theme.class_colour(number).name() for number, name in enumerate(CLASSES)}
    colours |= {"black": theme.text.name(), "gray": theme.quiet.name()}
    _drawing(path, tuple(colours.items())).render(painter, tile)


@lru_cache(maxsize=64)
def _drawing(path: Path, colours: tuple[tuple[str, str], ...]) -> QSvgRenderer:
    content = path.read_text(encoding="utf-8")
    for name, colour in colours:
        content = content.replace(f'"{name}"', f'"{colour}"')
    return QSvgRenderer(content.encode())
