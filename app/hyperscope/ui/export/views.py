"""Views as pictures: a panel of its own is given the records and painted, sharp at any scale, as pixels or vectors.

Painting must happen in the window's thread; each function returns another that makes the file's bytes in any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QAbstractButton, QWidget

from hyperscope.lab.export.exports import Choice, Encode, Material, Needs, export
from hyperscope.lab.probes.answers import answers
from hyperscope.lab.probes.curves import curves
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.distributions import Mode, distributions
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.network import network
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.probes.warp import LayerInPlane, warp
from hyperscope.lab.twins.comparison import disagreement
from hyperscope.registry import Registry
from hyperscope.ui import labs
from hyperscope.ui.panels import Panel
from hyperscope.ui.panels.curves.panel import CurvesPanel
from hyperscope.ui.panels.distributions.panel import DistributionsPanel
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.panels.network.panel import NetworkPanel
from hyperscope.ui.theme import THEMES, Theme, scaled

DOTS = 96  # per inch at scale 1
EMBEDDED = 2.0  # pixels per unit of what stays a picture within an SVG
METRE = 39.37  # inches
STEPPERS = ("−", "+", "‹", "›")  # buttons that a picture has no use for begin so
STILLS = (".png", ".svg")
HELP = "What it shows now, in pixels (png) or in vectors (svg)."


@dataclass(frozen=True)
class ExportView:
    """A panel that can be a picture by itself: its name, its usual size in pixels, and what makes it of one network and
    of twins.
    """

    label: str
    size: tuple[int, int]
    made: tuple[Callable[[], QWidget], Callable[[], QWidget]]
    needs: Needs


views: Registry[ExportView] = Registry("view")


def declare(name: str, view: ExportView) -> None:
    """Declares a panel as something to export."""
    views.add(name)(view)

    def prepare(material: Material, choice: Choice) -> Encode:
        with panel(name, material, choice) as made:
            return encoder(made, choice, view.label)

    export(name, view.label, STILLS, HELP, view.needs, moving=True)(prepare)


declare(
    "map",
    ExportView(
        "Decision map",
        (420, 510),
        (MapPanel, MapPanel),
        lambda focus: (
            Ask(examples, focus.in_plane),
            Ask(decision_map, focus.in_plane),
            Ask(disagreement, focus.in_plane),
            Ask(warp, LayerInPlane(focus.plane, focus.layer, focus.units)),
            Ask(answers, None),
        ),
    ),
)
declare(
    "network",
    ExportView(
        "Network",
        (640, 470),
        (NetworkPanel, NetworkPanel),
        lambda focus: (Ask(examples, focus.in_plane), Ask(network, focus.in_plane)),
    ),
)
declare(
    "curves",
    ExportView("Curves", (560, 330), (CurvesPanel, CurvesPanel), lambda _: (Ask(curves, None),)),
)
declare(
    "distributions",
    ExportView(
        "Distributions",
        (800, 330),
        (DistributionsPanel, DistributionsPanel),
        lambda _: (Ask(distributions, Mode()), Ask(distributions, Mode(training=True))),  # whichever is looked at
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InWindow(Choice):
    """A choice made in a window, so that pictures can look as things look there."""

    window: Any


def window_of(choice: Choice) -> Any:
    """The window in which the choice was made, if it was made in one."""
    return choice.window if isinstance(choice, InWindow) else None


def declare_those_of_labs() -> None:
    """Has every lab declare the pictures that there are of it alone."""
    for entry in labs.LABS:
        if entry.exports:
            import_module(entry.exports)


def of_closed_labs(panels: Iterable[object]) -> set[str]:
    """The pictures that are of one lab alone and of none of the `panels` that are open: nothing feeds them."""
    own = {entry.exports for entry in labs.LABS if entry.exports}
    kinds = {type(one) for one in panels}
    return {name for name, view in views.items() if view.needs.__module__ in own and view.made[0] not in kinds}


@contextmanager
def panel(name: str, material: Material, choice: Choice) -> Iterator[QWidget]:
    """The panel of a view, drawn and never seen; in the settings of the window where the choice was made in one."""
    view, of_twins = views[name], len(material.sides) == 2
    made = view.made[of_twins]()
    try:
        made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        made.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        ratio = choice.scale if choice.suffix == ".png" else EMBEDDED
        _sharpen(made, ratio)
        drawing: Panel = made  # type: ignore[assignment]
        drawing.set_theme(theme_of(choice))
        made.resize(*(choice.size or view.size))
        made.show()
        window = window_of(choice)
        lab = window.lab if window is not None else None
        shown = next((one for one in lab.panels if isinstance(made, type(one))), None) if lab is not None else None
        source = lab.sources.get(shown) if lab is not None else None
        sides = material.sides if source is None else source.look()
        drawing.draw(sides)
        _sharpen(made, ratio)  # what came with the sides
        if shown is not None:
            _alike(shown, made)
            drawing.draw(sides)  # what is shown only now
        _strip(made)
        yield made
    finally:
        made.close()
        made.deleteLater()


def theme_of(choice: Choice) -> Theme:
    """The colours chosen, with type as large as the window has it."""
    window = window_of(choice)
    return scaled(THEMES[choice.theme], window.theme.scale if window is not None else 1.0)


def _sharpen(made: QWidget, ratio: float) -> None:
    """Has the panel make what it keeps as pixels with `ratio` of them to each unit."""
    for part in (made, *made.findChildren(QWidget)):
        part.devicePixelRatioF = lambda: ratio  # type: ignore[method-assign]


@contextmanager
def sharpened(shown: QWidget, ratio: float) -> Iterator[None]:
    """For a while, has what is on screen paint itself with `ratio` pixels to each unit."""
    parts = [shown, *shown.findChildren(QWidget)]
    _sharpen(shown, ratio)
    try:
        yield
    finally:
        for part in parts:
            part.__dict__.pop("devicePixelRatioF", None)
        shown.update()


def _alike(shown: QWidget, made: QWidget) -> None:
    """Presses in `made` what is pressed in `shown`."""

    def pressed(of: QWidget) -> dict[str, QAbstractButton]:
        if isinstance(of, MapPanel):
            _ = of.options.inside  # made when it is first opened, and the view can be chosen by a key
        return {button.accessibleName(): button for button in of.findChildren(QAbstractButton) if button.isCheckable()}

    buttons = pressed(made)
    for name, button in pressed(shown).items():
        if name in buttons and buttons[name].isEnabled() and button.isChecked() != buttons[name].isChecked():
            buttons[name].click()


def _strip(made: QWidget) -> None:
    """Hides what only serves to change things: steppers, and words that were not chosen where others close the gap."""
    for button in made.findChildren(QAbstractButton):
        unchosen = made.layout() is not None and button.isCheckable() and not button.isChecked()
        if unchosen or button.text().startswith(STEPPERS):
            button.hide()
    if isinstance(made, MapPanel):
        made.leave_out_hints()
    if (layout := made.layout()) is not None:
        layout.activate()  # what was hidden leaves room


# -- encoding ---------------------------------------------------------------------------------------------------------


def encoder(widget: QWidget, choice: Choice, title: str) -> Encode:
    """Paints the widget now, in the window's thread; what is returned makes the bytes of .png or .svg in any."""
    ground = theme_of(choice).window
    if choice.suffix == ".svg":
        content = vectors(widget, ground, title)
        return lambda: content
    pixels = painted(widget, ground, choice.scale)
    return lambda: png(pixels)


def painted(widget: QWidget, ground: QColor, scale: float) -> QImage:
    """The widget in pixels, `scale` of them to each of its own, on `ground`."""
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(ground)
    _render(widget, QPainter(image))
    return image


def png(image: QImage) -> bytes:
    """The image as a PNG that prints at the size it has on screen. Raises: ValueError if there is no memory for it."""
    dots = round(DOTS * image.devicePixelRatio() * METRE)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise ValueError(f"a picture of {image.width()} × {image.height()} pixels does not fit into memory")
    return bytes(buffer.data().data())


def vectors(widget: QWidget, ground: QColor, title: str) -> bytes:
    """The widget as SVG: lines as lines, text as text, and pictures within it as they are."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(DOTS)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(), widget.size()))
    generator.setTitle(title)
    generator.setDescription("Made with Hyperscope")
    painter = QPainter(generator)
    painter.fillRect(widget.rect(), ground)
    _render(widget, painter)
    return bytes(buffer.data().data())


def _render(widget: QWidget, painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # without the window's own ground, which is the application's and not the chosen theme's
    widget.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()


# -- the whole window -------------------------------------------------------------------------------------------------


@export("window", "Whole window", STILLS, "The window as it is now, in its own colours.", moving=True)
def whole_window(material: Material, choice: Choice) -> Encode:
    """The window itself; the choice must be made in it."""
    window = window_of(choice)
    if choice.suffix == ".svg":
        content = vectors(window, window.theme.window, "Hyperscope")
        return lambda: content
    with sharpened(window, choice.scale):
        image = painted(window, window.theme.window, choice.scale)
    return lambda: png(image)


def usual_size(name: str, window: Any) -> QSize:
    """The size in pixels that a picture of this name has at scale 1."""
    if name in views:
        return QSize(*views[name].size)
    if "/" in name:
        page: QWidget = window.lab.page
        return page.size()
    return window.size() if window is not None else QSize(1280, 800)
