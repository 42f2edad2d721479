"""The window and all that is drawn."""

import sys

if sys.version_info < (3, 12):
    from hyperscope.ui.overrides import keep_errors_whole

    keep_errors_whole()
