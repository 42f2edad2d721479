"""An experiment being run: one trainer or a population of them, with checkpoints and history.

Of the lab it uses experiment and examples.
"""
