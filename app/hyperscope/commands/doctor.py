"""`hyperscope doctor`: what was found on this machine, and what to do."""

from __future__ import annotations

from hyperscope.commands.words import Parser
from hyperscope.terminal import say


def main(words: list[str]) -> int:
    """Does it, and returns the exit code. Raises: ValueError with a sentence on words that it cannot use."""
    parser = Parser(prog="hyperscope doctor", description="What was found on this machine, and what to do.")
    parser.add_argument("--report", action="store_true", help="print what a report of a fault needs, to be copied")
    if parser.parse_args(words).report:
        from hyperscope.lab.machine import bug_report

        for line in bug_report.text().splitlines():
            say(line)
        return 0
    from hyperscope.lab.machine.doctor import findings

    found = findings()
    width = max(len(finding.topic) for finding in found)
    for finding in found:
        say(f"{'ok ' if finding.ok else ' ! '} {finding.topic:{width}}  {finding.found}")
        if not finding.ok and finding.advice:
            say(f"    {'':{width}}  → {finding.advice}")
    say("For a report of a fault, copy what 'hyperscope doctor --report' prints; it names no files and nobody.")
    return 0
