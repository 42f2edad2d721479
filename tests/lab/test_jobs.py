"""Jobs: what a task finds comes across, nothing waits, and no process is left, however things end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import hyperscope
from faults import no_more_files
from hyperscope.lab.jobs import child_process
from hyperscope.lab.jobs import job as jobs
from hyperscope.lab.jobs.exchange import Exchange
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.task import Progress, Task
from hyperscope.lab.jobs.work import Word
from lab.tasks import Adding, Counting, Failing, Flooding, Once, Resting, Stuck, Telling, Tidy, ends
from patience import SECONDS

PATIENCE = 30.0  # s; a busy machine takes a second or two to start a process
QUIET = 0.4  # s in which a job that stands says nothing
ENDLESS = 10**12


@pytest.fixture
def begin() -> Iterator[Callable[[Task[Any, Any]], Job[Any, Any]]]:
    """Starts jobs, and closes them after the test."""
    begun: list[Job[Any, Any]] = []

    def start(task: Task[Any, Any]) -> Job[Any, Any]:
        begun.append(Job(task))
        return begun[-1]

    yield start
    for one in begun:
        one.close()


def taken(job: Job[Any, Any], enough: Callable[[], bool]) -> list[Any]:
    """What is taken until there is enough."""
    found: list[Any] = []
    deadline = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < deadline, f"it has come to {job.progress}, {job.records[-3:]}"
        job.wait(0.1)
        found += job.take()
    return found


def to_the_end(job: Job[Any, Any]) -> list[Any]:
    return taken(job, lambda: job.over)


def is_quiet(job: Job[Any, Any]) -> bool:
    """Whether nothing comes for a while, after what was under way."""
    for _ in range(100):
        job.wait(QUIET)
        if not job.take():
            return True
    return False


def gone(pid: int | None) -> bool:
    """Whether the process is gone before long."""
    try:
        process = psutil.Process(pid)
        process.wait(PATIENCE)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


# -- what comes across ------------------------------------------------------------------------------------------------


def test_records_come_in_order_and_the_result_is_kept(begin) -> None:
    job = begin(Counting(200))
    assert to_the_end(job) == list(range(1, 201))
    assert job.result == "counted to 200" and job.problem == ""
    assert job.progress == Progress(1.0, "at 200") and job.records == tuple(range(1, 201))
    assert job.take() == ()


def test_of_records_with_a_key_a_slow_window_gets_the_newest(begin) -> None:
    job = begin(Counting(5_000, "count"))
    found = to_the_end(job)
    assert found[-1] == 5_000 and found == sorted(found) and len(found) < 5_000
    assert job.records == (5_000,)


def test_a_window_that_takes_nothing_makes_the_task_wait_and_gets_all_of_it(begin) -> None:
    job = begin(Flooding(1000))
    job.wait(PATIENCE)
    process = psutil.Process(job.pid)
    while (used := process.cpu_times().user) != (process.cpu_percent(QUIET), process.cpu_times().user)[1]:
        pass
    assert process.cpu_times().user == used and process.memory_info().rss < 250e6
    found = to_the_end(job)
    assert [record[0] for record in found] == list(range(1000))


def test_of_very_many_records_the_newest_are_kept(begin) -> None:
    job = begin(Counting(jobs.KEPT + 100))
    to_the_end(job)
    assert job.records[0] == 101 and len(job.records) == jobs.KEPT


# -- pausing ----------------------------------------------------------------------------------------------------------


def test_a_paused_job_uses_no_time_and_goes_on_where_it_was(begin) -> None:
    job = begin(Counting(ENDLESS, "count"))
    taken(job, lambda: len(job.records) > 0)
    job.pause()
    assert is_quiet(job) and not job.busy
    process, last = psutil.Process(job.pid), job.records[-1]
    used = process.cpu_times()
    assert is_quiet(job)
    assert process.cpu_times()[:2] == used[:2] and job.records == (last,)
    job.resume()
    assert taken(job, lambda: job.records[-1] > last)[0] > last


def test_a_wish_is_answered_by_a_paused_job_which_does_no_more_than_that(begin) -> None:
    job = begin(Counting(ENDLESS, "count"))
    taken(job, lambda: len(job.records) > 0)
    job.pause()
    assert is_quiet(job)
    answers: list[int] = []
    for wish in ("how far?", "and now?"):
        job.wish(wish)
        found = taken(job, lambda wish=wish: isinstance(job.records[-1], tuple) and job.records[-1][0] == wish)
        answers.append(found[-1][1])
    assert answers[0] == answers[1]
    assert is_quiet(job)


def test_a_job_at_rest_answers_every_kind_of_wish_and_rests_again(begin) -> None:
    job = begin(Resting())
    taken(job, lambda: job.resting)
    for number in range(500):
        job.wish(number)
        job.wish(str(number))
    taken(job, lambda: set(job.records) == {499, "499"} and job.resting)
    assert not job.over


# -- parked -----------------------------------------------------------------------------------------------------------


def test_a_parked_job_has_no_process_and_keeps_what_it_found(begin) -> None:
    job = begin(Adding(30))
    taken(job, lambda: job.resting)
    pid = job.pid
    assert job.park() and job.parked and gone(pid)
    assert job.records == (30,) and job.resting and not job.over and job.take() == ()


def test_what_is_wished_of_a_parked_job_is_answered_as_if_it_had_never_been(begin) -> None:
    job = begin(Adding(30))
    taken(job, lambda: job.resting)
    for wish, count in ((5, 35), (7, 42), (1, 43)):
        assert job.park()
        job.wish(wish)
        assert taken(job, lambda answer=(count, wish): answer in job.records) == [(count, wish)]
        taken(job, lambda: job.resting)


def test_parked_half_way_a_job_shows_what_it_had_until_it_is_there_again(begin) -> None:
    job = begin(Adding(ENDLESS))
    taken(job, lambda: bool(job.records) and job.records[0] > 3_000)
    job.pause()
    assert is_quiet(job) and job.park()
    had = job.records[0]
    job.resume()
    assert job.records == (had,) and job.catching_up == 0.0
    # the task tells its progress before the record of the same count, so what comes first may be one short
    assert min(taken(job, lambda: job.records[0] > had)) >= had - 1 and job.catching_up is None
    assert job.busy


def test_a_paused_job_that_was_parked_answers_where_it_stood_and_stands_there(begin) -> None:
    job = begin(Counting(10**8, "count"))
    taken(job, lambda: bool(job.records) and job.records[0] > 3_000)
    job.pause()
    assert is_quiet(job) and job.park()
    had = job.progress.share * 10**8
    job.wish("how far?")
    taken(job, lambda: isinstance(job.records[-1], tuple))
    assert job.records[-1][1] >= round(had) and job.paused
    assert is_quiet(job)


def test_a_job_at_work_or_that_owes_an_answer_is_not_parked(begin) -> None:
    job = begin(Adding(ENDLESS))
    assert not job.park()
    job = begin(Adding(1))
    taken(job, lambda: job.resting)
    job.wish(1)
    assert not job.park()
    taken(job, lambda: (2, 1) in job.records)


def test_where_it_cannot_be_run_again_what_it_found_stays_and_the_reason_is_said(begin, tmp_path: Path) -> None:
    job = begin(Once(tmp_path / "left"))
    taken(job, lambda: job.resting)
    assert job.park()
    job.wish("anything")
    to_the_end(job)
    assert job.records == (1,) and job.problem == "the table is gone"


def test_a_parked_job_is_closed_and_cancelled_like_any_other(begin) -> None:
    for end in (Job.close, Job.cancel):
        job = begin(Adding(1))
        taken(job, lambda job=job: job.resting)
        assert job.park()
        end(job)
        assert job.over and not job.parked


# -- the end ----------------------------------------------------------------------------------------------------------


def test_a_problem_is_said_in_its_words(begin) -> None:
    job = begin(Failing(ValueError("there is no such table")))
    assert to_the_end(job) == ["one thing"]
    assert job.problem == "there is no such table" and job.result is None


def test_a_fault_is_named(begin, capfd) -> None:
    job = begin(Failing(ZeroDivisionError("division by zero")))
    to_the_end(job)
    assert job.problem == "The process that failed failed: ZeroDivisionError: division by zero."
    assert "Traceback" in capfd.readouterr().err


def test_a_lost_process_is_said_and_what_came_of_it_stays(begin) -> None:
    job = begin(Counting(ENDLESS, "count"))
    taken(job, lambda: len(job.records) > 0)
    psutil.Process(job.pid).kill()
    to_the_end(job)
    assert job.problem == "The process that counted ended unexpectedly."
    assert len(job.records) == 1


def test_a_process_that_cannot_be_started_is_said(begin) -> None:
    with no_more_files():
        job = begin(Counting(ENDLESS, "count"))
    assert job.over and job.pid is None
    assert job.problem == "A process could not be started: Too many open files."


def test_a_process_that_is_gone_before_anything_was_said_to_it_is_told_of(monkeypatch) -> None:
    heard = Exchange.__init__

    def late(exchange: Exchange, *given: Any) -> None:
        heard(exchange, *given)
        with exchange._changed:
            assert exchange._changed.wait_for(lambda: exchange._gone, SECONDS)

    with monkeypatch.context() as dying:
        dying.setattr(child_process, "_live", ends)
        dying.setattr(Exchange, "__init__", late)
        job = Job(Counting(ENDLESS, "count"))
    assert job.over and job.problem == "A process could not be started: it ended at once."


def test_a_job_begins_though_the_working_folder_is_gone(begin, tmp_path, monkeypatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    job = begin(Counting(3, "count"))
    to_the_end(job)
    assert job.problem == "" and job.records


def test_a_process_that_no_thread_can_listen_to_is_not_left_behind(monkeypatch) -> None:
    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    before = set(psutil.Process().children())
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refused)
        job = Job(Counting(ENDLESS, "count"))
    assert job.over and job.problem == "A process could not be started: can't start new thread."
    assert set(psutil.Process().children()) - before <= {psutil.Process(resource_tracker._resource_tracker._pid)}


def test_a_cancelled_job_has_no_result_and_no_problem_and_keeps_what_it_found(begin) -> None:
    job = begin(Counting(ENDLESS, "count"))
    taken(job, lambda: len(job.records) > 0)
    job.cancel()
    to_the_end(job)
    assert (job.result, job.problem) == (None, "") and len(job.records) == 1
    assert gone(job.pid)


def test_a_paused_job_can_be_cancelled(begin) -> None:
    job = begin(Counting(ENDLESS, "count"))
    job.pause()
    job.cancel()
    to_the_end(job)
    assert job.problem == "" and gone(job.pid)


def test_closed_a_job_is_over_at_once_and_its_task_tidies_up(begin, tmp_path: Path) -> None:
    job = begin(Tidy(tmp_path / "left"))
    taken(job, lambda: len(job.records) > 0)
    job.close()
    assert job.over and job.take() == ()
    assert gone(job.pid)
    assert (tmp_path / "left").read_text() == "tidied up"


def test_a_task_that_is_stuck_ends_all_the_same(begin) -> None:
    job = begin(Stuck())
    taken(job, lambda: job.records == ("begun",))
    job.close()
    assert gone(job.pid)


def test_a_job_ends_when_the_window_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "window.py"
    script.write_text(
        "from hyperscope.lab.jobs.job import Job\n"
        "from lab.tasks import Stuck\n"
        "if __name__ == '__main__':\n"
        "    job = Job(Stuck())\n"
        "    while not job.take():\n"
        "        job.wait(1)\n"
        "    print(job.pid, flush=True)\n"
        "    input()\n"
    )
    folders = [Path(hyperscope.__file__).parents[1], Path(__file__).parents[1]]
    with subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
    ) as window:
        pid = int(window.stdout.readline())
        window.kill()
    assert gone(pid)


# -- what its process is like -----------------------------------------------------------------------------------------


def test_a_job_gives_way_computes_on_one_thread_and_leaves_interrupts_to_the_window(begin) -> None:
    job = begin(Telling())
    to_the_end(job)
    assert job.result == {"nice": os.nice(0) + 10, "interrupt": signal.SIG_IGN, "threads": {1}}


def test_a_big_record_comes_across_whole(begin) -> None:
    job = begin(Flooding(3))
    assert [np.unique(record).tolist() for record in to_the_end(job)] == [[0.0], [1.0], [2.0]]


def test_a_process_that_is_ended_before_it_has_anything_to_do_ends_quietly() -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=child_process._live, args=(print, theirs, False), daemon=True)
    process.start()
    theirs.close()
    ours.send(Word.CANCEL)
    process.join(SECONDS)
    assert process.exitcode == 0
    ours.close()
