"""A session as a value and as a live thing that can go back: scores, timelines, branches, replays, slow motion.

Of the lab it uses training and what that uses.
"""
