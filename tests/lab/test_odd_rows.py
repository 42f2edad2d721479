"""Rows of the run library that are no runs: left out and counted, and the others are there as they were."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.library.library import Library
from hyperscope.lab.library.rescue import rescued
from lab.run_rows import row


@pytest.fixture
def path(home: Path) -> Path:
    """A library of three runs."""
    library = Library(home / "runs.sqlite")
    for number in (1, 2, 3):
        library.store.keep(row(number, experiment=Experiment().to_json()))
    return home / "runs.sqlite"


def spoil(path: Path, name: str, value: Any, how: str = "?") -> None:
    """Puts a value where run 2 has another."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"UPDATE runs SET {name} = {how} WHERE id = 'run-2'", (value,))


ODD = [
    ("created", 1e300),
    ("created", float("inf")),
    ("created", -1.0),
    ("created", "yesterday"),
    ("created", b"\0\1"),
    ("updated", 1e300),
    ("title", b"\xff\xfe"),
    ("source", b"\0"),
    ("notes", b"notes"),
    ("beats", "many"),
    ("beats", -5),
    ("steps", 1.5),
    ("steps", 2**62),
    ("epochs", float("inf")),
    ("epochs", "all"),
    ("dev_loss", "low"),
    ("dev_accuracy", b"high"),
    ("star", "yes"),
    ("id", b"run-2"),
]


@pytest.mark.parametrize(("name", "value"), ODD, ids=str)
def test_a_row_that_is_no_run_is_left_out_and_counted(path, name, value):
    spoil(path, name, value)
    library = Library(path)
    assert [run.id for run in library.runs()] == ["run-3", "run-1"] or name == "created"
    assert {run.id for run in library.runs()} == {"run-3", "run-1"} and library.odd == 1


@pytest.mark.parametrize("name", ["title", "source", "notes"])
def test_a_flipped_bit_in_a_text_costs_a_letter(path, name):
    spoil(path, name, b"spir\xe1l", "CAST(? AS TEXT)")
    library = Library(path)
    assert getattr(library.runs()[1], name) == "spir\ufffdl" and library.odd == 0


def test_a_run_whose_name_was_flipped_cannot_be_found_and_is_left_out(path):
    spoil(path, "id", b"run\xad2", "CAST(? AS TEXT)")
    library = Library(path)
    assert [run.id for run in library.runs()] == ["run-3", "run-1"] and library.odd == 1


def test_rescue_reads_texts_with_a_flipped_bit_too(path):
    spoil(path, "title", b"spir\xe1l", "CAST(? AS TEXT)")
    assert [run["title"] for run in rescued(path)][1] == "spir\ufffdl"


@pytest.mark.parametrize("value", ["", 3, 1.5, b"\xff", "[" * 99_999, "3", b"x" * 2_000_000])
def test_a_run_whose_experiment_cannot_be_read_is_refused_in_a_sentence(path, value):
    spoil(path, "experiment", value)
    with pytest.raises(ValueError, match="This run cannot be read: this is not an experiment"):
        Library(path).details("run-2")


@pytest.mark.parametrize("name", ["score", "curves", "checkpoint", "thumbnail", "jumps"])
@pytest.mark.parametrize("value", [3, "text", b"", b"\0" * 100, zlib.compress(b"[" * 99_999), "[[1,2,3]]"])
def test_a_part_that_cannot_be_read_is_as_if_it_were_not_there(path, name, value):
    spoil(path, name, value)
    found = Library(path).details("run-2")
    assert found.score is None and found.curves is None and found.checkpoint is None and found.jumps == ()


def test_a_session_that_claims_gigabytes_is_not_unpacked(path):
    spoil(path, "score", zlib.compress(b" " * 300_000_000))
    assert Library(path).details("run-2").score is None


def test_curves_that_claim_gigabytes_are_not_unpacked(path, tmp_path):
    np.savez_compressed(tmp_path / "large.npz", step=np.zeros(30_000_000))
    spoil(path, "curves", (tmp_path / "large.npz").read_bytes())
    assert Library(path).details("run-2").curves is None
