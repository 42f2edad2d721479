"""The Playground as a lab: its page, its parts, and how what is moved on the page gets to the session."""

from __future__ import annotations

from hyperscope.ui.controls.words import title
from hyperscope.ui.host import Host
from hyperscope.ui.labs.lab import Lab
from hyperscope.ui.labs.playground.advice import Advice
from hyperscope.ui.labs.playground.map import MapPart
from hyperscope.ui.labs.playground.network import NetworkPart
from hyperscope.ui.labs.playground.page import Playground
from hyperscope.ui.labs.playground.painting import Painting
from hyperscope.ui.labs.playground.slow_motion import SlowMotionPart
from hyperscope.ui.labs.playground.twin_marks import TwinMarks
from hyperscope.ui.parts.files import Files
from hyperscope.ui.shell import Shell

HIDEABLE = (
    ("data", "Data"),
    ("network", "Network"),
    ("map", "Decision map"),
    ("hyperparameters", "Hyperparameters"),
    ("curves", "Curves"),
    ("distributions", "Distributions"),
)


SEEN = (
    (
        "Network",
        "Each picture is what that unit answers over the plane: blue positive, orange negative. An edge is a "
        "weight, as wide as it is large, in the same colours. A click edits.",
    ),
    (
        "Decision map",
        "Colour is the class that the network answers there, the paler the less sure. A point's outline is "
        "its true class, its fill the predicted one; ● train, ■ dev, ▲ test.",
    ),
    (
        "Curves",
        "Train solid, dev dashed, a dotted line where something was moved. Wheel, drag or keys choose the part; "
        "a double-click follows again.",
    ),
    ("Distributions", "Histograms of now; the rivers below are the 5, 25, 50, 75 and 95 % quantiles over epochs."),
    ("Hyperparameters", "● acts at once, ○ rebuilds. Point at a name or a choice to have it explained."),
    ("Timeline", "Drag to go back to any moment. The wheel spreads it; Shift+B branches there."),
)


def shown_in(shell: Shell) -> Playground:
    """The page of the Playground, which the window shows now."""
    page = shell.lab.page
    assert isinstance(page, Playground)
    return page


def make(host: Host) -> Lab:
    """The Playground, shown by `host`."""
    page = Playground()

    def look_at(across: str, up: str) -> None:
        host.looked_at.look(plane=(across, up), point=None)  # a place of the old plane is none of the new one
        host.draw_all()
        host.follow()

    def look_closely(layer: int, unit: int) -> None:
        host.looked_at.look(layer=layer, unit=unit)
        host.show_lab("batch-norm", "microscope")

    page.moved.connect(host.move_knob)
    page.held.connect(host.session.hold)
    page.refused.connect(lambda sentence: host.say(sentence, alarm=True))
    page.plane_chosen.connect(look_at)
    page.open_requested.connect(lambda: host.part(Files).ask_what_to_open())
    page.distributions.asked.connect(host.draw_all)
    page.distributions.unit_chosen.connect(look_closely)
    host.others.drawn_by(page.curves)
    kinds = (NetworkPart, Painting, MapPart, SlowMotionPart, TwinMarks, Advice)
    card = page.hyperparameters
    return Lab(
        page,
        panels=page.panels,
        notes=(page.note,),
        parts=tuple(kind(host, page) for kind in kinds),
        cards=(page.hyperparameters, page.data),
        seen=SEEN,
        hideable=HIDEABLE,
        hideable_controls=tuple((path, title(card.knob(path))) for path in card.controls),
        draw=page.draw,
    )
