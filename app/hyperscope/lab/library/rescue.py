"""What can still be read of a damaged file of runs, row by row; the file itself is left as it is."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from hyperscope.lab.library.schema import as_text, migrate

PAGE = 4096  # bytes, SQLite's usual
MOST = 20_000  # rows looked for where not even their number can be read
TEXTS = ("id", "title", "source", "experiment", "jumps", "notes")


def rescued(path: Path) -> list[dict[str, Any]]:
    """The runs, fields by name, that can be read from the file at `path`."""
    with tempfile.TemporaryDirectory(prefix="hyperscope-") as folder:
        copy = Path(folder) / "runs.sqlite"
        shutil.copyfile(path, copy)
        if (log := Path(f"{path}-wal")).exists():
            shutil.copyfile(log, f"{copy}-wal")
        found = _read(copy)
        if not found and _with_new_head(copy, Path(folder) / "fresh.sqlite"):
            found = _read(copy)
    return found


def _read(path: Path) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.text_factory = as_text
            columns = _columns()
            names = [row[1] for row in db.execute("PRAGMA table_info(runs)") if row[1] in columns]
            if not {"number", "created", *TEXTS} <= set(names):
                return runs
            for row in _rows(db, names):
                found = dict(zip(names, row, strict=True))
                if all(isinstance(found[name], str) for name in TEXTS) and isinstance(found["created"], float):
                    runs.append(found)
    except sqlite3.Error:
        pass  # what was read so far is what there is
    return runs


def _columns() -> set[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db)
        return {row[1] for row in db.execute("PRAGMA table_info(runs)")}


def _rows(db: sqlite3.Connection, names: list[str]) -> Iterator[tuple[Any, ...]]:
    """Row by row by its number, so that a damaged page costs the rows on it and no others."""
    try:
        (last,) = db.execute("SELECT max(number) FROM runs").fetchone()
    except sqlite3.Error:
        last = MOST
    query = f"SELECT {', '.join(names)} FROM runs WHERE number = ?"
    for number in range(1, min(MOST, last or 0) + 1):
        try:
            row = db.execute(query, (number,)).fetchone()
        except sqlite3.Error:
            continue
        if row is not None:
            yield row


def _with_new_head(path: Path, fresh: Path) -> bool:
    """Gives the copy at `path` the first page of a new file, whose table begins on the same page; whether it could."""
    size = path.stat().st_size
    if size < 3 * PAGE:
        return False
    with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")  # as in the damaged file, whose head says so
        migrate(db)
    head = bytearray(fresh.read_bytes()[:PAGE])
    head[28:32] = (size // PAGE).to_bytes(4, "big")  # the number of pages
    head[32:40] = bytes(8)  # no free pages are known
    with path.open("r+b") as file:
        file.write(head)
    return True
