"""The Tuning lab: how do I find good values?"""
