"""The command line: the window, and everything it does for an experiment without a screen.

Exit codes: 0 done, 2 wrong input with one clear sentence, 1 a fault of Hyperscope's; 130 interrupted by Ctrl+C, with
what there is written and named (143 and 129 the same, asked to end or with its terminal closed).
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hyperscope import __version__
from hyperscope.lab.machine import interrupts
from hyperscope.lab.writing import check, sweep
from hyperscope.quoting import cut, named
from hyperscope.terminal import mutter, ready, say, tell, warn

COMMANDS = ("run", "sweep", "record", "export", "report", "doctor", "smoke")
EPOCHS = "how many passes over the training set (60; after the end of a session 0)"
LONGEST_WORD = 250  # characters of a path in a sentence on it
LARGEST = 7680  # pixels along a side of a recorded window
ANYTHING = "an experiment or session (.json), a table (.csv), or a code (HS1-…)"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise ValueError(f"{cut(message)}; see {self.prog} --help")

    def _print_message(self, message: str, file: object = None) -> None:
        tell(message)


def run(words: Sequence[str]) -> int:
    """Does what the words of a command line say, and returns the exit code."""
    ready()
    with interrupts.noted():
        return _run_noted(list(words))


def _run_noted(words: list[str]) -> int:
    try:
        return _dispatch(words)
    except (KeyError, IndexError) as problem:  # these are LookupErrors too, but faults of ours
        _keep_fault(problem)
        raise
    except (ValueError, LookupError) as problem:
        text = str(problem.args[0] if problem.args else problem)
        warn(f"hyperscope: {cut(text, LONGEST_WORD)}")
        return 2
    except KeyboardInterrupt:
        warn("hyperscope: interrupted")
        return interrupts.exit_code() or 130
    except BrokenPipeError:  # whoever read our output has seen enough
        return 0
    except ModuleNotFoundError as problem:
        name = (problem.name or "").partition(".")[0]
        if name in ("", "hyperscope"):
            raise
        warn(f"hyperscope: the Python package {name} is missing; 'python3 packaging/open.py' in a checkout installs it")
        return 1
    except Exception as problem:
        _keep_fault(problem)
        raise


def _keep_fault(problem: Exception) -> None:
    from hyperscope.lab.machine import last_fault

    last_fault.keep(type(problem), problem.__traceback__)


def _dispatch(words: list[str]) -> int:
    sweep()
    if words and words[0] in COMMANDS:
        command: Callable[[list[str]], int] = globals()[f"_{words[0]}"]
        return command(words[1:])
    parser = _Parser(
        prog="hyperscope",
        description="See what the practical decisions of deep learning do.",
        epilog="Commands: run (train without a window), sweep (many networks that differ in one setting), "
        "record (pictures and animations of the window), "
        "export (pictures, films, numbers, codes), report (one page on a run), "
        "doctor (what was found on this machine). Each has its own --help.",
    )
    parser.add_argument("file", nargs="?", help=f"{ANYTHING} to open")
    parser.add_argument("--theme", choices=("light", "dark"), help="colours; without it they follow the system")
    parser.add_argument("--version", action="version", version=f"Hyperscope {__version__}")
    given = parser.parse_args(words)
    return _window(given.file, given.theme)


def _window(file: str | None, theme: str | None) -> int:
    from hyperscope.lab.session.opening import opened_score, table_at

    table = table_at(file) if file else None
    score = opened_score(file) if file else None
    experiment = score.experiment if score else None
    if problem := no_window():
        out = Path("hyperscope-pictures")
        say(f"{problem} Hyperscope trains without a window and writes its pictures to {out}/.")
        return _headless(experiment, out)
    gc.disable()  # a tenth of the way to the first picture; `settle` switches it on again
    # the worker starts before Qt is imported: it gets ready on the other core meanwhile
    from hyperscope.lab.places import RUNS, home
    from hyperscope.lab.session.session import Session, last_experiment
    from hyperscope.lab.worker.tempo import USUAL, Rest

    interrupts.heed()
    # how a table is read is decided in the dialog, whoever asks for it
    given = experiment if table is None else None
    last = last_experiment() if given is None else None
    again = last is not None and table is None and (home() / RUNS).exists()
    session = Session(given or last, playing=False, library=home() / RUNS, tempo=USUAL, rest=Rest(learned=True))
    try:
        if score and score.end:
            session.perform(score)
        from hyperscope.ui.app import open_window

        interrupts.heed()
        return open_window(session, theme or "", table, again=again)
    finally:
        session.close()


def no_window() -> str:
    """Why no window can be shown here, in a sentence, or "" if one can; a Qt platform of another kind is trusted."""
    from hyperscope.lab.machine.system_libraries import advice, display_problem, missing

    if problem := display_problem():
        return problem
    if lacking := missing():
        return f"Qt cannot open a window without {', '.join(need.name for need in lacking)}. {advice(lacking)}."
    return ""


def _headless(experiment: object, out: Path) -> int:
    """What the window would have shown: an animation and the screens, or at least the map where Qt cannot start."""
    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.export.run import run as trained
    from hyperscope.lab.machine.system_libraries import missing
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.training.trainer import Trainer

    use_one_thread()
    chosen = experiment if isinstance(experiment, Experiment) else Experiment()
    trainer = Trainer(chosen)
    trained(trainer, 100, out=out, ends=interrupts.asked)
    interrupts.heed()
    if missing(("import",)):
        say("The window itself cannot be drawn here; 'hyperscope doctor' says what to install.")
        return 0
    from hyperscope.ui.record.recording import record, record_screens

    record(chosen, out / "training.gif")
    interrupts.heed()
    record_screens(out / "screens", chosen)
    return interrupts.exit_code()


def _run(words: list[str]) -> int:
    parser = _Parser(prog="hyperscope run", description="Train an experiment, or a network on a table.")
    parser.add_argument("file", help=ANYTHING)
    parser.add_argument(
        "--epochs", type=int, help="how many passes over the training set (100; after the end of a session 0)"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="as training.learning_rate=0.1"
    )
    parser.add_argument("--out", type=_path, help="the folder to write metrics, weights, map and experiment to")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--init", type=_path, metavar="NPZ", help="start from the weights in this file")
    parser.add_argument("--batches", type=_path, metavar="FILE", help="take this order of examples, a batch a line")
    given = parser.parse_args(words)
    _check_epochs(given.epochs)

    from hyperscope.lab.experiment.experiment import changed, parsed
    from hyperscope.lab.export import run as runs
    from hyperscope.lab.export.given import read_batches, read_weights
    from hyperscope.lab.export.run_files import FILES
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score
    from hyperscope.lab.timeline.score import replay
    from hyperscope.lab.training.trainer import Trainer

    use_one_thread()
    score = opened_score(given.file)
    epochs = given.epochs if given.epochs is not None else 0 if score.end else 100
    experiment = score.experiment
    for setting in given.set:
        path, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--set {setting}: write it as PATH=VALUE, such as training.learning_rate=0.1")
        experiment = changed(experiment, path, parsed(path, value))
    if score.end:
        trainer = replay(score)
        trainer.apply(experiment)
        trainer.go_on()
    else:
        trainer = Trainer(experiment)
    if given.init:
        try:
            trainer.set_weights(read_weights(given.init, trainer.weights()))
        except ValueError as problem:
            text = str(problem)
            raise ValueError(text if text.startswith(str(given.init)) else f"{given.init}: {text}") from None
    if given.batches:
        trainer.follow(read_batches(given.batches, trainer.training_examples, trainer.examples_per_epoch))
    if given.out:
        for name in FILES:
            check(given.out / name)
        if there := [name for name in FILES if (given.out / name).exists()]:
            warn(f"In {given.out} this run takes the place of another: {', '.join(there)}.")
    alone = runs.not_alone(trainer) if given.out else ""
    for note in (*trainer.examples.notes, *filter(None, [trainer.caution, alone])):
        warn(note)
    bar = _ProgressBar(epochs)
    interrupts.heed()
    result = runs.run(trainer, epochs, bar, out=given.out, ends=interrupts.asked)
    bar.done()
    if result.stopped:
        warn(result.stopped)
    last = {**result.last, "stopped": result.stopped}
    if given.json:
        say(json.dumps({name: _jsonable(value) for name, value in last.items()}, allow_nan=False))
    else:
        say(_summary(result.last) + (f" Written to {given.out}." if given.out else ""))
    return _interrupted("the run ends at the epoch and step above" if not given.json else "the run ends there")


def _interrupted(said: str) -> int:
    """The exit code, after a sentence on what there is where an interrupt came."""
    if interrupts.asked():
        warn(f"hyperscope: interrupted; {said}")
    return interrupts.exit_code()


def _sweep(words: list[str]) -> int:
    from hyperscope.lab.sweeps import batch_norm  # noqa: F401  # declares its sweeps
    from hyperscope.lab.sweeps.sweep import Plan, sweeps

    parser = _Parser(prog="hyperscope sweep", description="Train many networks that differ in one setting, with seeds.")
    parser.add_argument("name", help=f"which: {', '.join(sweeps)}")
    parser.add_argument("file", nargs="?", help=ANYTHING)
    parser.add_argument("--seeds", type=int, help="networks of each setting (3)")
    parser.add_argument("--epochs", type=int, help="how long each is trained (as the sweep usually is)")
    parser.add_argument("--own-layers", action="store_true", help="the experiment's layers, and not four of 32 units")
    parser.add_argument(
        "--out", type=_path, required=True, metavar="DIR", help="the folder to write CSV, JSON and PNG to"
    )
    given = parser.parse_args(words)
    chosen = sweeps[given.name]

    from hyperscope.lab.experiment.experiment import Experiment
    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score
    from hyperscope.lab.sweeps.carried_out import carried_out
    from hyperscope.lab.sweeps.written import as_csv, as_json
    from hyperscope.lab.writing import write_together

    use_one_thread()
    experiment = opened_score(given.file).experiment if given.file else Experiment()
    seeds = chosen.seeds if given.seeds is None else given.seeds
    epochs = chosen.epochs if given.epochs is None else given.epochs
    plan = Plan(chosen, experiment, chosen.values, seeds, epochs, chosen.deep and not given.own_layers)
    name = given.name.replace("/", "-")
    files = [given.out / f"{name}{suffix}" for suffix in (".csv", ".json", ".png")]
    for file in files:
        check(file)
    _needs_qt()
    outcome, interrupted = carried_out(plan, _show_share)
    if sys.stderr.isatty():
        mutter("\n")
    from hyperscope.ui.record.sweep_picture import picture

    count = f"{len(plan.experiments)} networks, {max(outcome.standing.epoch):.0f} epochs"
    contents = (as_csv(outcome), as_json(outcome), picture(outcome, count))
    write_together(dict(zip(files, contents, strict=True)))
    for figure in outcome.figures():
        say(f"{figure.variant}: {figure.said} {figure.of}.")
    say(f"{outcome.rule} {outcome.best()}")
    say(f"Written to {given.out / name}.csv, .json and .png.")
    if interrupted:
        warn("hyperscope: interrupted; what was done until then is kept")
        return 2
    return 0


def _show_share(share: float) -> None:
    """A line on the terminal's error stream; nothing where that is not a terminal."""
    if sys.stderr.isatty():
        full = round(_ProgressBar.WIDTH * share)
        mutter(f"\r{'█' * full}{'·' * (_ProgressBar.WIDTH - full)} {100 * share:.0f} % ")


def _check_epochs(epochs: int | None) -> None:
    if epochs is not None and epochs < 0:
        raise ValueError(f"epochs is {epochs}; it must be 0 or more")


def _jsonable(value: object) -> object:
    """The value, or None for what JSON has no number for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _path(words: str) -> Path:
    """Raises: ArgumentTypeError for no words at all, which would mean the folder one happens to be in."""
    if not words.strip():
        raise argparse.ArgumentTypeError("it is empty; name a file or folder")
    return Path(words)


def _written_to(out: Path, replaced: bool) -> str:
    return f"Written to {out}, in place of the file that was there." if replaced else f"Written to {out}."


def _summary(row: dict[str, float]) -> str:
    parts = [
        f"{name} {row[f'{name}_accuracy']:.1%} (loss {row[f'{name}_loss']:.4f})" for name in ("train", "dev", "test")
    ]
    return f"Epoch {row['epoch']:g}, step {row['step']}: " + ", ".join(parts) + "."


class _ProgressBar:
    """A line on the terminal's error stream that grows with the epochs; nothing where that is not a terminal."""

    WIDTH = 30

    def __init__(self, epochs: int) -> None:
        self.epochs = max(1, epochs)
        self.shown = sys.stderr.isatty()

    def __call__(self, epoch: int, row: dict[str, float]) -> None:
        if self.shown:
            full = self.WIDTH * epoch // self.epochs
            bar = "█" * full + "·" * (self.WIDTH - full)
            mutter(f"\r{bar} epoch {epoch}/{self.epochs}, dev loss {row['dev_loss']:.4f} ")

    def done(self) -> None:
        """Ends the line."""
        if self.shown:
            mutter("\n")


def _record(words: list[str]) -> int:
    parser = _Parser(prog="hyperscope record", description="Pictures of the real window, drawn without a screen.")
    parser.add_argument("file", nargs="?", type=_path, help="an experiment (.json) or a table (.csv)")
    parser.add_argument("--out", type=_path, help="an animation (.gif) or a picture (.png)")
    parser.add_argument("--screens", type=_path, metavar="DIR", help="a picture of every screen, light and dark")
    parser.add_argument("--epochs", type=int, default=60, help="how long the network trains in the picture (60)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1280x800", help="width and height in pixels (1280x800)")
    parser.add_argument("--lab", help=f"the lab that is shown, and --view one of its views: {listed_labs()}")
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

    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened

    use_one_thread()
    experiment = opened(given.file) if given.file else None
    if given.pixel_ratio > 1:
        os.environ["QT_SCALE_FACTOR"] = str(given.pixel_ratio)  # Qt reads it when it starts
    _needs_qt()
    from hyperscope.ui.record.recording import chosen_scenes, record, record_screens

    if given.out:
        check(given.out)
        replaced = given.out.exists()
        record(experiment, given.out, epochs=given.epochs, theme=given.theme, size=(width, height), **looks)
        if replaced or interrupts.asked():
            say(_written_to(given.out, replaced))
    if given.screens and not interrupts.asked():
        chosen_scenes(given.scenes)
        check(given.screens / "screen.png")
        for path in record_screens(given.screens, experiment, epochs=given.epochs, names=given.scenes, **looks):
            say(str(path))
    return _interrupted("what was done by then is written")


def listed_labs() -> str:
    """The names of all labs, each with those of its views."""
    from hyperscope.ui.labs import LABS

    return "; ".join(f"{lab.name} {', '.join(name for name, _ in lab.views)}".rstrip() for lab in LABS)


def _export(words: list[str]) -> int:
    parser = _Parser(prog="hyperscope export", description="Write a picture, a film, numbers, weights or a code.")
    parser.add_argument("file", help=ANYTHING)
    parser.add_argument(
        "--what",
        required=True,
        help="map, network, curves, distributions or window (.png .svg .gif .mp4); csv, weights, experiment, score, "
        "code or report",
    )
    parser.add_argument("--out", required=True, type=_path, help="the file to write; its ending says which kind")
    parser.add_argument("--epochs", type=int, help=EPOCHS)
    parser.add_argument("--scale", type=float, default=1.0, help="pixels for each unit of a picture, 1 to 4 (1)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    given = parser.parse_args(words)
    _check_epochs(given.epochs)
    if not 1 <= given.scale <= 4:
        raise ValueError(f"scale is {given.scale:g}; it must lie in [1, 4]")

    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score

    use_one_thread()
    score = opened_score(given.file)
    _needs_qt()
    check(given.out)
    replaced = given.out.exists()
    from hyperscope.ui.record.headless import export

    looks = {"scale": given.scale, "theme": given.theme}
    export(score, given.what, given.out, epochs=given.epochs, **looks, progress=_Counter())
    say(_written_to(given.out, replaced))
    return _interrupted("what was done by then is written")


def _report(words: list[str]) -> int:
    parser = _Parser(prog="hyperscope report", description="One page on a run: pictures, numbers, settings, moves.")
    parser.add_argument("file", help=ANYTHING)
    parser.add_argument("--out", required=True, type=_path, help="the file to write (.html)")
    parser.add_argument("--epochs", type=int, help=EPOCHS)
    parser.add_argument("--title", default="", help="the page's title; without it the experiment in words")
    given = parser.parse_args(words)
    _check_epochs(given.epochs)

    from hyperscope.lab.machine.threads import use_one_thread
    from hyperscope.lab.session.opening import opened_score

    use_one_thread()
    score = opened_score(given.file)
    _needs_qt()
    check(given.out)
    replaced = given.out.exists()
    from hyperscope.ui.record.headless import report

    report(score, given.out, epochs=given.epochs, title=given.title)
    say(_written_to(given.out, replaced))
    return _interrupted("what was done by then is written")


class _Counter:
    """A count on the terminal's error stream of what is done; nothing where that is not a terminal."""

    def __call__(self, done: int, whole: int) -> None:
        if sys.stderr.isatty():
            mutter(f"\r{done}/{whole} " + "\n" * (done == whole))


def _size(words: str) -> tuple[int, int]:
    parts = words.lower().split("x")
    width, height = (int(part) if re.fullmatch("[0-9]{1,5}", part) else 0 for part in (*parts, "", "")[:2])
    if len(parts) != 2 or not (640 <= width <= LARGEST and 400 <= height <= LARGEST):
        said = f"at least 640x400 and at most {LARGEST}x{LARGEST}"
        raise ValueError(f"size is {named(words)}; write it as WIDTHxHEIGHT, such as 1280x800, {said}")
    return width, height


def _needs_qt() -> None:
    from hyperscope.lab.machine.system_libraries import missing

    if lacking := missing(("import",)):
        names = ", ".join(need.name for need in lacking)
        raise ValueError(f"the window cannot be drawn without {names}; 'hyperscope doctor' says how to install them")


def _doctor(words: list[str]) -> int:
    parser = _Parser(prog="hyperscope doctor", description="What was found on this machine, and what to do.")
    parser.add_argument("--report", action="store_true", help="print what a report of a fault needs, to be copied")
    if parser.parse_args(words).report:
        from hyperscope.lab.machine import bug_report

        for line in bug_report.text().splitlines():
            say(line)
        return 0
    from hyperscope.lab.machine.doctor import findings

    found = findings()
    width = max(len(finding.topic) for finding in found)
    for finding in found:
        say(f"{'ok ' if finding.ok else ' ! '} {finding.topic:{width}}  {finding.found}")
        if not finding.ok and finding.advice:
            say(f"    {'':{width}}  → {finding.advice}")
    say("For a report of a fault, copy what 'hyperscope doctor --report' prints; it names no files and nobody.")
    return 0


def _smoke(words: list[str]) -> int:
    """Opens the real window, trains, closes; for checking an installation."""
    _Parser(prog="hyperscope smoke", description="Open the window, train for a moment, close it.").parse_args(words)
    from hyperscope.ui.app import smoke

    say(smoke())
    return 0
