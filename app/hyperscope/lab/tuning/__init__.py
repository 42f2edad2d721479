"""Finding good values: search spaces, strategies, trials, and the studies that keep them.

It uses the lab's experiments, populations and jobs, and knows nothing of windows. Optuna is loaded by `asking`, `study`
and `importance` alone, which whoever only looks at a space does not import.
"""
