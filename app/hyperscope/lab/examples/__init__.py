"""What an experiment's data become: examples, drawn, painted or read from a table.

Of the lab it uses experiment.
"""
