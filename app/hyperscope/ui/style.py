"""What Qt itself draws (cards, push buttons, scroll bars, tooltips, menus) in the theme's colours.

Controls that paint themselves take their colours from the theme and are not styled here. Nothing here sets a font,
except for tooltips, which belong to no widget that could.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from hyperscope.ui.theme import RADIUS, Theme

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
    """Puts the style sheet on a widget, and `more` of its own; all that lies in it wears it too.

    Each bar, page and dialog is dressed by itself, when it is seen: on the window the sheet would reach all that is
    hidden, too, and each widget takes 0.15 ms.
    """
    sheet = stylesheet(theme) + more
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def stylesheet(theme: Theme) -> str:
    """The style sheet of all that is drawn by Qt.

    `card` marks a frame as a card, `accent` a push button as the one that matters, `tab` and `plain` the texts of
    the top bar that can be pressed, `value` a line edit that looks like plain text until it is pointed at; `ring` a
    button that the keyboard has come to.
    """
    names = ("window", "card", "control", "text", "quiet", "hairline", "accent", "on_accent")
    fill = {name: getattr(theme, name).name() for name in names}
    fill |= {
        "hover": mixed(theme.control, theme.text, 0.07).name(),
        "pressed": mixed(theme.control, theme.text, 0.14).name(),
        "accent_hover": mixed(theme.accent, theme.text, 0.12).name(),
        "held": mixed(theme.control, theme.accent, 0.16).name(),
        "thumb": mixed(theme.card, theme.quiet, 0.35).name(),
        "radius": str(RADIUS),
        "round": str(pixels(theme, 6)),
        "pad": str(pixels(theme, 10)),
        "tab": str(pixels(theme, 10 if theme.scale <= 1 else 6)),  # large type leaves six labs less room
        "close": str(max(0, pixels(theme, 10 if theme.scale <= 1 else 6) - pixels(theme, NARROWER))),
        "tip": str(pixels(theme, 12)),
        "half": str(pixels(theme, 4)),
    }
    return _SHEET % fill


_SHEET = """
QFrame[card="true"] { background: %(card)s; border: none; border-radius: %(radius)spx; }
QToolTip { background: %(card)s; color: %(text)s; border: 1px solid %(hairline)s; padding: %(half)spx;
  font-size: %(tip)spx; }

QPushButton { background: %(control)s; color: %(text)s; border: 1px solid transparent; border-radius: %(round)spx;
  padding: 0 %(pad)spx; }
QPushButton:hover { background: %(hover)s; }
QPushButton:pressed { background: %(pressed)s; }
QPushButton[ring="true"]:focus { border-color: %(accent)s; }
QPushButton:disabled { color: %(quiet)s; }
QPushButton[accent="true"] { background: %(accent)s; color: %(on_accent)s; }
QPushButton[accent="true"]:hover { background: %(accent_hover)s; }
QPushButton[accent="true"][ring="true"]:focus { border-color: %(text)s; }

QPushButton[held="true"]:checked { background: %(held)s; border-color: %(accent)s; }

QToolButton[tab="true"] { background: transparent; color: %(quiet)s; border: none; border-top: 2px solid transparent;
  border-bottom: 2px solid transparent; border-radius: 0; padding: 0 %(tab)spx; }
QToolButton[tab="true"][close="true"] { padding: 0 %(close)spx; }
QToolButton[tab="true"]:hover { color: %(text)s; }
QToolButton[tab="true"][ring="true"]:focus { background: %(control)s; color: %(text)s; }
QToolButton[tab="true"]:checked { color: %(text)s; border-bottom-color: %(accent)s; }
QToolButton[plain="true"] { background: transparent; color: %(quiet)s; border: 1px solid transparent;
  border-radius: %(round)spx; padding: 0 %(half)spx; }
QToolButton[plain="true"]:hover { color: %(text)s; background: %(control)s; }
QToolButton[plain="true"][ring="true"]:focus { border-color: %(accent)s; }

QLineEdit, QPlainTextEdit { placeholder-text-color: %(quiet)s; }
QLineEdit { background: %(control)s; color: %(text)s; border: 1px solid transparent; border-radius: %(half)spx;
  padding: 0 %(half)spx; selection-background-color: %(accent)s; selection-color: %(on_accent)s; }
QLineEdit:hover { background: %(hover)s; }
QLineEdit:focus { background: %(card)s; border-color: %(accent)s; }
QLineEdit[value="true"] { background: transparent; padding: 0; }
QLineEdit[value="true"]:hover { background: %(control)s; }
QLineEdit[value="true"]:focus { background: %(card)s; border-color: %(accent)s; }

QComboBox { background: %(control)s; color: %(text)s; border: 1px solid transparent; border-radius: %(half)spx;
  padding: 0 %(half)spx; }
QComboBox:hover { background: %(hover)s; }
QComboBox:focus { border-color: %(accent)s; }
QComboBox::drop-down { border: none; width: %(pad)spx; }
QComboBox QAbstractItemView { background: %(card)s; color: %(text)s; border: 1px solid %(hairline)s; outline: none;
  selection-background-color: %(accent)s; selection-color: %(on_accent)s; }

QMenu { background: %(card)s; color: %(text)s; border: 1px solid %(hairline)s; padding: %(half)spx; }
QMenu::item { padding: %(half)spx %(pad)spx; border-radius: %(half)spx; }
QMenu::item:selected { background: %(accent)s; color: %(on_accent)s; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: %(thumb)s; border-radius: 2px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::handle:hover { background: %(quiet)s; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
