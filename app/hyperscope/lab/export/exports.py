"""Exports: what can be written to a file, each declared once.

An exporter is prepared where its records are (for pictures, the thread that may paint) and gives a function that
makes the file's bytes anywhere. Pictures are declared by the user interface, which this module does not know.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.lab.probes.curves import curves
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import AnyAsk, Ask, Looked, Records, look
from hyperscope.lab.probes.snapshot import Seen, Status
from hyperscope.lab.probes.weights import weights
from hyperscope.lab.timeline.score import Place, Score
from hyperscope.lab.training.curves import Curves
from hyperscope.lab.twins.account import ELSEWHERE, SoFar
from hyperscope.registry import Registry

if TYPE_CHECKING:
    from hyperscope.lab.timeline.timeline import Timeline

MOVING = (".gif", ".mp4")
LARGEST = 4.0  # times the usual size of a picture


@dataclass(frozen=True, slots=True)
class Material:
    """What there is to export: the session so far, and of each network where it stands and what was asked for.

    The session stands `here`, at its end if None, and is `whole` if its score gives the same numbers; of twins it is
    that `of` one; see `SoFar`.
    """

    score: Score
    sides: tuple[Seen, ...] = (Seen(),)
    focus: Focus = Focus()  # noqa: RUF009 - frozen; what was looked at when this was asked for
    here: Place | None = None
    whole: bool = True
    of: str = ""

    @property
    def to_here(self) -> Score:
        """The session up to where it stands."""
        return self.score if self.here is None else self.score.until(self.here)

    @property
    def records(self) -> Records:
        """Those of the only network, or of the twin that the session is of."""
        return self.sides[self.of == "B" and len(self.sides) > 1].records

    def has(self, needs: Needs) -> bool:
        """Whether all that is needed is there."""
        return all(ask in self.records for ask in needs(self.focus))


def material(session: SoFar, sides: tuple[Seen, ...], focus: Focus) -> Material:
    """What there is of a session that was told, with what was found in its networks."""
    return Material(session.score, sides, focus, session.here, session.whole, session.of)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a picture is to be: its `suffix`, times its usual size, its colours, and its size if not the usual one."""

    suffix: str
    scale: float = 1.0
    theme: str = "light"
    size: tuple[int, int] | None = None  # pixels at scale 1


Encode = Callable[[], bytes]
Needs = Callable[[Focus], tuple[AnyAsk, ...]]


@dataclass(frozen=True, slots=True)
class Exporter:
    """Something to export. `needs` says what `prepare` must have been asked for; `moving` that it can be filmed;
    `of_session` that it plays the session again, so that there must be a whole one; `of_both` that it tells of A, and
    of B beside it.
    """

    label: str
    suffixes: tuple[str, ...]
    help: str
    needs: Needs
    prepare: Callable[[Material, Choice], Encode]
    moving: bool = False
    of_session: bool = False
    of_both: bool = False

    def lacking(self, material: Material) -> str:
        """Why this cannot be had of the material, in a sentence, or ""."""
        return ELSEWHERE if self.of_session and not material.whole else ""

    @property
    def all_suffixes(self) -> tuple[str, ...]:
        """Of stills, and of films if it can be filmed."""
        return self.suffixes + (MOVING if self.moving else ())


exporters: Registry[Exporter] = Registry("export")


def nothing(focus: Focus) -> tuple[AnyAsk, ...]:
    """What an exporter needs that is content with the session."""
    return ()


def export(
    name: str,
    label: str,
    suffixes: tuple[str, ...],
    help: str,
    needs: Needs = nothing,
    moving: bool = False,
    of_session: bool = False,
    of_both: bool = False,
) -> Callable[[Callable[[Material, Choice], Encode]], Callable[[Material, Choice], Encode]]:
    """Declares the decorated preparation as the exporter `name`."""

    def declare(prepare: Callable[[Material, Choice], Encode]) -> Callable[[Material, Choice], Encode]:
        exporters.add(name)(Exporter(label, suffixes, help, needs, prepare, moving, of_session, of_both))
        return prepare

    return declare


# -- what there is, without a window ----------------------------------------------------------------------------------


def gathered(timeline: Timeline, asks: Iterable[AnyAsk]) -> Material:
    """The material for exporters that need these records, taken from a timeline in this process."""

    trainer = timeline.trainer
    scores = trainer.scores()
    status = Status(
        step=trainer.step,
        epoch=trainer.position.epoch,
        batches=trainer.batches_per_epoch,
        train_loss=scores.train.loss,
        train_accuracy=scores.train.accuracy,
        dev_loss=scores.dev.loss,
        dev_accuracy=scores.dev.accuracy,
        tick=timeline.place.tick,
        end=timeline.end,
        moves=timeline.moves,
    )
    (records,) = look((Looked(trainer),), asks)
    return Material(timeline.score, (Seen(status, records=records),), here=timeline.place, whole=timeline.whole)


# -- endings ----------------------------------------------------------------------------------------------------------


def suffix_of(path: Path, allowed: Iterable[str]) -> str:
    """The ending of `path`, in lower case. Raises: ValueError unless it is one of `allowed`."""
    allowed = tuple(allowed)
    suffix = path.suffix.lower()
    if suffix in allowed:
        return suffix
    if not suffix:
        raise ValueError(f"{path.name or path}: the name has no ending; add one of {', '.join(allowed)}")
    raise ValueError(f"{path.name}: {suffix} is not one of {', '.join(allowed)}")


# -- what needs no picture --------------------------------------------------------------------------------------------

COLUMNS = {  # field of `Curves` -> its heading, with the unit
    "step": "step",
    "epoch": "epoch (passes over the training set)",
    "batch_loss": "mini-batch loss (nats per example, mean since the row before)",
    "train_loss": "train loss (nats per example)",
    "dev_loss": "dev loss (nats per example)",
    "train_accuracy": "train accuracy (share from 0 to 1)",
    "dev_accuracy": "dev accuracy (share from 0 to 1)",
}
MOVED = "moved since the row before"
CURVES, WEIGHTS = Ask(curves, None), Ask(weights, None)


@export(
    "csv", "Curves as numbers", (".csv",), "Losses and accuracies, a row for each point drawn.", lambda _: (CURVES,)
)
def curves_csv(material: Material, choice: Choice) -> Encode:
    """The curves; values to the nine digits that tell float32 apart, nothing where there is no value."""
    found = material.records[CURVES]
    return lambda: csv_of(found).encode()


def csv_of(drawn: Curves) -> str:
    """The curves as comma-separated text, headed by what each column is and its unit."""
    moves = sorted(drawn.moves)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS.values(), MOVED])
    last = -1
    for at, step in enumerate(drawn.step.tolist()):
        values = [f"{getattr(drawn, name)[at]:.9g}".replace("nan", "") for name in COLUMNS]
        writer.writerow([*values, "; ".join(said for when, _, said in moves if last < when <= step)])
        last = step
    return text.getvalue()


@export(
    "weights", "Weights", (".npz",), "Every array of the network by name, as NumPy reads them.", lambda _: (WEIGHTS,)
)
def weights_npz(material: Material, choice: Choice) -> Encode:
    """Weights, biases, batch norm's γ, β and running statistics, as `engine.named` calls them."""
    arrays = material.records[WEIGHTS]
    return lambda: packed(arrays)


def packed(arrays: Mapping[str, Array]) -> bytes:
    """An .npz without the time of day that `np.savez` gives each of its members, so equal arrays give equal files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, values in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(values), allow_pickle=False)
    return made.getvalue()


@export("experiment", "Experiment", (".json",), "All settings in force now, without what was moved before.")
def experiment_json(material: Material, choice: Choice) -> Encode:
    """What `Experiment.to_json` writes."""
    return lambda: material.to_here.experiment.to_json().encode()


@export(
    "score",
    "Session",
    (".json",),
    "The start and every move, which played again give the same numbers.",
    of_session=True,
)
def score_json(material: Material, choice: Choice) -> Encode:
    """What `Score.to_json` writes."""
    return lambda: material.score.to_json().encode()


@export("code", "Session as a code", (".txt",), "The session in one word, to paste into a message.", of_session=True)
def score_code(material: Material, choice: Choice) -> Encode:
    """What `Score.to_code` writes, and a line break."""
    return lambda: (material.score.to_code() + "\n").encode()
