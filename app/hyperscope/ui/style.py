"""What Qt itself draws (cards, push buttons, scroll bars, tooltips, menus) in the theme's colours.

Controls that paint themselves take their colours from the theme and are not styled here. Nothing here sets a font.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QScrollBar, QToolButton, QWidget

from hyperscope.ui.theme import LIGHT, RADIUS, Theme

NARROWER = 6  # pixels that a tab has less at each side where the window is narrow
PICKED = 0.14  # of accent in the ground of a chosen row; with more, quiet text on it falls below 4.5 : 1


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` (0 to 1) of `other` in it."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*(round((1 - share) * a + share * b) for a, b in pairs))


def pixels(theme: Theme, size: float) -> int:
    """`size` pixels at the theme's scale of type."""
    return round(size * theme.scale)


def breadth(theme: Theme, size: float) -> int:
    """`size` pixels of a card or bar, which grow by half as much as the type in them: the pictures need the room."""
    return round(size * (1 + (theme.scale - 1) / 2))


def palette(theme: Theme) -> QPalette:
    """The palette of `theme`: X11 without a desktop, and the offscreen platform, take no colour scheme from Qt."""
    made = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.card),
        (role.AlternateBase, theme.control),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.quiet),
        (role.Button, theme.control),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.on_accent),
        (role.ToolTipBase, theme.card),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Accent, theme.accent),
        (role.Light, theme.card),
        (role.Midlight, theme.control),
        (role.Mid, theme.hairline),
        (role.Dark, theme.quiet),
        (role.Shadow, theme.text),
    ):
        made.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, mixed(theme.quiet, theme.card, 0.35))
    return made


def dress(widget: QWidget, theme: Theme, more: str = "") -> None:
    """Puts the whole style sheet on a dialog or page, and `more` of its own; all that lies in it wears it too.

    Each widget in it takes 0.1 ms, whether the sheet says anything of it or not: for what is small or seldom seen.
    """
    _put_on(widget, stylesheet(theme) + more)


def wear(widget: QWidget, theme: Theme) -> None:
    """Puts on one widget what the style sheet says of its kind, if it says anything.

    What is always seen is dressed so, and takes on a theme in a sixth of the time. What is just made, in LIGHT itself,
    stays bare: it is told the window's theme before it is seen.
    """
    if theme is LIGHT and not widget.styleSheet():
        return
    for kind, rules in _OF_A_KIND.items():
        if isinstance(widget, kind):
            _put_on(widget, rules % _fills(theme))
            return


def stand(widget: QWidget) -> None:
    """Puts on a bar or view what tooltips and menus of all that lies in it wear, in any theme.

    They take their colours from the palette when they are opened. It is put on once and never changes: each widget in
    there takes 0.1 ms to hear of it.
    """
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_UseStyleSheetPropagationInWidgetStyles)  # of palettes
    _put_on(widget, _STANDING)


def stylesheet(theme: Theme) -> str:
    """The style sheet of all that is drawn by Qt.

    `card` marks a frame as a card, `accent` a push button as the one that matters, `tab` and `plain` the texts of
    the top bar that can be pressed, `value` a line edit that looks like plain text until it is pointed at; `ring` a
    button that the keyboard has come to.
    """
    return (_CARD + _OPENED + _BUTTON + _WORD + _ENTRY + _LIST + _BARS) % _fills(theme)


def bars(theme: Theme) -> str:
    """What the style sheet says of scroll bars, for what has a sheet of its own."""
    return _BARS % _fills(theme)


def _put_on(widget: QWidget, sheet: str) -> None:
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def _fills(theme: Theme) -> Mapping[str, str]:
    """What stands in the rules for names and sizes."""
    return _filling(theme.scale, *(getattr(theme, name).rgb() for name in _NAMES))


@lru_cache(maxsize=8)
def _filling(scale: float, *colours: int) -> Mapping[str, str]:
    """The same of the colours of `_NAMES`: each of the many that wear a part asks for it."""
    of = {name: QColor(colour) for name, colour in zip(_NAMES, colours, strict=True)}
    tab = 10 if scale <= 1 else 6  # pixels at the sides of a tab; large type leaves six labs less room
    sizes = {"radius": RADIUS, "round": 6 * scale, "pad": 10 * scale, "tab": tab * scale, "half": 4 * scale}
    sizes["close"] = max(0, round(tab * scale) - round(NARROWER * scale))
    return {
        **{name: colour.name() for name, colour in of.items()},
        "hover": mixed(of["control"], of["text"], 0.07).name(),
        "pressed": mixed(of["control"], of["text"], 0.14).name(),
        "accent_hover": mixed(of["accent"], of["text"], 0.12).name(),
        "held": mixed(of["control"], of["accent"], 0.16).name(),
        "gone": mixed(of["quiet"], of["control"], 0.3).name(),
        "thumb": mixed(of["card"], of["quiet"], 0.35).name(),
        **{name: f"{round(size)}px" for name, size in sizes.items()},
    }


_NAMES = ("window", "card", "control", "text", "quiet", "hairline", "accent", "on_accent")

_CARD = """
QFrame[card="true"] { background: %(card)s; border: none; border-radius: %(radius)s; }
"""

_OPENED = """
QToolTip { background: %(card)s; color: %(text)s; border: 1px solid %(hairline)s; padding: %(half)s; }
QMenu { background: %(card)s; color: %(text)s; border: 1px solid %(hairline)s; padding: %(half)s; }
QMenu::item { padding: %(half)s %(pad)s; border-radius: %(half)s; }
QMenu::item:selected { background: %(accent)s; color: %(on_accent)s; }
QScrollArea { background: transparent; border: none; }
"""

_BUTTON = """
QPushButton { background: %(control)s; color: %(text)s; border: 1px solid transparent; border-radius: %(round)s;
  padding: 0 %(pad)s; }
QPushButton:hover { background: %(hover)s; }
QPushButton:pressed { background: %(pressed)s; }
QPushButton[ring="true"]:focus { border-color: %(accent)s; }
QPushButton:disabled { color: %(quiet)s; }
QPushButton[accent="true"] { background: %(accent)s; color: %(on_accent)s; }
QPushButton[accent="true"]:hover { background: %(accent_hover)s; }
QPushButton[accent="true"]:disabled { background: %(control)s; color: %(gone)s; }
QPushButton[accent="true"][ring="true"]:focus { border-color: %(text)s; }
QPushButton[held="true"]:checked { background: %(held)s; border-color: %(accent)s; }
"""

_WORD = """
QToolButton[tab="true"] { background: transparent; color: %(quiet)s; border: none; border-top: 2px solid transparent;
  border-bottom: 2px solid transparent; border-radius: 0; padding: 0 %(tab)s; }
QToolButton[tab="true"][close="true"] { padding: 0 %(close)s; }
QToolButton[tab="true"]:hover { color: %(text)s; }
QToolButton[tab="true"][ring="true"]:focus { background: %(control)s; color: %(text)s; }
QToolButton[tab="true"]:checked { color: %(text)s; border-bottom-color: %(accent)s; }
QToolButton[plain="true"] { background: transparent; color: %(quiet)s; border: 1px solid transparent;
  border-radius: %(round)s; padding: 0 %(half)s; }
QToolButton[plain="true"]:hover { color: %(text)s; background: %(control)s; }
QToolButton[plain="true"][ring="true"]:focus { border-color: %(accent)s; }
"""

_ENTRY = """
QLineEdit, QPlainTextEdit { placeholder-text-color: %(quiet)s; }
QLineEdit { background: %(control)s; color: %(text)s; border: 1px solid transparent; border-radius: %(half)s;
  padding: 0 %(half)s; selection-background-color: %(accent)s; selection-color: %(on_accent)s; }
QLineEdit:hover { background: %(hover)s; }
QLineEdit:focus { background: %(card)s; border-color: %(accent)s; }
QLineEdit[value="true"] { background: transparent; padding: 0; }
QLineEdit[value="true"]:hover { background: %(control)s; }
QLineEdit[value="true"]:focus { background: %(card)s; border-color: %(accent)s; }
"""

_BARS = """
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: %(thumb)s; border-radius: 2px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: %(quiet)s; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""

_LIST = """
QComboBox { background: %(control)s; color: %(text)s; border: 1px solid transparent; border-radius: %(half)s;
  padding: 0 %(half)s; }
QComboBox:hover { background: %(hover)s; }
QComboBox:focus { border-color: %(accent)s; }
QComboBox::drop-down { border: none; width: %(pad)s; }
QComboBox QAbstractItemView { background: %(card)s; color: %(text)s; border: 1px solid %(hairline)s; outline: none;
  selection-background-color: %(accent)s; selection-color: %(on_accent)s; }
"""

_OF_A_KIND = {
    QPushButton: _BUTTON,
    QToolButton: _WORD,
    QLineEdit: _ENTRY,
    QComboBox: _LIST + _BARS,
    QScrollBar: _BARS,
}

_STANDING = _OPENED % {
    "card": "palette(base)",
    "text": "palette(text)",
    "hairline": "palette(mid)",
    "accent": "palette(highlight)",
    "on_accent": "palette(highlighted-text)",
    "half": "4px",
    "pad": "10px",
}
