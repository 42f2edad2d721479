"""The dialog that opens a table: it shows how a file is read, and opens just what can be read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from hyperscope.lab.examples.examples import suggested
from hyperscope.lab.experiment.data import Data
from hyperscope.ui.open_table.dialog import OpenTable
from hyperscope.ui.open_table.preview import PreviewTable
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.theme import DARK, LIGHT, scaled
from hyperscope.ui.writer import Writer
from patience import PATIENCE, SECONDS

CLEAN = "width,height,kind\n" + "".join(f"{at},{at * 1.5},{'abc'[at % 3]}\n" for at in range(30))
MESSY = "species,island,mass,bill\n" + "".join(
    f"{'Adelie' if at % 2 else 'Gentoo'},{('Dream', 'Biscoe', 'Torgersen')[at % 3]},"
    f"{'NA' if at in (1, 7) else 3700 + at},{39 + at % 7}\n"
    for at in range(30)
)


@pytest.fixture
def opened(qtbot, tmp_path):
    """Opens the dialog on a file of this content, and waits for its sentence; and the Data it accepts."""
    accepted: list[Data] = []
    dialogs: list[OpenTable] = []

    def opening(content: str | bytes | None, name: str = "own.csv", theme=LIGHT, **settings) -> OpenTable:
        path: Path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        dialog = OpenTable(suggested(path, Data(**settings)), theme)
        dialogs.append(dialog)
        dialog.accepted_data.connect(accepted.append)
        dialog.open()
        qtbot.waitUntil(lambda: bool(dialog.verdict.text()) and not dialog.verdict.text().endswith("…"))
        return dialog

    opening.accepted = accepted
    yield opening
    for dialog in dialogs:
        if isValid(dialog):  # a dialog that has been closed is gone
            dialog.close()


def choose(dialog: OpenTable, qtbot, **choices: str) -> None:
    """Presses the buttons that stand for `choices`."""
    for part, value in choices.items():
        control = getattr(dialog, part).control
        button = control.segments.buttons[list(control.knob.choices).index(value)]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose_class(dialog: OpenTable, qtbot, name: str) -> None:
    """Picks the class column by keyboard, as from an open list."""
    picker = dialog.label.picker
    picker.setFocus()
    while picker.currentText() != name:
        qtbot.keyClick(picker, Qt.Key.Key_Up if picker.findText(name) < picker.currentIndex() else Qt.Key.Key_Down)


def facts(table: PreviewTable) -> dict[str, str]:
    return {head.name: head.facts for head in table.rows.heads}


# --- a clean table ---


def test_a_clean_table_opens_with_one_press_of_enter(opened, qtbot):
    dialog = opened(CLEAN)
    qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    assert [(data.file.endswith("own.csv"), data.missing, data.words) for data in opened.accepted] == [
        (True, "refuse", "refuse")
    ]


def test_it_says_what_the_table_comes_to(opened):
    assert opened(CLEAN).verdict.text() == "30 examples, 2 features, 3 classes: a 10, b 10, c 10."


def test_classes_named_by_numbers_are_told_from_their_counts(opened):
    assert "2 classes: “0” 5, “1” 5." in opened("a,class\n" + "1,0\n2,1\n" * 5).verdict.text()


def test_its_size_stands_beside_its_name(opened):
    dialog = opened(CLEAN)
    assert (dialog.name.text(), dialog.size_line.text()) == ("own.csv", "30 rows × 3 columns · no value missing")


def test_a_clean_table_asks_for_nothing_it_does_not_need(opened):
    dialog = opened(CLEAN)
    assert not dialog.missing.isVisible()
    assert not dialog.words.isVisible()


def test_the_guess_of_the_class_is_called_a_guess(opened):
    dialog = opened(CLEAN)
    assert (dialog.label.picker.currentText(), dialog.label.guessed.isVisible()) == ("kind", True)


def test_what_was_guessed_and_agreed_to_is_handed_over_by_name(opened, qtbot):
    qtbot.mouseClick(opened(CLEAN).open_button, Qt.MouseButton.LeftButton)
    assert [data.label for data in opened.accepted] == ["kind"]


def test_the_heads_say_what_each_column_holds(opened):
    assert facts(opened(CLEAN).table) == {"width": "number", "height": "number", "kind": "class · text"}


def test_the_first_rows_are_shown_as_written(opened):
    rows = opened(CLEAN).table.rows
    assert [rows.text(rows.index(1, column)) for column in range(3)] == ["1", "1.5", "b"]


def test_the_switch_decides_whether_inputs_are_standardised(opened, qtbot):
    dialog = opened(CLEAN)
    qtbot.mouseClick(dialog.standardise.lever, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.open_button.isEnabled)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert [data.standardise for data in opened.accepted] == [False]


def test_shares_and_seed_are_those_it_was_given(opened, qtbot):
    dialog = opened(CLEAN, dev_share=0.3, seed=7)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert [(data.dev_share, data.seed) for data in opened.accepted] == [(0.3, 7)]


def test_escape_opens_nothing(opened, qtbot):
    dialog = opened(CLEAN)
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened.accepted == []


# --- a messy table ---


def test_a_messy_table_says_what_is_in_the_way_and_cannot_be_opened(opened, qtbot):
    dialog = opened(MESSY)
    said = 'own.csv, row 2, column "island": "Dream" is not a number, like most of this column; '
    assert dialog.verdict.text() == said + "choose one-hot or drop columns for text columns."
    assert dialog.verdict.alarm
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert (opened.accepted, dialog.isVisible()) == ([], True)


def test_a_messy_table_opens_once_its_gaps_and_words_are_decided_on(opened, qtbot):
    dialog = opened(MESSY)
    choose(dialog, qtbot, missing="drop rows", words="one-hot")
    qtbot.waitUntil(dialog.open_button.isEnabled)
    assert dialog.verdict.text() == "28 examples, 5 features, 2 classes: Adelie 13, Gentoo 15."
    assert not dialog.verdict.alarm
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert [(data.label, data.missing, data.words) for data in opened.accepted] == [("species", "drop rows", "one-hot")]


def test_it_foretells_what_each_choice_loses(opened):
    said = "Drop rows leaves out 2 of 30 rows; drop columns leaves out 1 of 4 columns: mass. "
    said += "Mean, median and most frequent fill them from the training set."
    assert opened(MESSY).missing.effect.text() == said


def test_rows_with_gaps_in_dropped_text_are_not_counted_as_lost(opened, qtbot):
    dialog = opened(MESSY.replace("Dream", "NA"))
    choose(dialog, qtbot, words="drop columns")
    assert dialog.missing.effect.text().startswith("Drop rows leaves out 2 of 30 rows")


def test_gaps_are_marked_in_the_first_rows(opened):
    rows = opened(MESSY).table.rows
    assert [rows.is_missing(rows.index(row, 2)) for row in range(3)] == [False, True, False]


def test_what_will_not_be_read_is_marked_at_once(opened, qtbot):
    dialog = opened(MESSY)
    choose(dialog, qtbot, missing="drop rows", words="drop columns")
    rows = dialog.table.rows
    assert facts(dialog.table)["island"] == "left out"
    assert [rows.is_left_out(rows.index(row, 2)) for row in range(3)] == [False, True, False]


def test_the_keyboard_starts_at_the_first_thing_to_decide(opened):
    dialog = opened(MESSY)
    assert dialog.focusWidget() is dialog.missing.control.segments.buttons[0]


def test_another_class_column_gives_another_sentence(opened, qtbot):
    dialog = opened(MESSY)
    choose(dialog, qtbot, missing="drop rows", words="one-hot")
    choose_class(dialog, qtbot, "island")
    qtbot.waitUntil(lambda: "3 classes: Biscoe" in dialog.verdict.text())
    assert not dialog.label.guessed.isVisible()


def test_a_class_of_text_is_no_text_column(opened, qtbot):
    dialog = opened(CLEAN)
    choose_class(dialog, qtbot, "width")
    assert dialog.words.isVisible()
    choose_class(dialog, qtbot, "kind")
    assert not dialog.words.isVisible()


def test_where_no_column_looks_like_a_class_one_is_asked_for(opened, qtbot):
    dialog = opened("a,b\n" + "".join(f"{at % 3}.5,{at}.25\n" for at in range(60)))
    assert dialog.verdict.text() == "own.csv: no column looks like a class; name the class column, one of a, b."
    choose_class(dialog, qtbot, "a")
    qtbot.waitUntil(dialog.open_button.isEnabled)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a;b;kind\n" + "1,5;1.250;u\n2,5;2.500;v\n" * 9, "18 examples, 2 features, 2 classes: u 9, v 9."),
        ("a|b|kind|\n" + "1|2|u|\nn/a|2|v|\n" * 9, 'own.csv, row 3, column "a": "n/a" is a missing value; '),
        ("a,b,kind\n" + "1,2,u\n" * 9 + "3,4\n", "own.csv, row 11: the number of cells is 2, but the header has 3; "),
        ("a;kind\n" + "1,250;u\n2,500;v\n" * 9, 'own.csv, row 2, column "a": "1,250" can be 1.250 or 1250; '),
        ('a,"no\nte",kind\n' + '1,"x\ny",u\n2,z,v\n' * 9, 'own.csv, row 2, column "no te": "x y" is not a number'),
        ("a,b,kind\n" + "1,2,u\n" * 9, 'own.csv, column "kind" holds one class only, "u"; '),
        (
            "a,kind\n" + "".join(f"{at},k{at % 50}\n" for at in range(500)),
            "500 examples, 1 feature, 50 classes: “k0” 10",
        ),
        (("a,\u00e4,kind\n" + "1,2,u\n2,3,v\n" * 9).encode("latin-1"), "18 examples, 2 features, 2 classes: u 9, v 9."),
        (("a,b,kind\n" + "1,2,u\n2,3,v\n" * 9).encode("utf-16"), "18 examples, 2 features, 2 classes: u 9, v 9."),
        (
            ",".join(f"c{at}" for at in range(2000)) + ",kind\n" + ("1," * 2000 + "u\n" + "2," * 2000 + "v\n") * 9,
            "18 ex",
        ),
    ],
    ids=[
        "commas",
        "gaps",
        "ragged",
        "unsure",
        "two lines",
        "one class",
        "50 classes",
        "latin-1",
        "utf-16",
        "2000 columns",
    ],
)
def test_a_messy_file_is_read_or_named_with_what_is_wrong(opened, content, said):
    assert opened(content).verdict.text().startswith(said)


def test_how_commas_were_read_stands_below_the_verdict(opened):
    dialog = opened("a;b;kind\n" + "1,5;1.250;u\n2,5;2.500;v\n" * 9)
    said = "Decimal commas are read as decimal points: a. Separators between thousands are left out: b."
    assert dialog.verdict.accessibleDescription().startswith(said)


# --- columns, and how the file is read ---

LETTERS = "width,h\u00f6he,kind\n" + "".join(f"{at},{at * 1.5},{'abc'[at % 3]}\n" for at in range(30))
NUMBERS = "".join(f"{at}.5,{at % 7},{'ab'[at % 2]}\n" for at in range(30))


def press_head(dialog: OpenTable, qtbot, column: int) -> None:
    """Clicks on the head of a column."""
    heads = dialog.table.horizontalHeader()
    at = QPoint(heads.sectionViewportPosition(column) + heads.sectionSize(column) // 2, heads.height() // 3)
    qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)


def read_as(dialog: OpenTable, qtbot, path: str, value: str) -> None:
    """Presses the button of one way of reading."""
    control = dialog.reading[path]
    button = control.segments.buttons[list(control.knob.choices).index(value)]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_press_on_a_head_switches_its_column_off_and_on(opened, qtbot):
    dialog = opened(CLEAN)
    press_head(dialog, qtbot, 0)
    qtbot.waitUntil(lambda: "1 feature," in dialog.verdict.text())
    assert facts(dialog.table)["width"] == "off"
    qtbot.waitUntil(dialog.open_button.isEnabled)
    press_head(dialog, qtbot, 0)
    qtbot.waitUntil(lambda: "2 features" in dialog.verdict.text())


def test_columns_switched_off_are_handed_over_by_name(opened, qtbot):
    dialog = opened(CLEAN)
    press_head(dialog, qtbot, 1)
    qtbot.waitUntil(dialog.open_button.isEnabled)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    assert [data.left_out for data in opened.accepted] == [("height",)]


def test_space_switches_the_column_that_the_keyboard_is_in(opened, qtbot):
    dialog = opened(CLEAN)
    dialog.table.setFocus()
    dialog.table.setCurrentIndex(dialog.table.rows.index(0, 1))
    qtbot.keyClick(dialog.table, Qt.Key.Key_Space)
    assert facts(dialog.table)["height"] == "off"


def test_the_class_cannot_be_switched_off(opened, qtbot):
    dialog = opened(CLEAN)
    press_head(dialog, qtbot, 2)
    assert facts(dialog.table)["kind"] == "class \u00b7 text"


def test_a_column_in_the_way_can_be_switched_off(opened, qtbot):
    dialog = opened(MESSY)
    choose(dialog, qtbot, missing="drop rows")
    press_head(dialog, qtbot, [head.name for head in dialog.table.rows.heads].index("island"))
    qtbot.waitUntil(dialog.open_button.isEnabled)
    assert not dialog.words.isVisible()


def test_gaps_are_filled_if_that_is_chosen(opened, qtbot):
    dialog = opened(MESSY)
    choose(dialog, qtbot, missing="median", words="one-hot")
    qtbot.waitUntil(dialog.open_button.isEnabled)
    assert dialog.verdict.text().startswith("30 examples, 5 features")
    assert "filled with the median of the training set" in dialog.verdict.accessibleDescription()


def test_a_file_without_names_opens_with_its_columns_numbered(opened, qtbot):
    dialog = opened(NUMBERS)
    assert [head.name for head in dialog.table.rows.heads] == ["column 1", "column 2", "column 3"]
    assert dialog.reading["data.first_row"].value() == "data"
    assert dialog.verdict.text().startswith("30 examples, 2 features")


def test_the_first_row_can_be_said_to_be_data(opened, qtbot):
    dialog = opened(CLEAN)
    read_as(dialog, qtbot, "data.first_row", "data")
    qtbot.waitUntil(lambda: dialog.table.rows.heads[0].name == "column 1")
    read_as(dialog, qtbot, "data.first_row", "names")
    qtbot.waitUntil(lambda: dialog.verdict.text().startswith("30 examples, 2 features"))


def test_an_encoding_that_does_not_fit_leaves_the_way_to_another(opened, qtbot):
    dialog = opened(LETTERS.encode("cp1252"))
    read_as(dialog, qtbot, "data.encoding", "utf-8")
    qtbot.waitUntil(lambda: "is not UTF-8; choose another encoding" in dialog.verdict.text())
    assert not dialog.open_button.isEnabled()
    read_as(dialog, qtbot, "data.encoding", "cp1252")
    qtbot.waitUntil(dialog.open_button.isEnabled)
    assert [head.name for head in dialog.table.rows.heads] == ["width", "h\u00f6he", "kind"]


def test_a_file_that_another_reading_may_help_keeps_the_choices(opened, qtbot):
    dialog = opened("width,height,kind\n% scale 2, in June,\n% 3\n" + CLEAN.split("\n", 1)[1])
    assert (dialog.table.isVisible(), dialog.reading_card.isVisible()) == (False, True)
    read_as(dialog, qtbot, "data.comment", "%")
    qtbot.waitUntil(lambda: dialog.verdict.text().startswith("30 examples"))
    assert dialog.table.isVisible() and dialog.open_button.isVisible()


# --- no table at all ---


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "own.csv is not in "),
        ("", "own.csv is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "own.csv is a binary file"),
    ],
)
def test_what_is_no_table_is_refused_with_only_the_way_back(opened, content, said):
    dialog = opened(content)
    assert dialog.verdict.text().startswith(said)
    assert dialog.verdict.alarm
    assert [part.isVisible() for part in (dialog.cancel_button, dialog.open_button, dialog.table)] == [
        True,
        False,
        False,
    ]


def test_a_directory_is_refused(opened, tmp_path):
    (tmp_path / "folder").mkdir()
    assert opened(None, "folder").verdict.text() == "folder is a directory; choose a CSV file in it."


def test_a_file_that_vanishes_between_two_choices_says_so(opened, qtbot, tmp_path):
    dialog = opened(MESSY)
    (tmp_path / "own.csv").unlink()
    choose(dialog, qtbot, missing="drop rows")
    qtbot.waitUntil(lambda: "any more" in dialog.verdict.text())
    assert not dialog.open_button.isEnabled()


# --- reading beside the window ---


def test_closing_while_it_reads_leaves_no_thread_for_long(qtbot, tmp_path):
    before = set(threading.enumerate())
    path = tmp_path / "long.csv"
    path.write_text("a,class\n" + "1,u\n2,v\n" * 50_000)
    dialog = OpenTable(suggested(path), LIGHT)
    dialog.open()
    new = set(threading.enumerate()) - before
    assert new and all(thread.daemon for thread in new)
    dialog.close()
    qtbot.waitUntil(lambda: not set(threading.enumerate()) - before, timeout=PATIENCE)


def test_closing_does_not_wait_for_a_drive_that_does_not_answer(qtbot):
    owner, said, done, begun, may_go = QObject(), [], [], threading.Event(), threading.Event()
    reader = Reader(owner)
    reader.ask(lambda: (begun.set(), may_go.wait(20), done.append("reads")), said.append)
    assert begun.wait(SECONDS)
    reader.close()
    assert not done
    (reading,) = (one for one in threading.enumerate() if one.name == "hyperscope-beside")
    assert reading.daemon
    reader.ask(lambda: "the next", said.append)
    qtbot.waitUntil(lambda: said == ["the next"], timeout=PATIENCE)
    may_go.set()
    reading.join(SECONDS)
    QApplication.processEvents()
    assert said == ["the next"]


def test_what_is_being_read_may_be_left_with_something_to_do_last(qtbot):
    owner, done, begun, may_go = QObject(), [], threading.Event(), threading.Event()
    reader = Reader(owner)
    reader.ask(lambda: (begun.set(), may_go.wait(SECONDS), done.append("reads")), done.append)
    assert begun.wait(SECONDS)
    reader.close(lambda: done.append("last"))
    may_go.set()
    qtbot.waitUntil(lambda: done == ["reads", "last"], timeout=PATIENCE)


def test_everything_that_is_to_be_written_is_written_and_told(qtbot):
    owner, written, said, may_go = QObject(), [], [], threading.Event()
    writer = Writer(owner)
    writer.ask(lambda: (may_go.wait(SECONDS), written.append("first")), lambda _: said.append("first"))
    for name in ("second", "third"):
        writer.ask(lambda name=name: written.append(name), lambda _, name=name: said.append(name))
    may_go.set()
    qtbot.waitUntil(lambda: said == ["first", "second", "third"], timeout=PATIENCE)
    assert written == said
    writer.ask(lambda: written.append("last"), lambda _: None)
    writer.close()
    assert written[-1] == "last"


def test_a_writer_that_closes_does_not_wait_for_ever(qtbot):
    owner, done, may_go = QObject(), [], threading.Event()
    writer = Writer(owner)
    writer.ask(lambda: (may_go.wait(20), done.append("writes")), lambda _: None)
    writer.close(seconds=0.01)
    assert not done
    may_go.set()


def test_only_the_newest_answer_is_told(qtbot):
    owner, said, may_go = QObject(), [], threading.Event()
    reader = Reader(owner)
    reader.ask(lambda: may_go.wait(5), lambda _: said.append("first"))
    reader.ask(lambda: None, lambda _: said.append("second"))
    reader.ask(lambda: None, lambda _: said.append("third"))
    may_go.set()
    qtbot.waitUntil(lambda: bool(said))
    reader.close()
    QApplication.processEvents()
    assert said == ["third"]


def test_reading_does_not_hold_up_the_window(qtbot):
    owner, said, may_go = QObject(), [], threading.Event()
    reader = Reader(owner)
    reader.ask(lambda: may_go.wait(5), said.append)
    QApplication.processEvents()  # would not come back if it waited for the job, which waits for what is below
    may_go.set()
    qtbot.waitUntil(lambda: said == [True])
    reader.close()


# --- looks and words ---


@pytest.mark.parametrize("theme", [LIGHT, DARK, scaled(DARK, 1.5)], ids=["light", "dark", "large"])
def test_nothing_is_cut_off(opened, theme):
    dialog = opened(MESSY, theme=theme)
    for part in (dialog.label, dialog.missing, dialog.words, dialog.standardise, dialog.open_button, dialog.verdict):
        assert dialog.rect().contains(part.rect().translated(part.mapTo(dialog, part.rect().topLeft())))
        assert part.height() >= part.minimumSizeHint().height()


def test_a_problem_is_told_by_its_sign_and_not_by_colour_alone(opened):
    dialog = opened(MESSY)
    assert dialog.verdict.accessibleName().startswith("Problem: own.csv, row 2")


def test_everything_that_takes_the_keyboard_has_a_name(opened):
    dialog = opened(MESSY)
    parts = [part for part in dialog.findChildren(QObject) if part.isWidgetType() and part.isVisible()]
    stops = [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) >= 6
    assert [part for part in stops if not part.accessibleName()] == []


def test_tab_goes_from_the_table_through_the_choices_to_open(opened, qtbot):
    dialog = opened(MESSY)
    choose(dialog, qtbot, missing="drop rows", words="one-hot")
    qtbot.waitUntil(dialog.open_button.isEnabled)
    dialog.table.setFocus()
    seen = []
    for _ in range(9):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        seen.append(dialog.focusWidget().accessibleName())
    assert seen == [
        "First row: names",
        "Encoding: detect",
        "Comment lines: detect",
        "Class column",
        "Standardise inputs",
        "Missing values: drop rows",
        "Text columns: one-hot",
        "Cancel",
        "Open",
    ]


def test_a_file_with_a_very_long_name_does_not_widen_the_dialog(opened):
    dialog = opened(CLEAN, "long" * 40 + ".csv")
    assert dialog.width() <= 720
