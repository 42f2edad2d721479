"""The class colours, wherever classes are drawn: in the window, in pictures written without a screen, in reports.

Told apart with the common colour-vision deficiencies (after Okabe and Ito 2008), the first three deepened to stand on
white; a second cue (outline, shape, letter) always goes with them.
"""

from __future__ import annotations

CLASS_COLOURS = (
    "#3373B8",  # blue
    "#E08E1B",  # orange
    "#1B9E77",  # bluish green
    "#8C5BB5",  # purple
    "#C9B400",  # yellow
    "#56B4E9",  # sky
    "#D55E00",  # vermilion
    "#8A8F94",  # grey
    "#7A5C3E",  # brown, for the digits' ninth
    "#C2649A",  # pink, and tenth class
)
MAP_STRENGTH = 0.62  # the share of class colour on a light map; the rest is ground
