"""The Generalise lab: will it work on new data, and what if not?"""
