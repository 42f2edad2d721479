"""Missing values filled: with what the training set says, never with what dev or test would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hyperscope.lab.examples.examples import DEV, TEST, TRAIN, ExampleSet, load
from hyperscope.lab.examples.filling import FILLS, filled
from hyperscope.lab.experiment.data import Data

X = np.array([[1.0, 2.0, 2.0, 9.0, np.nan, 100.0]])
TRAINING = np.array([0, 1, 2, 3])


@pytest.mark.parametrize(("how", "value"), [("mean", 3.5), ("median", 2.0), ("most frequent", 2.0)])
def test_a_gap_gets_what_is_typical_of_the_training_set(how: str, value: float) -> None:
    x, said = filled(X, TRAINING, how, ["mass"])
    assert x.tolist() == [[1, 2, 2, 9, value, 100]]
    assert said == f"Missing values are filled with the {how} of the training set: mass {value:g}."


def test_gaps_in_the_training_set_do_not_count() -> None:
    x, _ = filled(np.array([[1.0, np.nan, 3.0]]), np.array([0, 1, 2]), "mean", ["mass"])
    assert x.tolist() == [[1, 2, 3]]


def test_of_values_equally_frequent_the_least_is_taken() -> None:
    x, _ = filled(np.array([[5.0, 4.0, np.nan]]), np.array([0, 1]), "most frequent", ["mass"])
    assert x[0, 2] == 4


def test_a_table_without_gaps_is_left_as_it_is() -> None:
    x = np.ones((2, 3))
    assert filled(x, np.array([0]), "mean", ["a", "b"]) == (x, "")


@pytest.mark.parametrize("how", FILLS)
def test_a_gap_among_words_gets_the_most_frequent_one(how: str) -> None:
    gap = np.nan
    x = np.array([[1.0, 2.0, 3.0, 4.0], [0, 1, 0, gap], [1, 0, 1, gap]])
    made, said = filled(x, np.array([0, 1, 2]), how, ["mass", "sex=f", "sex=m"], [(1, 3)])
    assert made[:, 3].tolist() == [4, 0, 1]
    assert "sex m" in said


def test_a_column_empty_in_the_training_set_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match='column "mass" has no value in the training set'):
        filled(X, np.array([4]), "mean", ["mass"])


# --- as part of the data ---


def rows(count: int = 60) -> str:
    """A table of gaps in every tenth row of "mass", whose dev and test values lie far from those of training."""
    made = [f"{'' if at % 10 == 3 else at % 7},{'mf'[at % 2]},{'ab'[at % 2]}\n" for at in range(count)]
    return "mass,sex,class\n" + "".join(made)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(rows())
    return path


def loaded(path: Path, **choices: str) -> ExampleSet:
    return load(Data(source="file", file=str(path), words="one-hot", **choices))


@pytest.mark.parametrize("how", FILLS)
def test_dev_and_test_are_filled_with_the_training_set_s_number(own: Path, how: str) -> None:
    e = loaded(own, missing=how)
    typical = {"mean": np.mean, "median": np.median, "most frequent": lambda v: np.bincount(v.astype(int)).argmax()}
    gap = np.arange(60) % 10 == 3
    assert {part for part in e.part[gap]} >= {TRAIN, TEST} or {part for part in e.part[gap]} >= {TRAIN, DEV}
    value = float(typical[how](e.raw[0, (e.part == TRAIN) & ~gap]))
    assert set(e.raw[0, gap].tolist()) == {value}
    assert f"Missing values are filled with the {how} of the training set" in " ".join(e.notes)


def test_no_row_is_lost_by_filling(own: Path) -> None:
    assert len(loaded(own, missing="mean").y) == 60


def test_filling_says_what_it_does_not_fill(own: Path) -> None:
    own.write_text(rows() + "3,m,\n")
    e = loaded(own, missing="median")
    assert len(e.y) == 60
    assert "1 of 61 rows are left out because they have no class." in e.notes


def test_where_nothing_is_missing_filling_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(rows().replace("\n,", "\n1,"))
    assert np.array_equal(loaded(path, missing="mean").raw, loaded(path).raw)


def test_the_sentence_on_an_empty_column_names_the_file(own: Path) -> None:
    own.write_text("mass,tail,class\n" + "".join(f"{at},,{'ab'[at % 2]}\n" for at in range(40)))
    with pytest.raises(ValueError, match=r'^own\.csv: column "tail" has no value in the training set'):
        loaded(own, missing="mean")
