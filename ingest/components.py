"""Which of many things hang together: union-find over their numbers."""

from __future__ import annotations


class Components:
    """Groups of the numbers from 0, each its own at first; a group is named by one of its members, its root."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, index: int) -> int:
        """The root of the group that a number is in."""
        parent = self.parent
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(self, left: int, right: int) -> None:
        """Make one group of two; the root of the right one is the root of both."""
        self.parent[self.find(left)] = self.find(right)
