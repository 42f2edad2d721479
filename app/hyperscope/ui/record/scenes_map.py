"""States of the map's card that are worth a picture."""

from __future__ import annotations

from collections.abc import Callable

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.ui.labs.playground.lab import shown_in
from hyperscope.ui.panels.map.panel import MapPanel
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.record.scene import Scene
from hyperscope.ui.window import Window

NARROW = Network(layers=(Layer(8, "tanh"), Layer(8, "tanh"), Layer(2, "tanh")))
XOR = Experiment(data=Data(source="xor", classes=2, noise=0.1), network=Network(layers=(Layer(2, "tanh"),) * 2))
FOURTH = 13  # a dev example that is in the first row of samples
WIDE = Network(layers=(Layer(64, "relu", "before"),) * 2)


def scenes_of_the_map() -> tuple[Scene, ...]:
    """Views, pins and the card's other faces."""
    digits = Experiment(data=with_source(Data(), "digits"), network=WIDE)
    crowded = Experiment(data=Data(noise=0.25, classes=3))
    return (
        Scene("map-margin", crowded, 30, _on_map(_margin)),
        Scene("map-options", Experiment(), 30, then=_on_map(lambda card: card.options.open_at())),
        Scene("map-plane", Experiment(data=with_source(Data(), "iris")), 30, then=_on_map(_two_features)),
        Scene("map-pinned", Experiment(), 10, then=_on_map(lambda card: card.set_pin(Pin(point=(0.4, 1.2))))),
        Scene("map-misclassified", crowded, 20, then=_on_map(_step_twice)),
        Scene("map-misclassified-digits", digits, 2, then=_on_map(_step_twice)),
        Scene("map-warped-2", Experiment(network=NARROW), 120, _on_map(_warped)),
        Scene("map-warped-xor", XOR, 60, _on_map(_warped)),
        Scene("map-warped-8", Experiment(), 60, _on_map(_warped)),
        Scene("map-warped-digits", digits, 6, _on_map(_warped)),
        Scene("map-samples", digits, 3, then=_on_map(_samples)),
        Scene("map-confused", digits, 3, then=_on_map(_confusion)),
        Scene("map-confusion-iris", Experiment(data=with_source(Data(), "iris")), 2, then=_on_map(_confusion)),
        Scene("twin-margin", crowded, 30, _on_map(_margin), _with_twin()),
        Scene("twin-misclassified", crowded, 20, then=_with_twin(_step_twice)),
        Scene("twin-warped", Experiment(), 30, then=_with_twin(_warped)),
        Scene("twin-warped-2", Experiment(network=NARROW), 60, then=_with_twin(_warped)),
        Scene("twin-samples", digits, 3, then=_with_twin(_samples)),
        Scene("twin-confusion", crowded, 20, then=_with_twin(_confusion)),
        Scene("twin-confusion-digits", digits, 3, then=_with_twin(_confusion)),
    )


def _on_map(act: Callable[[MapPanel], object]) -> Callable[[Window], None]:
    def arrange(window: Window) -> None:
        act(shown_in(window).map)

    return arrange


def _with_twin(act: Callable[[MapPanel], object] = lambda card: None) -> Callable[[Window], None]:
    """A twin that learns ten times as fast."""

    def arrange(window: Window) -> None:
        window.do(window.part(TwinPart).toggle)
        window.move_knob("training.learning_rate", 0.1)
        act(shown_in(window).map)

    return arrange


def _margin(card: MapPanel) -> None:
    card.set_view("margin")
    card.options.inside.contours.lever.setChecked(True)


def _two_features(card: MapPanel) -> None:
    card.options.open_at()
    card.options.inside.plane.kind.buttons[1].click()


def _step_twice(card: MapPanel) -> None:
    card.step(1)
    card.step(1)


def _samples(card: MapPanel) -> None:
    card.samples.order.set_index(2)
    card.set_pin(Pin(example=FOURTH))
    card.set_mode("samples")


def _warped(card: MapPanel) -> None:
    card.set_mode("warped")


def _confusion(card: MapPanel) -> None:
    card.set_mode("confusion")
