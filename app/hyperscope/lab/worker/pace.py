"""How fast a worker trains: the steps of its next burst, and the steps per second there were. It takes none itself."""

from __future__ import annotations

import time

BURST = 0.006  # s of training between two looks at the pipe: well under a frame
STEADY = 0.25  # s over which steps per second are averaged


class Pace:
    """At `rate` steps per second at most; `speed` is how many there were, of those since `counted`."""

    def __init__(self) -> None:
        self.rate = float("inf")
        self.counted = 0  # the step up to which `speed` counts
        self.speed = 0.0
        self._since = time.monotonic()
        self._burst = 1
        self._owed = 0.0

    def begin(self, rate: float, step: int) -> None:
        """Plays or pauses at `step`, from here on at this rate."""
        self.rate, self._owed = rate, 0.0
        self.count_from(step)

    def count_from(self, step: int) -> None:
        """Begins to count anew, at a step that was not trained to."""
        self.counted, self._since = step, time.monotonic()

    def steps(self, passed: float) -> int:
        """How many are due, `passed` seconds after the last burst."""
        if self.rate == float("inf"):
            return self._burst
        self._owed = min(self._owed + passed * self.rate, 1 + self.rate * 0.1)
        steps = int(self._owed)
        self._owed -= steps
        return steps

    def took(self, done: int, seconds: float) -> None:
        """Learns from a burst how many steps the next may have."""
        if self.rate == float("inf") and done == self._burst and seconds > 0:
            # towards BURST, by no more than a doubling at a time, since the first steps compile the plan
            self._burst = max(1, min(2 * self._burst, round(self._burst * BURST / seconds)))

    def measure(self, step: int, now: float) -> None:
        """Takes note of the speed, if enough time has passed."""
        if now - self._since >= STEADY:
            self.speed = max(0, step - self.counted) / (now - self._since)
            self.counted, self._since = step, now
