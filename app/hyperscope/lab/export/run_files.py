"""What a run without a window writes: its rows, losses and mini-batches as they come, the rest at its end.

Nothing is kept of what was written, so that a run of any length takes the memory of a short one. The files appear
together, when all of them are whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from hyperscope.engine.arrays import Array, Indices
from hyperscope.lab.export.exports import packed
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.writing import Part, sentences

GROWING = ("metrics.csv", "steps.csv", "batches.txt")
FILES = ("metrics.csv", "steps.csv", "weights.npz", "examples.npz", "batches.txt", "experiment.json", "map.png")


class RunFiles:
    """The files of one run in `folder`. It ends by `finish`, with which they appear, or by `discard`: there are none.

    Raises: ValueError naming the file that cannot be written, whenever that shows; none appears then.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts: dict[str, Part] = {}
        self._step = 0  # the last that was written
        self.row_of = -1  # the step that the last row of metrics is of
        for name in GROWING:
            self._begin(name)

    def begin(self, step: int) -> None:
        """The run stands at this step."""
        self._step = step
        self._write("steps.csv", _line(("step", "loss")))

    def row(self, row: Mapping[str, float], *, first: bool = False) -> None:
        """A row of metrics, which after the `first` has the same names."""
        self._write("metrics.csv", (_line(row) if first else "") + _line(row.values()))
        self.row_of = int(row["step"])

    def steps(self, losses: Array, batches: Sequence[Indices]) -> None:
        """Steps that were taken, and what was trained on in each."""
        numbered = enumerate(losses, self._step + 1)
        self._write("steps.csv", "".join(_line((step, float(loss))) for step, loss in numbered))
        self._write("batches.txt", "".join(" ".join(map(str, batch.tolist())) + "\n" for batch in batches))
        self._step += len(losses)

    def go_back(self, steps: int, step: int) -> None:
        """Forgets all but the first `steps` steps, and the rows after `step`."""
        self.row_of = -1

        def of_row(number: int, line: bytes) -> bool:
            at = int(line.split(b",")[1]) if number else -1
            self.row_of = max(self.row_of, at) if at <= step else self.row_of
            return at <= step

        self._keep("metrics.csv", of_row)
        self._keep("steps.csv", lambda number, line: number <= steps)
        self._keep("batches.txt", lambda number, line: number < steps)

    def finish(self, trainer: Trainer, initial: Mapping[str, Array]) -> None:
        """Lets all files appear, of a run that began with the `initial` arrays and came to `trainer`.

        `weights.npz` holds each array as trained under its name and as it started under "initial." + name; together
        with `examples.npz` (x_train (n, m), y_train, ... in model units) and `batches.txt` (one mini-batch per line)
        another program can repeat the run step by step.
        """
        from hyperscope.lab.export.picture import map_picture

        data, picture = trainer.examples, io.BytesIO()
        started = {f"initial.{name}": values for name, values in initial.items()}
        parts = [(kind, part) for part in ("train", "dev", "test") for kind in "xy"]
        map_picture(trainer).save(picture, "PNG")
        whole: dict[str, str | bytes] = {
            "weights.npz": packed({**trainer.weights(), **started}),
            "examples.npz": packed({f"{kind}_{part}": getattr(data, f"{kind}_{part}") for kind, part in parts}),
            "experiment.json": trainer.experiment.to_json(),
            "map.png": picture.getvalue(),
        }
        try:
            for name, content in whole.items():
                self._begin(name)
                self._write(name, content)
            for step in (Part.settle, Part.appear):
                for name in FILES:
                    with sentences(self.folder / name):
                        step(self._parts[name])
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Leaves no file that has not appeared."""
        for part in self._parts.values():
            part.discard()

    def _begin(self, name: str) -> None:
        try:
            with sentences(self.folder / name):
                self._parts[name] = Part(self.folder / name)
        except BaseException:
            self.discard()
            raise

    def _write(self, name: str, content: str | bytes) -> None:
        with sentences(self.folder / name):
            self._parts[name].write(content)

    def _keep(self, name: str, stays: Callable[[int, bytes], bool]) -> None:
        """Leaves the lines that stay, which it is told with their numbers, reading one at a time."""
        before = self._parts[name]
        with sentences(self.folder / name):
            before.file.flush()
            with before.part.open("rb") as lines:
                after = self._parts[name] = Part(self.folder / name)
                after.file.writelines(line for number, line in enumerate(lines) if stays(number, line))
            before.discard()


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([f"{cell:.9g}" if isinstance(cell, float) else cell for cell in cells])
    return text.getvalue()
