"""The Softmax lab: how numbers become probabilities, and how sure they are."""
