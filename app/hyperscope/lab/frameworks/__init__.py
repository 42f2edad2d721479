"""The session as code in frameworks, with the files that let it reproduce the run; it imports none of them."""
