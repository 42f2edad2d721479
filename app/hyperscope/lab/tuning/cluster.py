"""Packets of trials trained by a Dask cluster, whose workers join and leave as they like; what is lost is repeated.

The workers need Hyperscope of the same version. Nothing of Dask is loaded until a scheduler is named.
"""

from __future__ import annotations

import time
import uuid
from typing import Any

from hyperscope.lab.tuning.packets import Packet, Trained, train
from hyperscope.quoting import cut, visible

WAIT = 10.0  # s for a scheduler to answer
ASK = 1.0  # s between two questions of how many workers there are
RETRIES = 2  # of a packet that failed


class Cluster:
    """The workers of the scheduler at an address such as tcp://host:8786.

    Raises: ValueError when Dask is not installed, nobody answers there, or a packet cannot be trained.
    """

    def __init__(self, scheduler: str, wait: float = WAIT) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ValueError(
                "a scheduler needs Dask, which is not installed: pip install 'hyperscope[cluster]'"
            ) from None
        self.address = cut(visible(scheduler))
        connect: Any = Client  # which has no types
        try:
            self._client: Any = connect(scheduler, timeout=wait, set_as_default=False, name="hyperscope")
        except (OSError, TypeError, ValueError) as problem:
            raise ValueError(
                f"no scheduler answers at {self.address} ({cut(visible(str(problem) or type(problem).__name__))}); "
                "name one as tcp://host:8786, or train on this machine"
            ) from None
        self._words, self._asked = "", 0.0
        self._futures: dict[int, Any] = {}
        self._search = uuid.uuid4().hex[:12]  # so that another search's packets are not taken for these

    @property
    def words(self) -> str:
        """Who they are."""
        if time.monotonic() - self._asked > ASK:
            self._asked, count = time.monotonic(), len(self._client.scheduler_info()["workers"])
            who = f"{count} workers" if count != 1 else "1 worker"
            self._words = f"{who} of {self.address}" if count else f"waiting for workers of {self.address}"
        return self._words

    def give(self, packet: Packet) -> None:
        """Has a packet trained."""
        key = f"hyperscope-{self._search}-{packet.number}"
        self._futures[packet.number] = self._client.submit(train, packet, key=key, retries=RETRIES, pure=False)

    def take(self) -> list[Trained]:
        """What was trained since."""
        if self._client.status not in ("running", "connecting"):
            raise ValueError(f"the scheduler at {self.address} is gone; every trial that was finished is kept")
        found: list[Trained] = []
        for number, future in list(self._futures.items()):
            if not future.done():
                continue
            del self._futures[number]
            if future.status != "finished":
                problem = future.exception() if future.status == "error" else None
                said = cut(visible(str(problem or future.status)))
                raise ValueError(f"a worker of {self.address} could not train its part: {said}")
            found.append(future.result())
        return found

    def close(self) -> None:
        """Drops what is under way, and leaves the cluster as it is."""
        self._client.cancel(list(self._futures.values()), force=True)
        self._futures.clear()
        self._client.close(timeout=5)
