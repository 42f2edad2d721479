"""Work beside the window: a task, in a process of its own, with one pipe and one kind of progress.

Of the lab it uses twins and what these use.
"""
