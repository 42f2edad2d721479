"""Files of an earlier version open with the numbers that they had: sessions, codes, presets and a run library.

They lie in tests/kept, made by the version in which everything was one lab; `numbers.npz` holds what it came to. The
numbers are of float64 and compared to rounding, since another processor adds in another order.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from hyperscope.lab.experiment.experiment import changed, from_json
from hyperscope.lab.library.library import Library
from hyperscope.lab.timeline import score as scores
from hyperscope.lab.timeline.score import Score, replay
from hyperscope.lab.training.trainer import Trainer

KEPT = Path(__file__).parents[1] / "kept"
NUMBERS = dict(np.load(KEPT / "numbers.npz"))
SESSIONS = sorted(path.name.removesuffix(".session.json") for path in KEPT.glob("*.session.json"))
PRESETS = sorted(path.stem for path in (KEPT / "presets").glob("*.json"))
# what rounding makes of these grows with each step: the one runs away, in the other Adam makes steps of full length of
# gradients that are 0 but for rounding
UNSTEADY = ("02-rate-too-high", "05-tiny-batches")


def read(name: str) -> Score:
    return scores.from_json((KEPT / f"{name}.session.json").read_bytes())


def test_there_is_something_kept() -> None:
    assert len(SESSIONS) == 4 and len(PRESETS) == 15


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_of_before_gives_its_numbers(name: str) -> None:
    trainer = replay(read(name))
    assert trainer.step == NUMBERS[f"{name}.step"]
    for array, values in trainer.weights().items():
        np.testing.assert_allclose(values, NUMBERS[f"{name}.{array}"], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(trainer.scores().dev.loss, NUMBERS[f"{name}.dev_loss"], rtol=1e-7)


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_of_before_is_written_as_it_was(name: str) -> None:
    assert read(name).to_json() == (KEPT / f"{name}.session.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SESSIONS)
def test_a_code_of_before_is_the_same_session(name: str) -> None:
    assert scores.from_code((KEPT / f"{name}.code.txt").read_text(encoding="utf-8").strip()) == read(name)


def trained(name: str, other: int = 0) -> np.ndarray:
    """All weights after 30 steps; from an `other` start, whose weights differ in the last digit, for each number."""
    experiment = from_json((KEPT / "presets" / f"{name}.json").read_bytes())
    trainer = Trainer(changed(experiment, "training.precision", "float64"))
    if other:
        parameters = trainer.learner.state.parameters
        parameters *= 1 + np.random.default_rng(other).choice((-4e-16, 4e-16), parameters.shape)
    trainer.steps(30)
    return np.concatenate([values.ravel() for _, values in sorted(trainer.weights().items())])


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in UNSTEADY])
def test_an_experiment_of_before_gives_its_numbers(name: str) -> None:
    expected = NUMBERS[f"preset.{name}"]
    np.testing.assert_allclose(trained(name)[: len(expected)], expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", UNSTEADY)
def test_an_experiment_that_hangs_on_the_last_digit_comes_as_near_its_numbers_as_it_can(name: str) -> None:
    expected = NUMBERS[f"preset.{name}"]
    ours, *others = (trained(name, other)[: len(expected)] for other in range(6))
    spread = max(float(np.linalg.norm(one - ours)) for one in others)
    assert spread > 1e-6  # else it belongs to those above
    assert np.linalg.norm(ours - expected) < 2 * spread


@pytest.mark.parametrize("name", PRESETS)
def test_an_experiment_of_before_is_written_as_it_was(name: str) -> None:
    text = (KEPT / "presets" / f"{name}.json").read_text(encoding="utf-8")
    assert from_json(text).to_json() == text


def test_a_run_library_of_before_opens_with_its_runs(tmp_path: Path) -> None:
    shutil.copy(KEPT / "runs.sqlite", tmp_path)
    library = Library(tmp_path / "runs.sqlite")
    runs = library.runs()
    assert {run.steps for run in runs} == {85, 6, 20}
    for run in runs:
        found = library.details(run.id)
        assert found.score is not None and found.checkpoint is not None and found.curves is not None
        assert found.curves.step[-1] == found.checkpoint.step == run.steps
        assert found.thumbnail.startswith(b"\x89PNG")


def test_a_run_of_before_ends_where_its_moves_lead(tmp_path: Path) -> None:
    shutil.copy(KEPT / "runs.sqlite", tmp_path)
    library = Library(tmp_path / "runs.sqlite")
    for run in library.runs():
        found = library.details(run.id)
        assert found.score is not None and found.checkpoint is not None
        replayed = replay(found.score).checkpoint().moment.vectors
        for ours, theirs in zip(replayed, found.checkpoint.moment.vectors, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-9)
