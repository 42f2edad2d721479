"""What is fuzzed: each function makes one hostile input from a random generator, and gives it to what reads such.

A sentence is an answer (ValueError, LookupError, Unkept); whatever else comes out is a fault.
"""

from __future__ import annotations

import base64
import io
import json
import os
import random
import sqlite3
import tempfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.examples.examples import load, suggested
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob
from hyperscope.lab.export.given import read_batches, read_weights
from hyperscope.lab.export.sharing import described, recognised
from hyperscope.lab.library.library import LISTED, Library
from hyperscope.lab.library.store import Unkept
from hyperscope.lab.session.opening import opened_score
from hyperscope.lab.timeline.score import PREFIX, Event, Score
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker import commands
from hyperscope.lab.worker.controller import Controller
from lab.run_rows import row

ANSWERS = (ValueError, LookupError, Unkept)
Random = random.Random
SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4), Layer(3))), seed=5)
SESSION = Score(SMALL, (Event(4, changed(SMALL, "training.learning_rate", 0.05)), Event(9, SMALL, restart=True)), 25)
TABLE = "length,width,colour,class\n" + "".join(
    f"{n / 7:.3f},{(n * n) % 11},{'red' if n % 2 else 'blue'},{'abc'[n % 3]}\n" for n in range(60)
)
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1e308,
    -0.0,
    2**63,
    10**400,
    "",
    "x" * 5000,
    "\0",
    "\ud800",
    "NaN",
    [],
    {},
    [[]],
)
WORDS = (
    b"",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"1e999",
    b"NaN",
    b"-",
    b'"',
    b"\n",
    b",",
    b";",
    b"\t",
    b"{}",
    b"[" * 3000,
)
TICKS = (-1, 0, 1, 7, 25, 10**9, 2**63)


def spoilt(content: bytes, rng: Random) -> bytes:
    """The content with bits flipped, parts taken out, put in, repeated or cut off."""
    made = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(made) + 1)
        match rng.randrange(6):
            case 0 if made:
                made[at % len(made)] ^= 1 << rng.randrange(8)
            case 1:
                del made[at : at + rng.choice((1, 4, 200))]
            case 2:
                made[at:at] = rng.choice(WORDS)
            case 3:
                made[at:at] = made[at : at + 60] * rng.choice((1, 50))
            case 4:
                made[at : at + 4] = rng.randbytes(4)
            case _ if rng.random() < 0.2:
                del made[at:]
    return bytes(made)


def spoilt_tree(tree: Any, rng: Random) -> Any:
    """A plain tree with a few of its values replaced, renamed, doubled or gone."""
    if rng.random() < 0.08:
        return rng.choice(ODD)
    if isinstance(tree, dict):
        made = {key: spoilt_tree(value, rng) for key, value in tree.items() if rng.random() > 0.01}
        if rng.random() < 0.03:
            made[rng.choice(("", "x" * 300, "data.", "network.layers.99.units", "data.painted"))] = rng.choice(ODD)
        return made
    if isinstance(tree, list):
        made_list = [spoilt_tree(value, rng) for value in tree]
        return made_list * rng.choice((1, 1, 1, 40)) if rng.random() < 0.1 else made_list
    return tree


def _json(value: str, rng: Random) -> bytes:
    """JSON of a value, spoilt as a tree or as bytes."""
    if rng.random() < 0.4:
        return spoilt(value.encode(), rng)
    return json.dumps(spoilt_tree(json.loads(value), rng)).encode()


def tables(rng: Random, folder: Path) -> None:
    """A CSV file, opened as the dialog and the trainer do."""
    file = folder / rng.choice(("a.csv", "a.tsv", "a.csv.gz", "a.txt"))
    file.write_bytes(spoilt(TABLE.encode(), rng))
    ways = {"missing": ("refuse", "drop rows", "drop columns"), "words": ("refuse", "one-hot", "drop columns")}
    chosen = {name: rng.choice(choices) for name, choices in ways.items()}
    load(msgspec.structs.replace(suggested(file), **chosen))


def experiments(rng: Random, folder: Path) -> None:
    """The JSON of an experiment, opened and written again."""
    (folder / "a.json").write_bytes(_json(SMALL.to_json(), rng))
    opened_score(folder / "a.json").experiment.to_json()


def sessions(rng: Random, folder: Path) -> None:
    """The JSON of a session, opened, described and written again."""
    (folder / "a.json").write_bytes(_json(SESSION.to_json(), rng))
    score = opened_score(folder / "a.json")
    described(score)
    score.to_code()


def codes(rng: Random, folder: Path) -> None:
    """A code, spoilt as it stands or before it was packed, as the box takes it."""
    code = SESSION.to_code()
    if rng.random() < 0.5:
        text = spoilt(code.encode(), rng).decode(errors="replace")
    else:
        packed = zlib.compress(_json(SESSION.to_json(), rng))
        text = PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    described(recognised(text).score)


@cache
def _trainer() -> Trainer:
    return Trainer(SMALL)


@cache
def _weights() -> bytes:
    made = io.BytesIO()
    np.savez_compressed(made, **_trainer().weights())
    return made.getvalue()


def weights(rng: Random, folder: Path) -> None:
    """An archive of arrays to begin with: its bytes spoilt, or arrays of odd kinds, shapes and values."""
    trainer = _trainer()
    if rng.random() < 0.5:
        (folder / "a.npz").write_bytes(spoilt(_weights(), rng))
    else:
        arrays: dict[str, Any] = dict(trainer.weights())
        name = rng.choice(list(arrays))
        kind = rng.choice(("f2", "f4", "f8", "i1", "u8", "c8", "?", "U3", "S3", "M8[s]", "m8[s]", ">f8"))
        shape = rng.choice((arrays[name].shape, arrays[name].shape[::-1], (), (0,), (1,) * 9))
        arrays[name] = np.full(shape, rng.choice((0, 1, -1))).astype(kind)
        np.savez(folder / "a.npz", **arrays)
    trainer.set_weights(read_weights(folder / "a.npz", trainer.weights()))


def batches(rng: Random, folder: Path) -> None:
    """An order of mini-batches."""
    (folder / "a.txt").write_bytes(spoilt(b"0 1 2 3\n4, 5, 6\n\n7\n" * 20, rng))
    read_batches(folder / "a.txt", 36)


@cache
def _library() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.sqlite"
        for number in (1, 2, 3):
            Library(path).store.keep(row(number, experiment=SMALL.to_json(), curves=b"curves"))
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def library(rng: Random, folder: Path) -> None:
    """A library of runs with odd values in a row, or spoilt as a file, read as its page does."""
    path = folder / "runs.sqlite"
    for left in folder.iterdir():
        left.unlink()
    path.write_bytes(_library())
    kept = Library(path)
    if rng.random() < 0.7:
        names = (*LISTED, "experiment", "score", "jumps", "thumbnail", "curves", "checkpoint")
        value = rng.choice((None, -1, 1e300, 2**62, "", "x" * 5000, b"", b"\xff\xfe", rng.randbytes(50), "[]", "{}"))
        with closing(sqlite3.connect(path, isolation_level=None)) as db, suppress(sqlite3.IntegrityError):
            db.execute(f"UPDATE runs SET {rng.choice(names)} = ? WHERE number = 2", (value,))
    else:
        path.write_bytes(spoilt(_library(), rng))
    for _ in range(2):  # what is damaged is set aside, and another takes its place
        with suppress(*ANSWERS):
            runs = kept.runs()
            kept.thumbnails([run.id for run in runs])
            for run in runs:
                with suppress(*ANSWERS):
                    kept.details(run.id)


def _experiment(rng: Random) -> Experiment:
    made = SMALL
    knobs = [found for found in every_knob(SMALL) if found[0] not in ("data.points", "data.file")]
    for path, knob, _ in rng.sample(knobs, rng.choice((1, 1, 3))):
        value: Any = rng.choice(tuple(knob.choices)) if knob.kind == "choice" else rng.random() < 0.5
        if knob.kind in ("number", "whole"):
            value = knob.at(rng.random() * (0.3 if path.endswith("units") else 1.0))
        elif knob.kind == "text":
            value = rng.choice(("", "class", "nowhere"))
        with suppress(*ANSWERS):
            made = changed(made, path, value)
    return made


def to_worker(rng: Random, folder: Path) -> None:
    """Commands in any order, about moments, branches and numbers that there may not be."""
    controller = Controller(_experiment(rng) if rng.random() < 0.3 else SMALL)
    try:
        for mark in range(12):
            controller.do(_command(rng, mark))
            controller.look()
            controller.go_on(0.01)
    finally:
        controller.close()


def _command(rng: Random, mark: int) -> Any:
    tick, side = rng.choice(TICKS), rng.choice(("A", "B"))
    edit = Edit(
        rng.choice(("layer1.weights", "layer2.bias", "output.weights", "layer9.gamma", "")),
        rng.choice(((0, 0), (1,), (99, 99), (-1, -1), ())),
        rng.choice((0.0, 1e308, -3.5)),
    )
    match rng.randrange(14):
        case 0 | 1:
            return commands.Apply(_experiment(rng), mark=mark, drag=rng.random() < 0.5)
        case 2:
            return commands.Go(rng.random() < 0.8, until=rng.choice((None, 0, 2)))
        case 3:
            return commands.Advance(rng.choice(("batch", "epoch")))
        case 4:
            return commands.Restart()
        case 5:
            return commands.GoTo(tick)
        case 6:
            return commands.StartTwin(SMALL, _experiment(rng))
        case 7:
            return commands.EndTwin(side)
        case 8:
            return commands.Aim(side)
        case 9:
            return commands.Slow(rng.choice((-1, 1, 10**9)), rng.choice((None, 0, 10**9)))
        case 10:
            return commands.SlowEnd()
        case 11:
            return commands.Branch()
        case 12:
            return commands.Switch(tick)
        case _:
            return edit


def settings(rng: Random, folder: Path) -> None:
    """What the window remembers, and the last experiment."""
    from PySide6.QtCore import QCoreApplication

    from hyperscope.lab.session.session import last_experiment
    from hyperscope.ui.remembered import Remembered

    made = QCoreApplication.instance() or QCoreApplication([])
    os.environ["HYPERSCOPE_HOME"] = str(folder)
    text = b"[General]\ntheme=dark\nscale=1.5\nlab=playground\nhidden=curves map\nreduced_motion=true\n"
    (folder / "window.ini").write_bytes(spoilt(text + b'geometry="@ByteArray(\\x1\\xd9\\xd0\\xcb)"\n', rng))
    (folder / "last-experiment.json").write_bytes(_json(SMALL.to_json(), rng))
    remembered = Remembered()
    found = (remembered.theme, remembered.scale, remembered.lab, remembered.view("playground"), remembered.geometry)
    assert len(found) == 5 and 1.0 <= remembered.scale <= 2.0
    assert isinstance(remembered.hidden, frozenset) and isinstance(remembered.reduced_motion, bool)
    last_experiment()
    remembered.set_hidden(frozenset())
    remembered.save()
    made.processEvents()


TARGETS: dict[str, Callable[[Random, Path], None]] = {
    "tables": tables,
    "experiments": experiments,
    "sessions": sessions,
    "codes": codes,
    "weights": weights,
    "batches": batches,
    "library": library,
    "commands": to_worker,
    "settings": settings,
}
