"""The tables of the file that runs are kept in, and how an older file comes to have them. It opens no file itself."""

from __future__ import annotations

import sqlite3

MARK = 0x48735275  # "HsRu", the database's application_id

# A migration from each version of the file to the next. Rescue relies on the table's first page: add others after it.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # What a list shows comes first: it then lies on the table's own pages, and the rest need not be read for it.
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created REAL NOT NULL, updated REAL NOT NULL,
            title TEXT NOT NULL, source TEXT NOT NULL,
            beats INTEGER NOT NULL, steps INTEGER NOT NULL, epochs REAL NOT NULL,
            train_loss REAL, dev_loss REAL, best_dev_loss REAL,
            train_accuracy REAL, dev_accuracy REAL, best_dev_accuracy REAL,
            star INTEGER NOT NULL DEFAULT 0, deleted REAL, notes TEXT NOT NULL DEFAULT '',
            experiment TEXT NOT NULL, score BLOB, jumps TEXT NOT NULL,
            thumbnail BLOB, curves BLOB, checkpoint BLOB)""",
    ),
)
VERSION = len(MIGRATIONS)


def as_text(stored: bytes) -> str:
    """Text as it is read: a flipped bit costs the letter, where by default it makes the whole list unreadable."""
    return stored.decode(errors="replace")


def code(problem: Exception) -> int:
    """SQLite's result code in what it refused; 0 in what another did."""
    return int(getattr(problem, "sqlite_errorcode", 0) or 0) & 0xFF


def migrate(db: sqlite3.Connection) -> None:
    """Makes the tables, or brings those of an older file up to date, in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {MARK}")
    db.execute(f"PRAGMA user_version = {max(version, VERSION)}")
    db.execute("COMMIT")
