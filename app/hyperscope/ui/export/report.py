"""The report's pictures, painted for both themes, and the report as something to export."""

from __future__ import annotations

from dataclasses import replace

from hyperscope.lab.export.exports import Choice, Encode, Material, export
from hyperscope.lab.export.report import NEEDS, Picture, report
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk
from hyperscope.ui.export.views import encoder, panel, views
from hyperscope.ui.theme import THEMES

# the room each picture takes of the page's twelve columns, and its kind: what is made of pixels stays pixels
PICTURES = (
    ("map", 5, ".png", (420, 510)),
    ("network", 7, ".png", (600, 510)),
    ("curves", 5, ".svg", (420, 300)),
    ("distributions", 7, ".svg", (600, 300)),
)
KINDS = {".png": "image/png", ".svg": "image/svg+xml"}
SHARP = 2.0  # pixels per unit: good on a fine screen, and on paper
USED = ("window", "card", "control", "text", "quiet", "hairline", "accent", "positive", "negative")


def report_bytes(material: Material, choice: Choice, *, title: str = "", when: str = "") -> Encode:
    """Paints the pictures now; what is returned puts the page together. Of `choice` only the window has a say in it."""
    painted: list[tuple[str, int, str, list[Encode]]] = []
    for name, room, suffix, size in PICTURES:
        made = []
        for theme in ("light", "dark"):
            chosen = replace(choice, suffix=suffix, scale=SHARP, theme=theme, size=size)
            with panel(name, material, chosen) as shown:
                made.append(encoder(shown, chosen, views[name].label))
        painted.append((name, room, suffix, made))

    def page() -> bytes:
        pictures = [
            Picture(views[name].label, KINDS[suffix], made[0](), made[1](), room)
            for name, room, suffix, made in painted
        ]
        return report(material, pictures, _colours("light"), _colours("dark"), title, when).encode()

    return page


def _colours(theme: str) -> dict[str, str]:
    return {name: getattr(THEMES[theme], name).name() for name in USED}


def all_needs(focus: Focus) -> tuple[AnyAsk, ...]:
    """What the page and its pictures need."""
    return tuple(dict.fromkeys((*NEEDS, *(ask for name, *_ in PICTURES for ask in views[name].needs(focus)))))


@export(
    "report",
    "Report",
    (".html",),
    "One page with pictures, numbers, settings and moves; it prints on A4.",
    all_needs,
    of_both=True,
)
def page(material: Material, choice: Choice) -> Encode:
    """See `lab.export.report`."""
    return report_bytes(material, choice)
