"""Sweeps: one question asked of many networks that differ in one setting and a few variants, each from several seeds.

It uses populations by way of `jobs`, and knows no window; what is declared here, labs show and the command line runs.
"""
