"""What two regular expressions have in common, computed with automata: the answer holds for every text."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from .regexes import Chars, Choice, Group, Look, Node, Place, Reference, Repeat, Sequence, parse_text

# A set of characters is a number: one bit for each ASCII character, and one for all others.
_BEYOND: Final = 1 << 128
_EVERYTHING: Final = (_BEYOND << 1) - 1
_MOST_STATES: Final = 20_000
_MOST_STEPS: Final = 60_000


class TooLargeError(Exception):
    """An expression whose automaton would take too long; the caller must assume the worst."""


class Automaton:
    """A nondeterministic automaton for an expression; state 0 is its start.

    Look-around, places and what a back-reference repeats are left out, and characters beyond ASCII are not told apart,
    so that it accepts at least what the expression matches.

    Args:
        node: the expression.

    Raises:
        TooLargeError: for too many states.
    """

    __slots__ = ("_closed", "_empty", "end", "steps")

    def __init__(self, node: Node) -> None:
        self.steps: list[list[tuple[int, int]]] = [[]]
        self._empty: list[list[int]] = [[]]
        self._closed: dict[int, frozenset[int]] = {}
        self.end = self._add(node, 0)

    def reach(self, state: int) -> frozenset[int]:
        """Return the states reachable from one state without reading a character."""
        if state not in self._closed:
            self._closed[state] = self.close(frozenset((state,)))
        return self._closed[state]

    def close(self, states: frozenset[int]) -> frozenset[int]:
        """Return the states reachable without reading a character."""
        seen, todo = set(states), list(states)
        while todo:
            for state in self._empty[todo.pop()]:
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
        return frozenset(seen)

    def _new(self) -> int:
        if len(self.steps) >= _MOST_STATES:
            raise TooLargeError
        self.steps.append([])
        self._empty.append([])
        return len(self.steps) - 1

    def _add(self, node: Node, start: int) -> int:
        """Add an expression after a state, and return the state at its end."""
        if isinstance(node, Chars):
            end = self._new()
            self.steps[start].append((_to_bits(node), end))
            return end
        if isinstance(node, Sequence):
            for item in node.items:
                start = self._add(item, start)
            return start
        if isinstance(node, Group):
            return self._add(node.item, start)
        if isinstance(node, Repeat):
            return self._add_repeat(node, start)
        if isinstance(node, (Look, Place)):
            return start
        if isinstance(node, Reference):
            anything = Repeat(Chars(frozenset(), negated=True), 0, None)
            return self._add(Choice(node.choice) if node.choice else anything, start)
        end = self._new()
        for item in node.items:
            first = self._new()
            self._empty[start].append(first)
            self._empty[self._add(item, first)].append(end)
        return end

    def _add_repeat(self, node: Repeat, start: int) -> int:
        for _ in range(node.least):
            start = self._add(node.item, start)
        end = self._new()
        if node.most is None:
            loop = self._new()
            self._empty[start].append(loop)
            self._empty[self._add(node.item, loop)].append(loop)
            self._empty[loop].append(end)
            return end
        self._empty[start].append(end)
        for _ in range(node.most - node.least):
            start = self._add(node.item, start)
            self._empty[start].append(end)
        return end


@lru_cache(maxsize=64)
def automaton_of(text: str) -> Automaton:
    """Return the automaton of an expression that this package has written."""
    return Automaton(parse_text(text))


def have_common(one: Automaton, other: Automaton) -> bool:
    """Tell whether there is a text that both accept; True also if finding out would take too long."""
    seen: set[tuple[int, int]] = set()
    todo = [(a, b) for a in one.reach(0) for b in other.reach(0)]
    seen.update(todo)
    while todo:
        a, b = todo.pop()
        if (a, b) == (one.end, other.end):
            return True
        if len(seen) > _MOST_STEPS * 4:
            return True
        for mine, next_a in one.steps[a]:
            for theirs, next_b in other.steps[b]:
                if mine & theirs:
                    for closed_a in one.reach(next_a):
                        for closed_b in other.reach(next_b):
                            if (closed_a, closed_b) not in seen:
                                seen.add((closed_a, closed_b))
                                todo.append((closed_a, closed_b))
    return False


def is_within(one: Automaton, other: Automaton) -> bool:
    """Tell whether the second accepts whatever the first does; False also if finding out would take too long."""
    begin = other.reach(0)
    todo = [(state, begin) for state in one.reach(0)]
    seen = set(todo)
    after: dict[tuple[frozenset[int], int], frozenset[int]] = {}
    while todo:
        state, allowed = todo.pop()
        if state == one.end and other.end not in allowed:
            return False
        if len(seen) > _MOST_STEPS:
            return False
        for mine, following in one.steps[state]:
            for bit in _list_bits(mine):
                if (allowed, bit) not in after:
                    reached = {end for inner in allowed for read, end in other.steps[inner] if read & bit}
                    after[allowed, bit] = other.close(frozenset(reached))
                for closed in one.reach(following):
                    pair = closed, after[allowed, bit]
                    if pair not in seen:
                        seen.add(pair)
                        todo.append(pair)
    return True


def _to_bits(chars: Chars) -> int:
    bits = sum(1 << ord(char) for char in chars.members)
    if chars.negated:
        return (_EVERYTHING & ~bits) | _BEYOND
    return bits | _BEYOND if chars.beyond else bits


@lru_cache(maxsize=256)
def _list_bits(bits: int) -> tuple[int, ...]:
    return tuple(1 << place for place in range(bits.bit_length()) if bits >> place & 1)
