"""The file of runs: what was kept is there, whatever is killed, full, forbidden or damaged."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

import hyperscope
from faults import full_disk, read_only
from hyperscope.lab.library import rescue
from hyperscope.lab.library.schema import MARK, VERSION
from hyperscope.lab.library.store import Store, Unkept
from hyperscope.lab.writing import sweep
from lab.run_rows import row
from patience import SECONDS

SOURCE = str(Path(hyperscope.__file__).parents[1])
TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "runs.sqlite"


@pytest.fixture
def store(path: Path) -> Store:
    return Store(path)


def fill(store: Store, count: int) -> None:
    for number in range(1, count + 1):
        store.keep(row(number))


def ids(store: Store) -> set[str]:
    return {one for (one,) in store.rows(["id"])}


def python(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Runs Python words in a process of its own."""
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((SOURCE, TESTS))},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
        **options,
    )


# -- keeping ----------------------------------------------------------------------------------------------------------


def test_a_run_that_was_kept_is_read_back(store: Store) -> None:
    store.keep(row(7))
    assert store.row("run-7", list(row(7))) == tuple(row(7).values())


def test_the_newest_run_comes_first(store: Store) -> None:
    fill(store, 3)
    assert store.rows(["id"]) == [("run-3",), ("run-2",), ("run-1",)]


def test_of_some_runs_those_that_there_are_come_back(store: Store) -> None:
    for number in (1, 2, 3):
        store.keep(row(number))
    assert sorted(store.some_rows(["run-3", "run-1", "gone"], ["id", "steps"])) == [("run-1", 10), ("run-3", 30)]
    assert store.some_rows([], ["id"]) == []


def test_a_run_kept_again_is_the_same_run_further_on(store: Store) -> None:
    store.keep(row(1))
    store.keep(row(1, steps=99))
    assert store.rows(["id", "steps"]) == [("run-1", 99)]


def test_notes_and_star_stay_when_a_run_trains_on(store: Store) -> None:
    store.keep(row(1))
    store.edit(["run-1"], "notes", "too fast")
    store.edit(["run-1"], "star", 1)
    store.keep(row(1, steps=99))
    assert store.row("run-1", ["notes", "star", "steps"]) == ("too fast", 1, 99)


def test_a_deleted_run_is_not_listed_and_comes_back(store: Store) -> None:
    fill(store, 2)
    store.edit(["run-1"], "deleted", 5.0)
    assert ids(store) == {"run-2"}
    store.edit(["run-1"], "deleted", None)
    assert ids(store) == {"run-1", "run-2"}


def test_what_was_deleted_long_ago_is_forgotten(store: Store) -> None:
    fill(store, 3)
    store.edit(["run-1"], "deleted", 5.0)
    store.edit(["run-2"], "deleted", 50.0)
    store.forget(before=10.0)
    assert store.row("run-1", ["id"]) is None and store.row("run-2", ["id"]) is not None


def test_looking_makes_no_file(store: Store, path: Path) -> None:
    assert (store.rows(["id"]), store.row("run-1", ["id"]), path.exists()) == ([], None, False)


def test_what_training_writes_cannot_be_edited(store: Store) -> None:
    with pytest.raises(LookupError, match="'steps' is not edited; there are notes, star, deleted"):
        store.edit(["run-1"], "steps", 3)


def test_the_file_says_what_it_is_and_of_which_version(store: Store, path: Path) -> None:
    fill(store, 1)
    with closing(sqlite3.connect(path)) as db:
        said = [
            db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version", "journal_mode")
        ]
    assert said == [MARK, VERSION, "wal"]


def test_the_store_loads_no_numpy() -> None:
    done = python("-c", "import sys, hyperscope.lab.library.store; print('numpy' in sys.modules)")
    assert done.stdout.strip() == "False"


def test_two_at_once_keep_all_their_runs(path: Path) -> None:
    def work(first: int) -> None:
        mine = Store(path, wait=SECONDS)
        for number in range(first, first + 25):
            mine.keep(row(number))

    both = [threading.Thread(target=work, args=(first,)) for first in (0, 100)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ids(Store(path)) == {f"run-{number}" for first in (0, 100) for number in range(first, first + 25)}


def test_two_processes_at_once_keep_all_their_runs(path: Path) -> None:
    words = "import sys; from pathlib import Path; from lab.run_rows import *; s = Store(Path(sys.argv[1]), 60.0)\n"
    words += "for n in range(int(sys.argv[2]), int(sys.argv[2]) + 25): s.keep(row(n))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((SOURCE, TESTS))}
    both = [
        subprocess.Popen([sys.executable, "-c", words, str(path), str(first)], env=environment) for first in (0, 100)
    ]
    assert [process.wait(SECONDS) for process in both] == [0, 0]
    assert len(ids(Store(path))) == 50


# -- killed -----------------------------------------------------------------------------------------------------------


def test_killed_at_any_moment_the_file_is_sound_and_has_every_run_that_was_kept(path: Path) -> None:
    done = python("-m", "lab.run_rows", path, 250, 20261120)
    assert (done.returncode, done.stderr) == (0, "")
    kept = {f"run-{number}" for number in done.stdout.split()}
    assert len(kept) > 100
    store = Store(path)
    store.check()
    assert kept <= ids(store) and store.notice == ""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# -- full -------------------------------------------------------------------------------------------------------------


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


WRITES = """
import sys
from pathlib import Path
from lab.run_rows import row
from hyperscope.lab.library.store import Store, Unkept
store, said = Store(Path(sys.argv[1])), []
for number in range(1, 40):
    try:
        store.keep(row(number))
    except Unkept as problem:
        said.append(f"{number} {problem.kind} {problem}")
print(said[0], *(sorted({line.split()[1] for line in said})), sep="\\n")
"""


def test_where_the_file_cannot_grow_one_sentence_names_it_and_what_was_kept_stays(path: Path) -> None:
    done = python("-c", WRITES, path, preexec_fn=_limited)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()[0]
    first, sentence = int(said.split()[0]), said.split(" ", 2)[2]
    assert str(path) in sentence and sentence.endswith(".") and "room" in sentence
    assert {f"run-{number}" for number in range(1, first)} <= ids(Store(path))
    Store(path).keep(row(999))
    assert "run-999" in ids(Store(path))


class Small(Store):
    """A store whose file may have so many pages and no more, as on a full disk."""

    pages = 30

    def _connected(self) -> sqlite3.Connection:
        db = super()._connected()
        db.execute(f"PRAGMA max_page_count = {self.pages}")
        return db


def test_a_full_disk_is_named_and_once_there_is_room_runs_are_kept_again(path: Path) -> None:
    small = Small(path)
    with pytest.raises(Unkept, match=r"There is no room for runs in .*runs\.sqlite: free some") as full:
        fill(small, 40)
    assert full.value.kind == "full"
    before = ids(small)
    small.pages = 10_000
    small.keep(row(999))
    assert ids(small) == before | {"run-999"}


# -- forbidden --------------------------------------------------------------------------------------------------------


def test_a_place_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, and no folder")
    with pytest.raises(Unkept, match=r"Runs cannot be kept in .*file/runs.sqlite .*: allow writing there") as denied:
        Store(tmp_path / "file" / "runs.sqlite").keep(row(1))
    assert denied.value.kind == "denied"


AS_NOBODY = """
import os, sys
from pathlib import Path
from lab.run_rows import row
from hyperscope.lab.library.store import Store, Unkept
if os.geteuid() == 0:  # whom nothing is forbidden
    os.setuid(65534)
try:
    Store(Path(sys.argv[1])).keep(row(2))
except Unkept as problem:
    print(problem.kind, problem)
print(Store(Path(sys.argv[1])).rows(["id"]))
"""


def test_a_folder_that_may_only_be_read_is_named_and_its_runs_can_be_seen() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders may not even be looked into by another user
        folder = Path(name)
        store = Store(folder / "runs.sqlite")
        store.keep(row(1))
        before = store.path.read_bytes()
        folder.chmod(0o555)
        store.path.chmod(0o444)
        done = python("-c", AS_NOBODY, store.path)
        folder.chmod(0o755)
        assert done.stderr == ""
        assert done.stdout.startswith(f"denied Runs cannot be kept in {store.path}")
        assert done.stdout.endswith("[('run-1',)]\n")
        assert store.path.read_bytes() == before


def test_a_folder_that_may_not_be_entered_is_named(store: Store) -> None:
    fill(store, 1)
    looks: list[Callable[[], object]] = [
        store.check,
        partial(store.forget, 10.0),
        partial(store.rows, ["id"]),
        partial(store.row, "run-1", ["id"]),
        partial(store.some_rows, ["run-1"], ["id"]),
        partial(store.keep, row(2)),
    ]
    with read_only(store.path.parent, 0):
        for look in looks:
            with pytest.raises(
                Unkept, match=r"Runs cannot be kept in .* \(Permission denied\): allow writing"
            ) as denied:
                look()
            assert denied.value.kind == "denied"
    assert ids(store) == {"run-1"}


# -- damaged ----------------------------------------------------------------------------------------------------------

RNG = random.Random(7)
PAGE = 4096


def overwritten(whole: bytes, start: int, size: int) -> bytes:
    return whole[:start] + RNG.randbytes(size) + whole[start + size :]


DAMAGE = {
    "the head": (lambda whole: overwritten(whole, 0, 100), 40),
    "the first page": (lambda whole: overwritten(whole, 0, PAGE), 40),
    "the middle": (lambda whole: overwritten(whole, 80 * PAGE, 10 * PAGE), 30),
    "the last half cut off": (lambda whole: whole[: len(whole) // 2], 15),
    "the end cut off within a page": (lambda whole: whole[:-5000], 35),
    "another application's mark": (lambda whole: whole[:68] + b"ABCD" + whole[72:], 40),
    "noise alone": (lambda whole: RNG.randbytes(len(whole)), 0),
    "a text": (lambda whole: b"these are no runs\n" * 500, 0),
}


@pytest.mark.parametrize(("damage", "least"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_set_aside_and_what_can_be_read_is_carried_over(store: Store, damage, least) -> None:
    fill(store, 40)
    damaged = damage(store.path.read_bytes())
    store.path.write_bytes(damaged)
    later = Store(store.path)
    with pytest.raises(Unkept, match=r"was damaged and is now runs\.damaged-\d{4}-\d\d-\d\d\.sqlite; ") as found:
        later.check()
    assert found.value.kind == "damaged" and str(found.value) == later.notice
    (aside,) = store.path.parent.glob("runs.damaged-*.sqlite")
    assert aside.read_bytes() == damaged
    assert least <= len(ids(later)) <= 40
    if rows := later.rows(["id", "title", "notes"]):
        assert {one: (title, notes) for one, title, notes in rows}["run-3"] == ("spiral · α 3", "")
    later.check()
    later.keep(row(999))
    assert "run-999" in ids(later)


def middle_damaged(path: Path) -> bytes:
    """What is in the file, of which ten pages in the middle are overwritten now."""
    damaged, _ = DAMAGE["the middle"]
    path.write_bytes(damaged(path.read_bytes()))
    return path.read_bytes()


@pytest.mark.parametrize("part", ["the middle", "the head"])
def test_where_there_is_no_room_to_carry_runs_over_all_stays_until_there_is(store: Store, part: str) -> None:
    fill(store, 40)
    damage, least = DAMAGE[part]
    store.path.write_bytes(damage(store.path.read_bytes()))
    before = store.path.read_bytes()
    with full_disk(100_000), pytest.raises(Unkept, match=r"Runs cannot be kept in .*runs\.sqlite"):
        store.check()
    assert store.path.read_bytes() == before
    assert not [file for file in store.path.parent.iterdir() if "damaged" in file.name or "part" in file.name]
    with pytest.raises(Unkept, match="was damaged and is now"):
        store.check()
    assert len(ids(store)) >= least


def test_a_disk_that_is_full_during_the_rescue_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    fill(store, 40)
    store.path.write_bytes(RNG.randbytes(PAGE) + store.path.read_bytes()[PAGE:])
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfileobj", full)
        with pytest.raises(Unkept, match="There is no room for runs in") as found:
            store.check()
    assert found.value.kind == "full"
    with pytest.raises(Unkept, match="40 runs could be read"):
        store.check()


DIES = """
import os, sys
from pathlib import Path
from hyperscope.lab.library.store import Store
from hyperscope.lab.writing import Part
setattr(Part, sys.argv[2], lambda part: os.kill(os.getpid(), 9))
Store(Path(sys.argv[1])).check()
"""


@pytest.mark.parametrize("moment", ["settle", "appear"])
def test_a_rescue_that_is_killed_is_done_by_the_next_who_comes(store: Store, moment: str) -> None:
    fill(store, 40)
    middle_damaged(store.path)
    assert python("-c", DIES, store.path, moment).returncode == -9
    with pytest.raises(Unkept, match="was damaged and is now"):
        store.check()
    assert len(ids(store)) >= 30
    assert len(sweep()) == 1 and not list(store.path.parent.glob("*.part*"))


def test_damage_in_a_folder_that_may_only_be_read_is_named(store: Store) -> None:
    fill(store, 40)
    before = middle_damaged(store.path)
    with read_only(store.path.parent), pytest.raises(Unkept, match="is damaged: allow writing to") as denied:
        store.check()
    assert denied.value.kind == "denied" and store.path.read_bytes() == before


def test_of_two_who_rescue_at_once_one_does(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 40)
    before = middle_damaged(store.path)
    carry_over = rescue.carry_over

    def beside_another(damaged: Path, fresh: Path) -> int:
        monkeypatch.setattr(rescue, "carry_over", carry_over)
        with pytest.raises(Unkept, match="was damaged and is now"):
            Store(store.path).check()
        return carry_over(damaged, fresh)

    monkeypatch.setattr(rescue, "carry_over", beside_another)
    with pytest.raises(Unkept, match="another has taken its place"):
        store.check()
    assert [file.read_bytes() for file in store.path.parent.glob("runs.damaged-*.sqlite")] == [before]
    assert len(ids(store)) >= 30 and not list(store.path.parent.glob("*.part*"))


@pytest.mark.parametrize("further", [0, 25_000, 2**40])
def test_runs_with_large_numbers_are_carried_over_too(store: Store, further: int) -> None:
    fill(store, 40)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("UPDATE runs SET number = number + ? WHERE id = 'run-40'", (further,))
    middle_damaged(store.path)
    with pytest.raises(Unkept, match="was damaged"):
        store.check()
    assert "run-40" in ids(store) and len(ids(store)) >= 30


def test_what_only_the_log_has_is_carried_over_too(store: Store) -> None:
    fill(store, 40)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("UPDATE runs SET star = 1 WHERE id = 'run-3'")
        log = Path(f"{store.path}-wal").read_bytes()
        whole = store.path.read_bytes()
    damage, _ = DAMAGE["the middle"]
    store.path.write_bytes(damage(whole))
    Path(f"{store.path}-wal").write_bytes(log)
    with pytest.raises(Unkept, match="was damaged"):
        store.check()
    assert store.row("run-3", ["star"]) == (1,)


def test_a_damaged_file_behind_a_link_gets_its_other_name_where_it_lies(store: Store, tmp_path: Path) -> None:
    fill(store, 40)
    middle_damaged(store.path)
    link = tmp_path / "linked.sqlite"
    link.symlink_to(store.path)
    with pytest.raises(Unkept, match="was damaged and is now runs"):
        Store(link).check()
    assert link.is_symlink() and len(ids(Store(link))) >= 30
    assert len(list(store.path.parent.glob("runs.damaged-*.sqlite"))) == 1


def test_damage_that_is_met_while_writing_is_said_and_the_next_run_is_kept(store: Store) -> None:
    fill(store, 3)
    store.path.write_bytes(b"these are no runs\n" * 500)
    with pytest.raises(Unkept, match="none of its runs could be read"):
        store.keep(row(4))
    store.keep(row(4))
    assert ids(store) == {"run-4"}


def test_a_second_damaged_file_of_a_day_gets_a_name_of_its_own(store: Store) -> None:
    for _ in range(2):
        store.path.parent.mkdir(exist_ok=True)
        store.path.write_bytes(b"these are no runs\n" * 500)
        with pytest.raises(Unkept, match="damaged"):
            store.check()
    assert len(list(store.path.parent.glob("runs.damaged-*.sqlite"))) == 2


def test_a_file_of_a_newer_hyperscope_is_left_as_it_is(store: Store) -> None:
    fill(store, 1)
    with closing(sqlite3.connect(store.path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = store.path.read_bytes()
    with pytest.raises(Unkept, match="written by a newer Hyperscope") as newer:
        store.keep(row(2))
    assert newer.value.kind == "newer" and store.path.read_bytes() == before


def test_an_empty_file_is_taken_for_a_new_one(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.touch()
    fill(store, 1)
    assert ids(store) == {"run-1"} and store.notice == ""


def test_a_file_that_another_program_holds_is_named_after_a_while(store: Store) -> None:
    fill(store, 1)
    store.wait = 0.05
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unkept, match="held by another program") as busy:
            store.keep(row(2))
        other.execute("ROLLBACK")
    assert busy.value.kind == "busy"
    store.keep(row(2))
    assert len(ids(store)) == 2
