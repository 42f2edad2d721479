"""What is wrong with a network in training, with the figures, and the usual remedy.

Of the lab it uses probes and what these use.
"""
