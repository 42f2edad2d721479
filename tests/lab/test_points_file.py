"""Examples saved as CSV: they open again as the same points, and what cannot be written is said."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from hyperscope.lab.examples.examples import load, suggested
from hyperscope.lab.examples.points_file import save_points
from hyperscope.lab.experiment.data import PAINTED, Data, with_source
from hyperscope.lab.session.opening import opened

OWN = Data(source=PAINTED, painted=("1,1 1.5,1 -2,0.125 0,0", "-1,1 2,2 3,-0.001", "0,1 0,2 0,3 . 5,5"))


@pytest.mark.parametrize(
    "data",
    [OWN, Data(label_noise=0.2), Data(source="moons"), with_source(Data(), "iris"), with_source(Data(), "wine")],
    ids=lambda data: data.source,
)
def test_saved_points_open_again_the_same_to_the_last_bit(data: Data, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    count = save_points(data, path)
    before, after = load(data), load(opened(path).data)
    assert count == len(after.y)
    assert np.array_equal(before.raw, after.raw)
    assert np.array_equal(before.y, after.y)
    assert before.class_names == after.class_names


def test_a_row_says_where_a_point_is_its_class_and_its_part(tmp_path: Path) -> None:
    save_points(OWN, tmp_path / "points.csv")
    lines = (tmp_path / "points.csv").read_text().splitlines()
    assert lines[0] == "x1,x2,class,part"
    assert lines[1:4] == ["1,1,class 1,train", "1.5,1,class 1,dev", "-2,0.125,class 1,test"]


def test_the_part_column_is_left_out_of_the_inputs_and_said(tmp_path: Path) -> None:
    save_points(OWN, tmp_path / "points.csv")
    e = load(suggested(tmp_path / "points.csv"))
    assert e.feature_names == ("x1", "x2")
    assert 'Column "part" is left out: the examples are divided anew.' in e.notes


def test_a_column_of_other_words_called_part_is_no_part(tmp_path: Path) -> None:
    path = tmp_path / "cars.csv"
    path.write_text("mass,part,class\n" + "".join(f"{at},door,{at % 2}\n{at},wheel,{at % 2}\n" for at in range(20)))
    with pytest.raises(ValueError, match='column "part": "door"'):
        load(suggested(path))


def test_a_folder_that_is_not_there_to_write_in_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"file/points\.csv: .*file is not a folder"):
        save_points(OWN, tmp_path / "file" / "points.csv")


def test_an_empty_plane_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"points\.csv was not written: there are no points yet"):
        save_points(msgspec.structs.replace(OWN, painted=()), tmp_path / "points.csv")
    assert not list(tmp_path.glob("points*"))
