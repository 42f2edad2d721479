"""The benchmarks run where Hyperscope alone was set up: further packages are the peers', in their own environment."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.contenders import CONTENDERS

TESTS = Path(__file__).resolve().parent
OF_PEERS = {f"{contender.module}.py" for contender in CONTENDERS.values() if contender.needs}
OURS = {"hyperscope", "benchmarks", "parity", "engine"}
MODULES = {"pillow": "PIL", "pyside6_essentials": "PySide6"}  # whose packages are named otherwise


def imported(file: Path) -> Iterator[str]:
    """The top-level packages that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def set_up() -> set[str]:
    """The packages that Hyperscope needs to run."""
    declared = tomllib.loads((TESTS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = [words.partition(">")[0].strip().lower().replace("-", "_") for words in declared]
    return {MODULES.get(name, name) for name in names}


@pytest.mark.parametrize("file", sorted((TESTS / "benchmarks").glob("*.py")), ids=lambda file: file.stem)
def test_a_benchmark_imports_only_what_is_set_up_for_the_program(file):
    if file.name not in OF_PEERS:
        assert set(imported(file)) <= {*sys.stdlib_module_names, *OURS, *set_up()}
