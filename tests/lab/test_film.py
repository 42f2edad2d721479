"""Films: as many frames as were added, of the right size, and no file at all when they are left off."""

from __future__ import annotations

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from hyperscope.lab.export.film import film, stops

SIZE = (62, 49)  # odd in height


def frame(number: int) -> np.ndarray:
    """A bar that moves over a ramp."""
    made = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    made[:, :, 0] = np.linspace(0, 255, SIZE[0])
    made[:, 6 * number : 6 * number + 6, 1:] = 255
    return made


def filmed(path, frames: int = 8) -> None:
    made = film(path, 100)
    for number in range(frames):
        made.add(frame(number))
    made.finish()


@pytest.mark.parametrize("name", ["a.gif", "a.mp4"])
def test_a_film_that_is_not_wanted_any_more_when_it_is_made_is_not_written(tmp_path, name):
    made = film(tmp_path / name)
    made.add(frame(0))
    made.finish(lambda: True)
    assert not list(tmp_path.glob("a.*"))


def test_a_gif_has_a_picture_for_each_frame(tmp_path):
    filmed(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as read:
        assert (read.n_frames, read.size, read.info["loop"]) == (8, SIZE, 0)


def test_a_gif_shows_the_frames_in_order(tmp_path):
    filmed(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as read:
        read.seek(5)
        seen = np.asarray(read.convert("RGB"))
    assert seen[:, 30:36, 1].min() > 200 and seen[:, :30, 1].max() < 60


def test_the_last_picture_of_a_gif_stays_longer(tmp_path):
    filmed(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as read:
        first = read.info["duration"]
        read.seek(7)
        assert (first, read.info["duration"]) == (100, 1000)


def test_a_film_may_have_one_picture(tmp_path):
    filmed(tmp_path / "a.gif", 1)
    with Image.open(tmp_path / "a.gif") as read:
        assert getattr(read, "n_frames", 1) == 1


def test_an_mp4_plays(tmp_path):
    filmed(tmp_path / "a.mp4")
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "a.mp4"))
    assert (frames, seconds) == (8, pytest.approx(0.8, abs=0.05))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(tmp_path / "a.mp4")]
    about = subprocess.run(command, capture_output=True, encoding="utf-8", check=False).stderr
    assert "h264" in about and "62x48" in about and "10 fps" in about
    assert list(tmp_path.glob("a*")) == [tmp_path / "a.mp4"]


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_a_film_that_is_left_off_leaves_no_file(tmp_path, ending):
    made = film(tmp_path / f"a{ending}")
    for number in range(3):
        made.add(frame(number))
    made.discard()
    assert not list(tmp_path.glob("a*"))


@pytest.mark.parametrize("ending", [".gif", ".mp4"])
def test_a_film_that_cannot_be_written_is_refused(tmp_path, ending):
    (tmp_path / "taken").touch()
    with pytest.raises(ValueError, match=rf"a{ending}: .*taken is not a folder"):
        filmed(tmp_path / "taken" / f"a{ending}")


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.avi is not one of \.gif, \.mp4"):
        film(tmp_path / "a.avi")


def test_without_ffmpeg_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("hyperscope.lab.export.film.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install imageio-ffmpeg"):
        film(tmp_path / "a.mp4")


def test_without_the_program_of_imageio_ffmpeg_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    monkeypatch.setattr("imageio_ffmpeg._utils._get_ffmpeg_exe", lambda: None)
    with pytest.raises(ValueError, match="imageio-ffmpeg is here without it: install either anew"):
        film(tmp_path / "a.mp4")
    film(tmp_path / "a.gif").discard()


@pytest.mark.parametrize(
    ("end", "most", "expected"), [(0, 5, (0,)), (3, 5, (0, 1, 2, 3)), (100, 4, (0, 25, 50, 75, 100))]
)
def test_stops_are_spread_evenly_over_the_way(end, most, expected):
    assert stops(end, most) == expected
