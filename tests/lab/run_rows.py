"""Rows of runs made by hand; it loads nothing but the store, so that a process which is to be killed starts soon."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from hyperscope.lab.library.store import Store

BLOB = 20_000  # bytes, so that a run covers several pages


def row(number: int, **fields: Any) -> dict[str, Any]:
    """Run `number`, its dev loss a hundredth of that."""
    made = {
        "id": f"run-{number}",
        "created": 1000.0 + number,
        "updated": 1000.0 + number,
        "title": f"spiral · α {number}",
        "source": "spiral",
        "experiment": "{}",
        "score": b"score",
        "jumps": "[]",
        "beats": 10 * number,
        "steps": 10 * number,
        "epochs": 1.0 * number,
        "train_loss": number / 200,
        "dev_loss": number / 100,
        "best_dev_loss": number / 100,
        "train_accuracy": 0.9,
        "dev_accuracy": 0.8,
        "best_dev_accuracy": 0.85,
        "thumbnail": b"\x89PNG",
        "curves": bytes([number % 256]) * BLOB,
        "checkpoint": None,
    }
    return made | fields


def be_killed(path: Path, times: int, seed: int) -> None:
    """Has process after process write runs and kills each at a random moment; prints the numbers that were kept."""
    rng = random.Random(seed)
    first = 0
    kept: list[int] = []
    for _ in range(times):
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            store = Store(path)
            for number in range(first, first + 1000):
                store.keep(row(number))
                store.keep(row(number, updated=2000.0 + number))
                os.write(writes, number.to_bytes(4, "big"))
            os._exit(0)
        os.close(writes)
        with os.fdopen(reads, "rb") as file:
            said = file.read(4 * rng.randrange(4))  # on a busy machine a moment alone would come before the first run
            time.sleep(rng.uniform(0.0, 0.005))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            said += file.read()
        kept += [int.from_bytes(said[at : at + 4], "big") for at in range(0, len(said), 4)]
        first += 1000
    print(" ".join(map(str, kept)))


if __name__ == "__main__":
    be_killed(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
