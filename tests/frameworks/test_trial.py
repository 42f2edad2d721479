"""A session's code run in another Python beside our own run, timed, and ended with whoever started it."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections import deque
from importlib.util import find_spec

import psutil
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import OURS, Measured, duration, from_text, size, text_of
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.start import start_of
from hyperscope.lab.frameworks.trial import LookInto, Ours, Theirs, Trial
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.timeline.score import Score
from hyperscope.resources import asset
from patience import SECONDS

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4),)))
ENDLESS = "import time\nlosses, step = [], 0\nwhile True:\n    print(f'step {step}: loss 0.5')\n    time.sleep(0.001)\n"


def done(task: Trial | LookInto) -> tuple[list[object], object]:
    """The records of a task, run where it stands, and what it returns."""
    records, work = [], task.run(deque())
    while True:
        try:
            news = next(work)
        except StopIteration as end:
            return records, end.value
        if isinstance(news, Record):
            records.append(news.value)


def test_numpys_code_is_run_and_measured_beside_ours():
    records, measured = done(Trial(Score(SMALL, (), 40), "numpy", sys.executable))
    ours = next(one for one in records if isinstance(one, Ours))
    theirs = [one for one in records if isinstance(one, Theirs)][-1]
    assert isinstance(measured, Measured)
    assert theirs.measured == measured
    assert len(ours.losses) == len(theirs.losses) == measured.steps == 40
    assert measured.off == abs(ours.losses - theirs.losses).max() < 1e-4
    assert measured.lines == frameworks["numpy"].code(Script(start_of(Score(SMALL), 2, 3), 2, 3, 60)).count
    assert measured.versions["numpy"]
    assert measured.memory > 5e6
    assert 0 < measured.step < measured.epoch < measured.setup + measured.epoch
    assert ours.measured.framework == OURS
    assert ours.measured.step > 0


@pytest.mark.skipif(find_spec("optax") is not None, reason="Optax is in this environment")
def test_a_framework_that_is_not_there_is_named_with_the_command_that_installs_it():
    with pytest.raises(ValueError, match=r"Optax is not in this Python.* -m pip install jax optax numpy"):
        done(Trial(Score(SMALL, (), 5), "optax", sys.executable))


def test_what_is_in_a_python_is_found_without_importing_it():
    _, found = done(LookInto(sys.executable))
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.lacks(frameworks["numpy"]) == ()
    assert set(found.packages) == {name for entry in frameworks.values() for name in entry.packages}


@pytest.mark.parametrize("path", ["/nowhere/python", str(asset("frameworks"))])
def test_what_is_no_python_is_refused_with_a_sentence(path):
    with pytest.raises(ValueError, match="is no Python that can be run"):
        done(LookInto(path))


def test_another_python_that_fails_says_why_in_its_own_words(tmp_path):
    if sys.platform == "win32":
        pytest.skip("a script is no program there")
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    with pytest.raises(ValueError, match="NumPy did not run: it is broken"):
        done(Trial(Score(SMALL, (), 5), "numpy", str(broken)))


def test_a_trial_that_is_closed_leaves_no_process_behind():
    before = psutil.Process().children()  # one that multiprocessing keeps for good may be among them
    work = Trial(Score(SMALL, (), 4000), "numpy", sys.executable).run(deque())
    for news in work:
        if isinstance(news, Record) and isinstance(news.value, Theirs):
            break
    running = [one for one in psutil.Process().children() if one not in before]
    assert running
    work.close()
    assert not [one for one in psutil.Process().children() if one in running and one.status() != "zombie"]


def test_code_that_runs_ends_with_whoever_listens_and_takes_its_folder_along(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "train.py").write_text(ENDLESS, encoding="utf-8")
    (folder / "batches.txt").write_text("0 1\n", encoding="utf-8")
    command = [sys.executable, str(asset("frameworks/measure.py")), str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipes) as process:
        assert b"losses" in process.stdout.readline()
        process.stdin.close()
        assert process.wait(SECONDS) == 1
    until = time.monotonic() + SECONDS
    while folder.exists() and time.monotonic() < until:
        pass
    assert not folder.exists()


@pytest.mark.parametrize("framework", frameworks)
def test_every_file_has_the_line_at_which_set_up_is_over(framework):
    loop = "\nlosses, step = [], 0\n"
    assert loop.strip() in asset("frameworks/measure.py").read_text(encoding="utf-8")
    code = frameworks[framework].code(Script(start_of(Score(SMALL), 2, 3), 2, 3, 60)).text
    assert code.count(loop) == 1


def test_measurements_come_back_from_text_and_what_is_none_is_as_if_never_written():
    one = Measured("numpy", "2026-11-22", "2-4-3", 40, "float32", math.nan, 0.4, 0.1, 3e-4, 30, 58, {"numpy": "2.4"})
    back = from_text(text_of([one]))["numpy"]
    assert math.isnan(back.off)
    assert (back.step, back.versions) == (one.step, one.versions)
    for nonsense in ("", "[1]", '{"a": 1}', text_of([one]).replace("0.4", "-0.4"), "\ud800"):
        assert from_text(nonsense) == {}


def test_times_and_sizes_have_the_unit_that_suits_them():
    assert [duration(one) for one in (3.1e-5, 2.4e-3, 1.25, 75.0)] == ["31 µs", "2.4 ms", "1.2 s", "75 s"]
    assert [size(one) for one in (0, 32_000_000, 2_100_000_000)] == ["–", "32 MB", "2.1 GB"]
