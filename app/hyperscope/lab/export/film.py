"""Films: pictures of equal size one after the other, written as GIF or MP4. It knows pixels, and nothing of painting.

Frames come in one by one and are packed at once, so that a film of a whole window fits into memory.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyperscope.lab.export.exports import MOVING, refused, suffix_of, write

Pixels = NDArray[np.uint8]

FRAME_TIME = 90  # ms
HELD = 10  # frames' time that the last picture of a GIF stays
QUALITY = 8  # of 10; text stays sharp
NEEDED = "MP4 needs imageio-ffmpeg: pip install 'hyperscope[video]'. GIF works without."


MOST = 96  # pictures of a film


def stops(end: int, most: int = MOST) -> tuple[int, ...]:
    """Whole numbers from 0 to `end`, both among them, evenly spread, at most `most` and one."""
    count = min(most, end)
    return tuple(round(end * number / count) for number in range(count + 1)) if count else (0,)


class Film(Protocol):
    """A film being made. It ends by `finish`, which writes it, or by `discard`, which leaves nothing."""

    def add(self, frame: Pixels) -> None:
        """The next picture (height, width, 3), of the first one's size. Raises: ValueError if it cannot be written."""

    def finish(self) -> None:
        """Writes the whole file. Raises: ValueError naming the file and what is in the way."""

    def discard(self) -> None:
        """Leaves off; there is no file then."""


def lacking(suffix: str) -> str:
    """What is not installed for films that end in `suffix`, in a sentence, or ""."""
    return NEEDED if suffix == ".mp4" and find_spec("imageio_ffmpeg") is None else ""


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

    def finish(self) -> None:
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
        write(self.path, made.getvalue())

    def discard(self) -> None:
        """See `Film`."""
        self._packed = []


class Mp4:
    """H.264 by the ffmpeg that imageio-ffmpeg brings; the file appears under its name when it is whole."""

    def __init__(self, path: Path, frame_time: int) -> None:
        self.path, self.frame_time = path, frame_time
        self._part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part.mp4")
        self._shape = (0, 0, 3)
        self._sink: Iterator[None] | None = None

    def add(self, frame: Pixels) -> None:
        """See `Film`. A side of odd length loses its last pixels, since colour is stored for two by two."""
        height, width = frame.shape[0] // 2 * 2, frame.shape[1] // 2 * 2
        if self._sink is None:
            self._sink = self._opened(width, height)
        try:
            self._sink.send(np.ascontiguousarray(frame[:height, :width]))  # type: ignore[attr-defined]
        except OSError as problem:
            self.discard()
            raise refused(self.path, problem) from None

    def _opened(self, width: int, height: int) -> Iterator[None]:
        import imageio_ffmpeg

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._part.open("xb"):
                pass  # ffmpeg's own words on a folder that cannot be written to are many
        except OSError as problem:
            raise refused(self.path, problem) from None
        sink: Iterator[None] = imageio_ffmpeg.write_frames(
            str(self._part),
            (width, height),
            fps=1000 / self.frame_time,
            codec="libx264",
            quality=QUALITY,
            macro_block_size=2,
            ffmpeg_log_level="error",
        )
        next(sink)
        return sink

    def finish(self) -> None:
        """See `Film`."""
        try:
            self._close()
            os.replace(self._part, self.path)
        except OSError as problem:
            self.discard()
            raise refused(self.path, problem) from None

    def discard(self) -> None:
        """See `Film`."""
        with contextlib.suppress(OSError):  # it may be broken already
            self._close()
        self._part.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._sink is not None:
            self._sink.close()  # type: ignore[attr-defined]
            self._sink = None
