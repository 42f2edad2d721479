"""Tables of views as comma-separated text: what was a float is the same float when it is read back."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from hyperscope.lab.export.tables import Table, csv_of


def rows_of(*tables: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(tables))))


@pytest.mark.parametrize("value", [0.1, 1 / 3, np.float64(2e-308), np.float32(0.3), float("inf")])
def test_a_float_is_read_back_to_the_last_bit(value):
    assert float(rows_of(Table("t", ("v",), [(value,)]))[0]["v"]) == float(value)


def test_of_one_table_the_columns_are_its_own():
    assert rows_of(Table("t", ("a", "b"), [(1, "x, y")])) == [{"a": "1", "b": "x, y"}]


def test_of_several_tables_a_column_says_which_and_what_one_lacks_is_empty():
    found = rows_of(Table("one", ("a", "b"), [(1, True)]), Table("other", ("b", "c"), [(None, 2)]))
    assert found == [
        {"table": "one", "a": "1", "b": "yes", "c": ""},
        {"table": "other", "a": "", "b": "", "c": "2"},
    ]
