"""From data settings to examples: every source loads, parts and scaling are right, and the notes say what happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperscope.engine.datasets import generators
from hyperscope.lab.examples.cells import read_cells
from hyperscope.lab.examples.examples import DEV, TEST, TRAIN, augmenter, load, plane_of, preview, suggested
from hyperscope.lab.experiment.data import TABLES, Data
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob, from_json, parsed
from hyperscope.lab.probes.decision_map import decision_map
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.training.trainer import Trainer

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
    p = preview(read_cells(penguins))
    assert [(c.name, c.kind, c.missing, c.distinct) for c in p.columns] == [
        ("species", "text", 0, 2),
        ("island", "text", 1, 2),
        ("bill", "number", 1, 7),
        ("mass", "number", 0, 31),
    ]
    assert (p.rows, p.label) == (31, "species")
    assert p.first[0] == ("Gentoo", "Biscoe", "39", "3700")


# -- features --------------------------------------------------------------------------------------------------------

LIFTED = Data(features=("x1", "x1^2", "x1*x2", "sin x2"))


def test_chosen_features_are_what_the_network_is_fed() -> None:
    e = load(LIFTED)
    x1, x2 = e.raw[:, e.part == TRAIN]
    assert e.x_train == pytest.approx(np.stack([x1, x1**2, x1 * x2, np.sin(x2)]))


def test_chosen_features_are_named_by_their_captions() -> None:
    assert load(LIFTED).feature_names == ("x₁", "x₁²", "x₁·x₂", "sin x₂")


def test_points_and_their_plane_stay_where_they_are_whatever_the_features() -> None:
    plain, lifted = load(Data()), load(LIFTED)
    assert np.array_equal(plain.raw, lifted.raw)
    assert (plain.plane.extent, plain.plane.axes) == (lifted.plane.extent, lifted.plane.axes)


@pytest.mark.parametrize("standardise", [False, True])
def test_a_place_on_the_plane_becomes_the_inputs_of_a_point_there(standardise: bool) -> None:
    e = load(msgspec.structs.replace(LIFTED, standardise=standardise))
    dev = e.raw[:, e.part == DEV]
    assert e.model_units(e.plane.lift(e.plane.project(dev))) == pytest.approx(e.x_dev)


def test_computed_features_are_standardised_by_their_own_mean_and_deviation() -> None:
    e = load(msgspec.structs.replace(LIFTED, standardise=True))
    assert e.x_train.mean(axis=1) == pytest.approx(0, abs=1e-9)
    assert e.x_train.std(axis=1) == pytest.approx(1)


def test_a_computed_feature_has_the_plane_of_the_points() -> None:
    e = load(LIFTED)
    assert plane_of(e, "x₁²", "x₁") is e.plane


def test_a_table_has_its_columns_for_features() -> None:
    assert np.array_equal(load(Data(source="iris", features=("x1^2",))).x_train, load(Data(source="iris")).x_train)


def test_the_network_trains_on_computed_features() -> None:
    trainer = Trainer(Experiment(data=msgspec.structs.replace(LIFTED, points=60)))
    trainer.steps(3)
    assert trainer.layout.inputs == 4
    assert decision_map(trainer, InPlane()).predicted.shape == (60,)


@pytest.mark.parametrize("given", [(), ("x3",), ("x1", "x1"), "x1", ["x1"]])
def test_features_that_cannot_be_are_refused_by_name_and_value(given: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^features is .*; it must be one or more of x1, x2, x1\^2, .* none of them t"
    ):
        Data(features=given)


def test_features_survive_a_journey_through_json() -> None:
    experiment = Experiment(data=LIFTED)
    assert from_json(experiment.to_json()) == experiment


def test_features_in_a_file_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="features is"):
        from_json('{"data": {"features": ["x9"]}}')


def test_features_are_changed_by_their_path_and_read_from_a_command_line() -> None:
    found = changed(Experiment(), "data.features", parsed("data.features", "x1, x1^2,x1*x2,sin x2"))
    assert found == Experiment(data=LIFTED)


def test_a_list_of_features_does_not_stand_in_the_way_of_the_knobs() -> None:
    assert "data.noise" in {path for path, _, _ in every_knob(Experiment(data=LIFTED))}


# -- unequal classes and wrong labels --------------------------------------------------------------------------------


@pytest.mark.parametrize("source", generators)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_points_have_the_share_of_class_1_and_their_number(source: str, share: float) -> None:
    e = load(Data(source=source, points=400, imbalance=share))
    assert len(e.y) == 400
    assert np.mean(e.y == 0) == pytest.approx(share, abs=0.002)


@pytest.mark.parametrize("source", TABLES)
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_rows_are_left_out_for_the_share_of_class_1_and_the_notes_say_so(source: str, share: float) -> None:
    e = load(Data(source=source, imbalance=share))
    assert np.mean(e.y == 0) == pytest.approx(share, abs=0.02)
    assert any(f"of {SHAPES[source][1]} rows are left out" in note for note in e.notes)
    assert f"Of the examples, {np.mean(e.y == 0):.0%} are {e.class_names[0]}." in e.notes


@settings(max_examples=20, deadline=None)
@given(
    points=st.integers(20, 80), classes=st.integers(2, 6), share=st.floats(0.01, 0.95), source=st.sampled_from(SOURCES)
)
def test_every_class_is_in_all_parts_however_unequal(points: int, classes: int, share: float, source: str) -> None:
    e = load(Data(source=source, points=points, classes=classes, imbalance=share))
    for y in (e.y_train, e.y_dev, e.y_test):
        assert len(np.unique(y)) == len(e.class_names)


@every
def test_wrong_labels_have_their_share_in_training_and_none_elsewhere(source: str) -> None:
    right, wrong = load(Data(source=source)), load(Data(source=source, label_noise=0.25))
    assert np.mean(right.y_train != wrong.y_train) == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(right.y_dev, wrong.y_dev)
    assert np.array_equal(right.y_test, wrong.y_test)


def test_wrong_labels_leave_points_and_parts_as_they_are() -> None:
    right, wrong = load(Data()), load(Data(label_noise=0.25))
    assert np.array_equal(right.raw, wrong.raw)
    assert np.array_equal(right.part, wrong.part)


def test_the_notes_count_the_wrong_labels() -> None:
    assert "76 of 302 training labels are wrong on purpose." in load(Data(label_noise=0.25)).notes


# -- dev and test sets from elsewhere --------------------------------------------------------------------------------

SHIFTS = [{"shift_move": 0.7}, {"shift_rotate": 40.0}, {"shift_scale": 1.5}, {"shift_balance": 0.8}]
each_shift = pytest.mark.parametrize("shift", SHIFTS, ids=lambda shift: next(iter(shift)))


@every
@each_shift
def test_a_shift_leaves_the_training_set_untouched(source: str, shift: dict[str, float]) -> None:
    plain, shifted = load(Data(source=source, standardise=True)), load(Data(source=source, standardise=True, **shift))
    assert np.array_equal(plain.x_train, shifted.x_train)
    assert np.array_equal(plain.y_train, shifted.y_train)
    assert np.array_equal(plain.part, shifted.part)


@pytest.mark.parametrize("source", ["spiral", "digits"])
@each_shift
def test_a_shift_changes_dev_and_test_and_is_noted(source: str, shift: dict[str, float]) -> None:
    plain, shifted = load(Data(source=source)), load(Data(source=source, **shift))
    assert not np.array_equal(plain.x_dev, shifted.x_dev)
    assert not np.array_equal(plain.x_test, shifted.x_test)
    assert any("ev and test" in note for note in shifted.notes)


@every
def test_dev_and_test_can_have_another_share_of_class_1(source: str) -> None:
    plain, e = load(Data(source=source)), load(Data(source=source, shift_balance=0.8))
    for before, y in ((plain.y_dev, e.y_dev), (plain.y_test, e.y_test)):
        assert len(y) == len(before)
        assert abs(np.count_nonzero(y == 0) - 0.8 * len(y)) <= 0.5


def test_another_balance_only_repeats_examples_of_the_same_part() -> None:
    plain, e = load(Data()), load(Data(shift_balance=0.8))
    for before, after in ((plain.x_dev, e.x_dev), (plain.x_test, e.x_test)):
        assert {tuple(x) for x in after.T} <= {tuple(x) for x in before.T}


def test_points_are_moved_turned_and_scaled_exactly() -> None:
    plain, e = load(Data()), load(Data(shift_move=1.0, shift_rotate=90.0, shift_scale=2.0))
    x1, x2 = plain.x_dev
    assert e.x_dev == pytest.approx(np.stack([1 - 2 * x2, 2 * x1]))
    assert "Dev and test examples are scaled by 2, turned by 90°, moved by 1; training ones are not." in e.notes


def test_digits_turn_as_pictures() -> None:
    plain, e = load(Data(source="digits")), load(Data(source="digits", shift_rotate=90.0))
    assert e.x_dev.reshape(8, 8, -1) == pytest.approx(np.rot90(plain.x_dev.reshape(8, 8, -1)))


def test_a_standardised_table_moves_by_that_many_deviations() -> None:
    plain = load(Data(source="wine", standardise=True))
    e = load(Data(source="wine", standardise=True, shift_move=0.5))
    assert e.x_dev == pytest.approx(plain.x_dev + 0.5)


def test_a_table_of_many_inputs_says_that_it_does_not_turn() -> None:
    plain, e = load(Data(source="wine")), load(Data(source="wine", shift_rotate=30.0))
    assert e.x_dev == pytest.approx(plain.x_dev)
    assert "Inputs are not turned: only two can be, and there are 13." in e.notes


# -- augmentation ----------------------------------------------------------------------------------------------------


@every
def test_without_augmentation_there_is_no_augmenter(source: str) -> None:
    data = Data(source=source)
    assert augmenter(load(data), data, seed=1) is None


@every
def test_an_epoch_of_copies_has_the_shape_of_the_training_set(source: str) -> None:
    data = Data(source=source, standardise=True, augment_jitter=0.1, augment_rotate=10.0, augment_cut=2)
    e = load(data)
    copies = augmenter(e, data, seed=1)
    assert copies is not None
    assert copies.inputs(0).shape == e.x_train.shape


def test_features_of_augmented_points_are_computed_from_the_augmented_points() -> None:
    data = msgspec.structs.replace(LIFTED, augment_rotate=20.0)
    copies = augmenter(load(data), data, seed=1)
    assert copies is not None
    x1, squared, product, sine = copies.inputs(0)
    assert squared == pytest.approx(x1**2)
    assert sine == pytest.approx(np.sin(product / x1))


def test_jitter_of_a_table_is_measured_in_deviations_of_each_input() -> None:
    data = Data(source="breast cancer", standardise=True, augment_jitter=0.3)
    e = load(data)
    copies = augmenter(e, data, seed=1)
    assert copies is not None
    assert (copies.inputs(0) - e.x_train).std(axis=1) == pytest.approx(np.full(30, 0.3), rel=0.2)


def test_a_table_takes_jitter_only_and_says_so() -> None:
    data = Data(source="iris", augment_rotate=10.0, augment_move=1.0)
    e = load(data)
    assert augmenter(e, data, seed=1) is None
    assert any(note.startswith("Of all augmentation a table takes jitter only") for note in e.notes)


def test_points_are_not_cut_and_say_so() -> None:
    data = Data(augment_cut=2)
    e = load(data)
    assert augmenter(e, data, seed=1) is None
    assert "Points are not cut: only pictures can be." in e.notes


def test_augmentation_leaves_the_examples_themselves_alone() -> None:
    plain, e = load(Data()), load(Data(augment_jitter=0.5, augment_move=1.0))
    assert np.array_equal(plain.x_train, e.x_train)
    assert plain.notes == e.notes
