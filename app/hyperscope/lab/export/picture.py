"""The decision map as an image, drawn without a screen or a window system."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.palette import CLASS_COLOURS, MAP_STRENGTH
from hyperscope.lab.probes.decision_map import Map, decision_map
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.training.trainer import Trainer

OVERSAMPLED = 3  # times, then reduced, which smooths the points' edges


def map_picture(trainer: Trainer, side: int = 600) -> Image.Image:
    """The map `side` pixels square: class colours mixed by probability, points outlined by truth, filled by answer."""
    usual = InPlane()
    return draw_map(decision_map(trainer, usual), examples(trainer, usual), side)


def draw_map(seen: Map, data: Examples, side: int = 600, dot: float = 1.0, rim: float = 0.4) -> Image.Image:
    """What `map_picture` draws, of records; points are `dot` times as large as there, `rim` of the radius white."""
    colours = np.array([ImageColor.getrgb(CLASS_COLOURS[c % len(CLASS_COLOURS)]) for c in range(len(seen.p))])
    mixed = np.tensordot(colours.T, seen.p, axes=1)  # (3, height, width)
    shaded = 255 + MAP_STRENGTH * (mixed - 255)
    pixels = shaded.transpose(1, 2, 0)[::-1].round().clip(0, 255).astype(np.uint8)
    large = side * OVERSAMPLED
    picture = Image.fromarray(pixels).resize((large, large), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    left, right, bottom, top = seen.extent
    radius = dot * large / 110
    for x, y, true, predicted in zip(*data.x, data.y, seen.predicted, strict=True):
        at_x, at_y = (x - left) / (right - left) * large, (top - y) / (top - bottom) * large
        box = (at_x - radius, at_y - radius, at_x + radius, at_y + radius)
        pen.ellipse(box, fill=tuple(colours[predicted].tolist()), outline="white", width=round(rim * radius))
        if true != predicted:
            pen.ellipse(box, outline=tuple(colours[true].tolist()), width=round(radius / 2))
    return picture.resize((side, side), Image.Resampling.LANCZOS)
