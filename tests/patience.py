"""How long tests wait for what comes within a moment: a busy machine takes many seconds to start two Pythons and Qt.

Nothing is slower for it, since whoever waits goes on as soon as it is there.
"""

SECONDS = 90.0
PATIENCE = round(1000 * SECONDS)  # ms, as Qt counts
