"""How fast a worker trains: the steps of its next burst, and the steps per second there were. It takes none itself."""

from __future__ import annotations

import time

from hyperscope.lab.worker.tempo import MAX, Tempo

BURST = 0.006  # s of training between two looks at the pipe: well under a frame
STEADY = 0.25  # s over which steps per second are averaged


class Pace:
    """At a `tempo` at most; `speed` is how many steps per second there were, of those since `counted`.

    What a step takes is learned anew from the first one of whatever is trained: how many there is time for says nothing
    of another network's, which may take ten thousand times as long.
    """

    def __init__(self) -> None:
        self.tempo = MAX
        self.rate = float("inf")  # steps per second, as last worked out
        self.counted = 0  # the step up to which `speed` counts
        self.speed = 0.0
        self.usual = 0.0  # s that a step of what is trained took last, 0 before any
        self._since = time.monotonic()
        self._trained: tuple[object, ...] = ()
        self._burst = 1
        self._owed = 0.0

    def begin(self, tempo: Tempo, step: int) -> None:
        """Plays or pauses at `step`, from here on at this tempo."""
        self.tempo, self._owed = tempo, 0.0
        self.count_from(step)

    def count_from(self, step: int) -> None:
        """Begins to count anew, at a step that was not trained to."""
        self.counted, self._since = step, time.monotonic()

    def burst(self, *trained: object) -> int:
        """How many steps there is time for in a burst of training these experiments, one as long as that is unknown."""
        same = len(trained) == len(self._trained)
        if not (same and all(one is other for one, other in zip(trained, self._trained, strict=True))):
            self._trained, self._burst, self.usual = trained, 1, 0.0
        return self._burst

    def steps(self, passed: float, most: int, batches: int) -> int:
        """How many are due, `passed` seconds after the last burst, if there is time for `most`, where an epoch has so
        many mini-batches.
        """
        self.rate = self.tempo.steps_per_second(batches)
        if self.rate == float("inf"):
            return most
        self._owed = min(self._owed + passed * self.rate, 1 + self.rate * 0.1)
        steps = min(int(self._owed), most)
        self._owed -= steps
        return steps

    def took(self, done: int, seconds: float) -> None:
        """Learns from a burst how many steps the next may have."""
        if done and seconds > 0:
            self.usual = seconds / done
            # towards BURST, by no more than a doubling at a time, since the first steps compile the plan
            fitting = max(1, min(2 * done, round(done * BURST / seconds)))
            self._burst = fitting if done >= self._burst else min(self._burst, max(fitting, done))

    def measure(self, step: int, now: float) -> None:
        """Takes note of the speed, if enough time has passed."""
        if now - self._since >= STEADY:
            self.speed = max(0, step - self.counted) / (now - self._since)
            self.counted, self._since = step, now
