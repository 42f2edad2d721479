"""What a kill leaves of a file is taken away at the next start, and what is Hyperscope's own is its owner's alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hyperscope.lab.library.store import Store
from hyperscope.lab.places import home as home_folder
from hyperscope.lab.writing import UNFINISHED, Part, sweep, write, write_together
from lab.run_rows import row

DIES = """
import os, sys
from pathlib import Path
from hyperscope.lab.writing import Part
part = Part(Path(sys.argv[1]))
part.write(b"half")
part.file.flush()
os.kill(os.getpid(), 9)
"""


DIES_BETWEEN = """
import os, sys
from pathlib import Path
from hyperscope.lab.writing import Part, write_together
appear = Part.appear
def second(part):
    if part.path.name == "b.txt":
        os.kill(os.getpid(), 9)
    appear(part)
Part.appear = second
write_together({Path(sys.argv[1]) / f"{name}.txt": name for name in "abc"})
"""


def killed(path: Path, words: str = DIES) -> None:
    """Has a process begin the file at `path`, or several in this folder, and kills it."""
    assert subprocess.run([sys.executable, "-c", words, str(path)], check=False, timeout=300).returncode != 0


@pytest.mark.skipif(os.name != "posix", reason="a process is killed otherwise on Windows")
def test_what_a_kill_leaves_of_a_file_is_swept_at_the_next_start(tmp_path):
    folder = tmp_path / "films"
    killed(folder / "a.mp4")
    (left,) = folder.iterdir()
    assert left.name.startswith("a.mp4.") and sweep() == [left]
    assert not list(folder.iterdir()) and not list((home_folder() / UNFINISHED).iterdir())


@pytest.mark.skipif(os.name != "posix", reason="a process is killed otherwise on Windows")
def test_what_a_kill_leaves_of_several_files_is_swept_but_what_had_appeared(tmp_path):
    killed(tmp_path / "out", DIES_BETWEEN)
    assert len(list((tmp_path / "out").glob("*.part"))) == 2
    assert len(sweep()) == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.txt"]
    assert not list((home_folder() / UNFINISHED).iterdir())


def test_of_files_whose_long_names_begin_alike_each_is_written(tmp_path):
    names = [f"{'a' * 120}{number}.txt" for number in range(3)]
    write_together({tmp_path / name: name for name in names})
    assert {path.name: path.read_text() for path in tmp_path.glob("*.txt")} == {name: name for name in names}
    assert not list((home_folder() / UNFINISHED).iterdir())


def test_what_is_still_being_written_is_not_swept(tmp_path):
    with Part(tmp_path / "a.txt") as part:
        part.write("all of it")
        assert sweep() == []
    assert (tmp_path / "a.txt").read_text() == "all of it"


def test_nothing_but_a_part_is_swept_whatever_a_note_says(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (home_folder() / UNFINISHED).mkdir()
    for name, said in (("a", str(tmp_path / "mine.txt")), ("b", ""), ("c", "\0"), ("d", str(tmp_path))):
        (home_folder() / UNFINISHED / name).write_text(said)
    assert sweep() == [] and (tmp_path / "mine.txt").read_text() == "mine"


def test_a_home_that_nothing_can_be_written_to_holds_no_file_up(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "file" / "home"))
    write(tmp_path / "a.txt", "anything")
    assert (tmp_path / "a.txt").read_text() == "anything" and sweep() == []


def test_of_several_files_none_appears_if_one_cannot(tmp_path):
    (tmp_path / "taken.txt").mkdir()
    with pytest.raises(ValueError, match=r"taken\.txt: this is a folder"):
        write_together({tmp_path / "a.txt": "a", tmp_path / "taken.txt": "b", tmp_path / "c.txt": "c"})
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_runs_and_what_is_kept_are_their_owners_alone(home):
    before = os.umask(0o022)
    try:
        store = Store(home / "new" / "runs.sqlite")
        store.keep(row(1))
        write(home / "last-experiment.json", "{}")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o077 for path in (home, *home.rglob("*")) if path != home}
    assert modes and set(modes.values()) == {0}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permissions")
def test_a_library_of_before_becomes_its_owners_alone(home):
    store = Store(home / "runs.sqlite")
    store.keep(row(1))
    (home / "runs.sqlite").chmod(0o644)
    store.keep(row(2))
    assert (home / "runs.sqlite").stat().st_mode & 0o077 == 0
