"""What the program loads before its first picture, in an interpreter of its own."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from hyperscope.lab.doctor.checks import Finding, remedies

LOADED = "import sys, hyperscope.ui.app; print(*sys.modules)"


def told(script: str) -> tuple[list[str], str]:
    """The words that an interpreter of its own prints, and what it says of errors."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split(), done.stderr


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The names of all modules that importing the program's window brings in."""
    return set(told(LOADED)[0])


@pytest.mark.parametrize(
    "name",
    [
        "PIL",  # films and pictures
        "imageio_ffmpeg",
        "jinja2",
        "matplotlib",
        "optuna",
        "pandas",
        "scipy",
        "torch",
        "ziamath",
        "sqlite3",  # the run library
        "hyperscope.engine.learner",  # training has a process of its own
        "hyperscope.lab.training.trainer",
        "hyperscope.lab.timeline.timeline",
        "hyperscope.lab.doctor.diagnosis",
        "hyperscope.lab.export.film",
        "hyperscope.lab.export.report",
        "hyperscope.lab.library.library",
        "hyperscope.ui.export.exporting",
        "hyperscope.ui.export.dialog",
        "hyperscope.ui.open_table.dialog",
        "hyperscope.ui.runs.page",
        "hyperscope.ui.share_dialog",
        "hyperscope.ui.typeset",
    ],
)
def test_what_the_first_picture_does_not_need_is_not_loaded(loaded, name):
    assert name not in loaded


def test_the_window_computes_on_one_thread():
    words, _ = told(
        "import sys, types; from hyperscope import cli\n"
        "def seen(*_, **__):\n"
        "    import numpy, threadpoolctl; print(*(pool['num_threads'] for pool in threadpoolctl.threadpool_info()))\n"
        "sys.modules['hyperscope.ui.app'] = types.SimpleNamespace(open_window=seen); cli.run([])"
    )
    assert words == ["1"]


def test_the_window_appears_with_its_first_pictures_before_pyqtgraph_is_loaded():
    found, _ = told(
        "import sys; from hyperscope.lab.session.session import Session; from hyperscope.ui import app; "
        "session = Session(playing=False); qt = app.application(); window = app.Window(session); app.appear(window); "
        "print(window.isVisible(), window.up_to_date, 'pyqtgraph' in sys.modules); window.close(); session.close()"
    )
    assert found == ["True", "True", "False"]


LATER = """
import linecache, sys
from PySide6.QtCore import QEvent
from hyperscope.ui.ahead import Ahead
from hyperscope.ui.app import application
from hyperscope.ui.labs import LABS
from hyperscope.ui.labs.ready import Ready
app, ready = application(), Ready()
Ahead(ready, 0.0).finish()
made = ready.waiting
ready.clear()
app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
wanted = {one.module for one in LABS} | {"pyqtgraph", "hyperscope.ui.export.dialog"}
print(*(wanted - set(sys.modules)), "torch" in sys.modules, made > 20, app.topLevelWidgets(), *linecache.cache)
"""


def test_what_is_used_later_is_loaded_before_it_is_wanted():
    assert told(LATER)[0] == ["False", "True", "[]"]


def test_what_is_loaded_on_another_thread_knows_no_qt():
    """A class of Qt objects made there crashes the window now and then."""
    found = told(
        "import sys; import hyperscope.ui.ahead as ahead; before = set(sys.modules); "
        "ahead._load_beside(0.0); came = set(sys.modules) - before; print(len(came) > 50, "
        "*(name for name in came if name.startswith(('PySide6', 'pyqtgraph', 'hyperscope.ui', 'optuna', 'dask'))))"
    )
    assert found == (["True"], "")


def test_the_source_that_pyside_searches_is_read_on_the_other_thread():
    found = told(
        "import linecache, sys; from hyperscope.ui.ahead import _load_beside; "
        "_load_beside(0.0); ahead = {*linecache.cache}; "
        "import pyqtgraph; files = {m.__file__ for n, m in sys.modules.items() if n.startswith('pyqtgraph')}; "
        "print(len(files) > 100, *(files - ahead))"
    )
    assert found == (["True"], "")


def test_what_the_doctor_finds_comes_without_what_examines():
    """It is unpickled in the window while training goes on, where loading the checks held up three frames."""
    remedy = remedies.setting("α 0.1", ("training.learning_rate", 0.1))
    found = Finding("learning rate", "act", "", {}, 1.0, 0.5, "", remedy)
    tell = "import pickle, sys; pickle.load(sys.stdin.buffer); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", tell], input=pickle.dumps(found), capture_output=True, check=True)
    loaded = done.stdout.decode().split()
    assert "hyperscope.lab.doctor.checks.remedies" in loaded
    assert not {
        "hyperscope.lab.training.trainer",
        "hyperscope.lab.doctor.diagnosis",
        "hyperscope.engine.learner",
    } & set(loaded)
