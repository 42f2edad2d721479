"""The experiment as a value: its knobs, its data, what is changed in it and how that is said.

It uses nothing else of the lab.
"""
