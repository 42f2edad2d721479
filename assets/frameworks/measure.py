"""Runs the train.py of a folder and says what it took, a line of JSON at a time; for any Python with its framework.

python measure.py FOLDER PACKAGE...: it knows nothing of Hyperscope. What it says on its standard output is
{"losses": [...]} while it runs, in six decimals, and at the end {"losses": [...], "setup": s, "epoch": s, "step": s,
"memory": bytes, "versions": {...}}: set-up until the loop begins, the first epoch, the median of a later step. When
nobody holds its standard input any more it ends, and takes its folder with it.
"""

import csv
import json
import os
import runpy
import shutil
import statistics
import sys
import threading
import time
from importlib import metadata

BEGUN = time.perf_counter()
EVERY = 0.05  # s between two lines, so that saying them takes no time worth the name
LOOP = "\nlosses, step = [], 0\n"  # where set-up is over


class Steps:
    """Stands in for the standard output, and notes when each step prints its loss."""

    def __init__(self, say):
        self.say, self.times, self.fresh, self.loop = say, [], [], BEGUN
        self.said = BEGUN

    def write(self, text):
        if text.startswith("step "):
            now = time.perf_counter()
            self.times.append(now)
            self.fresh.append(float(text.rpartition(" ")[2]))
            if now - self.said > EVERY:
                self.say(losses=self.fresh)
                self.fresh, self.said = [], now
        return len(text)

    def flush(self):
        pass

    def begun(self):
        self.loop = time.perf_counter()


def leave_with(folder):
    """Ends with whoever listens, however that one ended."""
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def memory():
    """The most bytes that were ever held; None where the system does not tell."""
    try:
        with open("/proc/self/status") as file:  # rusage on Linux begins with what the starting process held
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def version(package):
    for name in (package, f"{package}-cpu"):  # TensorFlow's names
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
    return ""


def main(folder, packages):
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a framework prints by itself goes elsewhere

    def say(**words):
        channel.write(json.dumps(words) + "\n")
        channel.flush()

    threading.Thread(target=leave_with, args=(folder,), daemon=True).start()
    with open(os.path.join(folder, "train.py"), encoding="utf-8") as file:
        code = file.read()
    with open(os.path.join(folder, "batches.txt"), encoding="utf-8") as file:
        first = len(file.read().split("\n\n")[0].splitlines())
    timed = os.path.join(folder, "timed.py")
    with open(timed, "w", encoding="utf-8") as file:
        file.write(code.replace(LOOP, "\nloop_begins()" + LOOP))
    usual, steps = sys.stdout, Steps(say)
    sys.stdout = steps
    runpy.run_path(timed, {"loop_begins": steps.begun})
    sys.stdout = usual
    with open(os.path.join(folder, "losses.csv"), newline="", encoding="utf-8") as file:
        losses = [float(loss) for _, loss in list(csv.reader(file))[1:]]
    times = [steps.loop, *steps.times]
    gaps = [times[at + 1] - times[at] for at in range(len(times) - 1)]
    later = gaps[first:] or gaps
    say(
        losses=losses,
        setup=steps.loop - BEGUN,
        epoch=times[min(first, len(times) - 1)] - steps.loop,
        step=statistics.median(later) if later else 0.0,
        memory=memory(),
        versions={package: version(package) for package in packages},
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
