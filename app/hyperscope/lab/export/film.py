"""Films: pictures of equal size one after the other, written as GIF or MP4. It knows pixels, and nothing of painting.

Frames come in one by one and are packed at once, so that a film of a whole window fits into memory.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperscope.lab.export.exports import MOVING, suffix_of
from hyperscope.lab.writing import Part, refused, write

Pixels = NDArray[np.uint8]

FRAME_TIME = 90  # ms
HELD = 10  # frames' time that the last picture of a GIF stays
CRF = 10  # of 51, which is the coarsest; text stays sharp
NEEDED = "MP4 needs imageio-ffmpeg: run pip install imageio-ffmpeg. GIF works without."
NO_FFMPEG = "MP4 needs ffmpeg, and imageio-ffmpeg is here without it: install either anew. GIF works without."


MOST = 96  # pictures of a film


def stops(end: int, most: int = MOST) -> tuple[int, ...]:
    """Whole numbers from 0 to `end`, both among them, evenly spread, at most `most` and one."""
    count = min(most, end)
    return tuple(round(end * number / count) for number in range(count + 1)) if count else (0,)


def _never() -> bool:
    return False


class Film(Protocol):
    """A film being made. It ends by `finish`, which writes it, or by `discard`, which leaves nothing."""

    def add(self, frame: Pixels) -> None:
        """The next picture (height, width, 3), of the first one's size. Raises: ValueError if it cannot be written."""

    def finish(self, unless: Callable[[], bool] = _never) -> None:
        """Writes the whole file, `unless` that says, once it is made, that it is not wanted any more.

        Raises: ValueError naming the file and what is in the way.
        """

    def discard(self) -> None:
        """Leaves off; there is no file then."""


def lacking(suffix: str) -> str:
    """What is not installed for films that end in `suffix`, in a sentence, or ""."""
    if suffix != ".mp4":
        return ""
    if find_spec("imageio_ffmpeg") is None:
        return NEEDED
    import imageio_ffmpeg

    try:
        imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        return NO_FFMPEG
    return ""


def film(path: Path, frame_time: int = FRAME_TIME) -> Film:
    """A film to be written to `path`, .gif or .mp4, each frame shown `frame_time` milliseconds.

    Raises: ValueError for another ending, or with the sentence of `lacking`.
    """
    suffix = suffix_of(path, MOVING)
    if said := lacking(suffix):
        raise ValueError(said)
    return Gif(path, frame_time) if suffix == ".gif" else Mp4(path, frame_time)


class Gif:
    """One palette for all frames, or colours would flicker from frame to frame."""

    def __init__(self, path: Path, frame_time: int) -> None:
        self.path, self.frame_time = path, frame_time
        self._packed: list[bytes] = []
        self._shape = (0, 0, 3)

    def add(self, frame: Pixels) -> None:
        """See `Film`."""
        self._shape = frame.shape
        self._packed.append(zlib.compress(np.ascontiguousarray(frame).tobytes(), 1))

    def _frame(self, number: int) -> Image.Image:
        values = np.frombuffer(zlib.decompress(self._packed[number]), np.uint8)
        return Image.fromarray(values.reshape(self._shape))

    def finish(self, unless: Callable[[], bool] = _never) -> None:
        """See `Film`."""
        last = len(self._packed) - 1
        looked_at = [np.asarray(self._frame(number)) for number in dict.fromkeys((0, last // 2, last))]
        palette = Image.fromarray(np.concatenate(looked_at)).quantize(255)

        def drawn(numbers: range) -> Iterator[Image.Image]:
            for number in numbers:
                yield self._frame(number).quantize(palette=palette, dither=Image.Dither.NONE)

        times = [self.frame_time] * last + [self.frame_time * HELD]
        made = io.BytesIO()
        first = next(drawn(range(1)))
        first.save(
            made,
            "GIF",
            save_all=True,
            append_images=drawn(range(1, last + 1)),
            duration=times if last else times[0],
            loop=0,
        )
        self.discard()
        if not unless():
            write(self.path, made.getvalue())

    def discard(self) -> None:
        """See `Film`."""
        self._packed = []


class Mp4:
    """H.264 by the ffmpeg that imageio-ffmpeg brings; the file appears under its name when it is whole."""

    def __init__(self, path: Path, frame_time: int) -> None:
        self.path, self.frame_time = path, frame_time
        self._shape = (0, 0, 3)
        self._part: Part | None = None
        self._ffmpeg: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def add(self, frame: Pixels) -> None:
        """See `Film`. A side of odd length loses its last pixels, since colour is stored for two by two."""
        height, width = frame.shape[0] // 2 * 2, frame.shape[1] // 2 * 2
        with self._whole():
            if self._ffmpeg is None:
                self._ffmpeg = self._opened(width, height)
            assert self._ffmpeg.stdin is not None
            self._ffmpeg.stdin.write(np.ascontiguousarray(frame[:height, :width]).tobytes())

    def _opened(self, width: int, height: int) -> subprocess.Popen[bytes]:
        import imageio_ffmpeg

        self._part = Part(self.path)
        self._part.settle()  # it is ffmpeg's to write
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `discard`
        frames = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r 1000/{self.frame_time} -i - -an"
        coded = f"-vcodec libx264 -pix_fmt yuv420p -crf {CRF} -f mp4"
        words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *frames.split(), *coded.split()]
        # a group of its own: an interrupt at the terminal is for us, who then discard the film
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        into = subprocess.DEVNULL
        return subprocess.Popen(
            [*words, str(self._part.part)], stdin=subprocess.PIPE, stdout=into, stderr=self._said, **apart
        )

    def finish(self, unless: Callable[[], bool] = _never) -> None:
        """See `Film`."""
        with self._whole():
            assert self._ffmpeg is not None and self._ffmpeg.stdin is not None and self._part is not None
            self._ffmpeg.stdin.close()
            if self._ffmpeg.wait():  # it ends well only if it could write all
                raise OSError("ffmpeg ended too early")
            if not unless():
                self._part.appear()
            self.discard()

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """Discards the film after a failure, and says which. Raises: ValueError."""
        try:
            yield
        except OSError as problem:
            reason = self._reason() or problem
            self.discard()
            raise refused(self.path, reason) from None

    def _reason(self) -> OSError | None:
        """Why ffmpeg ended, if it did and said so."""
        if self._ffmpeg is None or self._said is None:
            return None
        with contextlib.suppress(OSError):
            assert self._ffmpeg.stdin is not None
            self._ffmpeg.stdin.close()
        code = self._ffmpeg.wait()
        self._said.seek(0)
        said = self._said.read(100_000).decode(errors="replace").strip().splitlines()
        for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            if any(os.strerror(number) in line for line in said):
                return OSError(number, os.strerror(number))
        if -code == getattr(signal, "SIGXFSZ", None):
            return OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return OSError(errno.EIO, f"ffmpeg could not write the film: {said[-1] if said else f'it ended with {code}'}")

    def discard(self) -> None:
        """See `Film`."""
        if self._ffmpeg is not None:
            with contextlib.suppress(OSError):  # it may be broken already
                assert self._ffmpeg.stdin is not None
                self._ffmpeg.stdin.close()
            self._ffmpeg.kill()
            self._ffmpeg.wait()
        if self._said is not None:
            self._said.close()
        if self._part is not None:
            self._part.discard()
        self._ffmpeg = self._part = self._said = None
