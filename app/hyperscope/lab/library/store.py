"""The file that runs are kept in: one SQLite database, and what is done where it cannot be written or is damaged.

It knows rows and bytes, and nothing of experiments; it loads little but the standard library. Each call opens the
file, does one thing in one transaction and closes it: that takes a millisecond or two, two programs may share the
file, and one that was moved, replaced or removed meanwhile is noticed. A call that returns has its row on the disk.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from hyperscope.lab.library.schema import MARK, VERSION, as_text, code, migrate
from hyperscope.lab.places import OWN_FILE, keep_private, make_private
from hyperscope.lab.writing import Part

WAIT = 5.0  # s for another program that is writing
BUSY = "busy"  # the kind of problem that is waited for
EDITED = ("notes", "star", "deleted")  # a person's; training on never changes them

_FULL, _BUSY, _LOCKED, _CORRUPT, _NO_DATABASE = 13, 5, 6, 11, 26  # SQLite's result codes
_DENIED = (3, 8, 14, 23)


class Unkept(Exception):
    """Nothing was written or read; the text is a sentence that names the file and what to do, `kind` what it is of."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class _Damaged(Exception):
    """The file is not what it should be."""


class Store:
    """The runs in the file at `path`, which is made when something is first written.

    Of a file that turns out to be damaged, what can be read is carried over into a new one, which takes its place when
    it is whole; the damaged one is set aside then, and `notice` says so in a sentence. Every method raises Unkept when
    the file cannot be used.
    """

    def __init__(self, path: Path, wait: float = WAIT) -> None:
        self.path = path
        self.wait = wait
        self.notice = ""

    # -- writing --------------------------------------------------------------------------------------------------

    def keep(self, row: Mapping[str, Any]) -> None:
        """Writes a run, `row["id"]` new or known; what a person edited of a known one stays."""
        names = list(row)
        told = ", ".join(f"{name} = excluded.{name}" for name in names if name not in ("id", "created", *EDITED))
        marks = ", ".join("?" * len(names))
        with self._writing() as db:
            db.execute(
                f"INSERT INTO runs ({', '.join(names)}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {told}",
                list(row.values()),
            )

    def edit(self, ids: Sequence[str], name: str, value: Any) -> None:
        """Sets one of EDITED for some runs. Raises: LookupError for another name."""
        if name not in EDITED:
            raise LookupError(f"{name!r} is not edited; there are {', '.join(EDITED)}")
        with self._writing() as db:
            db.executemany(f"UPDATE runs SET {name} = ? WHERE id = ?", [(value, one) for one in ids])

    def forget(self, before: float) -> None:
        """Removes for good what was deleted before that time, in seconds since 1970."""
        if not self._there():
            return
        with self._writing() as db:
            db.execute("DELETE FROM runs WHERE deleted < ?", (before,))

    # -- reading --------------------------------------------------------------------------------------------------

    def rows(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The fields `names` of all runs that are not deleted, the newest first."""
        if not self._there():
            return []
        with self._reading() as db:
            return db.execute(
                f"SELECT {', '.join(names)} FROM runs WHERE deleted IS NULL ORDER BY created DESC"
            ).fetchall()

    def row(self, one: str, names: Sequence[str]) -> tuple[Any, ...] | None:
        """The fields `names` of the run `one`; None if there is none."""
        if not self._there():
            return None
        with self._reading() as db:
            row: tuple[Any, ...] | None
            row = db.execute(f"SELECT {', '.join(names)} FROM runs WHERE id = ?", (one,)).fetchone()
            return row

    def some_rows(self, ids: Sequence[str], names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The fields `names` of those runs that there are, in any order; opening the file once is most of the work."""
        if not ids or not self._there():
            return []
        with self._reading() as db:
            marks = ", ".join("?" * len(ids))
            return db.execute(f"SELECT {', '.join(names)} FROM runs WHERE id IN ({marks})", list(ids)).fetchall()

    def check(self) -> None:
        """Looks the whole file over, and sets it aside if it is damaged: some tenths of a second per 100 MB."""
        if not self._there():
            return
        with self._reading() as db:
            verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise _Damaged(verdict)

    # -- the file -------------------------------------------------------------------------------------------------

    def _there(self) -> bool:
        try:
            return self.path.exists()
        except OSError as problem:  # a folder that may not be entered
            raise self._unkept(problem) from None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not os.access(self.path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            # a log beside the file is how it is usually read; where none may be made, as what nobody writes to
            try:
                with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)) as db:
                    db.text_factory = as_text
                    yield db
            except (sqlite3.Error, _Damaged) as problem:
                raise (self._sealed() if _is_damage(problem) else self._unkept(problem)) from None
            return
        with self._opened() as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection to a sound file. What is found damaged is set aside, and the caller has to call again."""
        seen = _identity(self.path)
        try:
            make_private(self.path.parent)
            with closing(self._connected()) as db:
                yield db
        except (sqlite3.Error, OSError, _Damaged) as problem:
            if not _is_damage(problem):
                raise self._unkept(problem) from None
            try:
                self._set_aside(seen)
            except (sqlite3.Error, OSError) as other:
                raise self._unkept(other) from None
            raise Unkept("damaged", self.notice or f"{self.path} was damaged; another has taken its place.") from None

    def _connected(self) -> sqlite3.Connection:
        if not os.path.exists(self.path):  # an empty file is an empty database; its log gets the same permissions
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, OWN_FILE))
        keep_private(self.path, Path(f"{self.path}-wal"), Path(f"{self.path}-shm"))
        db = sqlite3.connect(self.path, timeout=self.wait, isolation_level=None)
        db.text_factory = as_text
        try:
            db.execute("BEGIN")  # so that all three are of one moment: another may just be making the tables
            (mark,), (version,), (tables,) = (
                db.execute(question).fetchone()
                for question in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
            )
            db.execute("COMMIT")
            if mark == MARK and version > VERSION:
                raise self._newer()
            if mark != MARK and (mark or tables):
                raise _Damaged("another program's file")
            # Full: a commit is on the disk when it returns. Normal would sync only when the log is folded in, so a
            # power cut could take minutes of runs with it; and this runs every few seconds in a thread of its own.
            db.execute("PRAGMA synchronous = FULL")
            if version < VERSION:
                self._migrate(db)
        except BaseException:
            db.close()
            raise
        return db

    def _newer(self) -> Unkept:
        return Unkept("newer", f"{self.path} was written by a newer Hyperscope; install that one to see and keep runs.")

    def _sealed(self) -> Unkept:
        said = f"{self.path} is damaged: allow writing to {self.path.parent}, and what can be read is carried over."
        return Unkept("denied", said)

    def _migrate(self, db: sqlite3.Connection) -> None:
        patience = time.monotonic() + self.wait
        while True:
            try:
                db.execute("PRAGMA journal_mode = WAL")  # does not wait by itself for another that is about it too
                break
            except sqlite3.OperationalError as problem:
                if code(problem) not in (_BUSY, _LOCKED) or time.monotonic() > patience:
                    raise
                time.sleep(0.01)
        migrate(db)

    def _set_aside(self, seen: object) -> None:
        """Carries over what can be read of the damaged file, and lets the new one take its place.

        Until that is whole all stays as it is; where another program has just done the same, it stays so.
        """
        from hyperscope.lab.library.rescue import carry_over

        self.notice = ""
        place = Path(os.path.realpath(self.path))
        if seen is None or _identity(place) != seen:
            return
        fresh = Part(place)
        try:
            runs = carry_over(place, fresh.part)
            fresh.settle()
            if _identity(place) != seen:
                return
            aside = _exchanged(place, fresh)
        finally:
            fresh.discard()
        carried = {0: "none of its runs could be read", 1: "one run could be read and was carried over"}.get(
            runs, f"{runs} runs could be read and were carried over"
        )
        self.notice = f"{self.path} was damaged and is now {aside.name}; {carried}."

    def _unkept(self, problem: Exception) -> Unkept:
        number = code(problem)
        if number == _FULL or (isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)):
            return Unkept("full", f"There is no room for runs in {self.path}: free some, and they are kept again.")
        if number in (_BUSY, _LOCKED):
            return Unkept(BUSY, f"{self.path} is held by another program, so this run is not being kept; close that.")
        if number in _DENIED or isinstance(problem, OSError):
            reason = getattr(problem, "strerror", None) or problem
            return Unkept(
                "denied",
                f"Runs cannot be kept in {self.path} ({reason}): allow writing there, or name another folder in "
                "HYPERSCOPE_HOME.",
            )
        return Unkept("failed", f"Runs cannot be kept in {self.path}: {problem}. Look whether the disk has room.")


def _is_damage(problem: Exception) -> bool:
    if isinstance(problem, sqlite3.OperationalError) and "no such" in str(problem):
        return True  # a table or column is gone
    return isinstance(problem, _Damaged) or code(problem) in (_CORRUPT, _NO_DATABASE)


def _exchanged(place: Path, fresh: Part) -> Path:
    """Gives `fresh` the place of the damaged file, and that a name of its own beside it, which it returns."""
    stamp = time.strftime("%Y-%m-%d")
    for number in count(1):
        aside = place.with_name(f"{place.stem}.damaged-{stamp}{f'-{number}' if number > 1 else ''}{place.suffix}")
        if not aside.exists():
            break
    try:
        os.link(place, aside)  # so that at no moment there is none, and a kill costs nothing
    except OSError:  # a drive without second names
        os.replace(place, aside)
    try:
        for ending in ("-wal", "-shm"):
            if (part := Path(f"{place}{ending}")).exists():
                os.replace(part, f"{aside}{ending}")
        fresh.appear()
    except OSError:
        if _identity(place) == _identity(aside):
            aside.unlink()
        raise
    return aside


def _identity(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
