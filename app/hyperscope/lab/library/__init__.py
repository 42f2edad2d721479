"""The runs that are kept: the file they are in, and what keeps them while they are trained.

Of the lab it uses export and what that uses.
"""
