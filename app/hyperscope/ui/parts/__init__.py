"""The parts of the window, there whatever lab is shown. A new one is a file here and a line in PARTS."""

from __future__ import annotations

from typing import Any

from hyperscope.ui.part import Part
from hyperscope.ui.parts.branches import Branches
from hyperscope.ui.parts.charts import Charts
from hyperscope.ui.parts.export import Export
from hyperscope.ui.parts.files import Files
from hyperscope.ui.parts.finding import Finding
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.parts.presenting import Presenting
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.parts.rates import Rates
from hyperscope.ui.parts.resting import Resting
from hyperscope.ui.parts.runs import Runs
from hyperscope.ui.parts.share import Share
from hyperscope.ui.parts.stopping import Stopping
from hyperscope.ui.parts.training import TrainingPart
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.parts.waiting import Waiting

PARTS: tuple[type[Part[Any]], ...] = (
    TrainingPart,
    Resting,
    Stopping,
    TwinPart,
    Presets,
    Runs,
    Files,
    Share,
    Export,
    Looks,
    Presenting,
    Charts,
    Rates,
    Finding,
    Branches,
    Waiting,
)
