"""How every file is written: whole or not at all, and a sentence where it cannot be. Kills leave nothing for good.

What is written lies beside its place under another name until it is whole. A note in Hyperscope's own folder names it
meanwhile, held locked by whoever writes, so that the next start finds what a kill left and takes it away.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

from hyperscope.lab.places import OWN_FILE, home, make_private

UNFINISHED = "unfinished"  # in the home folder: a note for each file, or several, being written
LONGEST_NOTE = 1 << 24  # bytes that are read of one
LONGEST = 100  # characters of a file's name that its part repeats; systems allow 255 bytes
_USUAL = 0o666  # less what the person's umask takes away


class Part:
    """A file on its way to `path`: what is written appears there when it is whole, by `finish`, or never.

    As a context it finishes, or after an exception discards. Its folder is made first, a link is followed, a file
    that is replaced keeps its permissions. Several may share a `note`, which is left to whoever made it.
    Raises: OSError where `path` cannot be written.
    """

    def __init__(self, path: Path, note: Note | None = None) -> None:
        self.path = path
        self._place = Path(os.path.realpath(path)) if path.is_symlink() else path
        mode = _mode(self._place)
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._note = note or Note()
        self._forget = self._note.close if note is None else lambda: None
        # not by tempfile, whose files nobody else may read
        self.part = self._place.with_name(f"{self._place.name[:LONGEST]}.{self._note.count}.{self._note.token}.part")
        self._note.add(self.part)
        try:
            own = self._place.absolute().is_relative_to(home().absolute())
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
            self.file = os.fdopen(os.open(self.part, flags, OWN_FILE if own else _USUAL), "wb")
            if mode is not None and not own:
                with contextlib.suppress(OSError):  # a drive without permissions
                    self.part.chmod(mode)
        except BaseException:
            self._forget()
            raise

    def write(self, content: bytes | str) -> None:
        """The next piece; text becomes UTF-8. Raises: OSError."""
        self.file.write(content.encode() if isinstance(content, str) else content)

    def finish(self) -> None:
        """Gives the file its name, once it lies on the disk. Raises: OSError, and nothing is left then."""
        try:
            self.settle()
            self.appear()
        except BaseException:
            self.discard()
            raise

    def settle(self) -> None:
        """Brings all that was written to the disk, where whoever is about to `appear` fails, if at all."""
        if not self.file.closed:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()

    def appear(self) -> None:
        """Takes the name of the file that it is to be."""
        os.replace(self.part, self._place)
        self._forget()

    def discard(self) -> None:
        """Leaves no trace."""
        with contextlib.suppress(OSError):  # what could not be written before cannot be flushed now
            self.file.close()
        with contextlib.suppress(OSError):
            self.part.unlink(missing_ok=True)
        self._forget()

    def __enter__(self) -> Part:
        return self

    def __exit__(self, kind: type[BaseException] | None, *about: object) -> None:
        if kind is None:
            self.finish()
        else:
            self.discard()


def write_whole(path: Path, content: str | bytes) -> None:
    """Replaces the file at `path` in one move, making its folder first; text becomes UTF-8. Raises: OSError."""
    with Part(path) as part:
        part.write(content)


def write(path: Path, content: str | bytes) -> None:
    """Writes a whole file or none. Raises: ValueError with a sentence that names the file and what is in the way."""
    with sentences(path):
        write_whole(path, content)


def write_together(contents: Mapping[Path, str | bytes]) -> None:
    """Writes several files: all of them lie on the disk before the first appears. Raises: ValueError as `write`."""
    with closing(Note()) as note, ExitStack() as undone:  # one note, since each takes a file of those one may open
        parts = []
        for path, content in contents.items():
            with sentences(path):
                part = Part(path, note)
                undone.callback(part.discard)
                part.write(content)
                part.settle()
            parts.append(part)
        for part in parts:
            with sentences(part.path):
                part.appear()
        undone.pop_all()


def check(path: Path) -> None:
    """Sees whether a file can be written at `path`, before it takes long to make. Raises: ValueError as `write`."""
    with sentences(path):
        Part(path).discard()


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Has what the system says of writing `path` said in a sentence. Raises: ValueError."""
    try:
        yield
    except OSError as problem:
        raise refused(path, problem) from None


def refused(path: Path, problem: OSError) -> ValueError:
    """The sentence on a file that could not be written."""
    folder = path.parent
    said = {
        errno.ENOSPC: "there is no room left on the disk",
        errno.EDQUOT: "there is no room left for you on this disk",
        errno.EFBIG: "the file would be larger than files may be here",
        errno.EACCES: f"nothing may be written to {folder}",
        errno.EPERM: f"nothing may be written to {folder}",
        errno.EROFS: f"nothing can be written to {folder}, which is read-only",
        errno.ENOTDIR: f"{folder} is not a folder",
        errno.EEXIST: f"{folder} is not a folder",
        errno.EISDIR: "this is a folder",
    }.get(problem.errno or 0, problem.strerror or str(problem))
    return ValueError(f"{path}: {said}")


def _mode(place: Path) -> int | None:
    """The permissions of the file that is there, None if there is none. Raises: OSError if it must stay as it is."""
    try:
        found = place.stat().st_mode
    except OSError:
        return None
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found):  # replaced, it would be no device any more
        raise OSError(errno.EINVAL, "this is a device or pipe, and no file")
    if not os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise OSError(errno.EINVAL, "this file is there already and may not be changed")
    return stat.S_IMODE(found)


# -- what a kill leaves -----------------------------------------------------------------------------------------------


def sweep() -> list[Path]:
    """Takes away the parts of files whose writers are no more, and returns them."""
    swept = []
    with contextlib.suppress(OSError):
        for note in sorted((home() / UNFINISHED).iterdir()):
            for part in _left(note):
                with contextlib.suppress(OSError, ValueError):
                    # a note is only a file: what it says is believed of nothing but a part
                    if part.name.endswith(f".{note.name}.part") and stat.S_ISREG(part.lstat().st_mode):
                        part.unlink()
                        swept.append(part)
    return swept


def _left(note: Path) -> list[Path]:
    """What a note names, if nobody writes it any more; the note goes."""
    try:
        with note.open("rb") as file:
            if not _locked(file, wait=False):
                return []
            said = file.read(LONGEST_NOTE)
        note.unlink()  # on Windows this is what tells that nobody has it open
    except OSError:
        return []
    return [Path(os.fsdecode(name)) for name in said.split(b"\0") if name]


class Note:
    """A note of parts, open and locked until it is closed. It names none where it cannot be written."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(4)
        self.count = 0  # parts that it was told of
        self._file: IO[bytes] | None = None
        with contextlib.suppress(OSError):
            folder = home() / UNFINISHED
            make_private(home())
            make_private(folder)
            self._file = (folder / self.token).open("xb", buffering=0)
            try:
                _locked(self._file, wait=True)
            except OSError:
                self.close()
                self._file = None

    def add(self, part: Path) -> None:
        """Names one more; its own name ends in the note's token and `.part`."""
        self.count += 1
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write(b"\0" + os.fsencode(part.absolute()))

    def close(self) -> None:
        """Takes the note away, once its parts have appeared or are gone."""
        if self._file is not None:
            self._file.close()
            with contextlib.suppress(OSError):
                Path(self._file.name).unlink(missing_ok=True)


if sys.platform == "win32":

    def _locked(file: IO[bytes], *, wait: bool) -> bool:
        """True: what another has open cannot be taken away there, which is lock enough."""
        return True

else:
    import fcntl

    def _locked(file: IO[bytes], *, wait: bool) -> bool:
        """Whether the file could be locked; the lock ends with its process, however that ends."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
