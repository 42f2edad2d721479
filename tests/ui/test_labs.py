"""Labs in the window: a throw-away one is opened, drawn, exported, found and closed, and nothing is left of it.

Five of them, hidden, cost nothing; what is chosen in them comes back with settings and session.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget

from hyperscope.lab.doctor import checks
from hyperscope.lab.doctor.checks.remedies import setting
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.export.exports import exporters
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.score import Score, from_json
from hyperscope.lab.timeline.shown import Shown
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.worker.link import Opens
from hyperscope.lab.worker.runner import Runner
from hyperscope.ui import labs
from hyperscope.ui.export.views import views
from hyperscope.ui.labs.lab import Views
from hyperscope.ui.labs.playground.painting import Painting
from hyperscope.ui.pacing import frames
from hyperscope.ui.parts.export import Export
from hyperscope.ui.parts.finding import Finding
from hyperscope.ui.parts.presenting import Presenting
from hyperscope.ui.record.recording import record
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.theme import DARK, Theme
from hyperscope.ui.window import READY, Window
from patience import PATIENCE
from probed import sides
from ui import throw_away_lab
from ui.throw_away_probe import Counted, counted

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
FIRST = "throw-away-1"
EVERY = labs.LABS  # before any test puts others in their place


class Asking(Session):
    """A session that keeps what was asked for."""

    def __init__(self, *, playing: bool = False, link: Opens = InProcess) -> None:
        super().__init__(playing=playing, link=link)
        self.asked: list[set[object]] = []  # the probes, each time

    def ask(self, asks):
        if not self.awaiting:
            self.asked.append({ask.probe for ask in asks})
        super().ask(asks)


@pytest.fixture(autouse=True)
def listed(monkeypatch):
    """Five throw-away labs behind the Playground, and none of their exports afterwards."""
    entries = [throw_away_lab.entry(number) for number in range(1, 6)]
    monkeypatch.setattr(labs, "LABS", (labs.LABS[0], *entries))
    yield
    for registry in (exporters, views):
        registry.pop("throw-away-bars", None)


@pytest.fixture
def opened(on_screen) -> Callable[..., Window]:
    """Opens windows that stand still, with settings that are kept if they are given."""

    def open_one(remembered: Remembered | None = None, session: Session | None = None) -> Window:
        session = session or Asking()
        return on_screen(Window(session, "light", remembered or Remembered(forgetful=True)))

    return open_one


@pytest.fixture
def window(opened) -> Window:
    return opened()


@pytest.fixture
def shown(window, qtbot) -> Window:
    """The window with the first throw-away lab open and drawn."""
    window.show_lab(FIRST)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    return window


def tab(window: Window, title: str):
    return window.tabs.tabs[title]


# -- opening ----------------------------------------------------------------------------------------------------------


def test_a_lab_is_made_when_it_is_first_shown(window):
    assert list(window._labs) == ["playground"]
    window.show_lab(FIRST)
    assert list(window._labs) == ["playground", FIRST]


def test_there_is_a_tab_for_every_lab_and_no_other(window):
    assert list(window.tabs.tabs) == [entry.title for entry in labs.LABS]


def test_with_one_lab_there_is_neither_a_way_to_others_nor_a_view(monkeypatch, opened):
    monkeypatch.setattr(labs, "LABS", labs.LABS[:1])
    window = opened()
    assert not window.views.isVisible()
    assert not [action for action in window.all_actions if action.group == "Lab"]


def test_a_click_on_a_tab_shows_its_lab(window, qtbot):
    qtbot.mouseClick(tab(window, "Throw away 2"), LEFT)
    assert window.lab.page.isVisible() and isinstance(window.lab.page, throw_away_lab.ThrowAway)


def test_control_and_a_number_show_a_lab_and_the_first_again(window, qtbot):
    page = window.lab.page
    qtbot.keyClick(window, Key.Key_3, CONTROL)
    assert tab(window, "Throw away 2").isChecked() and not page.isVisible()
    qtbot.keyClick(window, Key.Key_1, CONTROL)
    assert window.lab.page is page and page.isVisible()


def test_arrows_go_from_tab_to_tab(window, qtbot):
    tab(window, "Playground").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Right)
    assert QApplication.focusWidget() is tab(window, "Throw away 1") and tab(window, "Throw away 1").isChecked()
    assert window.lab.page.view == "bars"


def test_a_lab_says_its_welcome_when_it_is_first_shown(shown):
    assert shown.words.said == "Nothing is kept."


def test_whoever_goes_somewhere_reads_what_to_do_there(shown, qtbot):
    qtbot.mouseClick(shown.views.choice.word("Lines"), LEFT)
    assert shown.words.said == "Lines are counted too."
    qtbot.mouseClick(shown.views.choice.word("Bars"), LEFT)
    assert shown.words.said == "Nothing is kept."
    qtbot.keyClick(shown, Key.Key_1, CONTROL)
    assert shown.words.said == READY
    qtbot.mouseClick(tab(shown, "Throw away 1"), LEFT)
    assert shown.words.said == "Nothing is kept."


def test_a_note_that_goes_with_its_lab_leaves_no_empty_line_behind(shown, qtbot):
    qtbot.keyClick(shown, Key.Key_1, CONTROL)
    figures = "The error is 12 % on the training set, 15 % on the dev set, and at best 0 %: high bias. " * 2
    remedy = setting("L2 0.01", ("training.l2", 0.01))
    finding = checks.Finding("bias and variance", "act", figures.strip(), {}, 1.0, 0.5, "A book", remedy)
    shown.say("α 0.01 → 0.03 at epoch 60: weights and Adam's memory kept. Watch the loss.")

    def spoke() -> bool:  # it says nothing right after a move
        shown.lab.page.note.draw(sides({"findings": (finding,)}))
        return shown.words.growth > 0

    qtbot.waitUntil(spoke, timeout=PATIENCE)
    qtbot.mouseClick(tab(shown, "Throw away 2"), LEFT)
    assert shown.words.said == "Nothing is kept." and shown.words.growth == 0


def test_what_a_place_says_itself_stands(shown, qtbot, monkeypatch):
    monkeypatch.setattr(shown.lab.parts[0], "lab_shown", lambda: shown.say("Twelve are counted."))
    qtbot.mouseClick(shown.views.choice.word("Lines"), LEFT)
    assert shown.words.said == "Twelve are counted."


def test_why_training_stopped_is_still_said_elsewhere(shown, qtbot):
    shown.session.alarm = True
    shown.say("Training stopped at step 3.", alarm=True)
    qtbot.mouseClick(shown.views.choice.word("Lines"), LEFT)
    assert shown.words.said == "Alarm: Training stopped at step 3."


def test_a_sentence_that_is_held_gives_way_to_where_one_goes(shown, qtbot):
    shown.hold("Your experiment of last time.")
    shown.session.message = "It trains on."
    qtbot.waitUntil(lambda: not shown.session.message, timeout=PATIENCE)
    assert shown.words.said == "Your experiment of last time."
    qtbot.mouseClick(shown.views.choice.word("Lines"), LEFT)
    assert shown.words.said == "Lines are counted too."


@pytest.mark.parametrize(
    ("entry", "view"), [(entry, view) for entry in EVERY for view, _ in entry.views], ids=lambda part: str(part)[:40]
)
def test_every_view_says_in_a_line_of_its_own_what_to_try(entry, view):
    said = [entry.task_in(one) for one, _ in entry.views]
    assert said.count(entry.task_in(view)) == 1
    assert 30 < len(entry.task_in(view)) <= 105 and entry.task_in(view)[-1] in ".?"
    assert set(entry.tasks) <= {one for one, _ in entry.views}


def test_the_words_for_views_are_there_while_a_lab_has_some(shown):
    assert shown.views.isVisible() and shown.views.choice.value == "Bars"
    shown.show_lab("playground")
    assert not shown.views.isVisible()


def test_a_click_on_a_word_shows_the_view(shown, qtbot):
    qtbot.mouseClick(shown.views.choice.word("Lines"), LEFT)
    assert shown.lab.page.view == "lines"


def test_arrows_go_from_view_to_view(shown, qtbot):
    shown.views.choice.word("Bars").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Right)
    assert shown.lab.page.view == "lines" and shown.session.status.step == 0
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Left)
    assert shown.lab.page.view == "bars" and shown.views.choice.value == "Bars"


def test_a_lab_that_there_is_not_is_refused_by_name(window):
    with pytest.raises(ValueError, match="lab is 'moon'; there are playground, throw-away-1"):
        window.show_lab("moon")
    with pytest.raises(ValueError, match="view is 'moon'; it has bars, lines in throw-away-1"):
        window.show_lab(FIRST, "moon")


# -- drawing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [InProcess, Runner], ids=["in this process", "in a process of its own"])
def test_its_panel_draws_what_its_probe_found(opened, qtbot, link):
    window = opened(session=Asking(link=link))
    window.show_lab(FIRST)
    window.session.advance("batch")
    qtbot.waitUntil(lambda: window.lab.page.trained.drawn[-1:] == [Counted(100)], timeout=PATIENCE)


def test_its_own_value_is_drawn_when_it_is_moved(shown, qtbot):
    page = shown.lab.page
    page.value.set(7.0)
    qtbot.waitUntil(lambda: page.computed.drawn[-1] == "bars 7", timeout=PATIENCE)


def test_what_a_job_has_come_to_is_drawn_once(shown, qtbot):
    page = shown.lab.page
    page.replies.append((Seen(stands="trial 3"),))
    qtbot.waitUntil(lambda: len(page.jobbed.drawn) == 1, timeout=PATIENCE)
    count = len(shown.session.asked)
    qtbot.waitUntil(lambda: len(shown.session.asked) > count + 10, timeout=PATIENCE)
    assert page.jobbed.drawn == ["trial 3"]


def test_a_panel_that_comes_into_sight_is_drawn_though_nothing_moves(shown, qtbot):
    panel = shown.lab.page.trained
    qtbot.waitUntil(lambda: shown.at_rest, timeout=PATIENCE)
    panel.hide()
    count, before = len(shown.session.asked), len(panel.drawn)
    qtbot.waitUntil(lambda: len(shown.session.asked) > count + 2, timeout=PATIENCE)
    panel.show()
    qtbot.waitUntil(lambda: len(panel.drawn) > before, timeout=PATIENCE)


def test_a_hidden_panel_is_not_asked_for_after_a_rebuild(shown, qtbot):
    panel = shown.lab.page.trained
    panel.hide()
    count = len(shown.session.asked)
    qtbot.waitUntil(lambda: len(shown.session.asked) > count + 2, timeout=PATIENCE)
    count, before = len(shown.session.asked), len(panel.drawn)
    shown.move_knob("network.layers.0.units", 5)
    qtbot.waitUntil(lambda: {examples} in shown.session.asked[count:], timeout=PATIENCE)
    qtbot.waitUntil(lambda: shown.up_to_date, timeout=PATIENCE)
    assert len(panel.drawn) == before
    assert not any(counted in asked for asked in shown.session.asked[count:])


def test_hidden_labs_ask_for_nothing_and_draw_nothing(opened, qtbot):
    session = Asking(playing=True)
    window = opened(session=session)
    pages = []
    for entry in labs.LABS[1:]:
        window.show_lab(entry.name)
        pages.append(window.lab.page)
        qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    window.show_lab("playground")
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    count, drawn = len(session.asked), [len(page.trained.drawn) for page in pages]
    for page in pages:
        page.value.set(9.0)
        page.replies.append((Seen(),))
    window.move_knob("network.layers.0.units", 5)  # rebuilt: all that is seen is asked for
    step = session.status.step
    qtbot.waitUntil(lambda: window.up_to_date and session.status.step > step + 200, timeout=PATIENCE)
    panels = (*window.lab.panels, *window.lab.notes)
    of_playground = {ask.probe for panel in panels for ask in panel.asks(Focus())}
    assert set().union(*session.asked[count:]) <= of_playground
    assert [len(page.trained.drawn) for page in pages] == drawn
    assert not any(page.computed.drawn[-1] == "bars 9" or page.jobbed.drawn for page in pages)


def test_a_lab_takes_on_the_theme_when_it_is_shown(shown):
    panel = shown.lab.page.trained
    shown.show_lab("playground")
    next(action for action in shown.all_actions if action.name == "Light or dark").run()
    assert not panel.theme.dark
    shown.show_lab(FIRST)
    assert panel.theme.dark


def switch_theme(window: Window) -> None:
    next(action for action in window.all_actions if action.name == "Light or dark").run()


def test_a_hidden_lab_takes_on_the_theme_when_there_is_time_and_not_again_when_it_is_shown(shown, qtbot, monkeypatch):
    page = shown.lab.page
    playground = shown._labs["playground"].page
    switch_theme(shown)
    qtbot.waitUntil(lambda: playground.map._theme.dark, timeout=PATIENCE)
    qtbot.waitUntil(lambda: shown._themed["playground"] is shown.theme, timeout=PATIENCE)
    put_on: list[object] = []
    monkeypatch.setattr(type(playground.curves), "set_theme", lambda panel, theme: put_on.append(panel))
    shown.show_lab("playground")
    qtbot.waitUntil(lambda: shown.up_to_date, timeout=PATIENCE)
    assert put_on == []
    monkeypatch.undo()
    switch_theme(shown)
    qtbot.waitUntil(lambda: not page.trained.theme.dark, timeout=PATIENCE)


def test_a_lab_that_is_shown_while_it_takes_on_the_theme_wears_all_of_it(shown, qtbot):
    playground = shown._labs["playground"].page
    switch_theme(shown)
    qtbot.waitUntil(lambda: playground.data._theme.dark, timeout=PATIENCE)  # the first of its parts
    assert shown._themed["playground"] is not shown.theme
    shown.show_lab("playground")
    qtbot.waitUntil(lambda: shown.up_to_date, timeout=PATIENCE)
    assert {part._theme.dark for part in (playground.data, playground.map, playground.curves)} == {True}
    assert shown._themed["playground"] is shown.theme


def test_a_lab_that_is_left_while_it_takes_on_the_theme_does_so_when_there_is_time(window, qtbot, monkeypatch):
    monkeypatch.setattr("hyperscope.ui.unveiling.SPENT", 0.0)  # one part in a frame
    monkeypatch.setattr("hyperscope.ui.window.UNTOUCHED", 0)
    playground = window.lab.page
    window.ticker.stop()
    switch_theme(window)
    for _ in range(2):
        frames.drawn.emit()
    assert playground.data._theme.dark
    window.show_lab(FIRST)
    assert window.palette().window().color() == QColor(DARK.window)  # all that does not lie in a lab
    assert not playground.curves._theme.dark
    window.ticker.start()
    qtbot.waitUntil(lambda: playground.curves._theme.dark, timeout=PATIENCE)
    assert window.lab.page.trained.theme.dark


@pytest.mark.parametrize("again", [False, True])
def test_a_lab_that_is_left_and_seen_again_wears_all_of_the_theme(window, qtbot, monkeypatch, again):
    monkeypatch.setattr("hyperscope.ui.unveiling.SPENT", 0.0)
    playground = window.lab.page
    window.ticker.stop()
    switch_theme(window)
    for _ in range(2):
        frames.drawn.emit()
    window.show_lab(FIRST)
    if again:  # as it was at first, which half of it still is
        switch_theme(window)
    window.show_lab("playground")
    window.ticker.start()
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert {part._theme.dark for part in (playground.data, playground.map, playground.curves)} == {not again}


class Wears(QWidget):
    """What takes on a theme, and keeps it."""

    theme: Theme | None = None

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme


def test_of_a_view_that_is_left_while_it_takes_on_the_theme_the_rest_does_when_it_is_seen_again(qtbot):
    page = Views()
    qtbot.addWidget(page)
    first, second = [Wears(), Wears()], [Wears(), Wears()]
    page.add_view("first", QWidget(), *first)
    page.add_view("second", QWidget(), *second)
    steps = page.dressing(DARK)
    while first[0].theme is None:
        next(steps)
    page.show_view("second")
    assert [one.theme for one in second] == [DARK, DARK]
    assert not list(steps)
    assert [one.theme for one in first] == [DARK, None]
    page.show_view("first")
    assert [one.theme for one in first] == [DARK, DARK]


def test_two_changes_of_theme_leave_every_hidden_lab_in_the_last(shown, qtbot):
    playground = shown._labs["playground"].page
    switch_theme(shown)
    qtbot.waitUntil(lambda: playground.data._theme.dark, timeout=PATIENCE)
    switch_theme(shown)
    qtbot.waitUntil(lambda: shown._themed["playground"] is shown.theme, timeout=PATIENCE)
    assert {part._theme.dark for part in (playground.data, playground.map, playground.curves)} == {False}


# -- keys -------------------------------------------------------------------------------------------------------------


def test_its_keys_work_while_it_is_shown_and_not_while_it_is_hidden(shown, qtbot):
    page = shown.lab.page
    qtbot.keyClick(shown, Key.Key_Y)
    assert page.pressed == 1
    shown.show_lab("playground")
    qtbot.keyClick(shown, Key.Key_Y)
    assert page.pressed == 1


def test_d_paints_in_no_other_lab(shown, qtbot):
    experiment = shown.session.experiment
    qtbot.keyClick(shown, Key.Key_D)
    assert shown.session.experiment == experiment
    shown.show_lab("playground")
    assert not shown.part(Painting).on
    qtbot.keyClick(shown, Key.Key_D)
    assert shown.part(Painting).on


def test_the_window_s_own_keys_work_in_every_lab(shown, qtbot):
    qtbot.keyClick(shown, Key.Key_B)
    qtbot.waitUntil(lambda: shown.session.status.step == 1, timeout=PATIENCE)


def test_slow_motion_is_offered_only_where_it_is_shown(shown):
    assert not shown.transport.slow_button.isEnabled()
    shown.show_lab("playground")
    assert shown.transport.slow_button.isEnabled()


# -- what the window's parts do with it -------------------------------------------------------------------------------


def found(window: Window, qtbot, words: str) -> list[str]:
    palette = window.part(Finding).palette
    qtbot.keyClick(window, Key.Key_K, CONTROL)
    qtbot.keyClicks(palette.line, words)
    names = [action.name for action in palette.found()]
    palette.leave()
    return names


def test_the_palette_finds_labs_and_the_shown_one_s_actions_and_views(shown, qtbot):
    assert "Go to Throw away 3" in found(shown, qtbot, "throw away 3")
    assert found(shown, qtbot, "press the throw") == ["Press the throw-away lab"]
    assert "Throw away 1: Lines" in found(shown, qtbot, "lines")
    shown.show_lab("playground")
    assert found(shown, qtbot, "press the throw") == []


def test_the_palette_goes_to_a_view(shown, qtbot):
    palette = shown.part(Finding).palette
    qtbot.keyClick(shown, Key.Key_K, CONTROL)
    qtbot.keyClicks(palette.line, "throw away 1 lines")
    qtbot.keyClick(palette.line, Key.Key_Return)
    assert shown.lab.page.view == "lines"


def test_what_can_be_hidden_is_the_shown_lab_s(shown):
    assert list(shown.part(Presenting).list.boxes) == ["timeline"]
    shown.show_lab("playground")
    assert "map" in shown.part(Presenting).list.boxes


def test_its_panel_is_exported_as_a_picture(shown, qtbot, tmp_path):
    shown.part(Export).open()
    dialog = shown.part(Export).dialog
    dialog.list.choose("throw-away-bars")
    dialog.path.setText(str(tmp_path / "bars.png"))
    dialog.save()
    qtbot.waitUntil(lambda: dialog.verdict.accessibleName().startswith("Written"), timeout=PATIENCE)
    dialog.close()
    assert QImage(str(tmp_path / "bars.png")).pixelColor(100, 100) == throw_away_lab.SHADE


def test_it_is_recorded_by_its_name(tmp_path, qapp):
    record(Experiment(), tmp_path / "lab.png", epochs=1, lab=FIRST, view="lines")
    picture = QImage(str(tmp_path / "lab.png"))
    assert picture.pixelColor(picture.width() // 4, picture.height() // 2) == throw_away_lab.SHADE


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_the_lab_and_its_view_are_remembered(opened):
    first = opened(Remembered())
    first.show_lab("throw-away-2", "lines")
    first.close()
    second = opened(Remembered())
    assert tab(second, "Throw away 2").isChecked() and second.lab.page.view == "lines"
    assert list(second._labs) == ["throw-away-2"]


def test_a_remembered_lab_that_is_gone_gives_way_to_the_first(monkeypatch, opened):
    first = opened(Remembered())
    first.show_lab("throw-away-2")
    first.close()
    monkeypatch.setattr(labs, "LABS", labs.LABS[:1])
    assert list(opened(Remembered())._labs) == ["playground"]


def test_of_the_playground_alone_a_session_s_file_says_nothing(window):
    assert window.session.shows() is None


def test_a_session_s_file_says_lab_view_and_what_labs_keep(shown):
    shown.show_lab(FIRST, "lines")
    shown.lab.page.kept["unit"] = 3
    assert shown.session.shows() == Shown(FIRST, {FIRST: "lines"}, {FIRST: {"unit": 3}})


def test_what_the_file_says_is_shown_when_it_is_opened(opened, qtbot):
    window = opened()
    said = Shown("throw-away-2", {"throw-away-2": "lines", "gone": "x"}, {"throw-away-2": {"unit": 3}, "gone": {}})
    window.session.perform(from_json(Score(Experiment(seed=3), end=2, shown=said).to_json()))
    qtbot.waitUntil(lambda: tab(window, "Throw away 2").isChecked(), timeout=PATIENCE)
    assert (window.lab.page.view, window.lab.page.kept) == ("lines", {"unit": 3})


def test_views_of_labs_that_the_file_does_not_show_come_back_too(shown, qtbot):
    shown.show_lab("playground")
    shown.session.perform(Score(Experiment(seed=3), end=2, shown=Shown("playground", {FIRST: "lines"})))
    qtbot.waitUntil(lambda: shown.session.opened is None, timeout=PATIENCE)
    shown.show_lab(FIRST)
    assert shown.lab.page.view == "lines"


def test_a_file_that_says_nothing_of_labs_leaves_the_shown_one(shown, qtbot):
    shown.session.perform(Score(Experiment(seed=3), end=2))
    qtbot.waitUntil(lambda: shown.session.status.tick == 2, timeout=PATIENCE)
    assert tab(shown, "Throw away 1").isChecked()


def test_undo_and_going_back_leave_lab_and_view(shown, qtbot):
    shown.show_lab(FIRST, "lines")
    shown.move_knob("training.learning_rate", 0.5)
    shown.session.advance("epoch")
    qtbot.waitUntil(lambda: shown.session.status.epoch == 1, timeout=PATIENCE)
    shown.do(shown.session.undo)
    shown.go_to(1)
    qtbot.waitUntil(lambda: shown.session.status.tick == 1, timeout=PATIENCE)
    assert shown.lab.page.view == "lines" and shown.session.shows().views == {FIRST: "lines"}


def test_the_controls_of_a_hidden_lab_follow_once_it_is_shown(shown):
    shown.move_knob("training.learning_rate", 0.5)
    shown.show_lab("playground")
    assert shown.lab.page.hyperparameters.controls["training.learning_rate"].value() == 0.5


# -- the end ----------------------------------------------------------------------------------------------------------


def test_closing_leaves_nothing_of_any_lab(window, qtbot):
    for entry in labs.LABS[1:]:
        window.show_lab(entry.name)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    window.close()
    assert not window.ticker._timer.isActive()
    timers = [one for one in gc.get_objects() if isinstance(one, QTimer) and shiboken6.isValid(one) and one.isActive()]
    assert timers == []
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == []


def test_a_score_keeps_its_form_without_a_lab():
    score = Score(Experiment(), end=4)
    assert "shown" not in score.to_json() and replace(score, shown=Shown("x")).to_json() != score.to_json()
