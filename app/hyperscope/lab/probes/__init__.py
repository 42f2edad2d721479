"""What can be asked of a network in training: one file a probe, with its question, its record and its function.

Of the lab it uses timeline and what that uses.
"""
