"""What can be looked at in a network while it trains: a file for each probe, with its question and its record.

It may use what trains only by the protocol `Subject`, and of `lab` the experiment, its examples and the history.
"""
