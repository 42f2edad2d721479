"""Names that look like markup or steer a text are shown as they are written."""

from __future__ import annotations

import pytest

from hyperscope.ui.as_written import as_written


@pytest.mark.parametrize("words", ["<b>bold</b>", "<img src='//host/a.png'>", "<table>", "a <br> b"])
def test_markup_in_a_name_is_no_markup(words):
    said = as_written(words)
    assert said.startswith("<p ") and "&lt;" in said and words not in said


@pytest.mark.parametrize("words", ["petal length", "b & c", "two\nlines", ""])
def test_ordinary_words_stay_as_they_are(words):
    assert as_written(words) == words


def test_what_would_turn_the_direction_of_a_text_is_visible():
    assert as_written("abc\u202egpj.exe") == "abc\\u202egpj.exe"
