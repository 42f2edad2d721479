"""Whether a window can be shown, and whether one can be drawn at all."""

from __future__ import annotations


def no_window() -> str:
    """Why no window can be shown here, in a sentence, or "" if one can; a Qt platform of another kind is trusted."""
    from hyperscope.lab.machine.system_libraries import advice, display_problem, missing

    if problem := display_problem():
        return problem
    if lacking := missing():
        return f"Qt cannot open a window without {', '.join(need.name for need in lacking)}. {advice(lacking)}."
    return ""


def needs_qt() -> None:
    """Raises: ValueError if Qt cannot be imported here."""
    from hyperscope.lab.machine.system_libraries import missing

    if lacking := missing(("import",)):
        names = ", ".join(need.name for need in lacking)
        raise ValueError(f"the window cannot be drawn without {names}; 'hyperscope doctor' says how to install them")
