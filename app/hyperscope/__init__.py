"""Hyperscope shows what the practical decisions of deep learning do, while a small network trains."""

__version__ = "0.1.0"
