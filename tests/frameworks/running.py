"""Runs the code of many folders in one process, and prints the losses that each wrote as JSON; for any Python.

python running.py FOLDER...: what fails has a sentence instead of losses. It knows nothing of Hyperscope.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import gc
import io
import json
import os
import runpy
import sys


def fresh() -> None:
    """Takes back what code before may have set for the whole process."""
    gc.freeze()  # modules, which need not be gone through for each experiment
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(1)
    if "keras" in sys.modules:
        keras = sys.modules["keras"]
        keras.config.set_floatx("float32")
        keras.utils.clear_session()
    if "tensorflow" in sys.modules:
        # After the first, code is taken as it stands: nothing in it branches on a tensor, which would be refused now.
        # To look for such branches takes longer than all the steps.
        tensorflow = sys.modules["tensorflow"]
        compiled = getattr(tensorflow.function, "func", tensorflow.function)
        tensorflow.function = functools.partial(compiled, autograph=False)
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", False)


def losses(folder: str) -> list[float] | str:
    """What the code in a folder wrote."""
    fresh()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(os.path.join(folder, "train.py"))
        with open(os.path.join(folder, "losses.csv"), newline="") as file:
            rows = list(csv.reader(file))
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"
    return [float(loss) for _, loss in rows[1:]]


if __name__ == "__main__":
    print(json.dumps({folder: losses(folder) for folder in sys.argv[1:]}))
