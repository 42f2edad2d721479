"""Tables as they are met with: read as meant and with a note, or refused in words about the thing and the value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hyperscope.lab.examples.cells import read_cells
from hyperscope.lab.examples.csv_rows import quoted
from hyperscope.lab.examples.examples import load, suggested
from hyperscope.lab.examples.file_text import MOST_ROWS
from hyperscope.lab.examples.points_file import save_points
from hyperscope.lab.examples.table import Table, read_table
from hyperscope.lab.examples.written_numbers import DECIMAL, EITHER, PLAIN, THOUSANDS, comma_in, number
from hyperscope.lab.session.opening import opened

Reading = Callable[..., Table]
Refusing = Callable[..., str]

DECIMAL_NOTE = "Decimal commas are read as decimal points: {}."
THOUSANDS_NOTE = "Separators between thousands are left out: {}."


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def written(content: str | bytes) -> Path:
        path = tmp_path / "messy.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture
def read(file: Callable[[str | bytes], Path]) -> Reading:
    """Reads what a file would hold."""
    return lambda content, **choices: read_table(file(content), **choices)


@pytest.fixture
def refused(read: Reading) -> Refusing:
    """The sentence with which a file's content is refused."""

    def refusing(content: str | bytes, **choices: str) -> str:
        with pytest.raises(ValueError) as caught:
            read(content, **choices)
        return str(caught.value)

    return refusing


# --- what separates cells ---


def test_bars_separate_cells(read: Reading) -> None:
    assert read("a|b|kind\n1|2|u\n3|4|v\n").x.tolist() == [[1, 3], [2, 4]]


def test_commas_in_names_do_not_hide_the_semicolons(read: Reading) -> None:
    t = read("height, cm;width, cm;kind, all\n1,5;2,5;u\n3,5;4,5;v\n")
    assert t.feature_names == ("height, cm", "width, cm")
    assert t.x.tolist() == [[1.5, 3.5], [2.5, 4.5]]


def test_the_line_that_tells_spreadsheets_the_separator_is_obeyed(read: Reading) -> None:
    assert read("sep=;\na;kind\n1;u\n2;v\n").feature_names == ("a",)


def test_rows_below_that_line_keep_their_numbers(refused: Refusing) -> None:
    assert 'messy.csv, row 4, column "a": "x"' in refused("sep=;\na;kind\n1;u\nx;v\n3;u\n")


# --- how numbers are written ---


@pytest.mark.parametrize(
    ("cells", "values", "notes"),
    [
        (("1,5", "-,25", "3"), (1.5, -0.25, 3), [DECIMAL_NOTE]),
        (("1.234.567,5", "2,25", "7"), (1234567.5, 2.25, 7), [DECIMAL_NOTE, THOUSANDS_NOTE]),
        (("1,234,567", "2,250.5", "7"), (1234567, 2250.5, 7), [THOUSANDS_NOTE]),
        (("1,234", "2.5", "7"), (1234, 2.5, 7), [THOUSANDS_NOTE]),
        (("1 234 567", "12 345", "7"), (1234567, 12345, 7), [THOUSANDS_NOTE]),
        (("1\u202f234,5", "12\u00a0345", "7"), (1234.5, 12345, 7), [DECIMAL_NOTE, THOUSANDS_NOTE]),
        (("1'234.5", "12’345", "7"), (1234.5, 12345, 7), [THOUSANDS_NOTE]),
        (("1,5e3", "2,5E-1", "1e2"), (1500, 0.25, 100), [DECIMAL_NOTE]),
        (("1,5", "n/a", "0,125"), (1.5, 0.125), [DECIMAL_NOTE]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) and isinstance(value[0], str) else "",
)
def test_numbers_are_read_as_they_are_meant_and_that_is_said(
    read: Reading, cells: tuple[str, ...], values: tuple[float, ...], notes: list[str]
) -> None:
    rows = "".join(f"{cell};{'uvw'[at]}\n" for at, cell in enumerate(cells))
    t = read("a;kind\n" + rows, missing="drop rows")
    assert t.x[0].tolist() == list(values)
    assert [note for note in t.notes if "commas" in note or "thousands" in note] == [note.format("a") for note in notes]


def test_points_between_thousands_are_told_by_the_commas_of_another_column(read: Reading) -> None:
    t = read("people;area;kind\n1.250;1,5;u\n12.500;2,5;v\n990;3,5;u\n")
    assert t.x[0].tolist() == [1250, 12500, 990]
    assert THOUSANDS_NOTE.format("people") in t.notes


def test_three_places_after_a_point_stay_so_where_no_column_has_commas(read: Reading) -> None:
    t = read("people;area;kind\n1.250;1.5;u\n12.500;2.5;v\n")
    assert t.x[0].tolist() == [1.25, 12.5]


def test_a_comma_that_could_be_either_is_told_by_another_column(read: Reading) -> None:
    assert read("a;b;kind\n1,250;1,5;u\n2,500;2,5;v\n").x[0].tolist() == [1.25, 2.5]
    assert read("a;b;kind\n1,250;1,250.5;u\n2,500;2,500.5;v\n").x[0].tolist() == [1250, 2500]


def test_a_comma_that_could_be_either_is_refused_with_both_readings(refused: Refusing) -> None:
    assert refused("a;kind\n1,250;u\n2,500;v\n") == (
        'messy.csv, row 2, column "a": "1,250" can be 1.250 or 1250; '
        "write decimals with a point and no separator between thousands"
    )


def test_words_with_commas_stay_words(read: Reading) -> None:
    t = read('a;who;kind\n1,5;"Bell, A";u\n2,5;"Hopper, G";v\n', words="one-hot")
    assert t.feature_names == ("a", "who=Bell, A", "who=Hopper, G")


def test_a_class_in_decimal_commas_is_ordered_by_value(read: Reading) -> None:
    assert read("a;class\n1;10,5\n2;9,5\n3;10,5\n").class_names == ("9.5", "10.5")


@given(values=st.lists(st.floats(-1e9, 1e9).filter(lambda value: not value.is_integer()), min_size=2, max_size=9))
def test_what_is_written_with_a_decimal_comma_is_the_same_number_or_said_to_be_unsure(values: list[float]) -> None:
    cells = [repr(value).replace(".", ",") for value in values]
    assume(any("," in cell for cell in cells))  # 1e-05 has none
    meaning = comma_in(cells)
    assert meaning in (DECIMAL, EITHER)
    assert [number(cell, DECIMAL) for cell in cells] == values


@given(values=st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=9))
def test_thousands_between_commas_are_the_same_number_or_said_to_be_unsure(values: list[int]) -> None:
    cells = [f"{value:,}" for value in values]
    assert comma_in(cells) in (THOUSANDS, EITHER, PLAIN)
    assert [number(cell, THOUSANDS) for cell in cells] == values


# --- missing values ---


@pytest.mark.parametrize("mark", ["n/a", "NA", "N/A", "na", "Na", "-", "?", "null", "NULL", "Null", "nan", "#N/A", ""])
def test_a_missing_mark_is_one_in_any_case(read: Reading, mark: str) -> None:
    t = read(f"a,b,kind\n1,2,u\n{mark},3,v\n4,5,v\n", missing="drop rows")
    assert t.x.tolist() == [[1, 4], [2, 5]]


# --- headers and rows ---


def test_a_missing_header_with_decimal_commas_is_noticed(refused: Refusing) -> None:
    said = 'messy.csv, row 1 holds numbers such as "5,1"; write the column names there'
    assert refused("5,1;3,5;setosa\n4,9;3,0;setosa\n") == f"{said}, or choose data for the first row"


def test_whole_numbers_for_names_are_taken_and_said(read: Reading) -> None:
    t = read("1990,1991,kind\n1,2,u\n3,4,v\n")
    assert t.feature_names == ("1990", "1991")
    assert "Row 1 is read as the names of columns, though some are numbers." in t.notes


def test_a_header_that_comes_again_is_named_by_its_row(refused: Refusing) -> None:
    assert refused("a,kind\n1,u\na,kind\n2,v\n") == "messy.csv, row 3 repeats the column names; take it out"


@pytest.mark.parametrize(
    ("header", "end"), [("a,b,kind", ","), ("a,b,kind,", ""), ("a,b,kind,", ","), ("a,b,kind", ",,")]
)
def test_separators_at_the_end_of_rows_add_no_columns_and_are_said(read: Reading, header: str, end: str) -> None:
    t = read(f"{header}\n1,2,u{end}\n3,4,v{end}\n")
    assert (t.feature_names, t.label_column) == (("a", "b"), "kind")
    assert any("empty" in note.lower() and "left out" in note for note in t.notes)


def test_a_cell_beyond_the_last_column_is_refused(refused: Refusing) -> None:
    said = "messy.csv, row 3: the number of cells is 4, but the header has 3; give every row one cell for each column"
    assert refused("a,b,kind\n1,2,u,\n3,4,v,5\n") == said


def test_names_and_cells_of_two_lines_become_one(read: Reading) -> None:
    t = read('"height\nin cm",kind\n1,"light \r\nred"\n2,blue\n')
    assert (t.feature_names, t.class_names) == (("height in cm",), ("blue", "light red"))


def test_lines_between_quotation_marks_are_not_counted_as_rows(read: Reading) -> None:
    row = '1,"' + "\n" * 9 + '{}"\n'
    content = "a,kind\n" + (row.format("u") + row.format("v")) * (MOST_ROWS // 16)
    assert read(content).x.shape == (1, MOST_ROWS // 8)


# --- classes and columns ---


def test_classes_that_differ_by_capitals_alone_are_said(read: Reading) -> None:
    t = read("a,flag\n1,True\n2,false\n3,TRUE\n")
    assert t.class_names == ("TRUE", "True", "false")
    assert "Classes are told apart by capital letters alone: TRUE, True." in t.notes


def test_fifty_classes_are_read(read: Reading) -> None:
    assert len(read("a,kind\n" + "".join(f"{at},k{at % 50}\n" for at in range(500))).class_names) == 50


def test_two_thousand_columns_are_read(read: Reading) -> None:
    header = ",".join(f"c{at}" for at in range(2000))
    row = ",".join(str(at) for at in range(2000))
    assert read(f"{header},kind\n" + f"{row},u\n{row},v\n" * 30).x.shape == (2000, 60)


def test_dates_are_text_and_named(refused: Refusing) -> None:
    said = 'messy.csv, row 2, column "day": "2024-01-31" is not a number, like most of this column'
    assert refused("day,kind\n2024-01-31,u\n2024-02-01,v\n").startswith(said)


def test_a_long_cell_is_cut_short_in_a_sentence(refused: Refusing) -> None:
    said = refused("a,kind\n1,u\n2,v\n" + "long " * 500 + ",u\n")
    assert f'row 4, column "a": {quoted("long " * 500)} is not a number' in said
    assert len(said) < 200


def test_a_web_page_is_called_one(refused: Refusing) -> None:
    said = "messy.csv is a web page, not a table; download the CSV file itself"
    assert refused("\n<!DOCTYPE html>\n<html><title>Log in, please</title></html>\n") == said


def test_zeros_far_into_a_file_are_no_text(refused: Refusing) -> None:
    said = "messy.csv is a binary file, not text; choose a CSV file"
    assert refused(b"a,kind\n" + b"1,u\n" * 300_000 + b"\0,v\n").startswith((said, "messy.csv has more than"))
    assert refused(b"a,kind\n" + b"1.25,some kind of name\n" * 60_000 + b"\0,v\n") == said


# --- many cells ---


def test_cells_come_back_as_written_from_wherever_they_are_asked(file: Callable[[str | bytes], Path]) -> None:
    written = [f"word {at}" for at in range(1234)]
    column = read_cells(file("a,kind\n" + "".join(f"{at},{word}\n" for at, word in enumerate(written)))).columns[1]
    assert list(column.cells) == written
    assert [column.cells[at] for at in (0, 499, 500, 1233)] == [written[at] for at in (0, 499, 500, 1233)]
    assert column.first(3) == written[:3]
    keep = np.arange(1234) % 2 == 0
    assert column.only(keep).cells == written[::2]


# --- written again ---


def test_a_messy_table_written_again_opens_as_the_same_points(file: Callable[[str | bytes], Path]) -> None:
    rows = "".join(f"1.{at:03},5;{at % 7},25;n/a;{('u, v', 'w')[at % 2]};\n" for at in range(300))
    data = msgspec.structs.replace(suggested(file("a;b;empty;kind\n" + rows)), missing="drop columns")
    again = Path(data.file).with_name("again.csv")
    save_points(data, again)
    before, after = load(data), load(opened(again).data)
    assert np.array_equal(before.raw, after.raw)
    assert before.raw[:, 0].tolist() == [1000.5, 0.25]
    assert before.class_names == after.class_names
