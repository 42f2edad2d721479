"""What the preview of an export shows: the picture itself, or the beginning of a file in lines."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QImage

from hyperscope.lab.export.exports import WEIGHTS, Choice, Exporter, Material
from hyperscope.ui.export import lab_views
from hyperscope.ui.export.views import painted, panel, theme_of, views, window_of

MOST = 80  # lines
WRAPPED = 72  # characters of a code's line
REPORT = (
    "One page of HTML that needs no other file:",
    "",
    "  now           losses and accuracies, and the best so far",
    "  the doctor    what stands out, with the usual remedy",
    "  pictures      map, network, curves, distributions; light and dark",
    "  mistakes      which class was taken for which",
    "  moves         what was moved after which step",
    "  settings      those unlike the usual ones first",
    "  codes         to open the experiment and the session again",
)


def shown_picture(name: str, material: Material, choice: Choice) -> QImage:
    """The picture in the size it has at 1×, sharp on this screen."""
    if name in lab_views.names():
        return lab_views.pixels(replace(choice, scale=1.0))
    if name not in views:
        window = window_of(choice)
        return painted(window, window.theme.window, 1.0)
    choice = replace(choice, scale=window_of(choice).devicePixelRatioF())
    with panel(name, material, choice) as made:
        return painted(made, theme_of(choice).window, choice.scale)


def shown_lines(name: str, exporter: Exporter, material: Material, choice: Choice) -> Callable[[], list[str]]:
    """What makes, on any thread, the first lines of what would be written; of arrays their names and shapes.

    A long session as a code takes half a second.
    """
    if exporter.suffixes == (".html",):
        return lambda: list(REPORT)
    if lacking := exporter.lacking(material):
        return lambda: textwrap.wrap(lacking, WRAPPED)
    if not material.has(exporter.needs):
        return list
    if name == "weights":
        arrays = material.records[WEIGHTS]
        return lambda: [f"{array:<24} {values.shape}  {values.dtype}" for array, values in arrays.items()]
    encode = exporter.prepare(material, choice)
    if name == "code":
        return lambda: textwrap.wrap(encode()[: MOST * WRAPPED].decode(), WRAPPED, break_on_hyphens=False)
    return lambda: encode().decode().splitlines()[:MOST]
