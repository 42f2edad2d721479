"""The training process: commands, the pipe's two ends, what carries commands out and what answers.

Of the lab it uses library, jobs and what these use.
"""
