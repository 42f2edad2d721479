"""Formulas that are shown as they stand: the pictures are what ziamath makes of their TeX, and are drawn as asked."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QToolTip

from hyperscope.engine.outputs import outputs
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.ui import typeset
from hyperscope.ui.controls.segmented import Segmented

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def workshop():
    """`packaging/formulas.py`, which lies outside the package."""
    sys.path.insert(0, str(CHECKOUT / "packaging"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # ziamath 0.13 finds its font by importlib.resources.path
            import formulas
    finally:
        sys.path.remove(str(CHECKOUT / "packaging"))
    return formulas


def test_each_picture_is_its_formula_typeset(workshop):
    """If not: python packaging/formulas.py"""
    kept = {
        path.relative_to(workshop.FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in workshop.FOLDER.rglob("*.svg")
    }
    assert kept == {name: workshop.typeset(tex) for name, tex in workshop.formulas().items()}


def test_a_bracket_that_came_out_too_tall_is_refused(workshop):
    with pytest.raises(ValueError, match="em tall"):
        workshop.typeset(r"\left(\frac{1}{m} \sum_i z\right)")


@pytest.mark.parametrize("output", outputs)
def test_every_output_has_the_formula_of_its_loss(output):
    assert typeset.has("output", output)


def ink(colour: str, em: float = 20.0, width: int = 300) -> np.ndarray:
    """(60, 300, 3) what is drawn on white of the softmax in that colour, of `em` pixels in a room of that width."""
    picture = QImage(300, 60, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    typeset.draw(painter, QRectF(0, 0, width, 60), "output", "softmax", em, QColor(colour))
    painter.end()
    return np.frombuffer(picture.constBits(), np.uint8).reshape(60, 300, 4)[:, :, 2::-1].copy()


def test_a_formula_has_the_colour_asked_for(qapp):
    drawn = ink("#0000ff")
    assert (drawn[:, :, 2] == 255).all()
    assert (drawn[:, :, 0] == 0).any()


def test_a_sum_has_its_limit_below_it(qapp):
    """In p = e^z / Σ_k e^z the k lies lower than the bottom of the sign of the sum, with nothing in between."""
    dark = (ink("black") < 128).any(axis=(1, 2))
    inked = np.flatnonzero(dark)
    gaps = np.flatnonzero(np.diff(inked) > 1)
    assert gaps.size and inked[gaps[-1]] > 30


def test_a_formula_shrinks_to_its_room(qapp):
    drawn = ink("black", em=40.0, width=120)
    assert (drawn[:, 121:] == 255).all()
    assert (drawn < 128).any()


def shown(qtbot, path: str) -> Segmented:
    """A choice on screen."""
    control = Segmented(path, knob_at(path))
    qtbot.addWidget(control)
    control.resize(300, 90)
    with qtbot.waitExposed(control):
        control.show()
    return control


def first_button(control: Segmented) -> QPoint:
    """The middle of the first choice's button, in the control."""
    button = control.segments.buttons[0]
    return button.mapTo(control, button.rect().center())


def test_a_choice_pointed_at_shows_its_formula(qtbot):
    control = shown(qtbot, "network.output")
    at = first_button(control)
    control.event(QHelpEvent(QHelpEvent.Type.ToolTip, at, control.mapToGlobal(at)))
    try:
        said = QToolTip.text()
        assert "<b>Output</b>" in said and "<b>Softmax</b>:" in said and "<img " in said
    finally:
        QToolTip.hideText()
        qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_beside_the_choices_there_is_no_formula(qtbot):
    assert shown(qtbot, "network.output").about(QPoint(2, 2)) == ""


def test_a_choice_without_a_formula_has_the_tooltip_of_its_control(qtbot):
    control = shown(qtbot, "training.optimiser")
    assert control.about(first_button(control)) == ""
