"""Arrays here are small: more than one thread per product only makes each wait for the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Lets NumPy's products run on one thread."""
    with threadpool_limits(1):
        yield
