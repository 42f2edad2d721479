"""Curves and checkpoints as bytes and back, to the last bit: compressed arrays and a line of JSON, never code."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.batches import Position
from hyperscope.engine.moment import Moment
from hyperscope.engine.settings import Training
from hyperscope.lab.examples.fingerprint import Fingerprint
from hyperscope.lab.experiment.experiment import from_json
from hyperscope.lab.npz import archive
from hyperscope.lab.training.checkpoint import Best, Checkpoint, Sound
from hyperscope.lab.training.curves import Curves

MEASURES = ("step", "epoch", "batch_loss", "train_loss", "dev_loss", "train_accuracy", "dev_accuracy")
MOST = 200_000_000  # bytes of all arrays of a run, where the largest network under Adam has 60 million
SAID = "said.json"  # the name under which what is no array is packed


def packed_curves(curves: Curves) -> bytes:
    """Curves as bytes."""
    return _packed({name: getattr(curves, name) for name in MEASURES}, {"moves": curves.moves})


def unpacked_curves(packed: bytes) -> Curves:
    """What `packed_curves` packed. Raises: ValueError for other bytes."""
    arrays, said = _unpacked(packed)
    try:
        moves = tuple((int(step), float(epoch), str(caption)) for step, epoch, caption in said["moves"])
        if len({arrays[name].shape for name in MEASURES}) > 1 or arrays["step"].ndim != 1:
            raise ValueError("these are no curves: they are not of one length")
        return Curves(**{name: arrays[name] for name in MEASURES}, moves=moves)
    except (LookupError, TypeError, AttributeError, OverflowError) as problem:
        raise ValueError(f"these are no curves: {problem}") from None


def packed_checkpoint(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as bytes."""
    arrays: dict[str, Any] = {f"history.{name}": np.asarray(value) for name, value in checkpoint.history.items()}
    said: dict[str, Any] = {"experiment": checkpoint.experiment.to_json(), "marks": checkpoint.marks}
    for name, place in (("", checkpoint), ("sound.", checkpoint.sound), ("best.", checkpoint.best)):
        if place is not None:
            said[f"{name}step"] = place.step
            said[f"{name}position"] = [place.position.epoch, place.position.used]
            said[f"{name}moment"] = _put_moment(arrays, f"{name}moment", place.moment)
    if checkpoint.fingerprint is not None:
        said["fingerprint"] = checkpoint.fingerprint
    if checkpoint.last_batch is not None:
        arrays["last_batch"] = checkpoint.last_batch
    if checkpoint.best is not None:
        arrays["best.loss"] = np.array(checkpoint.best.loss)  # JSON has no NaN
        said["best.epoch"] = checkpoint.best.epoch
    return _packed(arrays, said)


def unpacked_checkpoint(packed: bytes) -> Checkpoint:
    """What `packed_checkpoint` packed. Raises: ValueError for other bytes."""
    arrays, said = _unpacked(packed)
    try:
        sound = best = None
        if "sound.step" in said:
            sound = Sound(said["sound.step"], Position(*said["sound.position"]), _moment(arrays, said, "sound.moment"))
        if "best.step" in said:
            position, moment = Position(*said["best.position"]), _moment(arrays, said, "best.moment")
            best = Best(float(arrays["best.loss"]), said["best.epoch"], said["best.step"], position, moment)
        return Checkpoint(
            from_json(said["experiment"]),
            said["step"],
            Position(*said["position"]),
            _moment(arrays, said, "moment"),
            {name.removeprefix("history."): value for name, value in arrays.items() if name.startswith("history.")},
            tuple((int(step), float(epoch), str(caption)) for step, epoch, caption in said["marks"]),
            best,
            sound,
            arrays.get("last_batch"),
            msgspec.convert(said.get("fingerprint"), Fingerprint | None),
        )
    except (LookupError, TypeError, AttributeError, OverflowError) as problem:
        raise ValueError(f"this is no checkpoint: {problem}") from None


def _put_moment(arrays: dict[str, Any], name: str, moment: Moment) -> dict[str, Any]:
    arrays |= {f"{name}.vectors.{number}": vector for number, vector in enumerate(moment.vectors)}
    arrays |= {f"{name}.products.{key}": value for key, value in moment.products.items()}
    trainings = msgspec.to_builtins(moment.trainings)
    return {
        "vectors": len(moment.vectors),
        "products": list(moment.products),
        "trainings": trainings,
        "taken": moment.taken,
    }


def _moment(arrays: Mapping[str, Array], said: Mapping[str, Any], name: str) -> Moment:
    of = said[name]
    return Moment(
        tuple(arrays[f"{name}.vectors.{number}"] for number in range(of["vectors"])),
        {key: arrays[f"{name}.products.{key}"] for key in of["products"]},
        msgspec.convert(of["trainings"], tuple[Training, ...]),
        of["taken"],
    )


def _packed(arrays: Mapping[str, Array], said: Mapping[str, Any]) -> bytes:
    into = io.BytesIO()
    text = np.frombuffer(msgspec.json.encode(said), np.uint8)
    np.savez_compressed(into, allow_pickle=False, **{SAID: text}, **arrays)
    return into.getvalue()


def _unpacked(packed: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        if not isinstance(packed, bytes):
            raise ValueError("nothing was packed")
        with archive(io.BytesIO(packed)) as file:
            heads = file.heads.values()
            if sum(head.size for head in heads) > MOST or any(head.dtype.kind not in "fiub" for head in heads):
                raise ValueError("no run has such arrays")
            arrays = {name: file.read(name) for name in file.heads}
        said: dict[str, Any] = msgspec.json.decode(arrays.pop(SAID).tobytes(), type=dict[str, Any])
    except (ValueError, KeyError, RecursionError) as problem:
        raise ValueError(f"this is damaged: {problem}") from None
    return arrays, said
