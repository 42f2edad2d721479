"""What the throw-away lab can be a picture of."""

from __future__ import annotations

from hyperscope.ui.export.views import View, declare
from ui.throw_away_lab import Bars

declare("throw-away-bars", View("Throw-away bars", (200, 120), (Bars, Bars), ("results",)))
