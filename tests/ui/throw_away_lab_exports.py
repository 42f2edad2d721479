"""What the throw-away lab can be a picture of."""

from __future__ import annotations

from hyperscope.lab.probes.probe import Ask
from hyperscope.ui.export.views import ExportView, declare
from ui.throw_away_lab import Bars
from ui.throw_away_probe import Times, counted

asks = (Ask(counted, Times(100)),)
declare("throw-away-bars", ExportView("Throw-away bars", (200, 120), (Bars, Bars), lambda _: asks))
