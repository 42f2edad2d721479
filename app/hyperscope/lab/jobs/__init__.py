"""Work beside the window, each in a process of its own: what is trained to be looked at, and never the run itself.

`task` says what one is, `job` is the window's end and `work` the process's. Tasks may use all of the lab but the
worker and the session.
"""
