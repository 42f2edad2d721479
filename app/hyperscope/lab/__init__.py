"""Experiments, and all that is done with them without a window. It knows the engine, and no Qt.

Each package opens with what it is and what it may use; import-linter holds it to that.
"""
