"""The one mutable thing behind a window: the experiment in force, undo, and the link to a worker.

Of the lab it may use everything.
"""
