"""Views of labs as exports: what is shown of a lab as a picture, and what is drawn there as numbers.

Every view of every lab can be a picture, as it stands in its window. Its numbers a lab declares in its `exports`
module, by `@data("lab/view")` over a function that is given the lab's page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtGui import QImage

from hyperscope.lab.export.exports import Choice, Encode, Exporter, Material, nothing
from hyperscope.lab.export.tables import Table, csv_of
from hyperscope.quoting import named
from hyperscope.registry import Registry
from hyperscope.ui import labs
from hyperscope.ui.export.views import STILLS, painted, png, sharpened, vectors, window_of
from hyperscope.ui.labs.lab import Page

Tables = Callable[[Any], Iterable[Table]]

PICTURE = "What this view shows now, in its own colours."
WITH_NUMBERS = "What this view shows now: a picture in its own colours, or (csv) the numbers that are drawn."

_data: Registry[Tables] = Registry("view")


def data(name: str) -> Callable[[Tables], Tables]:
    """Declares the decorated function as the numbers of "lab/view"; it is given the page and says what is drawn."""
    return _data.add(name)


def names() -> tuple[str, ...]:
    """All views of all labs, as "lab/view"."""
    return tuple(f"{entry.name}/{view}" for entry in labs.LABS for view, _ in entry.views)


def exporter(name: str) -> Exporter:
    """What exports the view "lab/view" of the window where the choice is made, which shows that view.

    Raises: LookupError for a view that there is not.
    """
    if name not in names():
        raise LookupError(f"view is {named(name)}; it must be one of {', '.join(names())}")
    lab, _, view = name.partition("/")
    entry = labs.entry(lab)
    numbers = (".csv",) if name in _data else ()
    return Exporter(
        f"{entry.title}, {entry.title_of(view).lower()}",
        (*STILLS, *numbers),
        WITH_NUMBERS if numbers else PICTURE,
        nothing,
        partial(_prepare, name),
    )


def of_view(lab: str, view: str) -> dict[str, Exporter]:
    """What there is to export of the view that is shown, by name; nothing of a lab without views."""
    return {f"{lab}/{view}": exporter(f"{lab}/{view}")} if view else {}


def page_of(choice: Choice) -> Page:
    """The page of the lab that the window shows in which the choice was made."""
    page: Page = window_of(choice).lab.page
    return page


def pixels(choice: Choice) -> QImage:
    """The page as it stands in its window, `choice.scale` pixels to each of its own."""
    page = page_of(choice)
    with sharpened(page, choice.scale):
        return painted(page, window_of(choice).theme.window, choice.scale)


def _prepare(name: str, material: Material, choice: Choice) -> Encode:
    if choice.suffix == ".csv":
        text = csv_of(_data[name](page_of(choice)))
        return text.encode
    if choice.suffix == ".svg":
        content = vectors(page_of(choice), window_of(choice).theme.window, exporter(name).label)
        return lambda: content
    image = pixels(choice)
    return lambda: png(image)
