"""How near the code of many experiments comes to their runs, when it is run by some Python."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from frameworks.conformance import CASES, NEAR, STEPS
from hyperscope.lab.frameworks.folder import Run, run_of

FLOAT32 = ("optimiser", "activation", "output", "batch norm", "everything", "moved: rate", "schedule cosine")
QUICK = {  # programs of a few hundred numbers are compiled much longer than they run
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
    "--xla_cpu_multi_thread_eigen=false --xla_cpu_parallel_codegen_split_count=1 --xla_cpu_use_fusion_emitters=false",
}


def wanted(names: Iterable[str] = CASES) -> list[tuple[str, str]]:
    """(experiment, precision): all in float64, and in float32 those whose arithmetic differs."""
    names = list(names)
    return [(name, "float64") for name in names] + [(name, "float32") for name in names if name.startswith(FLOAT32)]


@cache
def reference(name: str, precision: str) -> Run:
    """Our own run, made once for all frameworks."""
    return run_of(CASES[name].score(precision))


def parted(python: str, framework: str, cases: Iterable[tuple[str, str]], folder: Path) -> dict[str, str]:
    """Runs the code of each case in a process of `python`, and says which do not come near enough, and how far off."""
    ours: dict[str, tuple[np.ndarray, str]] = {}
    for number, (name, precision) in enumerate(cases):
        run = reference(name, precision)
        assert len(run.losses) == STEPS or name == "early stopping", name
        place = folder / f"{framework}-{number}"
        place.mkdir()
        for file, content in run.files(framework).items():
            (place / file).write_bytes(content)
        ours[str(place)] = run.losses, f"{name}, {precision}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | QUICK
    running = str(Path(__file__).with_name("running.py"))
    done = subprocess.run([python, running, *ours], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    theirs, far = json.loads(done.stdout), {}
    for place, (losses, said) in ours.items():
        found = theirs[place]
        if isinstance(found, str) or len(found) != len(losses):
            far[said] = found if isinstance(found, str) else f"{len(found)} steps for {len(losses)}"
        elif not (off := np.abs(np.array(found) - losses).max()) < NEAR[said.rpartition(" ")[2]]:
            far[said] = f"{off:.2g} off"
    return far
