"""The ways in which the map shows probabilities, what each says, and the lines over it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QImage

from hyperscope.engine import metrics
from hyperscope.engine.arrays import Array
from hyperscope.ui import paint
from hyperscope.ui.theme import Theme

SAYS = {
    "soft": "Class colours mixed by probability",
    "hard": "The most probable class",
    "confidence": "The greatest probability, from 1/C to 1",
    "margin": "The greatest probability less the second, from 0, where two classes are level, to 1",
}
LEVELS = {"margin": (0.25, 0.5, 0.75)}  # of the contours
USUAL_LEVELS = (0.5, 0.75, 0.95)


def margin_map(p: Array, theme: Theme) -> QImage:
    """The most probable class's colour, by the margin over the second: ground where two are level."""
    level = np.clip(np.nan_to_num(metrics.margin(p)), 0, 1)[..., None]
    ground = paint.rgb(theme.map_ground)
    mix = ground + level * (paint.map_colours(theme, len(p))[p.argmax(0)] - ground)
    return paint.image(paint.packed(mix)[::-1])


VIEWS: dict[str, Callable[[Array, Theme], QImage]] = {
    "soft": paint.soft_map,
    "hard": paint.hard_map,
    "confidence": paint.confidence_map,
    "margin": margin_map,
}


def margin_scale(classes: int, theme: Theme) -> QImage:
    """The scale of `margin_map` from 0 to 1, a row for each class."""
    share = np.linspace(0, 1, 128)[None, :, None]
    ground = paint.rgb(theme.map_ground)
    return paint.image(paint.packed(ground + share * (paint.map_colours(theme, classes)[:, None] - ground)))


def contours(p: Array, view: str) -> Array:
    """(k, 4) line pieces, as of `paint.borders`, where the view's quantity passes its levels.

    It is the margin in the view of margins, else the greatest probability.
    """
    values = metrics.margin(p) if view == "margin" else p.max(0)
    pieces = [
        paint.borders(np.stack([values - level, level - values]))
        for level in levels(view, len(p))
        if values.min() < level < values.max()
    ]
    return np.concatenate(pieces) if pieces else np.zeros((0, 4), np.float32)


def levels(view: str, classes: int) -> tuple[float, ...]:
    """The contours' levels; the greatest of C probabilities is never below 1/C."""
    found = LEVELS.get(view, USUAL_LEVELS)
    return found if view in LEVELS else tuple(level for level in found if level > 1 / classes + 0.01)


def contours_say(view: str, classes: int) -> str:
    """Where the contours run, in words."""
    return f"Where the {'margin' if view == 'margin' else 'greatest probability'} is {_levels_said(view, classes)}"


def contours_at(view: str, classes: int) -> str:
    """The contours and their levels, in short."""
    return f"Contours at {_levels_said(view, classes)}"


def _levels_said(view: str, classes: int) -> str:
    return ", ".join(f"{level:.2f}".lstrip("0") for level in levels(view, classes))


def placed(pieces: Array, shape: tuple[int, ...], box: QRectF) -> list[QLineF]:
    """Line pieces in cells of a map (C, height, width) as lines in the picture `box`."""
    found = (pieces + 0.5) / np.array([shape[2], shape[1]] * 2) * box.width()
    found[:, 1::2] = box.height() - found[:, 1::2]
    found += [box.left(), box.top()] * 2
    return [QLineF(*piece) for piece in found.tolist()]
