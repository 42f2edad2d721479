"""One network as pictures: each node the function it computes, each edge its weight; all of it can be changed.

It draws the record `NetworkPicture` and asks for changes by signals; it changes nothing itself.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Layer
from hyperscope.lab.probes.examples import examples
from hyperscope.lab.probes.network import NetworkPicture, network
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.control import ARROWS, keep_arrows
from hyperscope.ui.guarded import guarded
from hyperscope.ui.panels.common.in_turn import InTurn
from hyperscope.ui.panels.network import words
from hyperscope.ui.panels.network.backing import Backing
from hyperscope.ui.panels.network.flow import Flow
from hyperscope.ui.panels.network.formula import plain
from hyperscope.ui.panels.network.heads import Heads
from hyperscope.ui.panels.network.layout import ALONE, Frame, NetworkLayout
from hyperscope.ui.panels.network.scene import Edge, Node, Scene
from hyperscope.ui.panels.network.setting import Setting
from hyperscope.ui.theme import LIGHT, Theme

CENTRE = Qt.AlignmentFlag.AlignHCenter
USUAL = "Each unit as a picture of its output over the plane; edges show weights. Arrows go from unit to unit, Enter "
STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class NetworkCanvas(QWidget):
    """One side's network, directly on the window's ground. Layers in `node_hovered` count from the inputs, 0; those in
    the other signals count the hidden layers from 0, as the experiment does.
    """

    units_changed = Signal(int, int)  # hidden layer, units wanted
    batch_norm_cycled = Signal(int)  # hidden layer: off, before, after, off
    layer_added = Signal()
    layer_inserted = Signal(int)  # before this hidden layer
    layer_removed = Signal(int)  # hidden layer
    moved = Signal(str, object)  # path of a layer's knob, value
    edited = Signal(object, float, str)  # Edit, what the number was, a word that is the same throughout one drag
    refused = Signal(str)  # why something cannot be set
    node_hovered = Signal(int, int)  # layer, unit; −1, −1 when none is
    foot_needed = Signal(bool)  # whether the foot says what is under the pointer
    reshaped = Signal()  # the network has other layers or widths
    renewed = Signal()  # something looks different, perhaps what the foot says

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._backing = Backing()  # everything but what moves by itself
        self._pointer = QPointF()
        self.turns: InTurn | None = None  # in which a change of size is laid out; at once if there is none
        self.late = False  # whether that is still to be done
        self._by_keys = False  # whether the keyboard opened what is open
        self._theme = theme
        self.setAccessibleName("Network")
        self._describe()
        self.setMouseTracking(True)
        self.setMinimumSize(260, 240)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._heads = Heads(self)
        self._heads.units_wanted.connect(self.units_changed)
        self._heads.batch_norm_pressed.connect(self.batch_norm_cycled)
        self._heads.settings_pressed.connect(self.open_layer)
        self._heads.layer_wanted.connect(self.layer_added)
        self._heads.layer_unwanted.connect(self.layer_removed)
        self.flow = Flow(self)
        self.flow.moved.connect(self._update_body)
        self._setting = Setting(self, self._scene, self._heads.settings_place)
        self._setting.refused.connect(self.refused)
        self._setting.changed.connect(self._renew)
        self.editor, self.layer_editor = self._setting.numbers, self._setting.layer
        self.editor.edited.connect(self.edited)
        self.editor.left.connect(self._take_keyboard_back)
        self.layer_editor.moved.connect(self.moved)
        self.layer_editor.wanted.connect(self.layer_inserted)
        self.layer_editor.unwanted.connect(self.layer_removed)
        self.layer_editor.left.connect(self._heads.focus_settings)
        self.set_theme(theme)

    def be_twin(self, which: str, frame: Frame = ALONE, foot_width: float = 0.0) -> None:
        """Takes the place of twin "A" or "B" beside the other, or with "" one of its own.

        `foot_width` are the pixels that whoever writes the foot instead has for it.
        """
        self._scene.foot_width = foot_width
        if frame != self._scene.frame:
            self._scene.frame = frame
            self._arrange()
            self._renew()
        name = f"Network {which}".strip()
        if name != self.accessibleName():
            self.setAccessibleName(name)
            self._heads.set_letter(which)
            self._setting.set_letter(which)

    # -- what is shown --------------------------------------------------------------------------------------------

    def draw(self, seen: Seen) -> None:
        """Takes the newest network; it turns into pictures when the canvas is next painted."""
        scene = self._scene
        scene.examples = seen.records.of(examples) or scene.examples
        self.flow.take_note(training=seen.status.playing)
        found = seen.records.of(network)
        if found is None:
            return
        reshaped, renamed = scene.take(found)
        if reshaped:
            self.editor.hide()
            self._hover(None, None)
        if reshaped or renamed:
            self._arrange()
            self._renew()
            if reshaped:
                self.reshaped.emit()
        elif scene.layout is not None:
            self._renew(QRegion(self._body()) + QRegion(scene.foot_room.toAlignedRect()))
        self.editor.take_note(found)

    def show_layers(self, layers: tuple[Layer, ...]) -> None:
        """Takes note of the hidden layers' settings, which their heads show."""
        self._heads.show_layers(layers)
        self._setting.show_layers(layers)

    def show_activations(self, values: tuple[Array, ...] | None, label: str = "") -> None:
        """Lights up what one input makes of the network: a number and a level on each node, edges by |w·a|.

        `values` are the inputs (n,) as the network receives them, each hidden layer's outputs, and the class
        probabilities; None shows the network alone again. `label` says in the foot which input it is. Values that do
        not fit the network that is shown are left out.
        """
        was = self._scene.levels is not None
        if values is None and not was:
            self._scene.light(None, "")
            return
        self._scene.light(values, label)
        if (self._scene.levels is not None) != was:
            self.foot_needed.emit(self.needs_foot)
        self._renew()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Whether nothing moves by itself."""
        self.flow.take_note(reduced=reduced)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._setting.set_theme(theme)
        self._arrange()
        self._renew()

    def set_twins(self, differ: dict[int, bool]) -> None:
        """Marks the hidden layers in which twins differ, see `Heads`."""
        self._heads.set_twins(differ)
        self._renew()

    def ring(self, node: Node | None) -> None:
        """Rings the node that is pointed at in a twin, if there is one here."""
        if node != self._scene.fellow:
            self._scene.fellow = node
            self._renew()

    def mark(self, layers: frozenset[int]) -> None:
        """Marks these layers, counted from the inputs, 0, as those that something is happening in."""
        if layers != self._scene.marked:
            self._scene.marked = layers
            self._renew()

    @property
    def layout_now(self) -> NetworkLayout | None:
        """Where the nodes are, or None before there is a network."""
        return self._scene.layout

    @property
    def picture(self) -> NetworkPicture | None:
        """The newest network, or None before there is one."""
        return self._scene.picture

    @property
    def levels(self) -> tuple[Array, ...] | None:
        """The outputs shown on the nodes, None while there are none or they do not fit the network."""
        return self._scene.levels

    @property
    def pointed(self) -> bool:
        """Whether something is pointed at."""
        return self._scene.pointed

    @property
    def needs_foot(self) -> bool:
        """Whether the foot says what is under the pointer, or which input is lit."""
        return self._scene.pointed or self._scene.levels is not None

    def paint_foot(self, painter: QPainter, room: QRectF) -> None:
        """Writes what the foot says, or the legend, in `room`."""
        self._scene.foot.paint(painter, room, self._scene.said(), self._theme)

    def foot_line(self) -> str:
        """The sentence at the foot: the equation or weight under the pointer, or ""."""
        return plain(self._scene.said())

    def edge_place(self, gap: int, after: int, before: int, share: float = 0.5) -> QPointF:
        """Where on the canvas an edge is, at a share of its way; once it has been painted."""
        return QPointF(*self._scene.gaps[gap].at(after, before, share))

    # -- where things are -----------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Lays columns, edges and buttons out anew: after a change of structure, size or type."""
        self._arrange_scene()
        self._heads.arrange(self._scene.picture, self._scene.layout, self._theme, self.height())

    def _arrange_scene(self) -> None:
        self.late = False
        self._arranged_for = self.size(), self.devicePixelRatioF()
        self._scene.arrange(self.width(), self.height(), self._theme, self.devicePixelRatioF())
        if self._scene.lost:
            self._hover(None, None)

    def _body(self) -> QRect:
        layout = self._scene.layout
        return layout.body.adjusted(0, -3, 0, 3).toRect() if layout is not None else self.rect()

    # -- what happens ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.turns is None or self._backing.pixmap.isNull():
            self._lay_out()
        elif not self.late:
            self.late = True
            self.turns.ask(self, self._lay_out_late)

    def _lay_out_late(self) -> None:
        if self.late:
            self._lay_out()

    def _lay_out(self) -> None:
        self._arrange()
        self._setting.follow_layout()
        self._renew()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.flow.take_note(seen=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flow.take_note(seen=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._scene.layout is None:
            return
        self._pointer = event.position()
        node, edge = self._at(self._pointer)
        self.setCursor(Qt.CursorShape.PointingHandCursor if node or edge else Qt.CursorShape.ArrowCursor)
        self._hover(node, edge)
        if edge:
            self._update_body()  # its label goes along with the pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._scene.layout is None:
            event.ignore()
            return
        self.layer_editor.hide()
        self._by_keys = False
        node, edge = self._at(event.position())
        if node is not None:
            self.edit_unit(*node)
        elif edge is not None:
            self.edit_weight(*edge, event.position())
        else:
            self.editor.hide()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None, None)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from node to node, Enter sets the numbers of the one they stand on."""
        node = self._scene.node
        if self._scene.layout is not None and event.key() in ARROWS:
            self._hover(self._scene.stepped(*STEPS[Qt.Key(event.key())]), None)
            self._describe()
        elif node is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_unit(*node)
            self._by_keys = self.editor.isVisible()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._renew()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._hover(None, None)
        self._describe()
        self._renew()

    def _at(self, place: QPointF) -> tuple[Node | None, Edge | None]:
        """The node, or else the edge, at a place."""
        assert self._scene.layout is not None
        node = self._scene.layout.node_at(place.x(), place.y())
        return node, None if node else self._scene.edge_at(place.x(), place.y())

    def point_at(self, layer: int, unit: int) -> None:
        """Shows what the pointer on a unit shows; layers count from the inputs, 0."""
        self._hover((layer, unit), None)

    def _hover(self, node: Node | None, edge: Edge | None) -> None:
        scene = self._scene
        if (node, edge) == (scene.node, scene.edge):
            return
        moved = node != scene.node
        scene.node, scene.edge = node, edge
        self.foot_needed.emit(self.needs_foot)
        if moved:
            # nodes are no widgets: the panel's tooltip is that of the node under the pointer
            help = ""
            if node is not None and scene.picture is not None:
                help = as_written(words.node_help(scene.picture, *node, scene.name(*node), scene.scaling))
            self.setToolTip(help)
            self.node_hovered.emit(*(node or (-1, -1)))
        self._renew()

    def _describe(self) -> None:
        said = self.foot_line() if self._scene.node is not None else ""
        self.setAccessibleDescription(said or USUAL + "sets a unit's numbers.")

    # -- setting numbers ------------------------------------------------------------------------------------------

    def edit_unit(self, layer: int, unit: int) -> None:
        """Offers the numbers of a unit to be set, or says why there are none; layers count from the inputs, 0."""
        self._setting.open_unit(layer, unit)

    def edit_weight(self, gap: int, after: int, before: int, at: QPointF) -> None:
        """Offers the weight of an edge to be set beside a place on the canvas, or says why it cannot be."""
        self._setting.open_weight(gap, after, before, at)

    def open_layer(self, number: int) -> None:
        """Offers the settings of hidden layer `number`, counted from 0."""
        self._setting.open_layer(number)

    def _take_keyboard_back(self) -> None:
        """Goes on from the unit where Enter was pressed; after a click the keyboard is the window's again."""
        if not self._by_keys:
            self.window().setFocus()
            return
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._scene.has(self.editor.unit):
            self._hover(self.editor.unit, None)

    # -- how it looks ---------------------------------------------------------------------------------------------

    def _renew(self, region: QRegion | None = None) -> None:
        """Has a region, or everything, painted anew; `update` alone shows what was painted before."""
        region = QRegion(self.rect()) if region is None else region
        self._backing.spoil(region)
        self.update(region)
        self.renewed.emit()

    def _update_body(self) -> None:
        self.update(self._body())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # at ratios like 1.5 a panel may begin between two device pixels, and every rim would blur
        at, ratio = painter.deviceTransform(), self.devicePixelRatioF()
        painter.translate((round(at.dx()) - at.dx()) / ratio, (round(at.dy()) - at.dy()) / ratio)
        if painter.paintEngine().type() == QPaintEngine.Type.SVG:
            self._lay_out_late()
            self._paint_on(painter, QRegion(self.rect()))  # for a file: lines and text stay what they are
        elif self.late:
            painter.fillRect(self.rect(), self._theme.window)
            painter.drawPixmap(0, 0, self._backing.pixmap)
        else:
            self._backing.resize(self.size(), ratio)
            if self._arranged_for != (self.size(), ratio):  # moved to another screen
                self._arrange_scene()
            self._backing.renew(self._paint_on)
            painter.drawPixmap(0, 0, self._backing.pixmap)
        scene = self._scene
        if scene.picture is not None:
            if not scene.pointed and scene.levels is None:
                self.flow.paint(painter, self._theme)
            scene.paint_label(painter, self._pointer)
        painter.end()

    def _paint_on(self, painter: QPainter, dirty: QRegion) -> None:
        """Paints everything but what moves by itself, or what of it lies in `dirty`."""
        theme, scene = self._theme, self._scene
        painter.fillRect(self.rect(), theme.window)
        if scene.picture is not None:  # which it is within moments of the start
            if scene.render():
                self.flow.follow(scene.gaps, scene.weights)
            if dirty.boundingRect().top() < scene.frame.head * theme.scale - 4:
                self._heads.paint(painter)
            scene.paint(painter, self.hasFocus())
