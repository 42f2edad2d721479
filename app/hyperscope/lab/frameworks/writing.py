"""Writing a session's folder beside the window: a task, since its replay may take a while."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Never

from hyperscope.lab.jobs.task import News, Progress, Wishes
from hyperscope.lab.writing import write_together

if TYPE_CHECKING:
    from hyperscope.lab.timeline.score import Score


@dataclass(frozen=True, slots=True)
class WriteFolder:
    """The task of writing the folder of a session for one framework."""

    score: Score
    framework: str
    out: Path
    what: ClassVar[str] = "wrote the session's code"

    def run(self, wishes: Wishes) -> Generator[News[Never], None, int]:
        """Trains the run once more, and returns how many steps the folder has. Raises: ValueError."""
        from hyperscope.lab.frameworks.folder import run_of  # the window makes tasks and trains nothing

        yield Progress(0.0, "training the run once more")
        run = run_of(self.score)
        yield Progress(0.9, "writing")
        write_together({self.out / name: content for name, content in run.files(self.framework).items()})
        return len(run.losses)
