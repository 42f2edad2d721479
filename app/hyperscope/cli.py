"""The command line: the window, and everything it does for an experiment without a screen.

Exit codes: 0 done, 2 wrong input with one clear sentence, 1 a fault of Hyperscope's; 130 interrupted by Ctrl+C, with
what there is written and named (143 and 129 the same, asked to end or with its terminal closed).
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hyperscope import __version__
from hyperscope.commands import COMMANDS, carry_out
from hyperscope.commands.screen import no_window
from hyperscope.commands.words import ANYTHING, Parser
from hyperscope.lab.jobs.exchange import Gone
from hyperscope.lab.machine import interrupts
from hyperscope.lab.machine.threads import load_with_one_thread
from hyperscope.lab.writing import sweep
from hyperscope.quoting import cut
from hyperscope.terminal import Unprinted, ready, say, warn

if TYPE_CHECKING:
    from hyperscope.lab.experiment.lab_view import LabView

LONGEST_WORD = 250  # characters of a path in a sentence on it


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
        warn(f"hyperscope: {cut(str(problem), LONGEST_WORD)}")
        return (isinstance(problem, Unprinted) and interrupts.exit_code()) or 2
    except KeyboardInterrupt:
        warn("hyperscope: interrupted")
        return interrupts.exit_code() or 130
    except Gone:  # the worker ended first, where all of a group were asked to
        if not interrupts.asked():
            raise
        return interrupts.exit_code()
    except BrokenPipeError:  # whoever read our output has seen enough
        return interrupts.exit_code()
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
        return carry_out(words[0], words[1:])
    commands = ", ".join(f"{name} ({done})" for name, done in COMMANDS.items() if name != "smoke")
    parser = Parser(
        prog="hyperscope",
        description="See what the practical decisions of deep learning do.",
        epilog=f"Commands: {commands}. Each has its own --help.",
    )
    parser.add_argument("file", nargs="?", help=f"{ANYTHING}, or the folder of a search, to open")
    parser.add_argument("--theme", choices=("light", "dark"), help="colours; without it they follow the system")
    parser.add_argument("--version", action="version", version=f"Hyperscope {__version__}")
    given = parser.parse_args(words)
    return _window(given.file, given.theme)


def _window(file: str | None, theme: str | None) -> int:
    load_with_one_thread()
    from hyperscope.lab.session.opening import opened_score, table_at
    from hyperscope.lab.timeline.score import PREFIX

    place = None
    if file and not file.startswith(PREFIX) and os.path.isdir(file):
        place, file = _search_in(Path(file)), None
    table = table_at(file) if file else None
    score = opened_score(file) if file else None
    experiment = score.experiment if score else None
    if problem := no_window():
        out = Path("hyperscope-pictures")
        say(f"{problem} Hyperscope trains without a window and writes its pictures to {out}/.")
        return _headless(experiment, out)
    gc.disable()  # a tenth of the way to the first picture; from `settle` on it works between frames
    # the worker starts before Qt is imported: it gets ready on the other core meanwhile
    from hyperscope.lab.places import RUNS, home
    from hyperscope.lab.session.session import Session, last_experiment
    from hyperscope.lab.worker.tempo import USUAL, Rest

    interrupts.heed()
    # how a table is read is decided in the dialog, whoever asks for it
    given = experiment if table is None else None
    last = last_experiment() if given is None else None
    again = last is not None and table is None and os.path.exists(home() / RUNS)
    session = Session(given or last, playing=False, library=home() / RUNS, tempo=USUAL, rest=Rest(learned=True))
    try:
        if score and score.goes_on:
            session.perform(score)
        from hyperscope.ui.app import open_window

        interrupts.heed()
        return open_window(session, theme or "", table, again=again, place=place)
    finally:
        session.close()


def _search_in(folder: Path) -> LabView:
    """Where the search in a folder is looked at. Raises: ValueError if there is none."""
    from hyperscope.lab.experiment.lab_view import LabView
    from hyperscope.lab.tuning.trials import FILE

    file = folder / FILE
    if not os.path.isfile(file):
        raise ValueError(f"{folder}: there is no search in this folder, which would be {FILE}")
    return LabView("tuning", "wall", {"study": str(file.absolute())})


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
