"""What others wrote, made fit for a sentence: cut short, on one line, with nothing in it that a terminal would obey."""

from __future__ import annotations

import re

LONGEST = 40  # characters of anything that a sentence quotes
# control characters, and those that turn the direction of what follows or break its line
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

_HALF = re.compile(r"[\ud800-\udfff]")  # what Python makes of a byte in a name that is no UTF-8


def unwritable(text: str) -> str:
    """The place in the text that no file can hold, as it is in no alphabet, in words to quote; "" if there is none."""
    if text.isascii() or not (found := _HALF.search(text)):
        return ""
    begin = max(0, found.start() - LONGEST // 2)
    return named("…" * (begin > 0) + text[begin:])


def visible(text: str) -> str:
    """The text on one line, each character that would steer a terminal written as its number, such as \\x1b."""
    return _OBEYED.sub(lambda found: ascii(found.group())[1:-1], text) if _OBEYED.search(text) else text


def short(value: object) -> str:
    """A value as it would stand in Python, or words as they are, cut after LONGEST characters."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4 * LONGEST:
        return f"a number of more than {LONGEST} digits"  # too long for Python to write it at all
    text = visible(value if isinstance(value, str) else _beginning(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def quoted(words: str) -> str:
    """Words between quotation marks, their spaces evened out, on one line and cut short."""
    return f'"{short(" ".join(words[: 20 * LONGEST].split()))}"'


def named(value: object) -> str:
    """A value as Python would write it, words between single quotation marks, cut short."""
    return f"'{short(value)}'" if isinstance(value, str) else short(value)


def cut(sentence: str, most: int = LONGEST + 10) -> str:
    """Another's sentence on one line, each of its words cut after `most` characters, marks around it among them."""
    return re.sub(rf"\S{{{most + 1},}}", lambda found: f"{found.group()[: most - 1]}…", visible(sentence))


def _beginning(value: object) -> str:
    """The beginning of how Python writes a value, of a long list or text without writing all of it."""
    if isinstance(value, list | tuple) and len(value) > LONGEST:
        value = value[:LONGEST]
    return repr(value)
