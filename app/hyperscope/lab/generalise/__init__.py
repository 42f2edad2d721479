"""Will it work on new data, and what if not: errors with their intervals, remedies tried, strengths, more examples.

It uses populations and jobs, and knows no window; the Generalise lab shows it and the command line runs it.
"""
