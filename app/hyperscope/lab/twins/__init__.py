"""Two timelines as one thing, and where they differ, in numbers and words.

Of the lab it uses probes and what these use.
"""
