"""What Qt calls of ours lets its errors out whole.

Until it is caught, Python 3.11 keeps an error that C raises (an index out of range, a widget that is gone) in two
parts. PySide 6.11 takes the second part for the error when it hands it on to the Python code that had called Qt, and
ends the process over that. From Python 3.12 on every error is whole.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from PySide6.QtCore import QObject


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; what it raises was caught once."""

    @functools.wraps(function)
    def called(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except BaseException:
            raise  # it is whole by now

    called.__dict__[_DONE] = True
    return called


def keep_errors_whole() -> None:
    """Makes every method so that stands in for one of Qt's, in all classes that are made from now on."""
    setattr(QObject, "__init_subclass__", classmethod(_on_class))  # noqa: B010 - PySide's stubs know none


_DONE = "errors_are_whole"


def _on_class(made: type[QObject], /, **named: Any) -> None:
    super(QObject, made).__init_subclass__(**named)
    of_qt = next(one for one in made.__mro__ if one.__module__.partition(".")[0] == "PySide6")
    for one in made.__mro__[: made.__mro__.index(of_qt)]:  # with what is mixed in, of which Qt knows nothing
        for name, method in list(vars(one).items()):
            ours = isinstance(method, FunctionType) and not hasattr(method, _DONE)
            if ours and hasattr(of_qt, name) and not name.startswith("_"):
                setattr(one, name, whole(method))
