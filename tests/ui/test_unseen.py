"""Jobs of views that are not shown: few keep a process, and nothing that they found is lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.job import Job
from hyperscope.ui import labs
from hyperscope.ui.labs.tuning.crowd import Crowd
from hyperscope.ui.source import FromJobs
from hyperscope.ui.unseen import MOST, Unseen
from hyperscope.ui.window import Window
from patience import PATIENCE

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4, "tanh"),)))

OF_EACH_KIND = (  # a view of each kind of source
    ("tuning", "wall"),
    ("tuning", "luck"),
    ("batch-norm", "why"),
    ("batch-norm", "shift"),
    ("softmax", "confidence"),
    ("generalise", "bias-and-variance"),
    ("generalise", "depth"),
    ("generalise", "surface"),
)


def sources(window: Window, *, shown: bool) -> list[FromJobs]:
    """Those that feed what is shown, or all others."""
    found: dict[FromJobs, bool] = {}
    for panel, source in [one for lab in window._labs.values() for one in lab.sources.items()]:
        if isinstance(source, FromJobs):
            found[source] = found.get(source, False) or panel.isVisible()
    return [source for source, seen in found.items() if seen == shown]


def jobs_of(window: Window, *, shown: bool) -> list[Job[Any, Any]]:
    """The jobs that belong to what is shown, or all others."""
    here = [job for source in sources(window, shown=True) for job in source.looked_at]
    if shown:
        return here
    every = [job for on in (True, False) for source in sources(window, shown=on) for job in source.jobs]
    return [job for job in every if job not in here]


def waiting(window: Window) -> list[Job[Any, Any]]:
    """Those with a process that belong to nothing that is shown, and do nothing."""
    return [job for job in jobs_of(window, shown=False) if not (job.over or job.parked or job.busy)]


def test_however_many_views_were_looked_at_few_processes_wait_and_nothing_is_lost(standing_still, qtbot) -> None:
    window = standing_still(SMALL)
    for name, view in [(entry.name, view) for entry in labs.LABS for view, _ in entry.views]:
        window.show_lab(name, view)
        qtbot.waitUntil(lambda: len(waiting(window)) <= MOST, timeout=PATIENCE)
    assert sum(job.parked for job in jobs_of(window, shown=False)) > MOST
    found: dict[Job[Any, Any], int] = {}
    for name, view in OF_EACH_KIND:
        window.show_lab(name, view)
        here = jobs_of(window, shown=True)
        qtbot.waitUntil(lambda here=here: any(map(_is_there, here)), timeout=PATIENCE)
        assert here and [job.problem for job in here if job.problem] == [], view
        qtbot.waitUntil(lambda: len(waiting(window)) <= MOST, timeout=PATIENCE)
        found |= {job: len(job.records) for job in here}
    every = [*jobs_of(window, shown=False), *jobs_of(window, shown=True)]
    assert all(len(job.records) >= found.get(job, 0) for job in every)


def _is_there(job: Job[Any, Any]) -> bool:
    """Whether a job that is shown shows something, and is where it was."""
    return job.over or (bool(job.records) and job.catching_up is None and (job.resting or not job.parked))


def test_networks_are_handed_over_the_same_when_their_process_had_ended(qtbot) -> None:
    crowd = Crowd()
    crowd.begin([SMALL], 5, None)
    try:
        handed = []
        for _ in range(2):
            qtbot.waitUntil(lambda: crowd.version() > 0 and crowd.done, timeout=PATIENCE)
            crowd.ask_for(0)
            qtbot.waitUntil(lambda: crowd.version() > 0 and bool(crowd.handed), timeout=PATIENCE)
            handed.append(crowd.handed.pop().checkpoint.moment)
            qtbot.waitUntil(lambda: crowd.version() > 0 and crowd.done and crowd.job.park(), timeout=PATIENCE)
    finally:
        crowd.close()
    assert handed[0].taken == handed[1].taken > 0
    assert all(map(np.array_equal, handed[0].vectors, handed[1].vectors))


def test_it_is_said_that_something_trains_again_if_that_takes_a_while(standing_still, qtbot) -> None:
    window = standing_still(SMALL)
    window.show_lab("tuning", "luck")
    crowd = window.lab.page.luck.crowd
    qtbot.waitUntil(lambda: crowd.done and crowd.job.park(), timeout=PATIENCE)
    unseen = Unseen(window.words)
    unseen.look([window.lab])
    said = window.words.said
    crowd.ask_for(0)
    unseen.look([window.lab])
    assert window.words.said == said
    unseen.look([window.lab])
    assert window.words.said == "Training again, as far as it had come: 0 %."
