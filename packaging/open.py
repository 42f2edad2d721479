"""Sets Hyperscope up where that was not done yet, and opens it; what else is on the command line goes to it."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Hyperscope needs Python 3.11 or newer, and this is Python %d.%d." % sys.version_info[:2])

import os
import subprocess
from pathlib import Path

import prepare


def main(arguments: list[str]) -> int:
    """Opens the window, or runs the command that `arguments` name; returns the program's exit code."""
    window = not arguments or Path(arguments[0]).is_file()
    environment = prepare.qt_environment(window)
    command = [str(prepare.python()), "-P", "-m", "hyperscope", *arguments]
    if os.name == "posix":
        try:
            os.execve(command[0], command, environment)  # so that signals and the terminal are the program's own
        except OSError as problem:
            prepare.stop(
                f"{command[0]} cannot be run: {problem.strerror}. Delete {prepare.ENVIRONMENT}, and start again."
            )
    return subprocess.call(command, env=environment)


if __name__ == "__main__":
    sys.exit(prepare.politely(main))
