"""The shape of the house: no module knows, through others, one that knows it; imports for types alone count too."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def test_no_imports_run_in_a_circle() -> None:
    graph = grimp.build_graph("hyperscope", cache_dir=None)
    order = TopologicalSorter({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})
    try:
        order.prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))
