"""What the throw-away lab can be a picture of."""

from __future__ import annotations

from hyperscope.lab.probes.probe import Ask
from hyperscope.ui.export.views import View, declare
from ui.throw_away_lab import Bars
from ui.throw_away_probe import Times, counted

declare("throw-away-bars", View("Throw-away bars", (200, 120), (Bars, Bars), lambda _: (Ask(counted, Times(100)),)))
