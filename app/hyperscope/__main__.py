"""Starts Hyperscope. Kept light: the training process imports it again, and needs nothing of the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    from hyperscope.lab.machine import interrupts

    with interrupts.noted():  # before anything that takes a while to load
        from hyperscope.cli import run

        return run(sys.argv[1:])


if __name__ == "__main__":
    from multiprocessing import freeze_support

    freeze_support()
    sys.exit(main())
