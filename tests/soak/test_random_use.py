"""A short piece of random use: no error, no warning, nothing left behind. How long frames took is printed only."""

from __future__ import annotations

import pytest

from soak.random_use import random_use


@pytest.mark.slow
def test_forty_random_things_leave_no_fault(qapp, capsys) -> None:
    found = random_use(120.0, 1, most=40)
    with capsys.disabled():
        print(f"\n{found.words()}")
    assert found.faults == []
