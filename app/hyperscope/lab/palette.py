"""The class colours, wherever classes are drawn: in the window, in pictures written without a screen, in reports.

After Okabe and Ito (2008), deepened to stand on white, and put so far apart that all ten are told apart also by those
who lack red, green or blue, as Machado, Oliveira and Fernandes (2009) simulate it.
"""

from __future__ import annotations

CLASS_COLOURS = (
    "#3373B8",  # blue
    "#E08E1B",  # orange
    "#1B9E77",  # bluish green
    "#D080B6",  # purple, reddish: a bluish one is blue to those who lack red or green
    "#E3CE06",  # yellow
    "#70CEF1",  # sky
    "#C43804",  # vermilion
    "#62636C",  # grey
    "#8B5943",  # brown, for the digits' ninth
    "#5A2A94",  # violet, and tenth class
)
MAP_STRENGTH = 0.62  # the share of class colour on a light map; the rest is ground
