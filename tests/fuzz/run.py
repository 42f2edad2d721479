"""Fuzzes one target for so many seconds: python -m fuzz.run TARGET SECONDS SEED, in the folder of the tests.

An input takes at most LONGEST seconds, or its stack is printed and the process ends; a fault ends it with the number
of the input, by which SEED:NUMBER in place of SEED repeats that input alone.
"""

from __future__ import annotations

import faulthandler
import json
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path

from fuzz.targets import ANSWERS, TARGETS

LONGEST = 10.0  # s


def main(name: str, seconds: float, seed: str) -> int:
    """The exit code: 1 after a fault. Prints how many inputs there were, were answered, and the most memory in MB."""
    warnings.simplefilter("error")
    first, _, only = seed.partition(":")
    began, number, answered, slowest = time.monotonic(), int(only or 0), 0, 0.0
    with tempfile.TemporaryDirectory(prefix="hyperscope-fuzz-") as folder:
        while True:
            faulthandler.dump_traceback_later(LONGEST, exit=True)
            start = time.monotonic()
            try:
                TARGETS[name](random.Random(f"{first}:{number}"), Path(folder))
            except ANSWERS as answer:
                answered += 1
                said = str(answer)
                if len(said) > 1500 or not said or any(ord(letter) < 32 for letter in said):
                    print(f"{name} {first}:{number} was answered with no sentence: {said[:3000]!r}", file=sys.stderr)
                    return 1
            except BaseException:
                print(f"{name} {first}:{number} is a fault", file=sys.stderr)
                raise
            slowest = max(slowest, time.monotonic() - start)
            number += 1
            if only or time.monotonic() - began > seconds:
                break
        faulthandler.cancel_dump_traceback_later()
    found = {"inputs": number, "answered": answered, "slowest": round(slowest, 2), "memory": round(_peak())}
    print(json.dumps(found))
    return 0


def _peak() -> float:
    """The most memory that this process ever had, in MB. What `resource` tells begins with its parent's."""
    if sys.platform == "linux":
        lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), sys.argv[3]))
