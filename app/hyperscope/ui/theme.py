"""Colours, type and measures, light and dark; everything that is drawn takes them from here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

from PySide6.QtGui import QColor, QFont, QFontDatabase

from hyperscope.lab.palette import CLASS_COLOURS, MAP_STRENGTH
from hyperscope.resources import asset

GRID = 8  # pixels; every gap and size is a multiple or half of it
EDGE = 12  # between the window's edge and the cards
INSIDE = 14  # between a card's edge and what it holds
RADIUS = 8  # of a card's corners


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours. `positive` and `negative` say sign; `classes` say class; `accent` says "can be moved".

    Of two that are compared the first is drawn as text is, the second in `other`.
    """

    name: str
    window: QColor
    card: QColor
    control: QColor
    text: QColor
    quiet: QColor
    hairline: QColor
    accent: QColor
    on_accent: QColor
    positive: QColor
    negative: QColor
    zero: QColor
    map_ground: QColor  # what class colours are mixed with on the map
    map_strength: float  # their share in the mix
    scale: float = 1.0  # type and lines; above 1 for projectors
    other: QColor = field(default_factory=lambda: QColor("#8C5BB5"))
    classes: tuple[QColor, ...] = tuple(QColor(colour) for colour in CLASS_COLOURS)

    @property
    def dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.text.lightness() > self.window.lightness()

    def class_colour(self, number: int) -> QColor:
        """The colour of class `number`; it repeats after ten."""
        return self.classes[number % len(self.classes)]


def _theme(name: str, colours: str, ground: str, strength: float) -> Theme:
    window, card, control, text, quiet, hairline, accent, on_accent, positive, negative, zero = (
        QColor(colour) for colour in colours.split()
    )
    return Theme(
        name,
        window=window,
        card=card,
        control=control,
        text=text,
        quiet=quiet,
        hairline=hairline,
        accent=accent,
        on_accent=on_accent,
        positive=positive,
        negative=negative,
        zero=zero,
        map_ground=QColor(ground),
        map_strength=strength,
    )


# Sign stays blue and orange, as the first two classes. Plum and teal, tried beside a three-class map, kept sign and
# class apart for full colour vision, but teal came within ΔE 9 of the third class's green, and the pair itself fell to
# ΔE 8 to 20 for red- and green-blind eyes (blue and orange: over 100), and a node's picture gives sign no second cue.
#                        window  card    control text    quiet   hairline accent on it   positive negative zero
LIGHT = _theme(
    "light",
    "#F7F7F5 #FFFFFF #EEEFEC #1E2328 #626970 #E3E4E1 #2B6CB0 #FFFFFF #3373B8 #E08E1B #FFFFFF",
    "#FFFFFF",
    MAP_STRENGTH,
)
DARK = _theme(
    "dark", "#15181B #1D2125 #252A2F #E8EAEC #9BA3AA #2C3136 #6FA8E6 #10151A #3F86D0 #E08E1B #1D2125", "#101316", 0.55
)
THEMES = {"light": LIGHT, "dark": DARK}


def scaled(theme: Theme, scale: float) -> Theme:
    """The theme with type and lines `scale` times their usual size."""
    return replace(theme, scale=scale)


def largest_scale(width: int, height: int, *, few: bool = False) -> float:
    """The greatest scale of type, from 1 to 2, at which a window of `width` × `height` pixels shows everything, or a
    `few` panels of it.
    """
    across, down = (640, 400) if few else (1024, 614)
    return min(2.0, max(1.0, min(width / across, height / down)))


@cache
def _loaded() -> None:
    """Loads the faces that are shipped, once, so that the same is seen whatever a machine has installed."""
    for file in sorted(asset("fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(file))


def font(size: float, weight: int = 400, scale: float = 1.0) -> QFont:
    """The interface font at `size` pixels: Inter, with figures of equal width."""
    return QFont(_inter(max(1, round(size * scale)), weight))


@cache
def _inter(pixels: int, weight: int) -> QFont:
    """A font is asked for some two thousand times before the first picture; making one takes four times a copy."""
    _loaded()
    made = QFont("Inter")
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def maths(size: float, italic: bool, scale: float = 1.0) -> QFont:
    """The face of formulas at `size` pixels: STIX, with serifs, as books set them."""
    _loaded()
    made = QFont("STIXGeneral")
    made.setStyleHint(QFont.StyleHint.Serif)
    made.setItalic(italic)
    made.setPixelSize(max(1, round(size * scale)))
    return made
