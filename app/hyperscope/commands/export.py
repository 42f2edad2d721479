"""`hyperscope export`: a picture, a film, numbers, weights or a code of an experiment."""

from __future__ import annotations

import os
from pathlib import Path

from hyperscope.commands.ending import interrupted, written_to
from hyperscope.commands.progress import Line
from hyperscope.commands.screen import needs_qt
from hyperscope.commands.words import ANYTHING, EPOCHS, Parser, check_epochs, path
from hyperscope.lab.machine import interrupts
from hyperscope.lab.writing import check, write_together
from hyperscope.terminal import say


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    parser = Parser(prog="hyperscope export", description="Write a picture, a film, numbers, weights or a code.")
    parser.add_argument("file", help=ANYTHING)
    parser.add_argument(
        "--what",
        required=True,
        help="map, network, curves, distributions or window (.png .svg .gif .mp4); csv, weights, experiment, score, "
        "code or report; or a lab's view as LAB/VIEW (.png .svg, most .csv), such as softmax/workbench; "
        "'hyperscope record --help' lists them",
    )
    parser.add_argument(
        "--framework",
        help="with --what code: a folder that reproduces the run, in numpy, pytorch, keras, tensorflow, jax or optax",
    )
    parser.add_argument(
        "--out",
        required=True,
        type=path,
        help="the file to write; its ending says which kind; with --framework a folder",
    )
    parser.add_argument("--epochs", type=int, help=EPOCHS)
    parser.add_argument("--scale", type=float, default=1.0, help="pixels for each unit of a picture, 1 to 4 (1)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    given = parser.parse_args(words)
    check_epochs(given.epochs)
    if given.framework is not None:
        return _code(given.file, given.what, given.framework, given.out, given.epochs)
    if not 1 <= given.scale <= 4:
        raise ValueError(f"scale is {given.scale:g}; it must lie in [1, 4]")

    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score

    use_one_thread()
    score = opened_score(given.file)
    needs_qt()
    check(given.out)
    replaced = os.path.exists(given.out)
    from hyperscope.ui.record.headless import export

    looks = {"scale": given.scale, "theme": given.theme}
    with Line() as line:
        export(score, given.what, given.out, epochs=given.epochs, **looks, progress=line.count)
    say(written_to(given.out, replaced))
    return interrupted("what was done by then is written")


def _code(file: str, what: str, framework: str, out: Path, epochs: int | None) -> int:
    """Writes the folder of a session's code."""
    if what != "code":
        raise ValueError(f"--framework goes with --what code, and this is --what {what}")
    from hyperscope.lab.frameworks.folder import run_of
    from hyperscope.lab.frameworks.frameworks import frameworks
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score

    frameworks[framework]  # says which there are before anything is trained
    use_one_thread()
    score = opened_score(file)
    names = ("train.py", "train.ipynb", "data.npz", "start.npz", "batches.txt", "README.md")
    for name in names:
        check(out / name)
    replaced = any(os.path.exists(out / name) for name in names)
    run = run_of(score, epochs, ends=interrupts.asked)
    if not len(run.losses):
        interrupts.heed()
    write_together({out / name: content for name, content in run.files(framework).items()})
    say(written_to(out, replaced))
    return interrupted(f"the code reproduces the {len(run.losses)} steps that were trained by then")
