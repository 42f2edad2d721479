"""From data settings to examples: every source loads, parts and scaling are right, and the notes say what happened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hyperscope.engine.datasets import generators
from hyperscope.lab.examples import DEV, TEST, TRAIN, load, plane_of, preview, suggested
from hyperscope.lab.experiment import TABLES, Data

SOURCES = [*generators, *TABLES]
every = pytest.mark.parametrize("source", SOURCES)
SHAPES = {"iris": (4, 150, 3), "wine": (13, 178, 3), "breast cancer": (30, 569, 2), "digits": (64, 1797, 10)}
PENGUINS = "species,island,bill,mass\n" + "".join(
    f"{'Adelie' if at % 2 else 'Gentoo'},{'Dream' if at % 3 else 'Biscoe'},{39 + at % 7},{3700 + 10 * at}\n"
    for at in range(30)
)


@pytest.fixture
def penguins(tmp_path: Path) -> Path:
    path = tmp_path / "penguins.csv"
    path.write_text(PENGUINS)
    return path


@every
def test_the_parts_are_the_examples_in_model_units(source: str) -> None:
    e = load(Data(source=source, standardise=True))
    for part, x, y in ((TRAIN, e.x_train, e.y_train), (DEV, e.x_dev, e.y_dev), (TEST, e.x_test, e.y_test)):
        assert x == pytest.approx(e.model_units(e.raw[:, e.part == part]))
        assert np.array_equal(y, e.y[e.part == part])


@every
def test_shares_of_a_fifth_are_kept(source: str) -> None:
    e = load(Data(source=source, dev_share=0.2, test_share=0.2))
    assert np.bincount(e.part) / len(e.y) == pytest.approx([0.6, 0.2, 0.2], abs=0.03)


@every
def test_the_same_settings_give_the_same_examples(source: str) -> None:
    first, again = load(Data(source=source)), load(Data(source=source))
    assert np.array_equal(first.raw, again.raw)
    assert np.array_equal(first.part, again.part)


@every
def test_standardised_training_inputs_have_mean_0_and_deviation_1(source: str) -> None:
    e = load(Data(source=source, standardise=True))
    vary = np.ptp(e.x_train, axis=1) > 0
    assert e.x_train.mean(axis=1) == pytest.approx(0, abs=1e-9)
    assert e.x_train[vary].std(axis=1) == pytest.approx(1)
    assert np.isfinite(e.x_dev).all()
    assert "Inputs are standardised with the training set's mean μ and standard deviation σ." in e.notes


@every
def test_without_the_switch_inputs_are_fed_as_they_are(source: str) -> None:
    e = load(Data(source=source, standardise=False))
    assert np.array_equal(e.x_train, e.raw[:, e.part == TRAIN])
    assert not any("standardised" in note for note in e.notes)


@every
def test_the_examples_lie_inside_the_picture(source: str) -> None:
    e = load(Data(source=source, standardise=True))
    (u, v), (left, right, bottom, top) = e.plane.project(e.raw), e.plane.extent
    assert left < u.min() <= u.max() < right
    assert bottom < v.min() <= v.max() < top
    assert right - left == pytest.approx(top - bottom)


@every
def test_a_constant_input_is_not_divided_by_nothing(source: str) -> None:
    e = load(Data(source=source, standardise=True))
    flat = np.ptp(e.raw[:, e.part == TRAIN], axis=1) == 0
    assert np.all(e.deviation[flat] == 1)


@pytest.mark.parametrize("source", TABLES)
def test_a_real_table_is_read_whole(source: str) -> None:
    e = load(Data(source=source))
    assert (*e.raw.shape, len(e.class_names)) == SHAPES[source]


def test_digits_are_pictures_of_8_by_8() -> None:
    assert load(Data(source="digits")).image_shape == (8, 8)
    assert load(Data(source="iris")).image_shape is None


def test_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load(Data()).x_train[0, 0] = 1


def test_the_number_of_points_and_classes_is_the_one_asked_for() -> None:
    e = load(Data(source="spiral", points=77, classes=4))
    assert e.raw.shape == (2, 77)
    assert e.class_names == ("class 1", "class 2", "class 3", "class 4")


def test_classes_a_data_set_cannot_have_are_fitted_and_noted() -> None:
    e = load(Data(source="moons", classes=5))
    assert len(e.class_names) == 2
    assert "Moons is drawn with 2 classes, not 5: it cannot have more." in e.notes


def test_shares_do_not_move_the_points() -> None:
    assert np.array_equal(load(Data()).raw, load(Data(dev_share=0.4)).raw)


def test_another_seed_draws_and_splits_anew() -> None:
    first, other = load(Data(seed=1)), load(Data(seed=2))
    assert not np.array_equal(first.raw, other.raw)
    assert not np.array_equal(first.part, other.part)


def test_mean_and_deviation_come_from_the_training_set_alone() -> None:
    e = load(Data(source="iris", standardise=True))
    training = e.raw[:, e.part == TRAIN]
    assert e.mean == pytest.approx(training.mean(axis=1))
    assert e.deviation == pytest.approx(training.std(axis=1))


def test_a_table_is_seen_along_its_principal_components() -> None:
    e = load(Data(source="wine", standardise=True))
    assert e.plane.axes[0].startswith("PC 1 (")
    assert "The plane shows the first two principal components of the training set." in e.notes


def test_two_features_can_be_chosen_for_the_plane() -> None:
    e = load(Data(source="iris"))
    plane = plane_of(e, "petal_length_cm", "sepal_width_cm")
    assert plane.project(e.raw) == pytest.approx(e.raw[[2, 1]])
    assert plane.axes == ("petal_length_cm", "sepal_width_cm")


def test_an_unknown_feature_for_the_plane_lists_the_known_ones() -> None:
    e = load(Data())
    with pytest.raises(ValueError, match="there is no feature 'z'; there are x₁, x₂"):
        plane_of(e, "x₁", "z")


def test_a_plane_of_one_feature_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="a plane needs two different features"):
        plane_of(load(Data()), "x₁", "x₁")


@pytest.mark.parametrize("features", [1, 2, 3])
def test_a_file_of_few_features_has_a_plane_too(tmp_path: Path, features: int) -> None:
    path = tmp_path / "few.csv"
    names = "abc"[:features]
    rows = ["".join(f"{at * (k + 1) % 11}," for k in range(features)) + "uv"[at % 2] for at in range(20)]
    path.write_text(",".join(names) + ",class\n" + "\n".join(rows))
    e = load(suggested(path))
    assert e.plane.project(e.raw).shape == (2, 20)
    assert e.plane.lift(np.zeros((2, 5))).shape == (features, 5)


def test_a_relative_file_is_looked_for_in_the_folder_given(penguins: Path) -> None:
    data = Data(source="file", file="penguins.csv", words="one-hot")
    assert load(data, penguins.parent).raw.shape == (4, 30)


def test_no_file_chosen_is_said() -> None:
    with pytest.raises(ValueError, match="your own file but none is chosen; choose a CSV file"):
        load(Data(source="file"))


def test_a_class_too_rare_to_split_stays_in_training_and_is_named(penguins: Path) -> None:
    penguins.write_text(PENGUINS + "Chinstrap,Dream,44,3800\n")
    e = load(Data(source="file", file=str(penguins), words="drop columns"))
    assert "Only in the training set, for want of 3 examples: Chinstrap." in e.notes
    assert e.part[-1] == TRAIN


def test_a_file_whose_classes_are_all_too_rare_to_split_is_named(penguins: Path) -> None:
    penguins.write_text("a,class\n1,u\n2,v\n3,u\n")
    with pytest.raises(ValueError, match=r"penguins\.csv: no class has 3 examples"):
        load(suggested(penguins))


def test_a_dropped_file_opens_standardised_and_refuses_what_is_not_chosen(penguins: Path) -> None:
    data = suggested(penguins, Data(dev_share=0.3, label="old", missing="drop rows"))
    assert (data.source, data.file, data.standardise) == ("file", str(penguins), True)
    assert (data.label, data.missing, data.words, data.dev_share) == ("", "refuse", "refuse", 0.3)
    with pytest.raises(ValueError, match=r"penguins\.csv, row 2, column \"island\": .* choose one-hot or drop columns"):
        load(data)


def test_a_preview_shows_what_there_is_to_choose(penguins: Path) -> None:
    penguins.write_text(PENGUINS + "Gentoo,NA,?,4000\n")
    p = preview(penguins)
    assert [(c.name, c.kind, c.missing, c.distinct) for c in p.columns] == [
        ("species", "text", 0, 2),
        ("island", "text", 1, 2),
        ("bill", "number", 1, 7),
        ("mass", "number", 0, 31),
    ]
    assert (p.rows, p.label) == (31, "species")
    assert p.first[0] == ("Gentoo", "Biscoe", "39", "3700")
