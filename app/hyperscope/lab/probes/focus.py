"""What a person looks at, from which panels derive what they ask."""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.lab.probes.plane import InPlane


@dataclass(frozen=True, slots=True)
class Focus:
    """The two features that span the plane, or ("", "") for the usual plane.

    `point`, in plane coordinates, or `example`, by number and before any point, is the input that is followed through
    the network; `layer` is the hidden layer, from 0, whose view of the plane is shown, the last if it is negative;
    `units` of that layer are the axes of that view, the usual ones if None; `unit` of it is looked at closely, none
    if None.
    """

    plane: tuple[str, str] = ("", "")
    point: tuple[float, float] | None = None
    example: int | None = None
    layer: int = -1
    unit: int | None = None
    units: tuple[int, int] | None = None

    @property
    def in_plane(self) -> InPlane:
        """The question of what is seen in the plane."""
        return InPlane(self.plane)
