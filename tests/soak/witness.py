"""What a thread was at while a frame took long: its stack, looked at every few milliseconds by another thread."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from types import FrameType

EVERY = 0.005  # s
OWN = ("hyperscope", "soak")  # folders of the code that is told of


class Witness(threading.Thread):
    """Watches the thread that makes it. `begin` forgets what was seen; `words` says where most of the time went."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._watched = threading.get_ident()
        self._seen: list[tuple[str, ...]] = []
        self._over = threading.Event()

    def run(self) -> None:
        """Looks until it is told to stop."""
        while not self._over.wait(EVERY):
            frame = sys._current_frames().get(self._watched)
            self._seen.append(_places(frame))

    def begin(self) -> None:
        """Forgets what was seen: another frame begins."""
        self._seen = []

    def words(self, most: int = 4) -> str:
        """The chains of calls that were seen most often, innermost last."""
        counted = Counter(self._seen)
        return "\n".join(
            f"    {1000 * EVERY * count:.0f} ms {' > '.join(chain[-5:])}" for chain, count in counted.most_common(most)
        )

    def stop(self) -> None:
        """Ends it."""
        self._over.set()
        self.join()


def _places(frame: FrameType | None) -> tuple[str, ...]:
    """The calls of our own that a thread is in, outermost first."""
    places: list[str] = []
    while frame is not None:
        parts = frame.f_code.co_filename.replace("\\", "/").split("/")
        if any(folder in parts for folder in OWN):
            places.append(f"{parts[-2]}/{parts[-1]}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return tuple(reversed(places))
