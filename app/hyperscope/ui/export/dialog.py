"""The dialog that exports: what, in which format, how large, in which colours, with a preview, and where to.

It shows choices and says what was decided; asking the training for records and writing are its part's business.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from hyperscope.lab.export.exports import MOVING, Choice, Exporter, Material, exporters, suffix_of
from hyperscope.lab.export.film import lacking
from hyperscope.ui import style
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.export.list import ExportList
from hyperscope.ui.export.preview import Preview
from hyperscope.ui.export.shown import shown_lines, shown_picture
from hyperscope.ui.export.views import STILLS, InWindow, of_closed_labs, usual_size, views
from hyperscope.ui.open_table.parts import Verdict
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import EDGE, INSIDE, Theme, font

WIDE, HIGH = 900, 610  # pixels
SCALES = (1, 2, 3, 4)
COLOURS = ("light", "dark")
FILMED = ("the session so far", "10 epochs", "30", "100", "300")  # as many coming epochs, after the first
EPOCHS = (0, 10, 30, 100, 300)


class ExportDialog(QDialog):
    """`saved` carries (name, choice, path, epochs to film), `copied` (name, choice); `needed` says that what is shown
    needs other records, `shown` that it is shown. The part answers by `show_material`, `say` and `film`.
    """

    saved = Signal(str, object, Path, int)
    copied = Signal(str, object)
    cancelled = Signal()  # the film under way
    needed = Signal()
    shown = Signal()
    code_wanted = Signal()  # the session as code in a framework, which another place writes

    def __init__(
        self,
        window: QWidget,
        theme: Theme,
        folder: Path,
        name: str = "",
        panels: Sequence[object] = (),
        of_view: Mapping[str, Exporter] | None = None,
    ) -> None:
        """`panels` are those of the lab that is shown; of other labs there is nothing to export.

        `of_view` exports the view that is shown, and is what is chosen first unless `name` is there.
        """
        super().__init__(window)
        self._of_view = dict(of_view or {})
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window = window
        self._folder = folder
        self._stem = ""  # of the name, without what tells it from files that are there
        self._replaced: set[Path] = set()  # may be written over: what this dialog wrote, or was told to replace
        self._warned: Path | None = None  # of which it is said that it is there already
        self._material: Material | None = None
        self._reader = Reader(self)
        self._reader.refused.connect(lambda sentence: self.say(sentence, alarm=True))
        self._filming = False
        self._of = ""  # the twin that what is written is of
        self._lacking = ""  # why what is chosen cannot be had, as it was said
        self._build()
        self.set_theme(theme)
        self.resize(pixels(theme, WIDE), pixels(theme, HIGH))
        self.colours.set_index(COLOURS.index(theme.name))
        self.scale.set_index(1)
        self.filmed.set_index(2)
        closed = of_closed_labs(panels)
        self.list.leave_out(closed)
        if name in closed or name not in self.list.rows:
            name = next(iter(self._of_view), "map")
        self.list.choose(name)
        self.list.rows[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        self.setWindowTitle("Export")
        self.list, self.preview, self.verdict = ExportList(self._of_view), Preview(), Verdict()
        self.format = Segments(("png",), "Format")
        self.scale = Segments([f"{scale}×" for scale in SCALES], "Size")
        self.colours = Segments(COLOURS, "Colours")
        self.filmed = Segments(FILMED, "What is filmed, the session so far or coming epochs")
        self.path = QLineEdit()
        self.path.setAccessibleName("File")
        self.path.setToolTip("Where it is written; the ending says which kind")
        self.browse = Button("Choose…", "Choose a file", "Choose folder and name")
        self.copy_button = Button("Copy picture", "Copy picture", "Put the picture on the clipboard")
        self.code_button = Button("As code …", "As code", "The session in PyTorch and others, in the Frameworks lab")
        self.close_button = Button("Close", "Close", "Leave without writing · Esc")
        self.save_button = SaveButton("Save", "Save", "Write the file · Enter")
        self.save_button.setProperty("accent", True)
        self.save_button.setDefault(True)
        self.captions = {words: Caption(words) for words in ("Format", "Size", "Colours", "Film", "File")}

        self.left, self.right = QFrame(), QFrame()
        for card in (self.left, self.right):
            card.setProperty("card", True)
        self._left, self._options = QVBoxLayout(self.left), QGridLayout(self.right)
        self._left.addWidget(self.list)
        self._place_options()
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.preview, 1)
        side.addWidget(self.right)
        body = QHBoxLayout()
        body.setSpacing(8)
        body.addWidget(self.left)
        body.addLayout(side, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.verdict, 1)
        for button in (self.code_button, self.copy_button, self.close_button, self.save_button):
            self._foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._column = QVBoxLayout(self)
        self._column.addLayout(body, 1)
        self._column.addLayout(self._foot)
        self._connect()

    def _place_options(self) -> None:
        grid, captions = self._options, self.captions
        grid.addWidget(captions["Format"], 0, 0)
        self._place_format()
        grid.addWidget(captions["Size"], 0, 2)
        grid.addWidget(self.scale, 0, 3)
        grid.addWidget(captions["Colours"], 0, 4)
        grid.addWidget(self.colours, 0, 5)
        grid.addWidget(captions["Film"], 1, 0)
        grid.addWidget(self.filmed, 1, 1, 1, 5)
        grid.addWidget(captions["File"], 2, 0)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self.path, 1)
        where.addWidget(self.browse)
        grid.addLayout(where, 2, 1, 1, 5)
        for column, share in ((1, 4), (3, 4), (5, 3)):
            grid.setColumnStretch(column, share)

    def _place_format(self) -> None:
        self._options.addWidget(self.format, 0, 1)
        self.format.chosen.connect(self._format_chosen)

    def _connect(self) -> None:
        self.list.chosen.connect(self._exporter_chosen)
        for part in (self.scale, self.colours, self.filmed):
            part.chosen.connect(lambda _: self._changed())
        self.path.textEdited.connect(self._path_typed)
        self.browse.clicked.connect(self._browse)
        self.copy_button.clicked.connect(lambda: self.copied.emit(self.name, self.choice(".png")))
        self.code_button.clicked.connect(lambda: self.code_wanted.emit())
        self.close_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)

    # -- what is chosen -------------------------------------------------------------------------------------------

    name = "map"

    @property
    def exporter(self) -> Exporter:
        """What is chosen."""
        return self._of_view.get(self.name) or exporters[self.name]

    @property
    def pictured(self) -> bool:
        """Whether it is a picture, or a film, and no text."""
        return self.suffix in STILLS or self.suffix in MOVING

    @property
    def suffix(self) -> str:
        """The format chosen, as a file's ending."""
        return self.exporter.all_suffixes[self.format.index() or 0]

    def choice(self, suffix: str | None = None) -> Choice:
        """How the picture is to be."""
        at, colours = self.scale.index() or 0, self.colours.index() or 0
        return InWindow(suffix or self.suffix, float(SCALES[at]), COLOURS[colours], window=self._window)

    @property
    def epochs(self) -> int:
        """To be filmed; 0 for the session so far."""
        return EPOCHS[self.filmed.index() or 0]

    def _exporter_chosen(self, name: str) -> None:
        self.name = name
        old, self.format = (
            self.format,
            Segments([suffix.removeprefix(".") for suffix in self.exporter.all_suffixes], "Format"),
        )
        self._options.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._place_format()
        last: QWidget = list(self.list.rows.values())[-1]
        for button in self.format.buttons:  # Tab goes from the list to the format
            QWidget.setTabOrder(last, button)
            last = button
        self.format.set_theme(self.theme)
        self.format.set_index(0)
        self._stem = "hyperscope-" + self.exporter.label.lower().replace(",", "").replace(" ", "-")
        self._name_file()
        self.preview.show_lines([])  # until its own are there
        self._changed()

    def _format_chosen(self, index: int) -> None:
        self._name_file()
        self._changed()

    def _name_file(self) -> None:
        folder = Path(self.path.text()).parent if self.path.text() else self._folder
        self.path.setText(str(free(folder, self._stem, self.suffix)))

    def _path_typed(self, text: str) -> None:
        self._stem = Path(text).stem
        suffix = Path(text).suffix.lower()
        if suffix in self.exporter.all_suffixes:
            self.format.set_index(self.exporter.all_suffixes.index(suffix))
        self._changed()

    def _browse(self) -> None:
        dialog = QFileDialog(self, "Export to", self.path.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{self.exporter.label} ({' '.join(f'*{s}' for s in self.exporter.all_suffixes)})")
        dialog.setDefaultSuffix(self.suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen_file)
        dialog.open()

    def _chosen_file(self, name: str) -> None:
        self.path.setText(name)
        self._path_typed(name)
        self._replaced.add(self._file)  # the file dialog has asked

    @property
    def _file(self) -> Path:
        return Path(os.path.expanduser(self.path.text()))  # as it is where nobody has that name

    def save(self) -> None:
        """Says what is to be written where, unless the name's ending does not fit; asks before another file goes."""
        if not self.save_button.isEnabled():
            return
        path = self._file
        try:
            suffix = suffix_of(path, self.exporter.all_suffixes)
            if said := lacking(suffix):
                raise ValueError(said)
        except ValueError as problem:
            self.say(str(problem), alarm=True)
            return
        if path not in self._replaced and path != self._warned and os.path.isfile(path):
            self.say(f"{path.name} is there already; {self.save_button.text()} again replaces it.", alarm=True)
            self._warned = path
            return
        self._replaced.add(path)
        self.saved.emit(self.name, self.choice(suffix), path, self.epochs)

    # -- what is shown --------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        picture, film = self.pictured, self.suffix in MOVING
        self.scale.setEnabled(self.suffix != ".svg")  # which has no pixels
        self.colours.setEnabled(self.name in views)  # the window, and a lab's view, are pictured as they are
        for control, caption, used in (
            (self.scale, "Size", picture),
            (self.colours, "Colours", picture),
            (self.filmed, "Film", film),
        ):
            control.setVisible(used)
            self.captions[caption].setVisible(used)
        self.copy_button.setVisible(picture)
        self.save_button.setText("Film" if film else "Save")
        self._lacking = ""
        self.say(self._sentence())
        self._show()
        self.needed.emit()

    def _sentence(self) -> str:
        said, film = self.exporter.help, self.suffix in MOVING
        if self.pictured and self.suffix != ".svg":
            size = usual_size(self.name, self._window) * self.choice().scale
            said = f"{self.exporter.label}, {size.width()} × {size.height()} pixels." if film else said
            said += "" if film else f" {size.width()} × {size.height()} pixels."
        if film:
            said += f" The network trains {self.epochs} more epochs." if self.epochs else " The session is played back."
        of = f"This is {self._of}'s." if self._of and not (self.pictured or self.exporter.of_both) else ""
        return " ".join(part for part in (said, of, lacking(self.suffix)) if part)

    def show_material(self, material: Material) -> None:
        """Shows what would be written now, and of which twin it is."""
        self._material = material
        if material.of != self._of:
            self._of = material.of
            self.say(self._sentence())
        self._show()

    def _show(self) -> None:
        material = self._material
        if self.pictured:
            ready = material is not None and material.has(self.exporter.needs)
            image = shown_picture(self.name, material, self.choice(".png")) if ready and material else None
            self.preview.show_image(image)
            self.shown.emit()
        elif material is not None:
            lines = shown_lines(self.name, self.exporter, material, self.choice())
            self._reader.ask(lines, partial(self._show_lines, self.name, self.suffix))
        self._offer()

    def _show_lines(self, name: str, suffix: str, lines: list[str]) -> None:
        if (name, suffix) == (self.name, self.suffix):  # still
            self.preview.show_lines(lines)
            self.shown.emit()

    def _offer(self) -> None:
        """What cannot be had as things stand cannot be saved, and the sentence at the foot says why."""
        lacking = self.exporter.lacking(self._material) if self._material is not None else ""
        if lacking != self._lacking:
            self._lacking = lacking
            self.say(lacking or self._sentence(), alarm=bool(lacking))
        self.save_button.setEnabled(not lacking and not self._filming)

    def say(self, sentence: str, alarm: bool = False) -> None:
        """One sentence at the foot; what was asked there is asked no more."""
        self._warned = None
        self.verdict.say(sentence, alarm=alarm)

    def film(self, done: int, whole: int) -> None:
        """Shows how far a film has come; `whole` 0 says that none is under way."""
        self._filming = bool(whole)
        for part in (self.left, self.right, self.code_button, self.copy_button, self.save_button):
            part.setEnabled(not whole)
        self.close_button.setText("Cancel" if whole else "Close")
        if whole:
            self.say(f"Frame {done} of {whole}.")

    def reject(self) -> None:
        """Leaves the film under way if there is one, else the dialog."""
        if self._filming:
            self.cancelled.emit()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Closes, whatever is made still."""
        super().done(result)
        self._reader.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.isAutoRepeat():
            event.accept()  # a key that is held answers nothing
        elif entered and self.path.hasFocus():
            self.save()
        else:
            super().keyPressEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.theme = theme
        style.dress(self, theme)
        self.setPalette(style.palette(theme))  # which a style sheet takes back
        for part in (self.list, self.preview, self.verdict, self.format, self.scale, self.colours, self.filmed):
            part.set_theme(theme)
        for caption in self.captions.values():
            caption.set_theme(theme, 12, quiet=True)
        for button in (self.browse, self.code_button, self.copy_button, self.close_button, self.save_button):
            button.set_theme(theme)
        for button in (self.close_button, self.save_button):
            button.setMinimumWidth(pixels(theme, 84))
        self.path.setFont(font(12, 400, theme.scale))
        self.path.setFixedHeight(pixels(theme, 28))
        edge, inside = pixels(theme, EDGE), pixels(theme, INSIDE)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(pixels(theme, 8))
        self._left.setContentsMargins(inside - 6, inside - 2, inside - 6, inside - 2)
        self._options.setContentsMargins(inside, inside - 2, inside, inside - 2)
        self._options.setHorizontalSpacing(pixels(theme, 10))
        self._options.setVerticalSpacing(pixels(theme, 8))
        self._foot.setContentsMargins(pixels(theme, 4), pixels(theme, 4), 0, 0)
        self._foot.setSpacing(pixels(theme, 8))


class SaveButton(Button):
    """A double click is one press of it, lest its second half answer what the first one asks."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


def free(folder: Path, stem: str, suffix: str) -> Path:
    """The first of `stem`, `stem`-2, `stem`-3 and so on whose name nothing in the folder has."""
    path, number = folder / f"{stem}{suffix}", 1
    while os.path.lexists(os.path.expanduser(path)):
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path
