"""Registries: entries by name, in order, and errors that list what there is."""

from __future__ import annotations

import pytest

from hyperscope.registry import Registry


def colours() -> Registry[int]:
    found: Registry[int] = Registry("colour")
    found.add("red")(1)
    found.add("blue")(2)
    return found


def test_entries_keep_the_order_in_which_they_were_declared() -> None:
    assert list(colours()) == ["red", "blue"]


def test_declaring_returns_what_is_declared() -> None:
    assert colours().add("green")(3) == 3


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(LookupError, match=r"^colour is 'grey'; it must be one of red, blue$"):
        colours()["grey"]


def test_a_name_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match=r"^colour 'red' is declared twice$"):
        colours().add("red")(9)


def test_asking_whether_a_name_is_known_is_no_error() -> None:
    assert "grey" not in colours()
    assert colours().get("grey") is None
