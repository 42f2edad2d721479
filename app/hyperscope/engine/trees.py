"""Binary trees over classes, for hierarchical softmax: C leaves, C − 1 inner nodes, each a yes-or-no question.

Written as nested brackets of class numbers from 0, such as ((0 1) (2 3)); left is the answer yes.
"""

from __future__ import annotations

import re

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.quoting import named

Tree = int | tuple["Tree", "Tree"]


def balanced(classes: int) -> Tree:
    """The tree of least depth over classes 0 to C − 1, in their order."""

    def over(first: int, last: int) -> Tree:
        if last - first == 1:
            return first
        middle = (first + last + 1) // 2
        return over(first, middle), over(middle, last)

    return over(0, classes)


def parsed(text: str, classes: int) -> Tree:
    """The tree that `text` writes, or the balanced one if it is empty.

    Raises: ValueError naming what is wrong: brackets, a class missing, repeated or unknown.
    """
    if not text.strip():
        return balanced(classes)
    words = re.findall(r"[()]|[^\s,()]+", text)
    if len(words) > 4 * classes:  # a tree has 3 C − 2, so this is none, and could nest too deep to read
        raise ValueError(f"tree is {named(text[:60])}...; it must hold each of the classes 0 to {classes - 1} once")
    known = {str(number): number for number in range(classes)}

    def read(at: int) -> tuple[Tree, int]:
        if at < len(words) and re.fullmatch("[0-9]+", words[at]):
            return known.get(words[at], -1), at + 1
        if at >= len(words) or words[at] != "(":
            raise ValueError(f"tree is {named(text)}; write it as nested pairs of class numbers, such as ((0 1) 2)")
        left, at = read(at + 1)
        right, at = read(at)
        if at >= len(words) or words[at] != ")":
            raise ValueError(f"tree is {named(text)}; every bracket must hold two parts and be closed")
        return (left, right), at + 1

    tree, end = read(0)
    found = sorted(_leaves(tree))
    if end != len(words) or found != list(range(classes)):
        raise ValueError(f"tree is {named(text)}; it must hold each of the classes 0 to {classes - 1} once")
    return tree


def _leaves(tree: Tree) -> list[int]:
    return [tree] if isinstance(tree, int) else _leaves(tree[0]) + _leaves(tree[1])


def questions(tree: Tree) -> tuple[Array, Array]:
    """(answers, asked), both (C, C − 1): for each class, the answer 1 or 0 of each inner node, and 1 where it is asked.

    Where a node is not on the way to a class, both are 0.
    """
    classes = len(_leaves(tree))
    answers, asked = np.zeros((classes, classes - 1)), np.zeros((classes, classes - 1))
    node = 0

    def walk(part: Tree) -> None:
        nonlocal node
        if isinstance(part, int):
            return
        here, node = node, node + 1
        for leaf in _leaves(part[0]):
            answers[leaf, here] = asked[leaf, here] = 1
        for leaf in _leaves(part[1]):
            asked[leaf, here] = 1
        walk(part[0])
        walk(part[1])

    walk(tree)
    return answers, asked
