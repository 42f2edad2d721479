"""How fast the engine is beside others: medians and ratios of interleaved rounds in one run, and the goals.

    python tests/benchmarks/engine.py [--quick] [--no-peers] [--only W4] [--rounds N]

Each contender waits in a process of its own, on one thread, and is told what to run in random order, round by round;
so whatever else the machine does falls on all alike, and the ratios carry over where times do not. Run it on a machine
that does nothing else. Peers that need packages get an environment of their own, made once in the user's cache folder;
--no-peers does without.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
APP = HERE.parents[1] / "app"
# The script's own folder would hide the package `engine` of the tests behind this file.
sys.path[:] = [str(HERE.parent), str(APP), *(path for path in sys.path if Path(path or ".").resolve() != HERE)]

import numpy as np  # noqa: E402

from benchmarks import in_c, peers, work  # noqa: E402
from benchmarks.contenders import CONTENDERS  # noqa: E402
from benchmarks.goals import ENGINE, Seconds, goals  # noqa: E402
from benchmarks.tasks import Task, tasks  # noqa: E402

SECONDS = 0.15  # about what one measurement takes, unless a single count takes longer
ROUNDS, QUICK_ROUNDS = 15, 3
SCALE = {"µs": 1e6, "ms": 1e3}
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def surroundings() -> dict[str, str]:
    """The environment variables of every process that is measured: one thread each, and where the engine is."""
    return {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": f"{HERE.parent}{os.pathsep}{APP}"}


@contextmanager
def waiting(name: str, python: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A contender's process, ready for orders. Raises: RuntimeError if it does not come up."""
    command = [str(python), "-m", "benchmarks.contenders", name, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=surroundings()) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError(f"{name} did not start")
            yield process
        finally:
            process.terminate()


def seconds(process: subprocess.Popen[str], task: str, count: int) -> float:
    """How long the contender says that `count` runs of a task took. Raises: RuntimeError if it broke."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{task} {count}\n")
    process.stdin.flush()
    if not (answer := process.stdout.readline()):
        raise RuntimeError(f"a contender broke in {task}; its error stands above")
    return float(answer)


def measured(entered: Mapping[str, subprocess.Popen[str]], given: list[Task], rounds: int) -> Seconds:
    """The median seconds per unit by (task, contender), over rounds in which all take turns in random order."""
    shares = {task.name: task.share for task in given}
    counts: dict[tuple[str, str], int] = {}
    for task in given:
        for name, process in entered.items():
            if task.kind in CONTENDERS[name].kinds:
                _say(f"Warming up: {task.name}, {CONTENDERS[name].label}")
                seconds(process, task.name, 1)  # prepares it, and compiles what compiles
                once = min(seconds(process, task.name, 1) for _ in range(2))
                counts[task.name, name] = max(1, round(SECONDS / max(1e-6, once)))
    found: dict[tuple[str, str], list[float]] = {pair: [] for pair in counts}
    order = random.Random(1)
    for number in range(rounds):
        _say(f"Round {number + 1} of {rounds}")
        for task, name in order.sample(list(counts), len(counts)):
            found[task, name].append(seconds(entered[name], task, counts[task, name]) / counts[task, name])
    _say("")
    return {(task, name): statistics.median(times) / shares[task] for (task, name), times in found.items()}


def _say(text: str) -> None:
    print(f"\r{text:60}", end="" if text else "\r", file=sys.stderr, flush=True)


def header(names: list[str], rounds: int) -> str:
    """What the figures are, and what each contender does."""
    lines = [
        f"NumPy {np.__version__}, Python {platform.python_version()}, "
        f"medians of {rounds} interleaved rounds, one thread each.",
        inspect.getdoc(work) or "",
        "",
    ]
    for name in names:
        contender = CONTENDERS[name]
        lines.append(contender.label + (f" ({', '.join(contender.needs)})" if contender.needs else ""))
        lines += [f"    {kind}: {does}" for kind, does in _does(contender.module, contender.kinds).items()]
    return "\n".join(lines)


def _does(module: str, kinds: Mapping[str, str]) -> dict[str, str]:
    """What a contender's functions say of themselves, read without loading the packages they need."""
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    said = {node.name: ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {kind: said[function].splitlines()[0] for kind, function in kinds.items()}


def table(title: str, given: list[Task], names: list[str], medians: Seconds) -> str:
    """One line per contender, one column per task: its median and how many times the engine's that is."""
    lines = ["", title, " " * 24 + "".join(f"{task.name:>22}" for task in given)]
    for name in names:
        if any((task.name, name) in medians for task in given):
            cells = "".join(f"{_cell(task, name, medians):>22}" for task in given)
            lines.append(f"  {CONTENDERS[name].label:22}{cells}")
    return "\n".join(lines)


def _cell(task: Task, name: str, medians: Seconds) -> str:
    if (task.name, name) not in medians:
        return f"–{'':10}"
    took = medians[task.name, name] * SCALE[task.unit]
    ratio = medians[task.name, name] / medians[task.name, ENGINE]
    return (f"{took:.3g}" if took < 1000 else f"{took:.0f}") + (" " * 11 if name == ENGINE else f"  × {ratio:<7.2f}")


def memory(with_peers: bool) -> dict[str, float]:
    """What `memory` finds in a process of its own; how large that is, psutil in the peers' environment sees."""
    there = peers.installed([peers.LOOKER]) if with_peers else set()
    command = [sys.executable, "-m", "benchmarks.memory", *(str(peers.python()) for _ in there)]
    done = subprocess.run(command, env=surroundings(), stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def pythons(with_peers: bool) -> dict[str, Path]:
    """The Python of each contender that can take part."""
    groups = {contender.needs: None for contender in CONTENDERS.values() if contender.needs}
    there = peers.installed(groups) if with_peers else set()
    found = {}
    for name, contender in CONTENDERS.items():
        if contender.module == "in_c" and in_c.compiler() is None:
            print("There is no C compiler, so C is left out", file=sys.stderr)
        elif not contender.needs or contender.needs in there:
            found[name] = peers.python() if contender.needs else Path(sys.executable)
    return found


def main() -> None:
    """Measures and prints header, tables and goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds instead of {ROUNDS}")
    parser.add_argument("--rounds", type=int, default=0, help="that many rounds")
    parser.add_argument("--no-peers", action="store_true", help="only what needs no further packages")
    parser.add_argument("--only", default="", help="only workloads whose name starts so, e.g. W1")
    given = parser.parse_args()
    rounds = given.rounds or (QUICK_ROUNDS if given.quick else ROUNDS)
    chosen = [task for task in tasks() if task.name.startswith(given.only)]
    kinds = {task.kind for task in chosen}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for task in chosen:
            np.savez(Path(folder) / f"{task.name}.npz", **task.numbers)
        entered = {
            name: stack.enter_context(waiting(name, python, Path(folder)))
            for name, python in pythons(not given.no_peers).items()
            if kinds & set(CONTENDERS[name].kinds)
        }
        medians = measured(entered, chosen, rounds)
    names = list(entered)
    print(header(names, rounds))
    for title in dict.fromkeys(task.table for task in chosen):
        print(table(title, [task for task in chosen if task.table == title], names, medians))
    print("\nGoals")
    for goal in goals(medians, {} if given.only else memory(not given.no_peers)):
        print(goal)


if __name__ == "__main__":
    main()
