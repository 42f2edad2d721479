"""Softmax looked at closely: logits set by hand and all that follows from them, and what a network's logits are.

It knows the engine's formulas and the probes; nothing of what is drawn.
"""
