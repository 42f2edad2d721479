"""How fast the window is: training beside it, even frames, from a slider to a step, to the first picture, memory.

    python tests/benchmarks/window.py [--platform offscreen|xvfb|both] [--seconds N] [--rounds N] [--only PART ...]

Figures that are compared come from one run, in turns, as ratios; what counts are medians and percentiles. Every part
runs in processes of its own, on a virtual display of its own where the platform is xvfb.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "app"
for _folder in (Path(__file__).parents[1], SOURCE):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from benchmarks import peers  # noqa: E402

PARTS = ("speed", "latency", "launch", "rush", "memory", "rewind", "microscope", "sweep", "softmax")
FAR = 100_000  # steps, on whose timeline is gone back
DRAGS = 120  # to anywhere on it
MOVES = 200  # of the slider, for the latency
RUSH_PAUSE = 20  # ms between two moves: 1 000 in 20 s
SETTLING = 2.0  # s left out at the start of a window
WORK = 0.006  # s of each frame that a bare tick is busy: what a panel takes
RATE = "training.learning_rate"
LOG = "HYPERSCOPE_BENCHMARK_LOG"  # where the worker notes when a new rate came into force

HELD = """
import json, psutil, sys
infos = [psutil.Process(int(pid)).memory_full_info() for pid in sys.argv[1:]]
kinds = [kind for kind in ("rss", "uss", "pss") if hasattr(infos[0], kind)]
print(json.dumps({kind: sum(getattr(info, kind) for info in infos) / 1e6 for kind in kinds}))
"""

if __name__ == "__mp_main__" and os.environ.get(LOG):
    # This is the window's worker, which imports the main module again: have it note the first step after each change.
    from hyperscope.lab.training import trainer as _trainer

    _apply, _steps = _trainer.Trainer.apply, _trainer.Trainer.steps
    _log = open(os.environ[LOG], "a", encoding="utf-8")  # noqa: SIM115 - open as long as the worker lives
    _new: list[float] = []

    def _noted_apply(self: Any, experiment: Any, *more: Any, **named: Any) -> str:
        _new[:] = [experiment.training.learning_rate]
        return _apply(self, experiment, *more, **named)

    def _noted_steps(self: Any, count: int) -> int:
        if _new:
            _log.write(f"{time.monotonic():.6f} {_new.pop()!r}\n")
            _log.flush()
        return _steps(self, count)

    _trainer.Trainer.apply, _trainer.Trainer.steps = _noted_apply, _noted_steps  # type: ignore[method-assign]


def experiment(name: str) -> Any:
    """The starting experiment, or the three layers of eight with batch norm that the goals speak of."""
    from hyperscope.engine.settings import Layer, Network
    from hyperscope.lab.experiment.data import with_source
    from hyperscope.lab.experiment.experiment import Experiment

    if name == "start":
        return Experiment()
    if name == "regression":
        return Experiment(network=Network(layers=()))
    if name == "digits":
        data = with_source(Experiment().data, "digits")
        return Experiment(data=data, network=Network(layers=(Layer(128, "relu", "before"),) * 2))
    return Experiment(network=Network(layers=(Layer(8, "tanh", "before"),) * 3))


EXPERIMENTS = {
    "start": "the starting experiment",
    "normed": "2-8-8-8-3 with batch norm",
    "digits": "digits, 64-128-128-10 with batch norm",
}


# -- what runs in a process of its own --------------------------------------------------------------------------------


def alone(name: str, seconds: float) -> dict[str, float]:
    """Steps per second of the same trainer without a window, in bursts as long as the worker's."""
    from threadpoolctl import threadpool_limits

    from hyperscope.lab.training.trainer import Trainer
    from hyperscope.lab.worker.pace import BURST

    trainer, burst = Trainer(experiment(name)), 1
    with threadpool_limits(1):
        for duration in (SETTLING / 2, seconds):
            first, begun = trainer.step, time.monotonic()
            while (now := time.monotonic()) - begun < duration:
                trainer.steps(burst)
                took = time.monotonic() - now
                burst = max(1, min(2 * burst, round(burst * BURST / max(took, 1e-6))))
            rate = (trainer.step - first) / (time.monotonic() - begun)
    return {"steps_per_second": rate}


class Stage:
    """A real window and the means to let it run for a while."""

    def __init__(self, name: str) -> None:
        from hyperscope.lab.session.session import Session
        from hyperscope.ui.ahead import load_ahead
        from hyperscope.ui.app import application
        from hyperscope.ui.pacing import settle
        from hyperscope.ui.remembered import Remembered
        from hyperscope.ui.window import Window

        self.session = Session(experiment(name))
        self.app = application()
        self.window = Window(self.session, "light", Remembered(forgetful=True))
        self.window.resize(1280, 800)
        self.window.show()
        settle()
        load_ahead(self.window.ready, 0.0).finish()  # what the program does beside its window
        self.slider = self.window.lab.page.hyperparameters.controls[RATE]
        self.run(SETTLING, lambda: self.session.status.step > 100)
        self.window.ticker.gaps = deque()
        self.draws: dict[str, list[float]] = {}  # ms of each draw, by panel
        for panel in self.window.lab.panels:
            panel.draw = self._noted(panel)

    def _noted(self, panel: Any) -> Any:
        draw, name = panel.draw, type(panel).__name__.removesuffix("Panel").lower()

        def noted(snapshot: Any) -> None:
            begun = time.perf_counter()
            draw(snapshot)
            self.draws.setdefault(name, []).append(1000 * (time.perf_counter() - begun))

        return noted

    def run(self, seconds: float, reached: Any = None) -> None:
        """Lets the window live for `seconds`, or longer until `reached`."""
        live(self.app, seconds, reached)

    def slide(self, step: int) -> float:
        """Puts the slider of α on `step`, as a drag does; the value that this means."""
        self.slider.track.setValue(step)
        return self.session.experiment.training.learning_rate

    def gaps(self) -> list[float]:
        return [gap * 1000 for gap in self.window.ticker.gaps]

    def memory(self) -> dict[str, float]:
        """MB of window and worker, together: resident, unique, and proportional where the system tells.

        Hyperscope itself does without psutil, so that of the peers' environment looks; empty where there is none.
        """
        if not peers.installed([peers.LOOKER]):
            return {}
        pids = (str(os.getpid()), str(self.session.worker_pid))
        told = subprocess.run([peers.python(), "-c", HELD, *pids], stdout=subprocess.PIPE, text=True, check=True)
        found: dict[str, float] = json.loads(told.stdout)
        return found

    def close(self) -> None:
        self.window.close()


def in_window(name: str, seconds: float) -> dict[str, Any]:
    """Steps per second beside a window that draws all panels, its frame gaps in ms, and its memory in MB."""
    stage = Stage(name)
    first, begun = stage.session.status.step, time.monotonic()
    stage.run(seconds)
    lasted = time.monotonic() - begun
    rate = (stage.session.status.step - first) / lasted
    draws = {panel: len(times) / lasted for panel, times in stage.draws.items()}
    found = {"steps_per_second": rate, "gaps": stage.gaps(), "memory": stage.memory(), "draws": draws}
    stage.close()
    return found


def bare(name: str, seconds: float) -> dict[str, list[float]]:
    """Frame gaps in ms of a tick like the window's that keeps busy for WORK and draws nothing, beside training."""
    from hyperscope.ui.app import application
    from hyperscope.ui.pacing import Ticker

    def work() -> None:
        begun = time.perf_counter()
        while time.perf_counter() - begun < WORK:
            pass

    words = [sys.executable, __file__, "--inside", "alone", name, str(seconds + 4 * SETTLING)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as trainer:
        app, ticker = application(), Ticker(work)
        ticker.start()
        for lasting in (2 * SETTLING, seconds):
            ticker.gaps = deque()
            live(app, lasting)
        ticker.stop()
        trainer.terminate()
    return {"gaps": [1000 * gap for gap in ticker.gaps]}


def live(app: Any, seconds: float, reached: Any = None) -> None:
    """Lets the application live for `seconds`, or longer until `reached`."""
    from PySide6.QtCore import QTimer

    begun = time.monotonic()
    watch = QTimer()

    def look() -> None:
        if time.monotonic() - begun >= seconds and (reached is None or reached()):
            app.exit()  # quit would close the window first

    watch.timeout.connect(look)
    watch.start(20)
    app.exec()
    watch.stop()


def rewind(name: str, seconds: float) -> dict[str, Any]:
    """Milliseconds from each of DRAGS drags on a timeline of FAR steps until every panel shows that moment."""
    stage, draw = Stage(name), random.Random(2)
    session, window = stage.session, stage.window
    stage.run(0, lambda: session.status.step >= FAR)
    session.play(False)
    stage.run(0.5)
    times = []
    for _ in range(DRAGS):
        tick = draw.randrange(session.status.end)
        awaited = sum(panel.isVisible() for panel in window.lab.panels)
        before = {panel: len(draws) for panel, draws in stage.draws.items()}
        begun = time.perf_counter()
        window.go_to(tick)

        def reached(tick: int = tick, before: dict[str, int] = before, awaited: int = awaited) -> bool:
            drawn = sum(len(draws) > before.get(panel, 0) for panel, draws in stage.draws.items())
            return session.status.tick == tick and drawn >= awaited

        while not reached():
            stage.app.processEvents()
        times.append(1000 * (time.perf_counter() - begun))
        stage.run(0.03)
    stage.close()
    return {"times": times, "steps": FAR}


def latency(name: str, moves: int) -> dict[str, Any]:
    """Milliseconds from each of `moves` moves of the slider to the first step at the new rate."""
    from PySide6.QtCore import QTimer

    stage, draw = Stage(name), random.Random(1)
    made: list[tuple[float, float]] = []
    span = (round(0.35 * stage.slider.track.maximum()), round(0.6 * stage.slider.track.maximum()))  # nothing diverges

    def move() -> None:
        before = stage.slider.track.value()
        at = time.monotonic()
        made.append((at, stage.slide(draw.choice([step for step in range(*span) if step != before]))))
        if len(made) < moves:
            QTimer.singleShot(draw.randint(60, 110), move)

    QTimer.singleShot(0, move)
    stage.run(0, lambda: len(made) >= moves)
    stage.run(0.5)
    stage.close()
    noted = read_log()
    times = []
    for at, value in made:
        came = next((when for when, rate in noted if when >= at and rate == value), None)
        if came is not None:
            times.append((came - at) * 1000)
    return {"latency": times, "lost": moves - len(times)}


def rush(name: str, seconds: float) -> dict[str, Any]:
    """Frame gaps in ms while the slider moves every 20 ms, and whether the last value is the one in force."""
    from PySide6.QtCore import QTimer

    stage, draw = Stage(name), random.Random(2)
    values: list[float] = []
    timer = QTimer()
    top = round(0.6 * stage.slider.track.maximum())
    timer.timeout.connect(lambda: values.append(stage.slide(draw.randint(0, top))))
    timer.start(RUSH_PAUSE)
    stage.run(seconds)
    timer.stop()
    stage.run(0.5)
    gaps = stage.gaps()
    stage.close()
    noted = read_log()
    return {"gaps": gaps, "moves": len(values), "in_force": bool(noted) and noted[-1][1] == values[-1]}


def microscope(name: str, seconds: float) -> dict[str, Any]:
    """Ms that a tick takes while γ of the microscope's unit is dragged and the network trains, and a bare tick's.

    A bare tick has the same window and training, and nothing is dragged nor drawn: the lab is not shown.
    """
    from PySide6.QtCore import QTimer

    stage, draw = Stage(name), random.Random(4)
    window = stage.window
    took: list[float] = []
    tick = window.ticker._tick

    def noted() -> None:
        begun = time.perf_counter()
        tick()
        took.append(1000 * (time.perf_counter() - begun))

    window.ticker._tick = noted
    window.show_lab("softmax", "workbench")  # where nothing of the shared network is drawn
    stage.session.play(True)
    stage.run(seconds)
    bare_ticks, took[:] = list(took), []
    window.show_lab("batch-norm", "microscope")
    stage.run(1.0, lambda: window.up_to_date)
    track = window.lab.page.card.gamma.track
    took.clear()
    timer = QTimer()
    timer.timeout.connect(lambda: track.setValue(draw.randint(track.minimum(), track.maximum())))
    timer.start(16)
    stage.run(seconds)
    timer.stop()
    found = {"bare": bare_ticks, "dragged": list(took), "gaps": stage.gaps()}
    stage.close()
    return found


def softmax(name: str, seconds: float) -> dict[str, Any]:
    """Frame gaps in ms of the workbench while a bar is dragged, of the plane while an arrow is, and of the workbench
    while nothing is; each move of the mouse comes a frame after the one before.
    """
    from PySide6.QtCore import QPoint, Qt, QTimer
    from PySide6.QtTest import QTest

    stage, draw = Stage(name), random.Random(5)
    window, left = stage.window, Qt.MouseButton.LeftButton
    stage.session.play(False)

    def gaps(target: Any, around: QPoint | None) -> list[float]:
        stage.run(1.0, lambda: window.up_to_date)
        stage.run(0.5)
        window.ticker.gaps = deque()
        timer = QTimer()
        if around is not None:
            QTest.mousePress(target, left, pos=around)
            far = QPoint(draw.randint(-60, 60), draw.randint(-60, 60))
            timer.timeout.connect(lambda: QTest.mouseMove(target, around + far * (draw.random() - 0.5)))
            timer.start(16)
        stage.run(seconds)
        timer.stop()
        if around is not None:
            QTest.mouseRelease(target, left, pos=around)
        return stage.gaps()

    window.show_lab("softmax", "workbench")
    bars = window.lab.page.workbench.bars
    found = {"bare": gaps(bars, None), "workbench": gaps(bars.grips[0], bars.grips[0].rect().center())}
    window.show_lab("softmax", "plane")
    stage.run(2.0, lambda: window.up_to_date)
    plane = window.lab.page.plane.map
    found["plane"] = gaps(plane, plane.tip(0).toPoint())
    stage.close()
    return found


def sweep(name: str, seconds: float) -> dict[str, Any]:
    """Of the 54 networks of the sweep of learning rates: when each picture of them was drawn, in s from the click, the
    window's frame gaps in ms, and how long all took beside it and, the same job once more, without a window, in s.
    """
    from hyperscope.lab.jobs.job import Job
    from hyperscope.lab.jobs.population_task import Maps
    from hyperscope.lab.sweeps.carried_out import SIDE
    from hyperscope.lab.sweeps.sweep import Plan, sweeps

    stage = Stage(name)
    stage.session.play(False)
    window = stage.window
    window.show_lab("batch-norm", "microscope")
    grid, drawn = window.lab.page.of_sweeps["why"].grid, []
    show, seen = grid.show_outcome, [None]

    def noted(outcome: Any, note: str) -> None:
        show(outcome, note)
        if outcome is not None and outcome is not seen[0]:
            seen[0] = outcome
            drawn.append(time.perf_counter() - begun)

    grid.show_outcome = noted
    window.ticker.gaps = deque()
    begun = time.perf_counter()
    window.show_lab("batch-norm", "why")
    stage.run(seconds, lambda: not window.lab.busy())
    beside, gaps = drawn[-1], stage.gaps()
    plan = Plan.of(sweeps["batch-norm/learning-rate"], stage.session.moved)
    stage.close()
    begun, job = time.perf_counter(), Job(plan.task(Maps(SIDE)))
    while job.busy:
        job.wait(1.0)
        job.take()
    job.close()
    return {"drawn": drawn, "gaps": gaps, "beside": beside, "alone": time.perf_counter() - begun}


def long_use(name: str, seconds: float) -> dict[str, Any]:
    """MB before and after `seconds` in which rates, layers, data and themes change many times a second."""
    from PySide6.QtCore import QTimer

    stage, draw = Stage(name), random.Random(3)
    window = stage.window
    acts = (
        lambda: stage.slide(draw.randint(0, stage.slider.track.maximum() // 2)),
        lambda: window.move_knob("network.layers.*.batch_norm", draw.choice(["off", "before", "after"])),
        lambda: window.move_knob("network.layers.0.units", draw.randint(4, 12)),
        lambda: window.move_knob("data.source", draw.choice(["spiral", "moons", "iris", "digits"])),
        lambda: window.move_knob("training.optimiser", draw.choice(["sgd", "momentum", "adam"])),
        lambda: next(a for a in window.all_actions if a.name == "Light or dark").run(),
        lambda: stage.session.play(True),
    )
    before, count = stage.memory(), 0

    def act() -> None:
        nonlocal count
        count += 1
        draw.choice(acts)()

    timer = QTimer()
    timer.timeout.connect(act)
    timer.start(50)
    stage.run(seconds)
    timer.stop()
    found = {"before": before, "after": stage.memory(), "acts": count}
    stage.close()
    return found


def launch(started: float) -> dict[str, float]:
    """Seconds from `started`, on the clock of `time.time`, until the program has painted a network in training.

    It goes the program's own way; only the class of its window is one that also looks at the clock. That the first
    minute is slow, so that it can be watched, is not counted: the network has taken a step, not a hundred.
    """
    from PySide6.QtCore import QTimer

    import hyperscope.ui.app as program

    usual: Any = program.Window
    found: dict[str, float] = {}

    class Watched(usual):  # type: ignore[misc]
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self._watch = QTimer(self)
            self._watch.timeout.connect(self._look)
            self._watch.start(2)

        def _look(self) -> None:
            if "shown" not in found and self.isVisible():
                found["shown"] = time.time() - started
            if self.up_to_date and self.session.status.step >= 1:
                self._watch.stop()
                QTimer.singleShot(0, self._end)  # by then what was drawn is painted

        def _end(self) -> None:
            found["trained"] = time.time() - started
            self.close()

    program.Window = Watched  # type: ignore[misc]
    from hyperscope.cli import run

    run([])
    return found


def read_log() -> list[tuple[float, float]]:
    """(time, learning rate) of each change that the worker noted."""
    lines = Path(os.environ[LOG]).read_text(encoding="utf-8").splitlines()
    return [(float(when), float(rate)) for when, rate in (line.split() for line in lines)]


# -- what starts them and prints --------------------------------------------------------------------------------------


def measured(environment: dict[str, str], part: str, *words: object) -> dict[str, Any]:
    """What the function `part` found, in a process and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="hyperscope-benchmark-") as home:
        ended = subprocess.run(
            [sys.executable, __file__, "--inside", part, *map(str, words)],
            env={**os.environ, **environment, "HYPERSCOPE_HOME": home}
            | ({LOG: f"{home}/log"} if part in ("latency", "rush") else {}),
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        )
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def inside(part: str, words: Sequence[str]) -> None:
    """Runs one part here and prints what it found as JSON."""
    if part == "launch":
        print(json.dumps(launch(float(words[0]))))
        return
    name, amount = words
    parts = {
        "alone": alone, "in_window": in_window, "rush": rush, "long_use": long_use, "rewind": rewind, "bare": bare,
        "microscope": microscope, "sweep": sweep, "softmax": softmax,
    }  # fmt: skip
    print(json.dumps(latency(name, int(amount)) if part == "latency" else parts[part](name, float(amount))))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed; NaN if there are none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)] if ordered else float("nan")


def spread(values: Sequence[float], digits: int = 1) -> str:
    """p50, p95, p99 and the largest of `values`."""
    shown = [f"p{share:.0%}"[:-1] + f" {percentile(values, share):.{digits}f}" for share in (0.5, 0.95, 0.99)]
    return ", ".join([*shown, f"max {max(values, default=float('nan')):.{digits}f}"]) + f"  (n = {len(values)})"


def megabytes(memory: dict[str, float]) -> str:
    """Window and worker together."""
    return ", ".join(f"{kind.upper()} {amount:.0f}" for kind, amount in memory.items()) + " MB"


def speed(environment: dict[str, str], seconds: float, rounds: int) -> None:
    """Training beside the window against training alone, in turns; frame gaps, which those of a tick that draws
    nothing are to be held against, and memory of the same windows.
    """
    for name, title in EXPERIMENTS.items():
        without, beside, ratios = [], [], []
        gaps: list[float] = []
        empty: list[float] = []
        memory: dict[str, float] = {}
        draws: dict[str, float] = {}
        for _ in range(rounds):
            without.append(measured(environment, "alone", name, seconds)["steps_per_second"])
            found = measured(environment, "in_window", name, seconds)
            beside.append(found["steps_per_second"])
            ratios.append(beside[-1] / without[-1])
            gaps += found["gaps"]
            empty += measured(environment, "bare", name, seconds)["gaps"]
            memory = found["memory"]
            draws = found["draws"]
        print(f"  {title}")
        print(f"    steps/s alone    {statistics.median(without):9.0f}  (median of {rounds} rounds)")
        print(f"    steps/s beside   {statistics.median(beside):9.0f}")
        print(f"    ratio            {statistics.median(ratios):9.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")
        print(f"    frame gaps, ms   {spread(gaps)}")
        print(f"    of a bare tick   {spread(empty)}")
        print("    drawn per second " + ", ".join(f"{panel} {rate:.0f}" for panel, rate in draws.items()))
        print(f"    memory           {megabytes(memory)}", flush=True)


def print_part(part: str, environment: dict[str, str], seconds: float, rounds: int) -> None:
    """Measures one part and prints what was found."""
    match part:
        case "speed":
            speed(environment, seconds, rounds)
        case "latency":
            found = measured(environment, "latency", "start", max(5, round(MOVES * min(1.0, seconds / 10))))
            print(
                f"  slider to first step, ms   {spread(found['latency'])}, {found['lost']} passed over by a later move"
            )
        case "launch":
            runs = [measured(environment, "launch", time.time()) for _ in range(max(3, rounds))]
            print(f"  launch to window, s            {spread([run['shown'] for run in runs], 2)}")
            print(f"  launch to a network in training, s   {spread([run['trained'] for run in runs], 2)}")
        case "rush":
            found = measured(environment, "rush", "start", 2 * seconds)
            verdict = "is in force" if found["in_force"] else "IS NOT IN FORCE"
            print(f"  {found['moves']} moves, frame gaps, ms   {spread(found['gaps'])}; the last value {verdict}")
        case "memory":
            found = measured(environment, "long_use", "start", 3 * seconds)
            print(f"  memory at first    {megabytes(found['before'])}")
            print(f"  after {found['acts']:4d} acts    {megabytes(found['after'])}")
        case "rewind":
            found = measured(environment, "rewind", "start", seconds)
            print(f"  anywhere in {found['steps']} steps until all panels show it, ms   {spread(found['times'])}")
        case "microscope":
            found = measured(environment, "microscope", "normed", seconds)
            more = percentile(found["dragged"], 0.99) - percentile(found["bare"], 0.99)
            print(f"  a tick while γ is dragged, ms   {spread(found['dragged'], 2)}")
            print(f"  of nothing drawn                {spread(found['bare'], 2)}; p99 {more:+.2f} ms")
        case "softmax":
            found = measured(environment, "softmax", "regression", seconds)
            for view, gaps in found.items():
                print(f"  {view:9s}  frame gaps, ms   {spread(gaps)}")
        case "sweep":
            found = measured(environment, "sweep", "start", seconds)
            times = found["drawn"]
            rate = (len(times) - 1) / (times[-1] - times[0])
            print(f"  54 networks: first picture after {times[0]:.2f} s, then {rate:.1f} a second")
            print(f"  throughput against none shown   {found['alone'] / found['beside']:.2f}")
            print(f"  frame gaps, ms                  {spread(found['gaps'])}")
    sys.stdout.flush()


@contextmanager
def platform(name: str) -> Iterator[dict[str, str]]:
    """The environment in which Qt draws offscreen, or on a virtual display that lasts as long as this."""
    if name == "offscreen":
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x836x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            number = server.stdout.readline().strip()
            yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}", "WAYLAND_DISPLAY": ""}
        finally:
            server.terminate()


def main() -> None:
    """Parses the command line and runs the parts."""
    parser = argparse.ArgumentParser(description="How fast the window is.")
    parser.add_argument("--platform", choices=("offscreen", "xvfb", "both"), default="offscreen")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement (10)")
    parser.add_argument("--rounds", type=int, default=5, help="of those that are repeated in turns (5)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    given = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} before the start")
    for name in ("offscreen", "xvfb") if given.platform == "both" else (given.platform,):
        with platform(name) as environment:
            for part in given.only:
                print(f"{part}, {name}", flush=True)
                print_part(part, environment, given.seconds, given.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    else:
        main()
