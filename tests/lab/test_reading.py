"""How a file is read: its encoding, its comments, its first row, and which of its columns are inputs."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.lab.examples.csv_rows import Reading
from hyperscope.lab.examples.examples import load, suggested
from hyperscope.lab.examples.file_text import PIECE
from hyperscope.lab.examples.table import Table, read_table
from hyperscope.lab.experiment.data import Data, with_source
from hyperscope.lab.experiment.experiment import Experiment, changed, from_json, parsed
from hyperscope.lab.session.opening import table_at
from hyperscope.lab.timeline import score as scores
from hyperscope.lab.timeline.score import Event, Score

Read = Callable[..., Table]
Refusing = Callable[..., str]

WORDS = "größe,größer,art\n1,2,süß\n3,4,herb\n5,7,süß\n"
NUMBERS = "5.1,3.5,setosa\n4.9,3,virginica\n4.7,3.2,setosa\n"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads what a file would hold; choices of `Reading` go by their names."""

    def reading(content: str | bytes, left_out: tuple[str, ...] = (), **choices: str) -> Table:
        path = tmp_path / "own.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, left_out=left_out, reading=Reading(**choices))

    return reading


@pytest.fixture
def refused(read: Read) -> Refusing:
    """The sentence with which a file's content is refused."""

    def refusing(content: str | bytes, **choices: Any) -> str:
        with pytest.raises(ValueError) as caught:
            read(content, **choices)
        return str(caught.value)

    return refusing


# --- encodings ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_same_table_is_read_from_every_encoding(read: Read, encoding: str) -> None:
    t = read(WORDS.encode(encoding))
    assert (t.feature_names, t.class_names, t.x.tolist()) == (
        ("größe", "größer"),
        ("herb", "süß"),
        [[1, 3, 5], [2, 4, 7]],
    )


def test_a_mark_of_either_byte_order_is_understood(read: Read) -> None:
    marked = [codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"), codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be")]
    assert [read(content).class_names for content in marked] == [("herb", "süß")] * 2


def test_an_encoding_that_was_guessed_is_said_with_its_reason(read: Read) -> None:
    assert read(WORDS.encode("cp1252")).notes[0] == (
        "Read as cp1252 (Windows, Western Europe): 0xf6 in row 1 is not UTF-8."
    )
    assert read(WORDS.encode("utf-16")).notes[0] == "Read as UTF-16."
    assert not any("Read as" in note for note in read(WORDS).notes)


def test_utf_8_beyond_the_first_piece_of_a_file_is_told_from_cp1252(read: Read) -> None:
    rows = "1,2,a\n3,4,b\n" * (PIECE // 12 - 1)  # fewer bytes than a piece has
    pad = "ü" * 40  # so that a letter lies on the border of two
    for shift in range(2):
        t = read(f"u,v,class\n{rows}{'9' * shift}1,2,{pad}\n5,6,{pad}\n")
        assert pad in t.class_names


def test_an_encoding_that_was_chosen_is_not_guessed_at(read: Read, refused: Refusing) -> None:
    assert read(WORDS.encode("cp1252"), encoding="cp1252").class_names == ("herb", "süß")
    assert refused(WORDS.encode("cp1252"), encoding="utf-8") == (
        "own.csv, row 1: byte 3 of the file, 0xf6, is not UTF-8; "
        "choose another encoding, or save the file as CSV in UTF-8"
    )


def test_a_chosen_encoding_that_cannot_be_is_refused(refused: Refusing) -> None:
    said = "own.csv is written in UTF-16; choose that encoding, or detect"
    assert refused(WORDS.encode("utf-16"), encoding="utf-8") == said
    said = "own.csv is not written in UTF-16; choose another encoding, or detect"
    assert refused(WORDS, encoding="utf-16") == said


def test_a_byte_that_stands_for_nothing_is_named_with_its_place(refused: Refusing) -> None:
    said = "own.csv, row 2: byte 14 of the file, 0x81, is neither UTF-8 nor cp1252; save the file as CSV in UTF-8"
    assert refused(b"height,class\n1\x81,a\n2,b\n") != said  # counted from 1
    assert refused(b"height,class\n\x81,a\n2,b\n") == said


def test_signs_that_no_text_has_make_a_file_binary(refused: Refusing) -> None:
    assert refused(b"a,class\n1,\xff\x01\n2,b\n") == "own.csv is a binary file, not text; choose a CSV file"


def test_utf_16_that_breaks_off_is_refused(refused: Refusing) -> None:
    said = "own.csv is damaged: it begins in UTF-16 and does not go on in it; copy it again"
    assert refused(WORDS.encode("utf-16")[:-1]) == said


def test_utf_32_is_called_by_its_name(refused: Refusing) -> None:
    assert refused(WORDS.encode("utf-32")) == "own.csv is written in UTF-32; save it as CSV in UTF-8"


# --- comments ---

COMMENTED = "# made by a sensor, in June\nu,v,class\n1,2,a\n# moved\n3,4,b\n5,7,a\n"


def test_lines_of_comment_are_left_out_and_counted(read: Read) -> None:
    t = read(COMMENTED)
    assert t.x.tolist() == [[1, 3, 5], [2, 4, 7]]
    assert "2 lines that begin with # are left out as comment." in t.notes


def test_rows_keep_the_numbers_they_have_in_the_file(refused: Refusing) -> None:
    assert 'own.csv, row 6, column "u": "x"' in refused(COMMENTED.replace("5,7", "x,7").replace("3,4,b", "3,4,b"))


def test_a_hash_before_names_that_fit_the_columns_is_part_of_a_name(read: Read) -> None:
    assert read("#u,v,class\n1,2,a\n3,4,b\n").feature_names == ("#u", "v")


def test_rows_that_begin_with_a_hash_and_fit_stay(read: Read) -> None:
    t = read("class,u,v\n#f00,1,2\n#0f0,3,4\n#f00,5,7\n")
    assert t.class_names == ("#0f0", "#f00")


def test_a_chosen_sign_leaves_out_all_lines_that_begin_with_it(read: Read) -> None:
    t = read("u,v,class\n% 1,2,a\n1,2,a\n3,4,b\n", comment="%")
    assert t.x.shape == (2, 2)
    assert "A line that begins with % is left out as comment." in t.notes


def test_comments_can_be_kept(refused: Refusing) -> None:
    assert "the number of cells is 3, but the header has 2" in refused(COMMENTED, comment="keep")


def test_a_line_within_a_quoted_cell_is_no_comment(read: Read) -> None:
    t = read('note,u,class\n"first\n# second",1,a\nplain,2,b\n', comment="#", left_out=("note",))
    assert t.x.shape[1] == 2


def test_a_quotation_mark_in_a_comment_opens_nothing(read: Read) -> None:
    assert read('# 5, "so to say\nu,v,class\n1,2,a\n3,4,b\n').x.shape == (2, 2)


# --- the first row ---


def test_a_first_row_of_data_is_an_example(read: Read) -> None:
    t = read(NUMBERS, first_row="data")
    assert (t.feature_names, t.class_names) == (("column 1", "column 2"), ("setosa", "virginica"))
    assert t.x.tolist() == [[5.1, 4.9, 4.7], [3.5, 3, 3.2]]
    assert "The first row is data, so the columns are numbered." in t.notes


def test_rows_of_data_may_repeat_the_first_one(read: Read) -> None:
    assert read("1,2,a\n1,2,a\n3,4,b\n", first_row="data").x.shape == (2, 3)


# --- columns ---

TABLE = "u,v,w,class\n1,2,x,a\n3,4,y,b\n5,7,z,a\n"


def test_a_column_left_out_is_no_input_and_is_named(read: Read) -> None:
    t = read(TABLE, left_out=("w", "u"))
    assert t.feature_names == ("v",)
    assert "Left out by choice: u, w." in t.notes


def test_a_column_left_out_may_hold_anything(read: Read) -> None:
    t = read(TABLE.replace("3,4,y", "oops,4,y").replace("5,7", "?,7"), left_out=("u", "w"))
    assert t.x.tolist() == [[2, 4, 7]]


def test_the_class_column_stays_whatever_is_left_out(read: Read) -> None:
    assert read(TABLE, left_out=("class", "w")).feature_names == ("u", "v")


def test_an_unknown_column_to_leave_out_lists_the_known_ones(refused: Refusing) -> None:
    said = 'own.csv has no column "mass" to leave out; its columns are u, v, w, class'
    assert refused(TABLE, left_out=("mass",)) == said


def test_a_table_keeps_at_least_one_input(refused: Refusing) -> None:
    said = "own.csv has no inputs left: all its columns are switched off; switch one on"
    assert refused(TABLE, left_out=("u", "v", "w")) == said


def test_columns_of_a_shipped_table_are_left_out_too() -> None:
    names = load(Data(source="iris")).feature_names
    assert load(Data(source="iris", left_out=names[1:3])).feature_names == (names[0], names[3])


def test_pictures_keep_their_pixels_and_say_so() -> None:
    e = load(Data(source="digits", left_out=("pixel 1",)))
    assert e.x_train.shape[0] == 64
    assert any("pictures keep all their pixels" in note for note in e.notes)


def test_another_data_set_starts_with_all_its_columns() -> None:
    assert with_source(Data(source="iris", left_out=("petal length",)), "wine").left_out == ()


def test_another_file_is_read_as_it_stands(tmp_path: Path) -> None:
    old = Data(encoding="cp1252", comment="%", first_row="data", left_out=("u",), missing="mean", seed=3)
    assert suggested(tmp_path / "new.csv", old) == Data(
        source="file", file=str(tmp_path / "new.csv"), standardise=True, seed=3
    )


def test_columns_left_out_are_changed_by_their_path_and_read_from_a_command_line() -> None:
    found = changed(Experiment(), "data.left_out", parsed("data.left_out", "u, w"))
    assert found.data.left_out == ("u", "w")
    assert changed(found, "data.left_out", parsed("data.left_out", "")) == Experiment()


def test_columns_left_out_survive_a_journey_through_json() -> None:
    experiment = Experiment(data=Data(left_out=("größe", "a,b")))
    assert from_json(experiment.to_json()) == experiment


@pytest.mark.parametrize("given", ["u", ("u", "u"), (3,)])
def test_columns_that_cannot_be_left_out_are_refused_by_name_and_value(given: Any) -> None:
    with pytest.raises(ValueError, match=r"^left_out is .*; it must be names of columns, none of them twice$"):
        Data(left_out=given)


def test_a_session_keeps_columns_left_out_and_brought_back() -> None:
    start, less = Experiment(data=Data(source="iris")), Experiment(data=Data(source="iris", left_out=("petal width",)))
    score = Score(start, (Event(3, less), Event(5, start)), 9)
    assert scores.from_json(score.to_json()) == scores.from_code(score.to_code()) == score


# --- anything at all ---

MARKS = st.text("ab1,;#%\n\"'é€", max_size=80)


@given(
    content=st.binary(max_size=200) | MARKS.map(lambda text: text.encode("cp1252")),
    encoding=st.sampled_from(["detect", "utf-8", "utf-16", "cp1252"]),
    comment=st.sampled_from(["detect", "#", "//", "keep"]),
    first_row=st.sampled_from(["names", "data"]),
    missing=st.sampled_from(["drop rows", "mean"]),
)
def test_any_file_is_either_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, encoding: str, comment: str, first_row: str, missing: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    said, found = "", None
    try:
        found = read_table(path, "", missing, "one-hot", (), Reading(encoding, comment, first_row))
    except ValueError as refusal:
        said = str(refusal)
    if found is None:
        assert said.startswith("any.csv")
    else:
        assert found.x.shape == (len(found.feature_names), len(found.y))


# --- by its name ---


def test_a_table_is_known_by_its_name_and_a_code_or_experiment_is_none(tmp_path: Path) -> None:
    (tmp_path / "own.CSV").write_text(TABLE)
    assert table_at(tmp_path / "own.CSV") == tmp_path / "own.CSV"
    assert [table_at("HS1-abc.csv"), table_at(tmp_path / "own.json")] == [None, None]


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.csv: there is no such file"):
        table_at(tmp_path / "gone.csv")
