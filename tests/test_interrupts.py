"""Ctrl+C and a request to end, at any moment: what there is is kept and named, and no process dies of it."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

import hyperscope
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.machine import interrupts
from hyperscope.lab.timeline.score import Event, Score
from hyperscope.resources import asset
from patience import SECONDS

IRIS = str(asset("datasets/iris.csv"))
LONG = ["--epochs", "1000000"]
LOOKS_EVERY = 0.01  # s
CLEAN = (0, 128 + signal.SIGINT, 128 + signal.SIGTERM)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a process is not sent Ctrl+C by another")


def _listen() -> None:
    """Hears what the tests may have been started to ignore, as whatever a shell puts into the background is."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def running(
    folder: Path, *words: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Hyperscope with these words at work in `folder`, in a group of its own, as a terminal has its programs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hyperscope", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(hyperscope.__file__).parents[1]), "PYTHONUTF8": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        start_new_session=True,
        preexec_fn=_listen,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ended(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    """Its exit code and what it printed, after all of its group was sent a signal, as by Ctrl+C in a terminal."""
    os.killpg(process.pid, number)
    printed, said = process.communicate(timeout=SECONDS)
    return process.returncode, printed, said


def until(true: Callable[[], object], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(LOOKS_EVERY)


def grows(folder: Path, name: str) -> Callable[[], bool]:
    """Whether the file with this name is being written and has something in it."""

    def size(part: Path) -> int:
        try:
            return part.stat().st_size
        except FileNotFoundError:  # one that only tried whether it may be written
            return 0

    return lambda: any(size(part) for part in folder.glob(f"{name}.*.part"))


def test_an_interrupted_run_keeps_and_names_what_there_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with running(tmp_path, "run", IRIS, *LONG, "--out", "out") as process:
        until(grows(out, "steps.csv"), process)
        code, printed, said = ended(process)
    assert code == 130 and "Written to out." in printed and "interrupted" in said and "Traceback" not in said
    with (out / "metrics.csv").open(newline="") as file:
        last = list(csv.DictReader(file))[-1]
    with (out / "steps.csv").open(newline="") as file:
        steps = list(csv.DictReader(file))
    batches = (out / "batches.txt").read_text().splitlines()
    assert int(last["step"]) == len(steps) == len(batches) > 0
    assert f"step {last['step']}" in printed
    assert not list(out.glob("*.part"))


def test_a_run_that_is_asked_to_end_keeps_what_there_is_too(tmp_path: Path) -> None:
    with running(tmp_path, "run", IRIS, *LONG, "--out", "out") as process:
        until(grows(tmp_path / "out", "steps.csv"), process)
        code, _, _ = ended(process, signal.SIGTERM)
    assert code == 143 and (tmp_path / "out" / "weights.npz").exists()


@contextmanager
def unread() -> Iterator[tuple[int, Callable[[], None]]]:
    """A pipe to write to, and what has its reader go away."""
    reads, writes = os.pipe()
    try:
        yield writes, lambda: os.close(reads)
    finally:
        os.close(writes)


@pytest.mark.parametrize("streams", [("stdout",), ("stderr",), ("stdout", "stderr")], ids="+".join)
def test_a_run_is_kept_where_its_reader_ends_by_the_same_interrupt(tmp_path: Path, streams: tuple[str, ...]) -> None:
    with (
        unread() as (pipe, leave),
        running(tmp_path, "run", IRIS, *LONG, "--out", "out", **dict.fromkeys(streams, pipe)) as process,
    ):
        until(grows(tmp_path / "out", "steps.csv"), process)
        leave()
        code, _, said = ended(process)
    assert code == 130 and (tmp_path / "out" / "weights.npz").exists() and "Traceback" not in (said or "")


def test_a_run_is_kept_where_its_output_takes_no_more(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no device that is always full")
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        with running(tmp_path, "run", IRIS, *LONG, "--out", "out", stdout=full, stderr=full) as process:
            until(grows(tmp_path / "out", "steps.csv"), process)
            code, _, _ = ended(process)
    finally:
        os.close(full)
    assert code == 130 and (tmp_path / "out" / "weights.npz").exists()


def test_a_run_is_kept_when_its_terminal_is_closed(tmp_path: Path) -> None:
    terminal, streams = os.openpty()
    with running(tmp_path, "run", IRIS, *LONG, "--out", "out", stdout=streams, stderr=streams) as process:
        os.close(streams)
        until(grows(tmp_path / "out", "steps.csv"), process)
        os.close(terminal)
        os.kill(process.pid, signal.SIGHUP)  # one of the shell's
        code, _, _ = ended(process, signal.SIGHUP)  # and one of the system's
    assert code == 129 and (tmp_path / "out" / "weights.npz").exists()


@pytest.mark.parametrize("asked", [(), ("--out", "out")], ids=["nothing", "files"])
def test_a_long_run_takes_no_more_memory_than_a_short_one(tmp_path: Path, asked: tuple[str, ...]) -> None:
    with running(tmp_path, "run", IRIS, *LONG, *asked) as process:
        worker = psutil.Process(process.pid)

        def used(after: float) -> int:
            until(lambda: worker.cpu_times().user > after, process)
            return worker.memory_info().rss

        early = used(2.0)
        grown = used(6.0) - early
    assert grown < 8e6  # what was kept of each step took 5 MB a second


def test_a_second_interrupt_ends_at_once(tmp_path: Path) -> None:
    with running(tmp_path, "run", IRIS, *LONG) as process:
        until(lambda: psutil.Process(process.pid).cpu_times().user > 1.5, process)
        os.kill(process.pid, signal.SIGINT)
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 130


def test_a_film_that_is_interrupted_ends_with_the_picture_it_has_come_to(tmp_path: Path) -> None:
    from PIL import Image

    words = ["export", IRIS, "--what", "map", "--out", "film.gif", "--epochs", "900000"]
    with running(tmp_path, *words) as process:
        until(lambda: psutil.Process(process.pid).cpu_times().user > 4, process)
        code, printed, said = ended(process)
    assert code == 130 and "interrupted" in said and "Traceback" not in said
    if "Written to film.gif" in printed:
        with Image.open(tmp_path / "film.gif") as film:
            assert film.n_frames >= 1  # type: ignore[attr-defined]


def test_an_interrupted_sweep_keeps_what_is_done(tmp_path: Path) -> None:
    words = ["sweep", "batch-norm/learning-rate", IRIS, "--seeds", "5", "--epochs", "200", "--out", "out"]
    with running(tmp_path, *words) as process:
        until(lambda: psutil.Process(process.pid).cpu_times().user > 4, process)
        code, printed, said = ended(process)
    assert code == 130 and "interrupted" in said and "Traceback" not in said
    if "Written to" in printed:
        assert sorted(file.suffix for file in (tmp_path / "out").iterdir()) == [".csv", ".json", ".png"]


def test_a_sweep_of_remedies_that_is_interrupted_writes_a_table_of_those_that_were_tried(tmp_path: Path) -> None:
    words = ["sweep", "generalise/remedies", IRIS, "--steps", "20000", "--seeds", "9", "--out", "out"]
    with running(tmp_path, *words) as process:
        until(lambda: psutil.Process(process.pid).cpu_times().user > 2, process)
        code, printed, said = ended(process)
    assert code == 130 and "interrupted" in said and "Traceback" not in said
    assert bool(list(tmp_path.rglob("*.csv"))) == ("Written" in printed)


def test_an_interrupted_export_of_code_writes_the_folder_of_what_was_trained(tmp_path: Path) -> None:
    words = ["export", IRIS, "--what", "code", "--framework", "numpy", "--epochs", "1000000", "--out", "out"]
    with running(tmp_path, *words) as process:
        until(lambda: psutil.Process(process.pid).cpu_times().user > 3, process)
        code, printed, said = ended(process)
    assert code == 130 and "steps that were trained by then" in said and "Traceback" not in said
    assert "out" in printed and (tmp_path / "out" / "batches.txt").read_text().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.parametrize(
    "words", [("run",), ("export", "--what", "code", "--framework", "numpy", "--out", "out")], ids=["run", "code"]
)
def test_a_session_that_is_played_back_can_be_interrupted(
    tmp_path: Path, words: tuple[str, ...], number: signal.Signals
) -> None:
    start, far = Experiment(data=Data(points=90)), 50_000_000
    moved = Event(far, changed(start, "network.initialiser", "zero"))  # where the code begins
    score = Score(start, (moved,), far + 10)
    (tmp_path / "far.json").write_text(score.to_json(), encoding="utf-8")
    with running(tmp_path, *words, "far.json") as process:
        until(lambda: psutil.Process(process.pid).cpu_times().user > 1.5, process)
        code, printed, said = ended(process, number)
    assert (code, printed, said) == (128 + number, "", interrupts.AGAIN.decode() + "hyperscope: interrupted\n")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("record", "--out", "a.gif"), ("export", IRIS, "--what", "window", "--out", "a.gif")]
)
def test_pictures_can_be_interrupted_at_any_moment(tmp_path: Path, words: tuple[str, ...]) -> None:
    for moment in (0.0, 0.4, 1.2, 2.4):
        with running(tmp_path, *words) as process:
            begun = wait_for_us(process)
            until(lambda begun=begun, moment=moment: time.monotonic() > begun + moment, process)
            code, _, said = ended(process)
        assert code in CLEAN and "Traceback" not in said, (code, said)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl+C", "asked"])
def test_the_window_closes_at_any_moment_of_its_start(tmp_path: Path, number: signal.Signals) -> None:
    for moment in (0.0, 0.1, 0.4, 0.8, 1.5):
        with running(tmp_path, QT_QPA_PLATFORM="offscreen") as process:
            begun = wait_for_us(process)
            until(lambda begun=begun, moment=moment: time.monotonic() > begun + moment, process)
            code, _, said = ended(process, number)
        assert code in CLEAN and "Traceback" not in said, (code, said)


def wait_for_us(process: subprocess.Popen[str]) -> float:
    """Waits until Python has come to our first line, which shows in that SIGTERM is caught; when that was, in s."""
    status = Path(f"/proc/{process.pid}/status")

    def caught() -> bool:
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return bool(int(lines["SigCgt"], 16) >> (signal.SIGTERM - 1) & 1)

    if not status.exists():
        pytest.skip("this system does not tell what a process listens to")
    until(caught, process)
    return time.monotonic()


def test_of_those_that_were_to_be_ignored_none_is_heard() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupts.noted(b""):
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interrupts.asked()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_one_that_is_noted_is_raised_where_it_is_heeded() -> None:
    with interrupts.noted(b""):
        interrupts.heed()
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.asked() and interrupts.exit_code() == 130
        with pytest.raises(KeyboardInterrupt):
            interrupts.heed()
    assert not interrupts.asked()
