"""On how many threads NumPy's products run. Other numbers of them add up in another order, and so round otherwise."""

from __future__ import annotations

import os

BEFORE = ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")  # that NumPy's wheels look at, once, when it is loaded


def use_one_thread() -> None:
    """Has this process compute on one thread from now on, whatever its environment says.

    So the same experiment comes to the same bytes wherever it is trained; and small products are slower on two.
    """
    import numpy as np  # noqa: F401  its products are what is limited, so it has to be there
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def load_with_one_thread() -> None:
    """The same for a NumPy that is still to be loaded, here and in all processes started from here, at no cost.

    A window's products are small too, and the cores belong to training.
    """
    for name in BEFORE:
        os.environ[name] = "1"
