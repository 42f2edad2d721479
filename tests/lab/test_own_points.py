"""Training on painted points: parts that stay, a network that goes on, numbers that come again, too few of them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.examples.examples import TRAIN, ExampleSet, load
from hyperscope.lab.examples.own_points import taken_over, window
from hyperscope.lab.experiment.data import PAINTED, Data
from hyperscope.lab.experiment.experiment import Experiment, changed, from_json
from hyperscope.lab.experiment.painted import NO_POINTS, Points, read
from hyperscope.lab.export.run import run
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.timeline import score as scores
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import bits
from probed import OF_ONE, probed

NORMED = Network(layers=(Layer(8, "tanh", "before"), Layer(6, "relu", dropout=0.2)))


def cloud(count: int, c: int, seed: int = 1, points: Points = NO_POINTS) -> Points:
    """`count` points of class c around a place of its own, added to `points`."""
    rng = np.random.default_rng([seed, c])
    return points.added(rng.normal(0, 0.4, (2, count)) + 2 * np.array([[np.cos(2 * c)], [np.sin(2 * c)]]), c)


THREE = cloud(40, 2, points=cloud(40, 1, points=cloud(40, 0)))


def with_points(points: Points, start: Experiment | None = None, **more: object) -> Experiment:
    """An experiment on painted points."""
    start = start or Experiment(network=NORMED)
    data = msgspec.structs.replace(start.data, source=PAINTED, painted=points.written(), **more)
    return msgspec.structs.replace(start, data=data)


def parts(e: ExampleSet) -> dict[tuple[float, ...], int]:
    """Each point's part."""
    return dict(zip(map(tuple, e.raw.T.tolist()), e.part.tolist(), strict=True))


def test_a_point_stays_in_its_part_while_others_come_and_go() -> None:
    before = parts(load(with_points(THREE).data))
    gone = THREE.without(np.random.default_rng(3).random(len(THREE)) < 0.3)
    after = parts(load(with_points(cloud(25, 1, seed=9, points=gone)).data))
    both = before.keys() & after.keys()
    assert len(both) == len(gone)
    assert {at: before[at] for at in both} == {at: after[at] for at in both}


def test_a_dragged_point_stays_in_its_part() -> None:
    which = np.arange(len(THREE)) == 17
    there = THREE.moved(which, np.array([[3.0], [3.0]]))
    assert load(with_points(there).data).part[17] == load(with_points(THREE).data).part[17]


def test_wrong_labels_stay_wrong_while_others_come() -> None:
    data = with_points(THREE, label_noise=0.3).data
    before = load(data)
    more = load(with_points(cloud(30, 2, seed=9, points=THREE), label_noise=0.3).data)
    assert np.array_equal(before.y, more.y[: len(before.y)])
    wrong = before.y != THREE.y
    assert np.all(before.part[wrong] == TRAIN)
    assert wrong.sum() / np.sum(before.part == TRAIN) == pytest.approx(0.3, abs=0.12)


def test_the_share_of_class_1_leaves_points_out_and_moves_none() -> None:
    data = with_points(THREE, imbalance=0.8).data
    e = load(data)
    assert np.mean(e.y == 0) == pytest.approx(0.8, abs=0.02)
    assert parts(e).items() <= parts(load(with_points(THREE).data)).items()


@pytest.mark.parametrize(("knob", "value"), [("seed", 5), ("dev_share", 0.4), ("test_share", 0.1)])
def test_seed_and_shares_divide_painted_points_anew(knob: str, value: float) -> None:
    assert not np.array_equal(load(with_points(THREE).data).part, load(with_points(THREE, **{knob: value}).data).part)


def test_painting_keeps_the_weights_and_the_memory_to_the_last_bit() -> None:
    trainer = Trainer(with_points(THREE))
    trainer.steps(50)
    before, structure = trainer.checkpoint().moment, trainer.structure
    said = trainer.apply(with_points(cloud(12, 1, seed=7, points=THREE)))
    after = trainer.checkpoint().moment
    assert [vector.tobytes() for vector in before.vectors] == [vector.tobytes() for vector in after.vectors]
    assert before.products == after.products
    assert (trainer.step, trainer.structure) == (50, structure)
    assert len(trainer.examples.y) == len(THREE) + 12
    assert said == "Points painted, 132 in all, at epoch 17: weights and Adam's memory kept."


def test_training_goes_on_with_the_new_examples() -> None:
    trainer = Trainer(with_points(THREE))
    trainer.steps(30)
    trainer.apply(with_points(cloud(60, 0, seed=7, points=THREE)))
    assert trainer.steps(400) == 400
    assert trainer.scores().train.accuracy > 0.95
    assert trainer.scores().train.predicted.size == trainer.training_examples


def test_erasing_most_points_in_the_middle_of_an_epoch_does_not_stop_training() -> None:
    trainer = Trainer(with_points(THREE))
    trainer.steps(2)
    few = THREE.without(THREE.place > 3)
    trainer.apply(with_points(few))
    assert trainer.position.used < trainer.training_examples
    assert trainer.finish_epoch() > 0
    assert trainer.steps(20) == 20


def test_a_new_class_is_grafted_on_and_said() -> None:
    trainer = Trainer(with_points(THREE))
    trainer.steps(80)
    before = trainer.weights()
    said = trainer.apply(with_points(cloud(10, 3, points=THREE), classes=4))
    after = trainer.weights()
    assert np.array_equal(before["layer1.weights"], after["layer1.weights"])
    assert len(trainer.examples.class_names) == 4
    assert said.startswith("Classes 3 → 4") or said.startswith("C 3 → 4")
    assert "weights kept, for 4 classes instead of 3" in said
    assert trainer.steps(200) == 200


def test_starting_to_paint_on_spirals_keeps_the_network() -> None:
    trainer = Trainer(Experiment())
    trainer.steps(60)
    before = trainer.checkpoint().moment.vectors[0]
    data, said = taken_over(examples(trainer, InPlane()), trainer.experiment.data)
    trainer.apply(Experiment(data=data))
    assert np.array_equal(before, trainer.checkpoint().moment.vectors[0])
    assert said == "500 spiral points are now yours to edit."
    assert trainer.step == 60


def test_points_taken_over_are_the_same_and_keep_their_parts() -> None:
    there = load(Data())
    data, _ = taken_over(examples(Trainer(Experiment()), InPlane()), Data())
    here = parts(load(data))
    same = [here[tuple(np.round(x, 3).tolist())] == part for x, part in zip(there.raw.T, there.part, strict=True)]
    assert len(here) == 500
    assert np.mean(same) > 0.97


def test_rows_of_a_table_are_taken_over_as_they_lie_on_the_plane() -> None:
    iris = Data(source="iris", standardise=True)
    data, said = taken_over(examples(Trainer(Experiment(data=iris)), InPlane()), iris)
    e = load(data)
    assert said == "150 iris points are now yours to edit."
    assert np.bincount(e.y).tolist() == [50, 50, 50]
    assert np.abs(e.raw).max() < window(read(data.painted)).extent[1]


def test_a_table_of_too_many_classes_gives_an_empty_plane_and_says_so() -> None:
    digits = Data(source="digits")
    data, said = taken_over(examples(Trainer(Experiment(data=digits)), InPlane()), digits)
    assert (data.source, data.painted) == (PAINTED, ())
    assert said == "An empty plane to paint on: digits has 10 classes, and at most 6 can be painted."


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (NO_POINTS, "Paint at least 3 points of each of two classes; training then begins."),
        (cloud(9, 1), "All points are of class 2. Paint at least 3 points of another class; training then begins."),
        (
            cloud(1, 1, points=cloud(1, 0)),
            "No point is in the dev set yet. Paint a few more; training then begins.",
        ),
    ],
)
def test_too_few_points_are_a_sentence_and_every_view_can_be_drawn(points: Points, said: str) -> None:
    trainer = Trainer(with_points(points, standardise=True, label_noise=0.2, imbalance=0.5, shift_balance=0.5))
    assert trainer.examples.missing == said
    assert trainer.steps(10) == 0
    assert trainer.finish_epoch() == 0
    for name in OF_ONE:
        probed(trainer, name)
    assert trainer.apply(changed(trainer.experiment, "network.layers.0.batch_norm", "after")).endswith(said)
    with pytest.raises(ValueError, match="own points: "):
        load(trainer.experiment.data)
    with pytest.raises(ValueError, match="own points: "):
        run(trainer, 1)


def test_training_begins_when_three_points_of_two_classes_are_painted() -> None:
    trainer = Trainer(with_points(NO_POINTS))
    trainer.apply(with_points(cloud(3, 4, points=cloud(3, 0))))
    assert trainer.examples.missing == ""
    assert trainer.steps(10) == 10
    assert trainer.examples.notes == (
        "There are 5 classes, not 3: so many are painted.",
        "Without a point in the training set: class 2, class 3, class 4.",
    )


def test_erasing_everything_keeps_the_network_for_what_is_painted_next() -> None:
    trainer = Trainer(with_points(THREE))
    trainer.steps(40)
    before = trainer.checkpoint().moment.vectors
    said = trainer.apply(with_points(NO_POINTS))
    assert said.startswith("Points erased, 0 in all, at epoch 13: weights and Adam's memory kept. Paint at least 3")
    trainer.apply(with_points(THREE))
    assert [a.tobytes() for a in before] == [b.tobytes() for b in trainer.checkpoint().moment.vectors]
    assert trainer.steps(5) == 5


def session() -> Timeline:
    """Training on spirals, then painting, erasing to nothing, and a fourth class."""
    timeline = Timeline(Trainer(Experiment(network=NORMED)), most=4)
    timeline.steps(30)
    data, _ = taken_over(examples(timeline.trainer, InPlane()), timeline.trainer.experiment.data)
    start = Experiment(network=NORMED, data=data)
    timeline.apply(start)
    points = read(data.painted)
    for stroke in range(4):
        points = cloud(9, stroke % 3, seed=stroke, points=points)
        timeline.apply(with_points(points, start))
        timeline.steps(7)
    timeline.apply(with_points(NO_POINTS, start))
    timeline.steps(3)
    timeline.apply(with_points(cloud(20, 3, points=points), start, classes=4))
    timeline.steps(25)
    return timeline


def test_a_painted_session_replays_to_the_last_bit() -> None:
    timeline = session()
    assert bits(scores.replay(timeline.score)) == bits(timeline.trainer)


def test_going_back_in_a_painted_session_gives_the_same_bits() -> None:
    timeline = session()
    for tick in (58, 10, 33, 44, timeline.end):
        timeline.restore(tick)
        assert bits(timeline.trainer) == bits(scores.replay(timeline.score, tick))


def test_a_painted_session_survives_its_code_and_the_code_tells_each_point_once() -> None:
    timeline = session()
    code = timeline.score.to_code()
    assert scores.from_code(code) == timeline.score
    start_only = scores.branch(timeline.score, 30).to_code()
    assert len(code) < len(start_only) + 60 * 8 + 1200  # some 60 points more, and what else was done


def test_an_experiment_with_painted_points_survives_json() -> None:
    experiment = with_points(THREE)
    assert from_json(experiment.to_json()) == experiment
