"""How live the wall is: pictures of 64 networks in training per second, and what they cost the window's frames.

    python tests/benchmarks/wall.py [--seconds 8] [--trials 64]

One run: first the window with the wall at rest, then while 64 networks train. On a machine with other work frame gaps
say little.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HYPERSCOPE_HOME"] = tempfile.mkdtemp(prefix="hyperscope-wall-")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "app"))


def resident(pid: int) -> float:
    """Megabytes that a process holds, NaN where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) / 1000


def main() -> None:
    """Measures, and prints."""
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.session.session import Session
    from hyperscope.ui.app import application
    from hyperscope.ui.labs.tuning.searching import Searching
    from hyperscope.ui.pacing import settle
    from hyperscope.ui.remembered import Remembered
    from hyperscope.ui.window import Window

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--trials", type=int, default=64)
    given = parser.parse_args()
    app = application()
    window = Window(Session(Experiment(), playing=False), "light", Remembered(forgetful=True))
    window.resize(1280, 800)
    window.show()
    settle()

    def spend(seconds: float) -> np.ndarray:
        window.ticker.gaps = deque()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            app.processEvents()
            time.sleep(0.0005)
        return np.array(window.ticker.gaps) * 1000

    window.show_lab("tuning", "wall")
    searching = window.part(Searching)
    view = searching.view
    searching.close()
    bare = spend(2.0)
    bare = spend(given.seconds / 2)
    view.card.trials.set_value(given.trials)
    view.card.epochs.set_value(300)
    pictures = [0]
    view.results.moved.connect(lambda: pictures.__setitem__(0, pictures[0] + 1))
    searching.run()
    while not view.results.rows:
        app.processEvents()
    pictures[0] = 0
    live = spend(given.seconds)
    print(f"pictures of {len(view.results.rows)} networks: {pictures[0] / given.seconds:.1f} a second")
    for name, gaps in (("bare", bare), ("live", live)):
        print(f"frame gaps {name}: median {np.median(gaps):.1f} ms, p99 {np.quantile(gaps, 0.99):.1f} ms")
    job = searching.job.pid if searching.job is not None else None
    held = [resident(pid) for pid in (os.getpid(), job) if pid is not None]
    print(f"memory: window {held[0]:.0f} MB, search {held[-1]:.0f} MB")
    window.close()
    app.processEvents()


if __name__ == "__main__":
    main()
