"""What leaves the program: data, films, pictures, reports, codes to share.

Of the lab it uses doctor, probes and what these use.
"""
