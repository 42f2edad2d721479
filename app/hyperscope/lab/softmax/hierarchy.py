"""Softmax in a tree: the questions on the way to a class, their product, what is asked of how many, and other trees.

A place in a tree is a path from its root, 0 for the answer yes (left) and 1 for no; questions are numbered as
`engine.trees.questions` does, a node before those below it and left before right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine import trees
from hyperscope.engine.activations import sigmoid
from hyperscope.engine.arrays import Array, Values
from hyperscope.engine.trees import Tree
from hyperscope.lab.examples.pictures import pictures
from hyperscope.lab.probes.plane import inputs
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject

Path = tuple[int, ...]
SIZES = (10, 100, 1_000, 10_000, 100_000)  # classes for which operations are counted


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a tree: its path, the question's number or −1, the class or −1 of a leaf, and the leaves below it."""

    path: Path
    question: int
    leaf: int
    leaves: tuple[int, ...]


def places(tree: Tree) -> tuple[Place, ...]:
    """Every node, questions in their numbers' order among them, leaves from left to right."""
    made: list[Place] = []
    question = 0

    def walk(part: Tree, path: Path) -> None:
        nonlocal question
        if isinstance(part, int):
            made.append(Place(path, -1, part, (part,)))
            return
        made.append(Place(path, question, -1, tuple(leaves(part))))
        question += 1
        walk(part[0], (*path, 0))
        walk(part[1], (*path, 1))

    walk(tree, ())
    return tuple(made)


def leaves(tree: Tree) -> Iterator[int]:
    """The classes from left to right."""
    if isinstance(tree, int):
        yield tree
    else:
        yield from leaves(tree[0])
        yield from leaves(tree[1])


def written(tree: Tree) -> str:
    """The tree as the knob has it: ((0 1) 2)."""
    return f"{tree}" if isinstance(tree, int) else f"({written(tree[0])} {written(tree[1])})"


def moved(tree: Tree, leaf: int, onto: Path) -> Tree:
    """The tree with a class put elsewhere: onto another leaf they change places, onto a question it stands beside
    all that was below that. What cannot be changes nothing.
    """
    there = part_at(tree, onto)
    if isinstance(there, int):
        return _swapped(tree, leaf, there)
    own = next(place.path for place in places(tree) if place.leaf == leaf)
    if len(own) == len(onto) + 1 and own[:-1] == onto:
        return tree  # it stands there
    left = _without(there, leaf)
    if left is None:
        return tree
    marked = _put(tree, onto, -1)  # the question's place is kept while the leaf is taken out of the rest
    rest = marked if leaf in set(leaves(there)) else _without(marked, leaf)
    return tree if rest is None else _replaced(rest, -1, (leaf, left))


def part_at(tree: Tree, path: Path) -> Tree:
    """What stands at a path."""
    for way in path:
        assert not isinstance(tree, int)
        tree = tree[way]
    return tree


def _put(tree: Tree, path: Path, part: Tree) -> Tree:
    if not path:
        return part
    assert not isinstance(tree, int)
    halves = [tree[0], tree[1]]
    halves[path[0]] = _put(halves[path[0]], path[1:], part)
    return halves[0], halves[1]


def _replaced(tree: Tree, leaf: int, part: Tree) -> Tree:
    if isinstance(tree, int):
        return part if tree == leaf else tree
    return _replaced(tree[0], leaf, part), _replaced(tree[1], leaf, part)


def _swapped(tree: Tree, one: int, other: int) -> Tree:
    if isinstance(tree, int):
        return {one: other, other: one}.get(tree, tree)
    return _swapped(tree[0], one, other), _swapped(tree[1], one, other)


def _without(tree: Tree, leaf: int) -> Tree | None:
    """The tree without a leaf, whose sibling takes the parent's place; None if nothing is left."""
    if isinstance(tree, int):
        return None if tree == leaf else tree
    left, right = _without(tree[0], leaf), _without(tree[1], leaf)
    if left is None or right is None:
        return left if right is None else right
    return left, right


# -- an example on its way --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class InTree:
    """One example and a tree: `yes` (C − 1,) is how likely each question's answer is yes, `p` (C,) each class.

    Where the output is no tree, they are sums of the flat ŷ, whose products are ŷ again: `flat` says so. `number` is
    the example's, `true` its class; `pictures` (C, height, width) a training example of each class and `shown` this
    one, bytes, or None of examples that are no pictures. `width` is how many inputs the output layer has.
    """

    names: tuple[str, ...]
    tree: Tree
    yes: Array
    p: Array
    number: int
    true: int
    part: int
    pictures: Values | None
    shown: Values | None
    width: int
    flat: bool
    missing: str = ""  # why there are no examples yet: it is of inputs that are all 0 then

    def way(self, leaf: int) -> tuple[tuple[int, int, float], ...]:
        """(question, answer 1 for yes, its probability) on the way to a class; their product is its ŷ."""
        path = next(place.path for place in places(self.tree) if place.leaf == leaf)
        asked = {place.path: place.question for place in places(self.tree) if place.question >= 0}
        made = []
        for depth, answer in enumerate(path):
            question = asked[path[:depth]]
            yes = float(self.yes[question])
            made.append((question, 1 - answer, yes if answer == 0 else 1 - yes))
        return tuple(made)


def summed(tree: Tree, p: Array) -> Array:
    """How likely each question's answer is yes (C − 1,) if classes have the probabilities p (C,); ½ where none has."""
    asked = [place for place in places(tree) if place.question >= 0]
    found = np.empty(len(asked))
    for place in asked:
        part = part_at(tree, place.path)
        assert not isinstance(part, int)
        whole, left = float(p[list(place.leaves)].sum()), float(p[list(leaves(part[0]))].sum())
        found[place.question] = left / whole if whole > 0 else 0.5
    return found


@Probe
def in_tree(subject: Subject, example: int | None) -> InTree:
    """An example, by number, on its way through the tree; the first of dev if None or there is none of that number."""
    data, layout = subject.examples, subject.layout
    count = len(data.class_names)
    dev = np.flatnonzero(data.part == 1)
    number = example if example is not None and example < data.y.size else int(dev[0]) if dev.size else 0
    x = inputs(subject)[:, [number]] if data.y.size else np.zeros((layout.inputs, 1), subject.dtype)
    z = subject.predictor.logits(subject.folded(), x).astype(np.float64)
    p = layout.probabilities(z)[:, 0]
    tree = trees.parsed(layout.network.tree if layout.output.masked else _fitting(layout.network.tree, count), count)
    flat = not layout.output.masked
    yes = summed(tree, p) if flat else sigmoid(z / float(layout.network.temperature))[:, 0]
    faces = pictures(data)
    first = [int(np.flatnonzero(data.y == k)[0]) if (data.y == k).any() else 0 for k in range(count)]
    return InTree(
        names=tuple(data.class_names),
        tree=tree,
        yes=yes,
        p=p,
        number=number,
        true=int(data.y[number]) if data.y.size else 0,
        part=int(data.part[number]) if data.y.size else 0,
        missing=data.missing,
        pictures=faces[first] if faces is not None else None,
        shown=faces[number] if faces is not None else None,
        width=layout.widths[-2],
        flat=flat,
    )


def _fitting(text: str, classes: int) -> str:
    """The tree's text if it holds just these classes, "" for the balanced one."""
    try:
        trees.parsed(text, classes)
    except ValueError:
        return ""
    return text


# -- operations -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operations:
    """Multiplications with n inputs and a bias for C classes: `flat` C (n + 1); in the balanced tree those on the way
    to a class, `mean` over classes and at `most`; `all` is what ŷ of every class takes there.
    """

    classes: int
    flat: int
    mean: float
    most: int
    all: int


def operations(classes: int, width: int) -> Operations:
    """Counted over the balanced tree: each question on a way costs width multiplications and one more for its bias."""
    each = width + 1
    total, deepest = _depths(classes)
    return Operations(classes, classes * each, total / classes * each, deepest * each, (classes - 1) * each)


@cache
def _depths(classes: int) -> tuple[int, int]:
    """The sum of the depths of all leaves of `trees.balanced`, and the deepest."""
    if classes == 1:
        return 0, 0
    left, right = (classes + 1) // 2, classes // 2
    (one, deep_one), (other, deep_other) = _depths(left), _depths(right)
    return one + other + classes, 1 + max(deep_one, deep_other)


def table(width: int, sizes: Sequence[int] = SIZES) -> tuple[Operations, ...]:
    """The operations for each number of classes."""
    return tuple(operations(classes, width) for classes in sizes)
