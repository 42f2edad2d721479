"""Hostile input of every kind, for as many seconds in all as HYPERSCOPE_FUZZ_SECONDS says (18, or 3600 on demand).

HYPERSCOPE_FUZZ_SEED chooses other inputs. What a fault prints repeats its input, see `fuzz.run`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hyperscope
from fuzz.targets import TARGETS

BUDGET = float(os.environ.get("HYPERSCOPE_FUZZ_SECONDS", "18"))
SEED = os.environ.get("HYPERSCOPE_FUZZ_SEED", "1")
MOST = 500  # MB
HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.timeout(BUDGET + 240)
@pytest.mark.parametrize("target", TARGETS)
def test_no_input_is_answered_with_a_traceback_a_long_wait_or_much_memory(target, tmp_path):
    source = os.pathsep.join((str(Path(hyperscope.__file__).parents[1]), str(HERE)))
    ended = subprocess.run(
        [sys.executable, "-m", "fuzz.run", target, str(BUDGET / len(TARGETS)), SEED],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": source, "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=BUDGET + 200,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-6000:]
    assert json.loads(ended.stdout)["memory"] < MOST, ended.stdout
