"""Every writer of the program on a full disk and in a read-only folder: a sentence, and whole files or none."""

from __future__ import annotations

import ast
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import hyperscope
from faults import ROOM, full_disk, read_only
from hyperscope.cli import run
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.examples.points_file import save_points
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.library.library import Library
from hyperscope.lab.library.store import Unkept
from hyperscope.lab.writing import write
from hyperscope.ui.remembered import Remembered
from lab.run_rows import row

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4),)), seed=5)
SOURCE = Path(hyperscope.__file__).parent
WRITING = {"write_text", "write_bytes", "fdopen", "NamedTemporaryFile", "mkstemp", "savez", "savez_compressed"}
IN_MEMORY = {"buffer", "picture", "made"}  # what pictures are saved to
OWN_WAYS = {  # where it stands -> why it is no file of its own, or goes another way
    "lab/writing.py": "the one way",
    "lab/frameworks/child.py": "what a process complains of, in a temporary folder",
    "lab/reading.py": "it opens to read only",
    "lab/library/packing.py": "into memory",
    "lab/library/rescue.py": "a copy that is thrown away",
    "lab/library/store.py": "SQLite's own, which is whole or not at all too",
    "lab/export/exports.py": "a member of an archive in memory",
    "terminal.py": "the standard streams",
}

EXPORTED = ("map.png", "map.svg", "map.gif", "map.mp4", "csv.csv", "weights.npz", "score.json", "code.txt")


@pytest.fixture
def looks(qapp):
    """Puts back how the application looked."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)


@pytest.fixture
def given(tmp_path) -> str:
    """A small experiment in a file."""
    (tmp_path / "given.json").write_text(SMALL.to_json(), encoding="utf-8")
    return str(tmp_path / "given.json")


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where things are to be written."""
    made = tmp_path / "out"
    made.mkdir()
    return made


def commands(given: str, folder: Path) -> dict[str, list[str]]:
    """The words for each file that the command line writes."""
    made = {
        "run": ["run", given, "--epochs", "1", "--out", str(folder)],
        "record.png": ["record", given, "--epochs", "1", "--out", str(folder / "a.png")],
        "record.gif": ["record", given, "--epochs", "1", "--out", str(folder / "a.gif")],
        "screens": ["record", given, "--epochs", "1", "--screens", str(folder)],
        "report": ["report", given, "--epochs", "1", "--out", str(folder / "a.html")],
    }
    few = ["--epochs", "1", "--seeds", "1", "--out", str(folder)]
    made["sweep"] = ["sweep", "batch-norm/learning-rate", given, *few]
    steps = ["--seeds", "1", "--steps", "100", "--out", str(folder)]
    made["table of a sweep"] = ["sweep", "generalise/examples", given, *steps]
    code = ["export", given, "--what", "code", "--framework", "numpy"]
    made["code"] = [*code, "--epochs", "1", "--out", str(folder)]
    made["view.csv"] = ["export", given, "--what", "softmax/workbench", "--out", str(folder / "view.csv")]
    for name in EXPORTED:
        what = ["export", given, "--epochs", "1", "--what", name.partition(".")[0]]
        made[name] = [*what, "--out", str(folder / name)]
    return made


COMMANDS = tuple(commands("", Path()))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_a_full_disk_ends_with_a_sentence_and_no_file(looks, given, folder, capsys, name):
    with full_disk():
        assert run(commands(given, folder)[name]) == 2
    said = capsys.readouterr()
    assert str(folder) in said.err and "the file would be larger than files may be here" in said.err
    assert "Written" not in said.out and not list(folder.iterdir())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_in_a_read_only_folder_ends_with_a_sentence(looks, given, folder, capsys, name):
    with read_only(folder):
        assert run(commands(given, folder)[name]) == 2
    said = capsys.readouterr()
    assert f"nothing may be written to {folder}" in said.err and said.out == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_what_was_there_stays_when_its_place_cannot_be_written(looks, given, folder, name):
    words = commands(given, folder)[name]
    assert run(words) == 0
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with full_disk():
        assert run(words) == 2
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def in_the_window(home: Path, folder: Path) -> dict[str, Callable[[], object]]:
    """What the window writes, apart from its exports, which are those of the command line."""
    library = Library(home / "runs.sqlite")
    many = tuple(" ".join(f"{x}.125,-{y}.125" for x in range(80) for y in range(20)) for _ in range(2))
    large = Experiment(data=Data(source="painted", painted=many)).to_json()
    library.store.keep(row(1, experiment=large))
    library.store.keep(row(2, experiment=large))
    return {
        "points": partial(save_points, SMALL.data, folder / "points.csv"),
        "runs": partial(library.export, ["run-1", "run-2"], folder),
        "an experiment": partial(write, folder / "experiment.json", SMALL.to_json()),
    }


WINDOW = ("points", "runs", "an experiment")


@pytest.mark.parametrize("name", WINDOW)
def test_the_window_refuses_a_full_disk_in_a_sentence(home, folder, name):
    act = in_the_window(home, folder)[name]
    with full_disk(33_000 if name == "runs" else ROOM), pytest.raises(ValueError, match="larger than files may be"):
        act()
    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", WINDOW)
def test_the_window_refuses_a_read_only_folder_in_a_sentence(home, folder, name):
    act = in_the_window(home, folder)[name]
    with read_only(folder), pytest.raises(ValueError, match="nothing may be written to"):
        act()


@pytest.mark.parametrize("fault", ["full", "read only"])
def test_what_is_kept_for_the_next_start_stays_when_it_cannot_be_kept_anew(qapp, home, fault):
    remembered = Remembered()
    remembered.keep(SMALL)
    remembered.theme = "dark"
    remembered.save()
    before = {name: (home / name).read_bytes() for name in ("last-experiment.json", "window.ini")}
    with full_disk() if fault == "full" else read_only(home):
        with pytest.raises(OSError):
            remembered.keep(Experiment())
        remembered.set_hidden(frozenset(f"panel{number}" for number in range(40)))
        remembered.save()
    assert {name: (home / name).read_bytes() for name in before} == before


@pytest.mark.parametrize("fault", ["full", "read only"])
def test_the_run_library_says_that_it_cannot_keep_a_run_and_keeps_the_others(home, fault):
    library = Library(home / "runs.sqlite")
    library.store.keep(row(1))
    with full_disk() if fault == "full" else read_only(home), pytest.raises((Unkept, sqlite3.Error)) as refused:
        library.store.keep(row(2))
    assert refused.type is Unkept and str(home) in str(refused.value)
    assert [kept.id for kept in library.runs()] == ["run-1"]


# -- the list of writers ----------------------------------------------------------------------------------------------


def ways_of_writing(path: Path) -> list[str]:
    """The calls in a module that may write a file, as they stand there."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return [ast.unparse(call) for call in calls if _writes(call)]


def _writes(call: ast.Call) -> bool:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    words = [word for word in (*call.args, *(keyword.value for keyword in call.keywords))]
    if called == "open":
        modes = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        return ast.unparse(call.func) == "os.open" or any(set("wax+") & set(mode) for mode in modes)
    if called == "save":
        return bool(words) and ast.unparse(words[0]) not in IN_MEMORY and ast.unparse(call.func) != "self.save"
    return called in WRITING


def test_every_file_is_written_in_the_one_way() -> None:
    ways = {path.relative_to(SOURCE).as_posix(): ways_of_writing(path) for path in SOURCE.rglob("*.py")}
    assert {name: found for name, found in ways.items() if found and name not in OWN_WAYS} == {}


# -- links, devices, and what was there -------------------------------------------------------------------------------


def test_a_link_goes_on_pointing_where_it_points(folder):
    (folder / "far").mkdir()
    (folder / "far" / "a.txt").write_text("before")
    (folder / "a.txt").symlink_to(folder / "far" / "a.txt")
    write(folder / "a.txt", "after")
    assert (folder / "a.txt").is_symlink() and (folder / "far" / "a.txt").read_text() == "after"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such files")
def test_a_pipe_is_not_replaced_by_a_file(folder):
    os.mkfifo(folder / "a.txt")
    with pytest.raises(ValueError, match=r"a\.txt: this is a device or pipe"):
        write(folder / "a.txt", "anything")
    assert (folder / "a.txt").is_fifo()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_file_that_is_replaced_keeps_its_permissions(folder):
    (folder / "a.txt").touch()
    (folder / "a.txt").chmod(0o640)
    write(folder / "a.txt", "anything")
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o640


def test_a_file_that_may_not_be_changed_is_not_replaced(folder):
    (folder / "a.txt").write_text("before")
    (folder / "a.txt").chmod(0o444)
    with read_only(folder / "a.txt"), pytest.raises(ValueError, match="may not be changed"):
        write(folder / "a.txt", "after")
    assert (folder / "a.txt").read_text() == "before"


def test_a_name_as_long_as_names_may_be_can_be_written(folder):
    write(folder / ("a" * 255), "anything")
    assert (folder / ("a" * 255)).read_text() == "anything"
