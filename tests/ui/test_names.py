"""Whoever hears the window instead of seeing it is told of every control and every picture, in every view."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from hyperscope.ui import labs
from hyperscope.ui.controls.ground import Ground


def means_something(widget: QWidget) -> bool:
    """Whether somebody who does not see it would miss it: it takes the keyboard, or paints more than a ground."""
    if isinstance(widget, QLabel) or (isinstance(widget, QAbstractButton) and widget.text()):
        return False  # what is written there is its name
    if widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents):
        return False  # an ornament
    own = (kind for kind in type(widget).__mro__ if kind.__module__.startswith("hyperscope") and kind is not Ground)
    paints = any("paintEvent" in vars(kind) for kind in own)
    return paints or bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def test_every_control_and_every_picture_of_every_view_has_a_name(standing_still):
    window = standing_still()
    nameless = {}
    for entry in labs.LABS:
        page = window._made(entry).page
        for view, _ in entry.views or (("", ""),):
            page.show_view(view)  # made but not shown: no job begins
            met = [one for one in page.findChildren(QWidget) if one.isVisibleTo(page) and means_something(one)]
            if without := [type(one).__name__ for one in met if not one.accessibleName()]:
                nameless[entry.name, view] = without
    assert not nameless
