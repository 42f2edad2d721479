"""The labs of the window. A new one is a folder here and a line in LABS.

It knows their names and no more, so the command line can list them without Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hyperscope.quoting import named


@dataclass(frozen=True, slots=True)
class Entry:
    """A lab that can be shown: `name` on the command line, `title` on its tab, and the `module` that makes it.

    The module, loaded when the lab is first shown, has a function `make(host) -> Lab`. `views` are (name, title) of
    the words under the tabs; `welcome` says in one line what to try first, `tasks` what to try in views besides. Two
    modules it may have too: `exports` declares what else than its views can be a picture, and their numbers, `scenes`,
    with a function of that name, its states worth recording.
    """

    name: str
    title: str
    module: str
    views: tuple[tuple[str, str], ...] = ()
    welcome: str = ""
    tasks: Mapping[str, str] = field(default_factory=dict)
    exports: str = ""
    scenes: str = ""

    @property
    def by_default(self) -> str:
        """The view that is shown first, "" where there are none."""
        return self.views[0][0] if self.views else ""

    def title_of(self, view: str) -> str:
        """The words for a view."""
        return dict(self.views)[view]

    def task_in(self, view: str) -> str:
        """What to try in a view, in one line."""
        return self.tasks.get(view, self.welcome)


PLAYGROUND = "This network is learning to tell spirals apart. Drag the learning rate α to the right and watch the loss."

BATCH_NORM = "One mini-batch in one unit, example by example: drag γ and β, or undo batch norm with U."

BATCH_NORM_TASKS = {
    "why": "With batch norm and without it, at every setting: click a network to open it.",
    "shift": "What each layer receives while the network learns: does it drift, and does that do harm?",
    "hurts": "Where batch norm does harm, each case trained as you watch, and what to do instead.",
}

SOFTMAX = (
    ("workbench", "Workbench"),
    ("plane", "On the plane"),
    ("batch", "A mini-batch"),
    ("confidence", "Confidence"),
    ("many", "Many classes and reuse"),
)

SOFTMAX_TASKS = {
    "plane": "No hidden layer, so straight borders: drag an arrow or a border and watch the loss.",
    "batch": "One mini-batch worked through as matrices: point at a column to find its example on the map.",
    "confidence": "When it says 80 %, is it right that often? Drag the threshold below which a person is asked.",
    "many": "Ten classes or 100 000: a tree of questions, and what hidden layers are worth for another task.",
}

GENERALISE = (
    ("bias-and-variance", "Bias and variance"),
    ("regularise", "Regularise"),
    ("data", "Data"),
    ("depth", "Depth"),
    ("surface", "Cost surface"),
)

GENERALISE_TASKS = {
    "regularise": "What L2, L1, dropout and early stopping do to the weights: move one while the network trains.",
    "data": "What other data do: copies, wrong labels, classes out of balance, a dev set from elsewhere.",
    "depth": "What is left of the signal, and of the gradient, after many layers: click a cell to follow it.",
    "surface": "Five optimisers on one bowl: drag the point they start from, and α until they overshoot.",
}

FRAMEWORKS = (
    ("code", "Code"),
    ("side-by-side", "Side by side"),
    ("writes", "What a framework writes"),
    ("choosing", "Choosing"),
)

FRAMEWORKS_TASKS = {
    "side-by-side": "The experiment, run by the code itself: does it come to the numbers of the window?",
    "writes": "Fold away what a framework writes for you: what is left is yours.",
    "choosing": "Ease, speed and openness, each with its figure or where it is from.",
}

TUNING = (
    ("wall", "Wall"),
    ("darts", "Darts"),
    ("grid-or-random", "Grid or random"),
    ("panda-or-caviar", "Panda or caviar"),
    ("transfer", "Does it transfer?"),
    ("luck", "Luck"),
)

TUNING_TASKS = {
    "darts": "The same draws on two scales: see how many fall into each decade, then train them all.",
    "grid-or-random": "Which of two searches finds what matters? Drag in a picture to move the optimum.",
    "panda-or-caviar": "One network looked after, or many left alone, for as many epochs in all.",
    "transfer": "What is best on one set of data, tried on the others: a cell opens its network.",
    "luck": "Two settings, many seeds: is the difference more than luck?",
}

LABS: tuple[Entry, ...] = (
    Entry("playground", "Playground", "hyperscope.ui.labs.playground.lab", welcome=PLAYGROUND),
    Entry(
        "tuning",
        "Tuning",
        "hyperscope.ui.labs.tuning.lab",
        TUNING,
        "How do I find good values? Every picture is a network in training; click one to open it.",
        TUNING_TASKS,
        exports="hyperscope.ui.labs.tuning.exports",
        scenes="hyperscope.ui.labs.tuning.scenes",
    ),
    Entry(
        "batch-norm",
        "Batch norm",
        "hyperscope.ui.labs.batch_norm.lab",
        views=(
            ("microscope", "Microscope"),
            ("why", "Why it helps"),
            ("shift", "Shifting inputs"),
            ("hurts", "When it hurts"),
        ),
        welcome=BATCH_NORM,
        tasks=BATCH_NORM_TASKS,
        exports="hyperscope.ui.labs.batch_norm.exports",
        scenes="hyperscope.ui.labs.batch_norm.scenes",
    ),
    Entry(
        "softmax",
        "Softmax",
        "hyperscope.ui.labs.softmax.lab",
        SOFTMAX,
        "How do numbers become probabilities, and how sure are they? What you point at answers in numbers.",
        SOFTMAX_TASKS,
        exports="hyperscope.ui.labs.softmax.exports",
        scenes="hyperscope.ui.labs.softmax.scenes",
    ),
    Entry(
        "generalise",
        "Generalise",
        "hyperscope.ui.labs.generalise.lab",
        GENERALISE,
        "Will it work on new data, and what if not? Every usual remedy is tried on this network.",
        GENERALISE_TASKS,
        exports="hyperscope.ui.labs.generalise.exports",
        scenes="hyperscope.ui.labs.generalise.scenes",
    ),
    Entry(
        "frameworks",
        "Frameworks",
        "hyperscope.ui.labs.frameworks.lab",
        FRAMEWORKS,
        "How would I write this? Point at a line of code, or move a control and watch its line.",
        FRAMEWORKS_TASKS,
        exports="hyperscope.ui.labs.frameworks.exports",
        scenes="hyperscope.ui.labs.frameworks.scenes",
    ),
)


def entry(name: str) -> Entry:
    """The lab of this name. Raises: ValueError for one that there is not."""
    for one in LABS:
        if one.name == name:
            return one
    raise ValueError(f"lab is {named(name)}; there are {', '.join(one.name for one in LABS)}")


def checked_view(lab: Entry, name: str) -> str:
    """The view of this name, the lab's first if none is named. Raises: ValueError for one that it does not have."""
    names = [one for one, _ in lab.views]
    if name and name not in names:
        listed = f"it has {', '.join(names)}" if names else "it has none"
        raise ValueError(f"view is {named(name)}; {listed} in {lab.name}")
    return name or lab.by_default
