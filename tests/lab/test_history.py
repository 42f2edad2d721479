"""The history: bounded, decided by the steps alone, and the same to the last bit however the losses arrive."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.lab.training.history import History


def recorded(history: History, losses: np.ndarray, first: int = 0) -> History:
    """Trains on `losses` one step at a time, from step `first`, 10 steps per epoch; step 0 is evaluated too."""
    if first == 0 and history.due(0):
        history.add(0, 0.0, train_loss=0.0)
    for step, loss in enumerate(losses, start=first + 1):
        history.batch_losses([loss])
        if history.due(step):
            history.add(step, step / 10, train_loss=float(step), quantiles=np.full((2, 5), step))
    return history


def same(one: History, other: History) -> bool:
    """Whether two histories agree in every bit."""
    return {name: (v.dtype, v.shape, v.tobytes()) for name, v in one.state().items()} == {
        name: (v.dtype, v.shape, v.tobytes()) for name, v in other.state().items()
    }


def drawn(count: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(0, 3, count)


def test_rows_are_due_at_multiples_of_every():
    history = History(every=5)
    assert [step for step in range(16) if history.due(step)] == [0, 5, 10, 15]


def test_next_due_is_the_end_of_the_burst():
    assert [History(every=5).next_due(step) for step in (0, 4, 5, 12)] == [5, 5, 10, 15]


def test_a_row_holds_the_mean_of_the_losses_since_the_last_row():
    history = History(every=2)
    history.add(0, 0.0, train_loss=1.0)
    history.batch_losses([3.0])
    history.batch_losses([5.0])
    history.add(2, 0.2, train_loss=1.0)
    assert history.curves().batch_loss.tolist()[1] == 4.0


def test_before_the_first_mini_batch_the_batch_loss_is_nan():
    assert np.isnan(recorded(History(), np.array([])).curves().batch_loss).tolist() == [True]


def test_a_full_record_keeps_every_second_row():
    history = recorded(History(capacity=8), drawn(8))
    assert history.curves().step.tolist() == [0, 2, 4, 6, 8]


def test_the_stride_doubles_when_the_record_is_full():
    assert recorded(History(every=3, capacity=8), drawn(24)).stride == 6


def test_merged_rows_average_their_mini_batches():
    history = recorded(History(capacity=4), np.array([1.0, 3.0, 5.0, 9.0]))
    assert history.curves().batch_loss[1:].tolist() == [2.0, 7.0]


def test_a_long_run_keeps_an_even_spacing():
    steps = recorded(History(capacity=64), drawn(5000)).curves().step
    assert set(np.diff(steps).tolist()) == {128}


def test_the_beginning_of_a_long_run_is_drawn_as_finely_as_it_was_recorded():
    history = recorded(History(capacity=64), drawn(20_000))
    steps = history.curves(early=True).step
    assert len(history.curves().step) < 64 < len(steps) < 300
    for seen in (40, 100, 1000, 10_000):
        shown = steps[steps <= seen]
        assert np.diff(shown).max() <= seen / 16
    assert history.curves(early=True).train_loss.tolist() == steps.tolist()


def test_a_rewind_drops_early_rows_after_its_step_too():
    history = recorded(History(capacity=8), drawn(300))
    history.truncate(10)
    assert history.curves(early=True).step.max() <= 10


def test_early_rows_begin_with_the_first_halving():
    history = recorded(History(capacity=64), drawn(50))
    assert history.curves(early=True).step.tolist() == history.curves().step.tolist()
    assert "early_step" not in history.state()  # so that shorter runs are kept as they always were


def test_a_million_steps_stay_under_twenty_megabytes():
    history = History(every=1)
    step = 0
    while step < 1_000_000:
        if history.due(step):
            history.add(step, step / 10, train_loss=0.5, quantiles=np.zeros((12, 5)))
        step = history.next_due(step)
    assert len(pickle.dumps(history.state())) < 20e6


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 7), st.integers(2, 12))
def test_the_chunks_in_which_losses_arrive_do_not_show(chunks: list[int], every: int, capacity: int):
    losses = drawn(sum(chunks)).astype(np.float32)
    chunked, step = History(every, capacity), 0
    for size in chunks:
        end = step + size
        while step < end:
            stop = min(end, chunked.next_due(step))
            chunked.batch_losses(losses[step:stop])
            step = stop
            if chunked.due(step):
                chunked.add(step, step / 10, train_loss=float(step), quantiles=np.full((2, 5), step))
    single = History(every, capacity)
    for step, loss in enumerate(losses, start=1):
        single.batch_losses([loss])
        if single.due(step):
            single.add(step, step / 10, train_loss=float(step), quantiles=np.full((2, 5), step))
    assert same(chunked, single)


@given(st.integers(0, 300), st.integers(0, 100), st.integers(1, 4), st.integers(2, 16))
def test_a_restored_history_goes_on_as_the_first_would(before: int, after: int, every: int, capacity: int):
    losses = drawn(before + after)
    whole = recorded(History(every, capacity), losses)
    part = recorded(History(every, capacity), losses[:before])
    restored = History.from_state(pickle.loads(pickle.dumps(part.state())))
    assert same(recorded(restored, losses[before:], first=before), whole)


@given(st.integers(0, 2000), st.integers(2, 16))
def test_no_mini_batch_loss_is_lost_or_counted_twice(count: int, capacity: int):
    state = recorded(History(1, capacity), np.ones(count)).state()
    assert state["loss_sum"].sum() + state["pending_sum"] == count


def test_a_rewind_drops_the_rows_after_its_step():
    history = recorded(History(), drawn(20))
    history.truncate(7)
    assert history.curves().step.tolist() == list(range(8))


def test_after_a_rewind_the_record_goes_on():
    history = recorded(History(), drawn(20))
    history.truncate(7)
    assert recorded(history, drawn(3), first=7).curves().step.tolist() == list(range(11))


def test_rivers_have_one_array_per_layer():
    assert [river.shape for river in recorded(History(), drawn(6)).rivers] == [(7, 5), (7, 5)]


def test_a_layer_that_comes_later_is_nan_before():
    history = History()
    history.add(0, 0.0, train_loss=1.0, quantiles=np.ones((1, 5)))
    history.add(1, 0.1, train_loss=1.0, quantiles=np.ones((2, 5)))
    assert np.isnan(history.rivers[1]).all(axis=1).tolist() == [True, False]


def test_the_output_layer_stays_the_last_when_hidden_ones_come_and_go():
    history = History()
    for step, layers in enumerate(([1.0, 9.0], [1.0, 2.0, 9.0], [9.0])):
        history.add(step, 0.1 * step, train_loss=1.0, weights=np.repeat(np.array(layers)[:, None], 5, axis=1))
    assert [river[:, 2].tolist() for river in history.rivers_of("weights")] == [[9.0, 9.0, 9.0]]


def test_curves_are_copies():
    history = recorded(History(), drawn(6))
    history.curves().epoch[:] = -1
    assert history.epoch.min() == 0


def test_curves_carry_the_moves():
    assert History().curves(((640, 10.0, "α 0.03"),)).moves == ((640, 10.0, "α 0.03"),)


@pytest.mark.parametrize("step", [3, 4, 0])
def test_a_step_that_is_not_due_is_refused(step: int):
    history = History(every=2)
    history.add(4, 0.4, train_loss=1.0)
    with pytest.raises(ValueError, match=f"step is {step}; rows are due at multiples of 2"):
        history.add(step, 0.5, train_loss=1.0)


@pytest.mark.parametrize(("every", "capacity", "said"), [(0, 8, "every is 0"), (1, 1, "capacity is 1")])
def test_senseless_sizes_are_refused(every: int, capacity: int, said: str):
    with pytest.raises(ValueError, match=said):
        History(every, capacity)


def test_a_crowds_history_is_that_of_each_of_its_members() -> None:
    losses = drawn(120).reshape(40, 3)
    crowd, members = History(2, 8, (3,)), [History(2, 8) for _ in range(3)]
    for step in range(41):
        if step:
            crowd.batch_losses(losses[step - 1 : step])
            for k, one in enumerate(members):
                one.batch_losses(losses[step - 1 : step, k])
        if crowd.due(step):
            rows = np.arange(30.0).reshape(3, 2, 5) + step
            crowd.add(step, step / 10, train_loss=np.arange(3.0), quantiles=rows)
            for k, one in enumerate(members):
                one.add(step, step / 10, train_loss=float(k), quantiles=rows[k])
    assert all(same(crowd.member(k), one) for k, one in enumerate(members))


def test_histories_of_one_schedule_are_joined_and_taken_apart_again() -> None:
    members = [recorded(History(2, 8), drawn(50, seed)) for seed in range(3)]
    joined = History.joined(members)
    assert all(same(joined.member(k), one) for k, one in enumerate(members))
    joined.keep([0, 2])
    assert same(joined.member(1).copy(), members[2])


def with_accuracies(dev: list[float]) -> History:
    history = History()
    for step, accuracy in enumerate(dev):
        history.add(step, step / 10, train_loss=0.1, train_accuracy=0.9, dev_accuracy=accuracy)
    return history


def test_of_scores_that_jump_there_is_the_median_of_the_last_ten():
    jumping = [0.1, 0.9, 0.8, 0.9, 0.7, 0.9, 0.8, 0.9, 0.6, 0.9, 0.8]
    assert with_accuracies(jumping).medians() == pytest.approx((0.9, 0.85))


def test_of_scores_that_rise_steadily_there_is_none():
    assert with_accuracies([0.05 * step for step in range(12)]).medians() is None


def test_of_fewer_than_ten_scores_there_is_none():
    assert with_accuracies([0.1, 0.9, 0.1, 0.9]).medians() is None
