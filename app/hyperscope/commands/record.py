"""`hyperscope record`: pictures and animations of the window."""

from __future__ import annotations

import os
import re

from hyperscope.commands.ending import interrupted, written_to
from hyperscope.commands.screen import needs_qt
from hyperscope.commands.words import Parser, path
from hyperscope.lab.machine import interrupts
from hyperscope.lab.writing import check
from hyperscope.quoting import named
from hyperscope.terminal import say

LARGEST = 7680  # pixels along a side of a recorded window


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    parser = Parser(prog="hyperscope record", description="Pictures of the real window, drawn without a screen.")
    parser.add_argument("file", nargs="?", type=path, help="an experiment (.json) or a table (.csv)")
    parser.add_argument("--out", type=path, help="an animation (.gif) or a picture (.png)")
    parser.add_argument("--screens", type=path, metavar="DIR", help="a picture of every screen, light and dark")
    parser.add_argument("--epochs", type=int, default=60, help="how long the network trains in the picture (60)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1280x800", help="width and height in pixels (1280x800)")
    parser.add_argument("--lab", help=f"the lab that is shown, and --view one of its views: {_listed_labs()}")
    parser.add_argument("--view", help="the view of that lab")
    parser.add_argument("--scenes", help="only these of the screens, with commas between")
    parser.add_argument("--pixel-ratio", type=int, choices=(1, 2, 3), default=1, help="of the screen drawn for (1)")
    given = parser.parse_args(words)
    if not given.out and not given.screens:
        raise ValueError("record needs --out FILE.gif, --out FILE.png or --screens DIR")
    if given.out and given.out.suffix.lower() not in (".gif", ".png"):
        raise ValueError(f"{given.out}: record writes .gif and .png")
    if given.epochs < 1:
        raise ValueError(f"epochs is {given.epochs}; it must be 1 or more")
    width, height = _size(given.size)
    if given.lab or given.view:
        from hyperscope.ui import labs

        lab = labs.entry(given.lab or labs.LABS[0].name)
        given.lab, given.view = lab.name, labs.checked_view(lab, given.view or "")
    looks = {"lab": given.lab or "", "view": given.view or ""}

    from hyperscope.lab.examples.examples import load
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened

    use_one_thread()
    experiment = opened(given.file) if given.file else None
    if experiment is not None:
        load(experiment.data, begun=True)  # which the window would only say, and show another experiment
    if given.pixel_ratio > 1:
        os.environ["QT_SCALE_FACTOR"] = str(given.pixel_ratio)  # Qt reads it when it starts
    needs_qt()
    from hyperscope.ui.record.recording import chosen_scenes, record, record_screens

    if given.out:
        check(given.out)
        replaced = os.path.exists(given.out)
        record(experiment, given.out, epochs=given.epochs, theme=given.theme, size=(width, height), **looks)
        if replaced or interrupts.asked():
            say(written_to(given.out, replaced))
    if given.screens and not interrupts.asked():
        chosen_scenes(given.scenes)
        check(given.screens / "screen.png")
        for picture in record_screens(given.screens, experiment, epochs=given.epochs, names=given.scenes, **looks):
            say(str(picture))
    return interrupted("what was done by then is written")


def _listed_labs() -> str:
    """The names of all labs, each with those of its views."""
    from hyperscope.ui.labs import LABS

    return "; ".join(f"{lab.name} {', '.join(name for name, _ in lab.views)}".rstrip() for lab in LABS)


def _size(words: str) -> tuple[int, int]:
    parts = words.lower().split("x")
    width, height = (int(part) if re.fullmatch("[0-9]{1,5}", part) else 0 for part in (*parts, "", "")[:2])
    if len(parts) != 2 or not (640 <= width <= LARGEST and 400 <= height <= LARGEST):
        said = f"at least 640x400 and at most {LARGEST}x{LARGEST}"
        raise ValueError(f"size is {named(words)}; write it as WIDTHxHEIGHT, such as 1280x800, {said}")
    return width, height
