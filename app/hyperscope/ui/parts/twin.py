"""Twins in the window: the button and key that start one, the bar, ten seeds, a remedy tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Never

from PySide6.QtWidgets import QBoxLayout

from hyperscope.lab.doctor.checks import Remedy
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.moves import moves
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.jobs.seeds import Seeds, TenSeeds
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Snapshot
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.training.effects import Effect, of_knob
from hyperscope.lab.twins.account import since_they_began
from hyperscope.lab.twins.standing import standing
from hyperscope.lab.twins.twin_words import in_words, lead
from hyperscope.ui.actions import Action
from hyperscope.ui.panels.cards.twin_bar import TwinBar
from hyperscope.ui.part import Part
from hyperscope.ui.style import stand
from hyperscope.ui.theme import Theme

if TYPE_CHECKING:
    from hyperscope.lab.twins.twin import One, Side
    from hyperscope.ui.shell import Shell

CALM = 12  # snapshots between two sentences on who leads while training: more could not be read
APART = "They stand at different steps. Restart takes both to the same start."
NOTHING = "There is no step that both have taken, so nothing is compared."
STANDING = Ask(standing, None)
UNKNOWN = "with the settings of now from the start, as what was done before is not known"
NEXT: dict[Side, Side] = {"A": "B", "B": "both", "both": "A"}


class TwinPart(Part["Shell"]):
    """Starts and ends twins, and says of each panel which of the two it shows."""

    def __init__(self, host: Shell) -> None:
        super().__init__(host)
        self.bar = TwinBar()
        self.bar.hide()
        column = host.body.layout()
        assert isinstance(column, QBoxLayout)
        column.insertWidget(column.indexOf(host.transport) + 1, self.bar)
        self.seeds: Job[Never, Seeds] | None = None
        self._seeds_of: TenSeeds | None = None
        self._scores_wanted = False  # by ten seeds that are to begin
        self._unknown = False  # whether what was done before is not known
        self._since = CALM
        self._lead, self._stands = "", ""
        self._now: object = ()  # what the last snapshot showed, and with which settings
        self._judged: object = None  # the same of the one that the sentence is on
        self._shown: tuple[object, ...] = ()
        host.transport.twin_toggled.connect(lambda: host.do(self.toggle))
        self.bar.side_chosen.connect(lambda side: host.do(lambda: self._move(side)))
        self.bar.kept.connect(lambda which: host.do(lambda: self.keep(which)))
        self.bar.seeds_wanted.connect(lambda: host.do(self.train_seeds))
        self.bar.seeds_unwanted.connect(lambda: host.do(self.cancel_seeds))

    def actions(self) -> Sequence[Action]:
        session = self.host.session
        return (
            Action("Twin", "Twin", self.toggle, ("T",), "A copy beside the network; move one control and compare."),
            Action("Controls move the other twin", "Twin", lambda: self._move(NEXT[session.side]), ("Shift+T",)),
            Action("Ten seeds of both twins", "Twin", self.train_seeds, (), "Median and band, so that luck shows."),
            Action("Keep A", "Twin", lambda: self.keep("A"), (), "Goes on with A alone."),
            Action("Keep B", "Twin", lambda: self.keep("B"), (), "Goes on with B alone."),
        )

    # -- what can be done -----------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Starts a twin; with one there, goes on with A alone."""
        if self.host.session.twin is None:
            self.host.session.start_twin()
        else:
            self.keep("A")

    def keep(self, which: One) -> None:
        """Goes on with one of them alone."""
        self.host.session.end_twin(which)

    def try_remedy(self, remedy: Remedy) -> None:
        """Does what the doctor advises to B, so that it can be seen against A as it is."""
        session = self.host.session
        tried = remedy.change(session.moved)
        session.start_twin(tried)
        if remedy.restart or _other_arrays(session.experiment, tried):
            session.restart()  # what is rebuilt begins anew, and both are to have the same start
        session.play(True)
        self.host.follow()

    def train_seeds(self) -> None:
        """Trains both with ten seeds in the background; A and B go on meanwhile."""
        session = self.host.session
        if session.twin is None:
            self.host.say("Start a twin first: ten seeds are trained of both.")
            return
        self.cancel_seeds()
        self._scores_wanted = True
        session.want((Ask(since_they_began, None),))
        self._show_bar()

    def _begin_seeds(self, scores: tuple[Score | None, ...]) -> None:
        """Starts the ten seeds, now that it is known what was done; settings as they are now where it is not."""
        session = self.host.session
        if session.twin is None or len(scores) != 2:
            return
        of = session.experiment, session.twin
        if any(score is not None and score.experiment != one for score, one in zip(scores, of, strict=True)):
            session.want((Ask(since_they_began, None),))  # something was moved meanwhile
            return
        self._scores_wanted = False
        now = Score(session.experiment), Score(session.twin)
        self._unknown = any(score is None for score in scores)
        a, b = now if self._unknown else (scores[0] or now[0], scores[1] or now[1])
        self._seeds_of = TenSeeds(a, b, session.status.epoch)
        self.seeds = Job(self._seeds_of)

    def cancel_seeds(self) -> None:
        """Ends the ten seeds, or takes their outcome away."""
        waited, self._scores_wanted = self._scores_wanted, False
        if self.seeds is not None:
            self.seeds.close()
            self.seeds = self._seeds_of = None
            self._draw_bands()
        elif not waited:
            return
        self._show_bar()

    def _move(self, side: str) -> None:
        if side in NEXT:
            self.host.session.set_side(side)

    # -- what is shown --------------------------------------------------------------------------------------------

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Says who leads, and what the ten seeds have come to."""
        self._follow()
        scores = snapshot.told.of(since_they_began)
        if self._scores_wanted and scores is not None:
            self._begin_seeds(scores)
        if self.seeds is not None and not self.seeds.over:
            self.seeds.take()
            if self.seeds.over:
                self._draw_bands()
            self._show_bar()
        session = self.host.session
        if len(snapshot.sides) < 2 or session.twin is None:
            return
        self._since += 1
        records, twin = snapshot.sides[0].records, snapshot.sides[1]
        figures = [(side.status.step, side.status.train_loss, side.status.dev_loss) for side in snapshot.sides]
        self._now = (figures, session.in_force)
        if STANDING not in records:
            return
        self._since, self._judged = 0, self._now
        found = records[STANDING]
        self._lead = lead(found, session.experiment, session.twin).sentence if found is not None else NOTHING
        self._stands = f"B stands: {twin.stands}" if twin.stands else ""
        if not self._stands and twin.status.step != snapshot.status.step:
            self._stands = APART
        self._show_bar()

    def wants(self) -> Sequence[AnyAsk]:
        """How they stand beside each other: now and then while they train, and once where they rest."""
        session = self.host.session
        if session.twin is None:
            return ()
        due = self._since >= CALM if session.status.playing else self._now != self._judged
        return (STANDING,) if due else ()

    def experiment_changed(self) -> None:
        session = self.host.session
        if self._seeds_of is not None and self._seeds_of.of != (session.experiment, session.twin):
            self.cancel_seeds()  # they were of other settings
        self._since, self._judged = CALM, None
        self._follow()

    def _follow(self) -> None:
        """Bar and transport follow the session; cheap where nothing has changed."""
        session = self.host.session
        if session.in_force == self._shown:
            return
        was = len(self._shown) > 1 and self._shown[1] is not None
        moved_side = len(self._shown) > 2 and self._shown[2] != session.side
        self._shown = session.in_force
        on = session.twin is not None
        if on != was:
            self.bar.setVisible(on)
            self.host.transport.show_twin(on)
            self._lead = self._stands = ""
            if not on:
                self.cancel_seeds()
        if on != was or moved_side:
            self.host.draw_all()
        if session.twin is not None:
            self.bar.show_difference(*in_words(session.experiment, session.twin))
            self.bar.show_side(session.side)
            self._show_bar()

    def _show_bar(self) -> None:
        seeds, more = self.seeds, self._stands
        if seeds is not None:
            more = seeds.problem or (seeds.result.sentence if seeds.result is not None else "")
            if not more:
                moved = self._seeds_of is not None and self._seeds_of.moved
                way = UNKNOWN if self._unknown else "every change at its step" if moved else "from the start"
                more = f"Training ten seeds of each, {way}; A and B go on meanwhile."
        going = self._scores_wanted if seeds is None else not seeds.over
        self.bar.show_progress((seeds.progress.share if seeds is not None else 0.0) if going else None)
        self.bar.verdict.say(self._lead, more)

    def _draw_bands(self) -> None:
        result = self.seeds.result if self.seeds is not None else None
        self.host.others.show_bands(result.bands if result is not None else ())
        if result is not None:
            self.bar.show_dots(*result.dots, loss=result.by_loss)
        else:
            self.bar.show_dots()

    def set_theme(self, theme: Theme) -> None:
        stand(self.bar)
        self.bar.set_theme(theme)

    def close(self) -> None:
        if self.seeds is not None:
            self.seeds.close()
            self.seeds = None


def _other_arrays(old: Experiment, new: Experiment) -> bool:
    """Whether the change is more than a network goes on with as it is."""
    return any(max(of_knob(move.knob.name)) >= Effect.CARRIES for move in moves(old, new))
