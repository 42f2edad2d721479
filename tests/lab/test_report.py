"""The report: one page that loads nothing, with the numbers, the mistakes, the moves, the settings and the codes."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest

from hyperscope.engine.metrics import confusion
from hyperscope.engine.settings import Network
from hyperscope.lab.experiment.data import FILE, PAINTED, Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.export.exports import Material, gathered
from hyperscope.lab.export.report import FINDINGS, NEEDS, Picture, report
from hyperscope.lab.probes.probe import Looked, look
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import PREFIX, Event, Score, from_code, replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.lab.twins.twin import begin
from lab.sessions import START, moved

FASTER = moved(("training.learning_rate", 0.05))
SESSION = Score(
    START,
    (
        Event(9, moved(("training.learning_rate", 0.04))),
        Event(11, FASTER),
        Event(20, moved(("training.batch_size", 8), start=FASTER)),
        Event(30, moved(("training.batch_size", 8), start=FASTER), restart=True),
    ),
    90,
)
COLOURS = {"window": "#ffffff", "accent": "#2b6cb0"}
PICTURES = (Picture("Curves", "image/svg+xml", b"<svg/>", b"<svg></svg>", 5),)


class Tags(HTMLParser):
    """Opens and closes as a browser would, and notes what each tag refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img", "source", "br"):
            self.open.append(tag)
        self.sources += [value for name, value in attrs if name in ("src", "srcset", "href", "data")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def timeline():
    return performed(SESSION)


@pytest.fixture(scope="module")
def page(timeline):
    return report(gathered(timeline, NEEDS), PICTURES, COLOURS, COLOURS)


def words(page: str) -> str:
    """What is read on the page."""
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def test_nothing_is_loaded_from_elsewhere(page):
    tags = Tags()
    tags.feed(page)
    assert tags.open == [] and tags.sources and all(source.startswith("data:image/") for source in tags.sources)
    assert "http" not in page.replace("http-equiv", "") and "url(" not in page and "<script" not in page


def test_the_page_holds_the_final_numbers(timeline, page):
    scores = timeline.trainer.scores()
    for part in (scores.train, scores.dev, scores.test):
        assert f"{part.loss:.4f}" in page and f"{100 * part.accuracy:.1f}\u2009%" in page


def test_the_page_holds_the_best_moment(timeline, page):
    curves = timeline.trainer.history.curves()
    at = int(np.argmin(curves.dev_loss))
    assert f"Lowest dev loss {curves.dev_loss[at]:.4f} at epoch {curves.epoch[at]:.4g}" in words(page)


def test_the_mistakes_are_counted(timeline, page):
    trainer = timeline.trainer
    y, predicted = trainer.examples.y_dev, trainer.scores().dev.predicted
    counts = confusion(np.eye(3)[predicted].T, y)
    dev = page[page.index("Dev set: true class down") : page.index("Test set: true class down")]
    found = [int(n) if n != "·" else 0 for n in re.findall(r'<td class="\w+" style="--s:\d+%">([\d·]+)</td>', dev)]
    assert found == counts.ravel().tolist() and sum(found) == len(y)


def test_moves_of_one_control_in_a_row_are_one(page):
    told = words(page)
    assert "9 to 11 α 0.01 0.05" in told and "20 Batch 16 8" in told and "30 Restarted" in told


THROUGH = "Steps are counted from where the session begins, on through restarts"


def test_where_steps_went_back_it_is_said_how_they_are_counted(page):
    onwards = Score(START, SESSION.events[:3], 40)
    assert THROUGH in words(page)
    assert THROUGH not in words(report(gathered(performed(onwards), NEEDS), (), COLOURS, COLOURS))


def test_settings_that_differ_stand_first_and_bold(page):
    settings = page[page.index('<table class="settings">') :]
    marks = re.findall(r'<tr( class="changed")?>', settings)
    assert marks[0] and sorted(marks, reverse=True) == marks
    assert '<tr class="changed"><th scope="row">Learning rate α</th><td>0.05</td>' in settings


def test_the_codes_open_what_the_page_is_about(page):
    codes = [from_code(code) for code in re.findall(PREFIX + r"[\w-]+", page)]
    assert codes == [Score(SESSION.experiment), SESSION]


def test_the_doctors_findings_are_told(timeline, page):
    found = gathered(timeline, (FINDINGS,)).records[FINDINGS]
    told = words(page)
    assert all(finding.sentence in told for finding in found)


NAMES = ("<script>alert('1')</script>", 'two\n"lines" & more', "{{ 7 * 7 }}")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The page of a table whose file, column and classes are named like HTML, and that page's title and picture too."""
    rows = "".join(f'{n % 7},{n % 5},"{NAMES[n % 3].replace(chr(34), chr(34) * 2)}"\n' for n in range(60))
    table = tmp_path_factory.mktemp("tables") / "<i>&.csv"
    table.write_text(f"a,b,<b>\n{rows}", encoding="utf-8")
    timeline = performed(Score(START.__class__(data=Data(source=FILE, file=str(table), label="<b>")), (), 3))
    pictures = (Picture('<"', "image/svg+xml", b"<svg/>", b"<svg/>"),)
    return report(gathered(timeline, NEEDS), pictures, COLOURS, COLOURS, title=NAMES[0])


@pytest.mark.parametrize("name", [*NAMES, "<b>", "<i>&.csv"])
def test_names_from_a_table_are_shown_as_they_are(hostile, name):
    assert re.sub(r"\s+", " ", name) in words(hostile)


def test_names_make_no_tags_and_no_attributes(hostile):
    tags = Tags()
    tags.feed(hostile)
    assert tags.open == [] and "<script" not in hostile and "<i>" not in hostile and "<b><" not in hostile
    assert '<img alt="&lt;&#34;"' in hostile and "<h1>&lt;script&gt;" in hostile


def test_an_untrained_network_without_layers_has_a_page_too():
    timeline = performed(Score(moved(start=START.__class__(network=Network(layers=())))))
    page = report(gathered(timeline, NEEDS), (), COLOURS, COLOURS)
    assert "Nothing was moved during training." in page and "spiral, no hidden layer" in page.lower()


def test_points_painted_and_numbers_set_by_hand_are_among_the_moves():
    drawn = Data(source=PAINTED, painted=("1,1 1.5,1 -2,0.5", "-1,1 2,2 3,-1", "0,1 0,2 0,3"), dev_share=0.3)
    start, more = (
        START.__class__(data=msgspec.structs.replace(drawn, painted=(first, *drawn.painted[1:])))
        for first in (drawn.painted[0], drawn.painted[0] + " 4,4 5,5")
    )
    edit = Edit("output.weights", (0, 1), -0.5)
    timeline = performed(Score(start, (Event(3, more), Event(5, more, edit=edit)), 6))
    told = words(report(gathered(timeline, NEEDS), (), COLOURS, COLOURS))
    assert "3 Own points 9 11" in told and "5 w₁₂ of output −0.5" in told and "Inputs x₁" not in told


def test_the_report_of_twins_tells_both() -> None:
    pair = begin(performed(Score(START)))
    pair.apply_each(START, FASTER)
    pair.steps(120)
    looked = tuple(Looked(line.trainer) for line in (pair.a, pair.b))
    sides = tuple(Seen(records=records) for records in look(looked, NEEDS))
    said = words(report(Material(pair.score, sides), PICTURES, COLOURS, COLOURS))
    assert "Twins" in said and "0.01 0.05" in said
    for one in looked:
        assert f"{one.subject.scores().dev.loss:.4f}" in said


def test_after_going_back_the_page_is_of_where_the_session_stands():
    timeline = performed(Score(START, (Event(8, FASTER),), 16), 4)
    material = gathered(timeline, NEEDS)
    page = report(material, (), COLOURS, COLOURS)
    assert Score(START, (), 4).to_code() in page and material.score.to_code() not in page


def test_of_weights_from_elsewhere_the_page_has_no_sessions_code():
    page = words(report(gathered(Timeline(replay(Score(START, end=8))), NEEDS), (), COLOURS, COLOURS))
    assert ELSEWHERE in page and "The whole session" not in page
