"""A search kept in an Optuna study: in a file of SQLite, or in any storage of Optuna's by its URL.

Programs for such studies open it as it is. What they have no place for, a trial's curve and small map, lies in system
attributes. Nothing here asks or trains.
"""

from __future__ import annotations

import base64
import math
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.experiment.experiment import from_json
from hyperscope.lab.tuning.asking import NAME, distributions, drawn_as, inside, param_of, quietly, value_of
from hyperscope.lab.tuning.space import Space
from hyperscope.lab.tuning.strategies import strategies
from hyperscope.lab.tuning.trials import Finished, Plan
from hyperscope.quoting import cut, visible

if TYPE_CHECKING:
    import optuna

VERSION = 1
PLAN, BOXES, MORE = "hyperscope:plan", "hyperscope:boxes", "hyperscope:more"
NOTES = "notes"
WAIT = 5.0  # s for a file that another program is writing


def shown_url(url: str) -> str:
    """A study's place in a sentence, without passwords."""
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def _whole_or_none(url: str) -> Iterator[None]:
    """Leaves no file behind of a study that could not be begun: there would be nothing in it to go on with."""
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    had = file is None or os.path.exists(file)
    try:
        yield
    except BaseException:
        if file is not None and not had:
            for path in (file, file.with_name(f"{file.name}-journal")):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        raise


@contextmanager
def _in_words(url: str) -> Iterator[None]:
    """Turns what a storage may raise to a ValueError with one sentence."""
    import optuna
    import sqlalchemy.exc

    try:
        yield
    except optuna.exceptions.DuplicatedStudyError:
        raise ValueError(
            f"{shown_url(url)} holds a search already; name another place, or go on with that one"
        ) from None
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.OptunaError, ImportError) as problem:
        cause = problem.__cause__ if isinstance(problem, optuna.exceptions.StorageInternalError) else None
        raise ValueError(_sentence(url, cause or problem)) from None


def _sentence(url: str, problem: BaseException) -> str:
    text = visible(str(getattr(problem, "orig", None) or problem).split("\n")[0])
    try:
        place = shown_url(url)
    except Exception:  # words that are no URL
        return f"{cut(visible(url))} is no place for a study: write it as sqlite:///study.db"
    if "locked" in text:
        return f"{place} is being written by another program; end that, or name another place"
    if "not a database" in text or "malformed" in text:
        return f"{place} is not a study, or is damaged: {cut(text)}"
    if "full" in text or "disk I/O" in text:
        return f"{place} could not be written: {cut(text)}; every trial that was kept until then is there"
    if "unable to open" in text or "readonly" in text:
        return f"{place} cannot be opened for writing; name a folder that is yours"
    return f"the study at {place} could not be used: {cut(text)}"


class Study:
    """A study that is open. Raises: ValueError, here and wherever it is used, naming its place and what is wrong."""

    def __init__(self, url: str, plan: Plan | None = None) -> None:
        """Opens the search at `url`, or with a `plan` begins one there."""
        import optuna

        self.url = url
        with _whole_or_none(url), _in_words(url), quietly():
            try:
                more = {"connect_args": {"timeout": WAIT}} if url.startswith("sqlite:") else {}
                self._storage = optuna.storages.RDBStorage(url, engine_kwargs=more)
            except (TypeError, ModuleNotFoundError) as problem:
                raise ValueError(_sentence(url, problem)) from None
            if plan is None:
                self._study = self._opened()
                self.plan = self._read_plan()
            else:
                self._study = optuna.create_study(storage=self._storage, study_name=NAME)
                self.plan = plan
                self._note(PLAN, _plan_written(plan))
        self._fixed = {param_of(one): one for one in self.plan.space.knobs}

    def _opened(self) -> optuna.Study:
        import optuna

        names = [
            summary.study_name for summary in optuna.get_all_study_summaries(self._storage, include_best_trial=False)
        ]
        if NAME not in names:
            have = f"it has {', '.join(map(visible, names[:3]))}" if names else "it is empty"
            raise ValueError(f"{shown_url(self.url)} holds no search of Hyperscope; {have}")
        return optuna.load_study(study_name=NAME, storage=self._storage)

    def _note(self, name: str, value: Any) -> None:
        self._storage.set_study_system_attr(self._storage.get_study_id_from_name(NAME), name, value)

    def _noted(self) -> dict[str, Any]:
        return self._storage.get_study_system_attrs(self._storage.get_study_id_from_name(NAME))

    def _read_plan(self) -> Plan:
        try:
            return _plan_read(self._noted()[PLAN])
        except (KeyError, ValueError, TypeError) as problem:
            raise ValueError(f"{shown_url(self.url)} is no search of Hyperscope: {cut(str(problem))}") from None

    # -- what is kept ---------------------------------------------------------------------------------------------

    def keep(self, finished: Finished) -> None:
        """Adds a trial that came to its end, whole or not at all."""
        import optuna
        from optuna.trial import TrialState

        states = {"pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
        state = states.get(finished.state, TrialState.COMPLETE)
        space = distributions(self.plan.space)
        params = {
            name: inside(drawn_as(one, finished.values[one.knob]), space[name]) for name, one in self._fixed.items()
        }
        told = {
            "dev_accuracy": round(finished.accuracy, 6),
            "train_loss": finished.train_loss if math.isfinite(finished.train_loss) else None,
            "epoch": finished.epoch,
            "step": finished.step,
            "state": finished.state,
        } | ({"why": finished.why} if finished.why else {})
        with _in_words(self.url), quietly():
            self._study.add_trial(
                optuna.trial.create_trial(
                    state=state,
                    value=finished.loss if state is TrialState.COMPLETE else None,
                    params=params,
                    distributions=space,
                    user_attrs=told,
                    system_attrs={MORE: _more(finished)},
                    intermediate_values=dict(finished.reports),
                )
            )

    def keep_boxes(self, boxes: Sequence[tuple[int, Space]]) -> None:
        """Notes from which trial on which part of the space was drawn from."""
        with _in_words(self.url), quietly():
            written = [[first, msgspec.json.encode(space).decode()] for first, space in boxes]
            self._note(BOXES, written)

    @property
    def boxes(self) -> list[tuple[int, Space]]:
        """What `keep_boxes` noted last."""
        with _in_words(self.url), quietly():
            written = self._noted().get(BOXES, [])
        return [(first, msgspec.json.decode(space, type=Space)) for first, space in written]

    @property
    def notes(self) -> str:
        """What somebody wrote about the search."""
        with _in_words(self.url), quietly():
            return str(self._study.user_attrs.get(NOTES, ""))

    @notes.setter
    def notes(self, words: str) -> None:
        with _in_words(self.url), quietly():
            self._study.set_user_attr(NOTES, words[:2000])

    def trials(self) -> list[Finished]:
        """All trials that are kept, by number."""
        with _in_words(self.url), quietly():
            found = self._study.get_trials(deepcopy=False)
        return sorted((one for one in map(self._read, found) if one is not None), key=lambda one: one.number)

    def _read(self, trial: Any) -> Finished | None:
        if MORE not in trial.system_attrs:
            return None  # another program's
        more, had = trial.system_attrs[MORE], trial.user_attrs
        values = {one.knob: value_of(one, trial.params[name]) for name, one in self._fixed.items()}
        exact = more.get("values", {})
        values |= {knob: exact[knob] for knob in values if knob in exact}
        state = had.get("state", "done")
        loss = more["loss"] if more["loss"] is not None else math.inf
        train_loss = had.get("train_loss")
        return Finished(
            more["number"],
            values,
            state,
            loss,
            had.get("dev_accuracy", 0.0),
            math.inf if train_loss is None else train_loss,
            had.get("epoch", 0.0),
            had.get("step", 0),
            had.get("why", ""),
            more.get("box", 0),
            more.get("parent", -1),
            tuple(sorted(trial.intermediate_values.items())),
            _array(more["curve"]).astype(np.float32),
            _array(more["map"]).astype(np.float32) / 255,
        )

    def close(self) -> None:
        """Lets go of the file."""
        self._storage.engine.dispose()


def _more(finished: Finished) -> Mapping[str, Any]:
    """What only Hyperscope reads of a trial."""
    return {
        "number": finished.number,
        "values": dict(finished.values),
        "loss": finished.loss if math.isfinite(finished.loss) else None,
        "box": finished.box,
        "parent": finished.parent,
        "curve": _packed(finished.curve.astype(np.float32)),
        "map": _packed(np.rint(np.nan_to_num(finished.map) * 255).astype(np.uint8)),
    }


def _packed(values: Array) -> dict[str, Any]:
    raw = base64.b85encode(zlib.compress(values.tobytes(), 6)).decode()
    return {"kind": values.dtype.str, "shape": list(values.shape), "data": raw}


def _array(packed: Mapping[str, Any]) -> Array:
    raw = zlib.decompress(base64.b85decode(packed["data"]))
    found: Array = np.frombuffer(raw, np.dtype(packed["kind"])).reshape(packed["shape"])
    return found


def _plan_written(plan: Plan) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(plan)
    return {**tree, "experiment": plan.experiment.to_json(), "version": VERSION}


def _plan_read(tree: Mapping[str, Any]) -> Plan:
    if tree["version"] != VERSION:
        raise ValueError(f"it is of version {tree['version']}; this Hyperscope reads version {VERSION}")
    strategies[tree["strategy"]]
    rest = {name: value for name, value in tree.items() if name not in ("version", "experiment", "space")}
    space = msgspec.convert(tree["space"], Space)
    return Plan(from_json(tree["experiment"]), space, **rest).checked()
