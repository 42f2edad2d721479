"""Reading tables: what is understood, what is guessed and said, and the sentence for each thing that is wrong."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperscope.lab.examples import csv_rows, file_text
from hyperscope.lab.examples.cells import read_cells
from hyperscope.lab.examples.file_text import MOST_ROWS
from hyperscope.lab.examples.table import MOST_CLASSES, MOST_WORDS, Table, gaps_in, read_table

Reading = Callable[..., Table]
Refusing = Callable[..., str]

TINY = "height,width,class\n1,2,a\n3,4,b\n5,7,a\n"
PENGUINS = (
    "species,island,bill,mass,sex\n"
    "Adelie,Torgersen,39.1,3750,male\n"
    "Adelie,Torgersen,39.5,3800,female\n"
    "Adelie,Dream,NA,3900,NA\n"
    "Gentoo,Biscoe,46.1,4500,female\n"
    "Gentoo,Biscoe,50,5700,male\n"
)


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    """Reads what a file would hold."""

    def reading(content: str | bytes, name: str = "tiny.csv", **choices: str) -> Table:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, **choices)

    return reading


@pytest.fixture
def refused(read: Reading) -> Refusing:
    """The sentence with which a file's content is refused."""

    def refusing(content: str | bytes, name: str = "tiny.csv", **choices: str) -> str:
        with pytest.raises(ValueError) as caught:
            read(content, name, **choices)
        return str(caught.value)

    return refusing


# --- what is understood ---


def test_a_table_has_features_in_rows_and_examples_in_columns(read: Reading) -> None:
    t = read(TINY)
    assert t.x.tolist() == [[1, 3, 5], [2, 4, 7]]
    assert t.y.tolist() == [0, 1, 0]
    assert (t.feature_names, t.class_names, t.label_column) == (("height", "width"), ("a", "b"), "class")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_endings_make_no_difference(read: Reading, separator: str, ending: str) -> None:
    t = read(TINY.replace(",", separator).replace("\n", ending))
    assert t.x.tolist() == [[1, 3, 5], [2, 4, 7]]


def test_a_byte_order_mark_is_no_part_of_the_first_name(read: Reading) -> None:
    assert read(b"\xef\xbb\xbf" + TINY.encode()).feature_names == ("height", "width")


def test_a_gzipped_table_reads_like_a_plain_one(read: Reading) -> None:
    assert read(gzip.compress(TINY.encode()), "tiny.csv.gz").x.tolist() == [[1, 3, 5], [2, 4, 7]]


def test_quoted_cells_may_hold_separators(read: Reading) -> None:
    assert read('"height, cm",class\n1,"a, b"\n2,c\n').class_names == ("a, b", "c")


def test_spaces_around_cells_and_blank_lines_do_not_matter(read: Reading) -> None:
    t = read("height , width, class\n\n 1, 2 ,a\n3,4, b \n,,\n5,7,a\n\n")
    assert t.feature_names == ("height", "width")
    assert (t.x.tolist(), t.class_names) == ([[1, 3, 5], [2, 4, 7]], ("a", "b"))


def test_a_class_of_numbers_keeps_their_order(read: Reading) -> None:
    t = read("height,class\n1,10\n2,9\n3,10\n")
    assert (t.class_names, t.y.tolist()) == (("9", "10"), [1, 0, 1])


def test_plus_and_minus_may_be_classes(read: Reading) -> None:
    assert read("height,class\n1,+\n2,-\n3,+\n").class_names == ("+", "-")


@given(
    values=st.lists(st.tuples(*[st.floats(-1e9, 1e9)] * 3), min_size=2, max_size=20),
    separator=st.sampled_from(",;\t"),
)
def test_numbers_come_back_exactly_as_written(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[float, float, float]], separator: str
) -> None:
    text = io.StringIO()
    rows = [(*row, f"k{at % 2}") for at, row in enumerate(values)]
    csv.writer(text, delimiter=separator).writerows([("u", "v", "w", "class"), *rows])
    path = tmp_path_factory.getbasetemp() / "drawn.csv"
    path.write_text(text.getvalue(), newline="")
    t = read_table(path)
    assert np.array_equal(t.x, np.array(values).T)
    assert t.y.tolist() == [at % 2 for at in range(len(values))]


@given(content=st.binary(max_size=300) | st.text(alphabet='ab1,;\n"-. \t', max_size=120).map(str.encode))
def test_any_file_is_either_read_or_refused_by_name(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        t = read_table(path, missing="drop rows", words="one-hot")
    except ValueError as refusal:
        said, t = str(refusal), None
    if t is None:
        assert said.startswith("any.csv")
    else:
        assert np.isfinite(t.x).all()
        assert t.x.shape == (len(t.feature_names), len(t.y))


# --- the class column ---


def test_the_class_column_can_be_chosen(read: Reading) -> None:
    t = read("a,b\n1,2\n3,4\n1,5\n", label="a")
    assert (t.label_column, t.feature_names) == ("a", ("b",))
    assert 'The class is column "a".' in t.notes


@pytest.mark.parametrize("name", ["class", "Label", "target", "Species", "diagnosis", "y"])
def test_a_class_column_is_guessed_by_its_name_wherever_it_stands(read: Reading, name: str) -> None:
    t = read(f"{name},height\n1,7\n2,8\n1,9\n2,7.5\n")
    assert t.label_column == name
    assert f'The class is column "{name}", guessed from its name.' in t.notes


def test_else_the_last_column_is_the_class_if_it_has_few_values(read: Reading) -> None:
    t = read("a,b,kind\n1,2,u\n3,4,v\n5,6,u\n")
    assert 'The class is column "kind", guessed because it comes last and has few values.' in t.notes


def test_else_a_first_column_of_words_is_the_class(read: Reading) -> None:
    t = read("kind,a\nu,1.5\nv,2.5\nu,3.5\nv,4.5\n")
    assert 'The class is column "kind", guessed because it comes first and is text.' in t.notes


def test_a_coordinate_called_y_is_not_taken_for_the_class(read: Reading) -> None:
    rows = "".join(f"{at},{at * 1.5},{'ab'[at % 2]}\n" for at in range(60))
    assert read("x,y,colour\n" + rows).label_column == "colour"


def test_a_table_without_anything_like_a_class_lists_its_columns(refused: Refusing) -> None:
    rows = "".join(f"{at}.5,{at}.25\n" for at in range(60))
    assert refused("a,b\n" + rows) == "tiny.csv: no column looks like a class; name the class column, one of a, b"


def test_an_unknown_class_column_lists_the_known_ones(refused: Refusing) -> None:
    said = 'tiny.csv has no column "kind" to take the class from; its columns are height, width, class'
    assert refused(TINY, label="kind") == said


def test_one_class_only_is_refused(refused: Refusing) -> None:
    said = 'tiny.csv, column "class" holds one class only, "a"; learning needs at least two'
    assert refused("height,class\n1,a\n2,a\n") == said


def test_more_classes_than_allowed_mean_a_wrong_column(refused: Refusing) -> None:
    rows = "".join(f"{at},name{at}\n" for at in range(MOST_CLASSES + 1))
    said = refused("height,class\n" + rows)
    assert 'tiny.csv, column "class" holds 101 classes, such as "name0", and at most 100 are allowed' in said
    assert "probably not the class column, so choose another" in said


# --- missing values and text ---


def test_text_is_refused_with_the_choices(refused: Refusing) -> None:
    assert refused(PENGUINS, "penguins.csv") == (
        'penguins.csv, row 2, column "island": "Torgersen" is not a number, like most of this column; '
        "choose one-hot or drop columns for text columns"
    )


@pytest.mark.parametrize("mark", ["NA", "N/A", "NaN", "nan", "null", "?", "-"])
def test_a_missing_value_is_refused_with_the_choices(refused: Refusing, mark: str) -> None:
    assert refused(TINY.replace("4", mark)) == (
        f'tiny.csv, row 3, column "width": "{mark}" is a missing value; '
        "choose drop rows, drop columns, mean, median or most frequent for missing values"
    )


def test_an_empty_cell_is_a_missing_value(refused: Refusing) -> None:
    assert 'tiny.csv, row 3, column "width": the empty cell is a missing value' in refused(TINY.replace("4", ""))


def test_a_missing_class_can_only_be_dropped_with_its_row(refused: Refusing) -> None:
    said = refused(TINY.replace("b", "?"), missing="drop columns")
    assert said == 'tiny.csv, row 3, column "class": "?" is a missing value; choose drop rows for missing values'


def test_dropped_rows_are_counted_in_a_note(read: Reading) -> None:
    t = read(PENGUINS, missing="drop rows", words="one-hot")
    assert t.x.shape[1] == 4
    assert "1 of 5 rows are left out because a value is missing." in t.notes


def test_dropped_columns_are_named_in_a_note(read: Reading) -> None:
    t = read(PENGUINS, missing="drop columns", words="drop columns")
    assert t.feature_names == ("mass",)
    assert "Left out because they hold text: island, sex." in t.notes
    assert "Left out because values are missing: bill." in t.notes


def test_columns_dropped_as_text_cost_no_rows(read: Reading) -> None:
    text = PENGUINS.replace("39.1,3750,male", "39.1,3750,NA")
    assert read(text, missing="drop rows", words="drop columns").x.shape[1] == 4


def test_one_hot_makes_a_column_for_each_word(read: Reading) -> None:
    t = read(PENGUINS, missing="drop rows", words="one-hot")
    assert t.feature_names == ("island=Biscoe", "island=Torgersen", "bill", "mass", "sex=female", "sex=male")
    assert t.x[4].tolist() == [0, 1, 1, 0]
    assert t.x[5].tolist() == [1, 0, 0, 1]


def test_one_hot_of_too_many_words_is_refused(refused: Refusing) -> None:
    rows = "".join(f"w{at:02},{'ab'[at % 2]}\n" for at in range(MOST_WORDS + 1))
    said = refused("name,class\n" + rows, words="one-hot")
    assert 'tiny.csv, column "name" holds 21 different words, such as "w00", and one-hot takes at most 20' in said
    assert "choose drop columns for text columns" in said


def test_a_table_with_gaps_in_every_row_says_to_drop_columns(refused: Refusing) -> None:
    said = refused("a,b,class\n1,,u\n2,?,v\n", missing="drop rows")
    assert said == "tiny.csv has a missing value in every row; drop columns instead of rows"


def test_a_table_without_features_is_refused(refused: Refusing) -> None:
    said = 'tiny.csv has no features left besides the class column "class"; add or keep columns'
    assert refused("name,class\nu,a\nv,b\n", words="drop columns") == said


def test_a_table_of_one_column_says_what_may_separate_cells(refused: Refusing) -> None:
    assert refused("height width class\n1 2 a\n3 4 b\n") == (
        'tiny.csv has one column only, "height width class"; learning needs features beside the class, '
        "in cells separated by commas, semicolons, tabs, bars"
    )


# --- slips in a column of numbers ---


def test_a_word_among_numbers_is_named_with_its_place(refused: Refusing) -> None:
    assert refused(TINY.replace("4", "heavy")) == (
        'tiny.csv, row 3, column "width": "heavy" is not a number; '
        "correct the cell, drop the column or mark it as missing by writing NA"
    )


def test_rows_are_counted_as_in_the_file_even_after_blank_lines(refused: Refusing) -> None:
    assert 'tiny.csv, row 5, column "width": "x"' in refused("width,class\n\n1,a\n2,b\nx,a\n3,b\n")


def test_a_decimal_comma_among_decimal_points_is_a_slip(refused: Refusing) -> None:
    said = refused("width;class\n1,5;a\n2.5;b\n3.5;a\n4;b\n")
    assert said == (
        'tiny.csv, row 2, column "width": "1,5" is not written like the other numbers of this column; '
        "write decimals with a point and no separator between thousands"
    )


@pytest.mark.parametrize("value", ["inf", "-Infinity", "1e999"])
def test_infinity_is_refused(refused: Refusing, value: str) -> None:
    assert f'row 3, column "width": "{value}" is infinite; correct the cell' in refused(TINY.replace("4", value))


def test_a_nameless_column_of_infinities_is_refused_too(refused: Refusing) -> None:
    assert 'row 2, column "column 1": "inf" is infinite' in refused(",a,class\ninf,1,u\ninf,2,v\n")


def test_numbers_too_large_to_square_are_refused(refused: Refusing) -> None:
    said = refused(TINY.replace("4", "1e300"))
    assert '"1e300" is larger than the 1e+30 that is allowed' in said


def test_digits_grouped_by_underscores_are_no_number(refused: Refusing) -> None:
    assert '"4_000" is not a number' in refused(TINY.replace("4", "4_000"))


def test_a_constant_column_is_kept_and_noted(read: Reading) -> None:
    t = read("a,b,class\n1,2,u\n1,3,v\n")
    assert t.feature_names == ("a", "b")
    assert "The same in every row, so of no help: a." in t.notes


@pytest.mark.parametrize("first", [0, 1])
def test_a_nameless_column_that_numbers_the_rows_is_left_out_and_noted(read: Reading, first: int) -> None:
    t = read(f",a,class\n{first},5,u\n{first + 1},6,v\n{first + 2},7,u\n")
    assert t.feature_names == ("a",)
    assert "Column 1 has no name and only numbers the rows, so it is left out." in t.notes


def test_a_nameless_empty_column_is_left_out_and_noted(read: Reading) -> None:
    t = read("a,class,\n5,u,\n6,v,\n")
    assert t.feature_names == ("a",)
    assert "Column 3 has no name and is empty, so it is left out." in t.notes


def test_a_nameless_column_of_values_is_called_by_its_place(read: Reading) -> None:
    assert read(",a,class\n3,5,u\n9,6,v\n").feature_names == ("column 1", "a")


# --- files that are no table ---


@pytest.mark.parametrize("content", ["", "\n\n", " , \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(refused: Refusing, content: str | bytes) -> None:
    said = "tiny.csv is empty; a table has a row of column names and a row for each example"
    assert refused(content) == said


def test_a_header_without_rows_is_refused(refused: Refusing) -> None:
    assert refused("a,b,class\n") == "tiny.csv has a header but no rows; add a row for each example"


def test_one_row_is_refused(refused: Refusing) -> None:
    said = "tiny.csv has only one row of values; learning needs several rows of each class"
    assert refused("height,class\n1,a\n") == said


@pytest.mark.parametrize("content", ["1,2,3\n4,5,6\n", "5.1,3.5,setosa\n4.9,3,setosa\n"])
def test_a_missing_header_is_noticed(refused: Refusing, content: str) -> None:
    first = content.split(",")[0]
    said = f'tiny.csv, row 1 holds numbers such as "{first}"; write the column names there'
    assert refused(content) == f"{said}, or choose data for the first row"


def test_column_names_must_differ(refused: Refusing) -> None:
    said = 'tiny.csv, row 1: two columns are called "a"; give each column a name of its own'
    assert refused("a,b,a,class\n1,2,3,u\n") == said


@pytest.mark.parametrize(("row", "count"), [("3,b", 2), ("3,4,5,b", 4)])
def test_rows_of_another_length_are_refused(refused: Refusing, row: str, count: int) -> None:
    assert refused(f"height,width,class\n1,2,a\n{row}\n5,7,a\n") == (
        f"tiny.csv, row 3: the number of cells is {count}, but the header has 3; "
        "give every row one cell for each column"
    )


def test_a_quotation_mark_that_never_closes_is_found(refused: Refusing) -> None:
    said = refused('height,class\n1,a\n2,"b\n3,a\n')
    assert said.startswith("tiny.csv, row 3: ")
    assert said.endswith("look for a quotation mark that never closes")


def test_a_binary_file_is_refused(refused: Refusing) -> None:
    content = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))
    assert refused(content) == "tiny.csv is a binary file, not text; choose a CSV file"


def test_a_spreadsheet_is_refused(refused: Refusing) -> None:
    said = "tiny.csv is a spreadsheet or zip archive; save the table as CSV in UTF-8"
    assert refused(b"PK\x03\x04" + bytes(40)) == said


@pytest.mark.parametrize("damage", [lambda packed: packed[:-12], lambda packed: packed[:10] + b"\xff" * 30])
def test_a_damaged_gzip_file_is_refused(refused: Refusing, damage: Callable[[bytes], bytes]) -> None:
    said = "tiny.csv.gz is a damaged gzip file; copy or pack it again"
    assert refused(damage(gzip.compress(TINY.encode())), "tiny.csv.gz") == said


def test_too_many_rows_are_refused_with_the_limit(refused: Refusing) -> None:
    content = b"a,class\n" + b"1,u\n2,v\n" * (MOST_ROWS // 2) + b"3,u\n"
    said = "tiny.csv has more than 200 000 rows; at most 200 000 are read, so keep a random part of them"
    assert refused(content) == said


def test_a_million_rows_are_refused_after_reading_a_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes(b"a,class\n" + b"1.2345678,u\n" * 1_000_000)
    pieces: list[bytes] = []

    class Watched(io.BufferedReader):
        def read(self, size: int | None = -1) -> bytes:
            pieces.append(super().read(size))
            return pieces[-1]

    with Watched(io.FileIO(path)) as stream, pytest.raises(ValueError, match="more than 200 000 rows"):
        list(file_text.pieces("big.csv", stream))
    assert sum(map(len, pieces)) < path.stat().st_size / 2


def test_exactly_the_most_rows_are_read(read: Reading) -> None:
    assert read(b"a,class\n" + b"1,u\n2,v\n" * (MOST_ROWS // 2)).x.shape == (1, MOST_ROWS)


def test_too_many_cells_are_refused(refused: Refusing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "MOST_CELLS", 8)
    assert refused(TINY) == "tiny.csv has more than 8 cells; keep fewer rows or columns"


def test_a_file_too_large_is_refused(refused: Refusing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_text, "MOST_BYTES", 10)
    assert "tiny.csv is larger than 0 MB; keep fewer rows or columns" in refused(TINY)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path.name} is a directory; choose a CSV file in it")):
        read_table(tmp_path)


def test_a_file_that_is_not_there_is_named_with_its_folder(tmp_path: Path) -> None:
    said = f"gone.csv is not in {tmp_path} any more, or never was; choose the file anew"
    with pytest.raises(ValueError, match=re.escape(said)):
        read_table(tmp_path / "gone.csv")


def test_a_file_that_vanishes_while_it_is_opened_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tiny.csv"
    path.write_text(TINY)
    opening = Path.open

    def vanishing(self: Path, *more: Any, **named: Any) -> Any:
        self.unlink()
        return opening(self, *more, **named)

    monkeypatch.setattr(Path, "open", vanishing)
    with pytest.raises(ValueError, match=r"tiny\.csv is not in .* any more"):
        read_table(path)


def test_a_file_one_may_not_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.csv"
    path.write_text(TINY)

    def forbidden(
        *_: Any, **__: Any
    ) -> None:  # permissions do not bind every user that runs tests, so the refusal is staged
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    said = r"secret\.csv cannot be read: permission denied; check the file's permissions and its drive"
    with pytest.raises(ValueError, match=said):
        read_table(path)


def test_what_is_neither_file_nor_directory_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a file but a device or pipe; choose a CSV file"):
        read_table(Path(os.devnull))


def test_cells_can_be_looked_at_even_where_values_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "penguins.csv"
    path.write_text(PENGUINS)
    found = read_cells(path)
    assert [column.is_text for column in found.columns] == [True, True, False, False, True]
    assert found.rows.tolist() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("words", ["one-hot", "drop columns"])
def test_the_rows_and_columns_foretold_as_lost_are_those_left_out(read: Reading, tmp_path: Path, words: str) -> None:
    kept = read(PENGUINS.replace("39.1,3750,male", "39.1,3750,NA"), missing="drop rows", words=words)
    gaps = gaps_in(read_cells(tmp_path / "tiny.csv"))
    assert kept.x.shape[1] == gaps.m - gaps.rows("species", words).sum()
    left = read_table(tmp_path / "tiny.csv", missing="drop columns", words=words)
    assert not set(gaps.columns("species", words)) & {name.split("=")[0] for name in left.feature_names}


def test_minus_is_a_gap_in_a_feature_but_not_in_a_class_of_plus_and_minus(tmp_path: Path) -> None:
    path = tmp_path / "signs.csv"
    path.write_text("a,sign\n1,+\n2,-\n3,NA\n")
    gaps = gaps_in(read_cells(path))
    assert gaps.rows("sign", "one-hot").tolist() == [False, False, True]
    assert gaps.rows("a", "one-hot").tolist() == [False, True, True]
