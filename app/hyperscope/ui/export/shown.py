"""What the preview of an export shows: the picture itself, or the beginning of a file in lines."""

from __future__ import annotations

import textwrap
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


def shown_lines(name: str, exporter: Exporter, material: Material, choice: Choice) -> list[str]:
    """The first lines of what would be written; of arrays their names and shapes."""
    if exporter.suffixes == (".html",):
        return list(REPORT)
    if lacking := exporter.lacking(material):
        return textwrap.wrap(lacking, WRAPPED)
    if not material.has(exporter.needs):
        return []
    if name == "weights":
        return [f"{array:<24} {values.shape}  {values.dtype}" for array, values in material.records[WEIGHTS].items()]
    text = exporter.prepare(material, choice)().decode()
    if name == "code":
        return textwrap.wrap(text, WRAPPED, break_on_hyphens=False)[:MOST]
    return text.splitlines()[:MOST]
