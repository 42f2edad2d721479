"""What a stranger's session file says of a lab: what it cannot be is answered with a sentence, and the lab stands."""

from __future__ import annotations

import pytest

from hyperscope.ui import labs

LONG = "x" * 5000
STEERING = "a\x1b]0;b\n\u202ec"
FIELDS = ("workbench", "framework", "space", "strategy", "trials", "epochs", "study", "layer", "view", STEERING, LONG)
VALUES = ([], {}, None, True, -1, 1e300, 10**400, LONG, STEERING, [[]], {STEERING: 1}, {"logits": [1, 2]})
NAMES = tuple(entry.name for entry in labs.LABS)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_that_is_none_is_a_sentence(standing_still, name):
    window = standing_still()
    window.show_lab(name)
    own = tuple(window.lab.kept())
    for field in dict.fromkeys((*FIELDS, *own)):
        for value in VALUES:
            window.say("")
            window._restore(window.lab, {field: value})
            said = window.words.message.accessibleName()
            assert len(said) < 600 and said.isprintable(), (field, value)
    window.grab()
