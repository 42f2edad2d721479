"""Code as a notebook: a cell for each of its parts."""

from __future__ import annotations

import json
from typing import Any

from hyperscope.lab.frameworks.written import Code

HERE = "here = Path(__file__).parent"  # which a notebook does not know; it runs where it lies


def notebook(code: Code) -> str:
    """The notebook, as Jupyter reads it (nbformat 4.5); parts end where code has two empty lines."""
    parts = code.text.replace(HERE, "here = Path()").rstrip().split("\n\n\n")
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"part-{number}",
            "metadata": {},
            "outputs": [],
            "source": part.splitlines(keepends=True),
        }
        for number, part in enumerate(parts, 1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    tree = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"
