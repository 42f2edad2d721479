"""What can still be read of a damaged file of runs, row by row; the file itself is left as it is, where it lies."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from hyperscope.lab.library.schema import as_text, code, migrate
from hyperscope.lab.places import keep_private
from hyperscope.lab.writing import Part

PAGE = 4096  # bytes, SQLite's usual
MOST = 20_000  # numbers in a row that are looked for in vain before what lies beyond them is given up
LAST = 2**63 - 1  # the largest number of a row that there can be
TEXTS = ("id", "title", "source", "experiment", "jumps", "notes")

_UNABLE = (3, 5, 6, 7, 13, 14, 23)  # SQLite's result codes where the file cannot be read now, and may be later


def carry_over(damaged: Path, fresh: Path) -> int:
    """Fills the empty file `fresh` with the runs that can be read of another, and returns how many those are.

    It comes to the disk when the system brings it there. Raises: OSError, sqlite3.Error; `fresh` is no use then.
    """
    carried = 0
    with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        migrate(db)
        db.execute("BEGIN")
        with closing(rescued(damaged)) as runs:
            for run in runs:
                names = ", ".join(run)
                insert = f"INSERT OR IGNORE INTO runs ({names}) VALUES ({', '.join('?' * len(run))})"
                carried += db.execute(insert, [*run.values()]).rowcount
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")
    return carried


def rescued(path: Path) -> Generator[dict[str, Any], None, None]:
    """The runs, fields by name, that can be read from the file at `path`; one may come twice.

    Raises: OSError, sqlite3.Error where it is not for damage that nothing can be read.
    """
    found = False
    for run in _read(f"{path.absolute().as_uri()}?mode=ro"):
        found = True
        yield run
    if not found:
        yield from _read_with_new_head(path)


def _read(uri: str) -> Iterator[dict[str, Any]]:
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
            db.text_factory = as_text
            columns = _columns()
            names = [row[1] for row in db.execute("PRAGMA table_info(runs)") if row[1] in columns]
            if not {"number", "created", *TEXTS} <= set(names):
                return
            for row in _rows(db, names):
                found = dict(zip(names, row, strict=True))
                if all(isinstance(found[name], str) for name in TEXTS) and isinstance(found["created"], float):
                    yield found
    except sqlite3.Error as problem:
        if code(problem) in _UNABLE:
            raise  # else what was read so far is what there is


def _columns() -> set[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        return {row[1] for row in db.execute("PRAGMA table_info(runs)")}


def _rows(db: sqlite3.Connection, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """Row by row by its number, so that a damaged page costs the rows on it and no others.

    They come from the first on; where too many in a row cannot be read, then from the last backwards.
    """
    at = names.index("number")
    for number, step, order in ((1, 1, ">= ? ORDER BY number"), (LAST, -1, "<= ? ORDER BY number DESC")):
        query = f"SELECT {', '.join(names)} FROM runs WHERE number {order} LIMIT 1"
        vain = 0
        while vain < MOST and 1 <= number <= LAST:
            try:
                row = db.execute(query, (number,)).fetchone()
            except sqlite3.Error as problem:
                if code(problem) in _UNABLE:
                    raise
                number, vain = number + step, vain + 1
                continue
            if row is None:
                return
            yield row
            if (row[at] - number) * step >= 0:
                number, vain = row[at] + step, 0
            else:  # on a damaged page numbers may be out of order
                number, vain = number + step, vain + 1


def _read_with_new_head(path: Path) -> Iterator[dict[str, Any]]:
    """What can be read of a copy, or else of one with the first page of a new file, whose table begins there too."""
    copy = Part(path)
    log = Path(f"{copy.part}-wal")
    try:
        with path.open("rb") as file:
            shutil.copyfileobj(file, copy.file)
        copy.file.close()
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{path}-wal", log)
            keep_private(log)
        uri = copy.part.absolute().as_uri()
        found = False
        for run in _read(uri):
            found = True
            yield run
        if not found and _given_new_head(copy.part):
            yield from _read(uri)
    finally:
        copy.discard()
        for beside in (log, Path(f"{copy.part}-shm")):
            beside.unlink(missing_ok=True)


def _given_new_head(path: Path) -> bool:
    """Gives the copy at `path` the first page of a new file; whether it could."""
    size = path.stat().st_size
    if size < 3 * PAGE:
        return False
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        head = bytearray(db.serialize()[:PAGE])
    head[18:20] = bytes((2, 2))  # read and written with a log, as the damaged file was
    head[28:32] = (size // PAGE).to_bytes(4, "big")  # the number of pages
    head[32:40] = bytes(8)  # no free pages are known
    with path.open("r+b") as file:
        file.write(head)
    return True
