"""Typesets the formulas of `formulas.toml` with ziamath, as the pictures in `assets/formulas` that the program shows.

Done beforehand because it takes 10 to 50 ms a formula, and 220 to load ziamath, which a window cannot wait for.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import ziamath
from ziamath.tex import tex2mml

CHECKOUT = Path(__file__).resolve().parents[1]
FOLDER = CHECKOUT / "assets" / "formulas"
EM = 20  # units of the picture; `hyperscope.ui.typeset` knows it too
TALLEST = 8  # em; ziamath 0.13 makes \left( around a sum a hundred tall


def formulas() -> dict[str, str]:
    """TeX by the name of its picture below `assets/formulas`."""
    groups = tomllib.loads((CHECKOUT / "packaging" / "formulas.toml").read_text(encoding="utf-8"))
    return {
        f"{group}/{name.replace(' ', '_')}.svg": tex  # as `hyperscope.ui.typeset` looks for it
        for group, entries in groups.items()
        for name, tex in entries.items()
    }


def typeset(tex: str) -> str:
    """A formula as SVG in black, an em being EM units. Raises: ValueError for one too tall to be right."""
    ziamath.config.svg2 = False  # Qt draws nothing but the bars of what SVG 2 has
    ziamath.config.precision = 2
    # latex2mathml's \hat would be as wide as what it stands on
    markup = tex2mml(tex).replace("<mo>&#x00302;", '<mo stretchy="false">&#710;')
    made = ziamath.Math(markup, size=EM)
    if made.getsize()[1] > TALLEST * EM:
        raise ValueError(f"{tex} is {made.getsize()[1] / EM:.0f} em tall; put \\Bigl( in place of \\left(")
    return made.svg() + "\n"


def main() -> int:
    """Writes all pictures, and removes those whose formula is gone."""
    wanted = {FOLDER / name: typeset(tex) for name, tex in formulas().items()}
    for path in set(FOLDER.rglob("*.svg")) - wanted.keys():
        path.unlink()
    for path, picture in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(picture, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
