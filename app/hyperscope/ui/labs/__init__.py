"""The labs of the window. A new one is a folder here and a line in LABS.

It knows their names and no more, so the command line can list them without Qt.
"""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.quoting import named


@dataclass(frozen=True, slots=True)
class Entry:
    """A lab that can be shown: `name` on the command line, `title` on its tab, and the `module` that makes it.

    The module, loaded when the lab is first shown, has a function `make(host) -> Lab`. `views` are (name, title) of
    the words under the tabs; `welcome` says in one line what to try first. Two modules it may have besides: `exports`
    declares what else than its views can be a picture, and their numbers, `scenes`, with a function of that name, its
    states worth recording.
    """

    name: str
    title: str
    module: str
    views: tuple[tuple[str, str], ...] = ()
    welcome: str = ""
    exports: str = ""
    scenes: str = ""

    @property
    def by_default(self) -> str:
        """The view that is shown first, "" where there are none."""
        return self.views[0][0] if self.views else ""

    def title_of(self, view: str) -> str:
        """The words for a view."""
        return dict(self.views)[view]


PLAYGROUND = "This network is learning to tell spirals apart. Drag the learning rate α to the right and watch the loss."

BATCH_NORM = "One mini-batch in one unit, example by example: drag γ and β, or undo batch norm with U."

SOFTMAX = (
    ("workbench", "Workbench"),
    ("plane", "On the plane"),
    ("batch", "A mini-batch"),
    ("confidence", "Confidence"),
    ("many", "Many classes and reuse"),
)

GENERALISE = (
    ("bias-and-variance", "Bias and variance"),
    ("regularise", "Regularise"),
    ("data", "Data"),
    ("depth", "Depth"),
    ("surface", "Cost surface"),
)

FRAMEWORKS = (
    ("code", "Code"),
    ("side-by-side", "Side by side"),
    ("writes", "What a framework writes"),
    ("choosing", "Choosing"),
)

TUNING = (
    ("wall", "Wall"),
    ("darts", "Darts"),
    ("grid-or-random", "Grid or random"),
    ("panda-or-caviar", "Panda or caviar"),
    ("transfer", "Does it transfer?"),
    ("luck", "Luck"),
)

LABS: tuple[Entry, ...] = (
    Entry("playground", "Playground", "hyperscope.ui.labs.playground.lab", welcome=PLAYGROUND),
    Entry(
        "tuning",
        "Tuning",
        "hyperscope.ui.labs.tuning.lab",
        TUNING,
        "How do I find good values? Every picture is a network in training; click one to open it.",
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
        exports="hyperscope.ui.labs.batch_norm.exports",
        scenes="hyperscope.ui.labs.batch_norm.scenes",
    ),
    Entry(
        "softmax",
        "Softmax",
        "hyperscope.ui.labs.softmax.lab",
        SOFTMAX,
        "How do numbers become probabilities, and how sure are they? What you point at answers in numbers.",
        exports="hyperscope.ui.labs.softmax.exports",
        scenes="hyperscope.ui.labs.softmax.scenes",
    ),
    Entry(
        "generalise",
        "Generalise",
        "hyperscope.ui.labs.generalise.lab",
        GENERALISE,
        "Will it work on new data, and what if not? Every usual remedy is tried on this network.",
        exports="hyperscope.ui.labs.generalise.exports",
        scenes="hyperscope.ui.labs.generalise.scenes",
    ),
    Entry(
        "frameworks",
        "Frameworks",
        "hyperscope.ui.labs.frameworks.lab",
        FRAMEWORKS,
        "How would I write this? Point at a line of code, or move a control and watch its line.",
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
