"""Films of views: frames painted one by one, at moments that training comes to or that are gone back to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QImage

from hyperscope.lab.export.exports import Choice, Material
from hyperscope.lab.export.film import Pixels
from hyperscope.ui.export.views import painted, panel, sharpened, theme_of, views, window_of

Shot = Callable[[Material], Pixels]


def rgb(image: QImage) -> Pixels:
    """(height, width, 3) red, green, blue of an image in Format_RGB32, as a copy."""
    bits = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return bits[:, : image.width(), 2::-1].copy()


@contextmanager
def camera(name: str, material: Material, choice: Choice) -> Iterator[Shot]:
    """What turns material into frames of one size, of a view or of the window where the choice was made."""
    ground = theme_of(choice).window
    if name not in views:
        window = window_of(choice)

        def shoot_window(_: Material) -> Pixels:
            with sharpened(window, choice.scale):
                return rgb(painted(window, window.theme.window, choice.scale))

        yield shoot_window
        return
    with panel(name, material, replace(choice, suffix=".png")) as made:
        drawing: Any = made

        def shoot(coming: Material) -> Pixels:
            drawing.draw(coming.sides)
            return rgb(painted(made, ground, choice.scale))

        yield shoot
