"""What a file that somebody opens turns out to be: an experiment, or a table to make one for."""

from __future__ import annotations

from pathlib import Path

from hyperscope.lab.data import FILE
from hyperscope.lab.examples import suggested
from hyperscope.lab.experiment import Experiment, changed, read

TABLE_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt")


def opened(path: Path) -> Experiment:
    """The experiment in a .json file, or a new one for the table in a CSV file.

    Raises: ValueError naming the file and what is wrong with it.
    """
    if path.name.lower().endswith(".json"):
        experiment = read(path)
        beside = path.parent / experiment.data.file
        if experiment.data.source == FILE and not Path(experiment.data.file).is_absolute() and beside.is_file():
            return changed(experiment, "data.file", str(beside))
        return experiment
    if path.name.lower().endswith(TABLE_ENDINGS):
        return Experiment(data=suggested(path))
    if not path.exists():
        raise ValueError(f"{path}: there is no such file")
    raise ValueError(f"{path}: this is neither an experiment (.json) nor a table ({', '.join(TABLE_ENDINGS)})")
