"""Code in NumPy reproduces the run, for every experiment of the conformance set."""

from __future__ import annotations

import sys

import pytest

from frameworks.reproduced import parted, wanted


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_code_in_numpy_gives_the_losses_of_every_run(tmp_path):
    assert parted(sys.executable, "numpy", wanted(), tmp_path) == {}
