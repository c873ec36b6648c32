"""Python's regular expressions, parsed, so that they can be rewritten for a proxy.

The output comes from the parsed expression, not from its text: flags, verbose layout and named groups are gone,
classes are spelled out, and nothing that a person wrote can end a directive.
"""

from __future__ import annotations

import importlib
import re
import string
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from .refusals import RefusalCode

_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

ASCII: Final = frozenset(map(chr, range(128)))
ORIGIN_CHARACTERS: Final = frozenset(string.ascii_letters + string.digits + "+-./:[]_")
"""What a well-formed origin consists of; an expression for origins never sees anything else."""

_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f "
_SPACES_BEYOND = r"\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_CATEGORIES: dict[str, tuple[frozenset[str], str]] = {
    "DIGIT": (frozenset(string.digits), r"\p{Nd}"),
    "WORD": (frozenset(string.ascii_letters + string.digits + "_"), r"\p{L}\p{N}"),
    "SPACE": (frozenset(_SPACES), _SPACES_BEYOND),
}
_ASCII_SPACES = frozenset("\t\n\v\f\r ")
_FOLDED = {"k": r"\x{212a}", "s": r"\x{17f}"}  # the two characters beyond ASCII that fold to a letter of ASCII
_FOREVER = int(_parser.MAXREPEAT)


@dataclass(frozen=True)
class Chars:
    """One character of a set.

    Attributes:
        members: those of ASCII.
        beyond: those beyond it, as written between brackets.
        negated: whether all others are meant.
    """

    members: frozenset[str]
    beyond: str = ""
    negated: bool = False


@dataclass(frozen=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    """One of several."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """A repetition; `most` is None where there is no bound."""

    item: Node
    least: int
    most: int | None
    possessive: bool = False


@dataclass(frozen=True)
class Group:
    """A group whose text matters: with a number to refer to, or an atomic group without one."""

    item: Node
    number: int | None


@dataclass(frozen=True)
class Look:
    """What must, or must not, come before or after a place."""

    item: Node
    mark: str


@dataclass(frozen=True)
class Place:
    """A place between two characters."""

    mark: str


@dataclass(frozen=True)
class Reference:
    """What a group has matched, again; with `choice`, one of two, depending on whether the group took part."""

    number: int
    folds: bool = False
    choice: tuple[Node, Node] | None = None


Node: TypeAlias = "Chars | Sequence | Choice | Repeat | Group | Look | Place | Reference"


class UnwritableError(Exception):
    """What an expression needs and a dialect lacks.

    Attributes:
        code: the kind of refusal.
        problem: what the expression needs, and which dialect lacks it.
    """

    def __init__(self, code: RefusalCode, problem: str) -> None:
        self.code = code
        self.problem = problem
        super().__init__(problem)


def parse(pattern: re.Pattern[str], *, is_path: bool = False) -> Node:
    """Return what an expression says.

    Args:
        pattern: the expression.
        is_path: whether it is for paths, which may contain any character; otherwise it is for well-formed origins.

    Raises:
        UnwritableError: for anything that means something else to every proxy.
    """
    return _Reader(is_path).read(_parser.parse(pattern.pattern, pattern.flags), pattern.flags)


def parse_text(text: str) -> Node:
    """Return what an expression for origins says that this package has written."""
    return parse(re.compile(text))


@dataclass
class _Reader:
    is_path: bool
    numbered: set[int] = field(default_factory=set)

    def read(self, parsed: Any, flags: int) -> Node:
        items = tuple(self._read_item(str(name), value, flags) for name, value in parsed)
        return items[0] if len(items) == 1 else Sequence(items)

    def _read_item(self, name: str, value: Any, flags: int) -> Node:
        if name in ("LITERAL", "NOT_LITERAL"):
            return self._chars([("LITERAL", value)], flags, negated=name == "NOT_LITERAL")
        if name == "ANY":
            return self._chars([] if flags & re.DOTALL else [("LITERAL", 10)], flags, negated=True)
        if name == "IN":
            return self._chars(
                [item for item in value if str(item[0]) != "NEGATE"], flags, negated=str(value[0][0]) == "NEGATE"
            )
        if name == "BRANCH":
            return Choice(tuple(self.read(item, flags) for item in value[1]))
        if name == "SUBPATTERN":
            number, added, removed, inner = value
            item = self.read(inner, (flags | added) & ~removed)
            return item if number is None else Group(item, number)
        if name == "ATOMIC_GROUP":
            return Group(self.read(value, flags), None)
        if name.endswith("REPEAT"):
            least, most, inner = value
            bound = None if int(most) == _FOREVER else int(most)
            return Repeat(self.read(inner, flags), least, bound, name.startswith("POSSESSIVE"))
        if name in ("ASSERT", "ASSERT_NOT"):
            mark = ("?" if value[0] > 0 else "?<") + ("=" if name == "ASSERT" else "!")
            return Look(self.read(value[1], flags), mark)
        if name == "GROUPREF":
            return Reference(value, bool(flags & re.IGNORECASE))
        if name == "GROUPREF_EXISTS":
            number, yes, no = value
            return Reference(number, False, (self.read(yes, flags), self.read(no or [], flags)))
        if name == "FAILURE":
            return Chars(frozenset())
        return self._place(str(value), flags)

    def _place(self, name: str, flags: int) -> Node:
        if name.endswith("BOUNDARY"):
            if self.is_path and not flags & re.ASCII:
                raise UnwritableError(RefusalCode.REGEX, r"it has \b, which means other characters to a proxy")
            return Place(r"\B" if name.endswith("NON_BOUNDARY") else r"\b")
        if self.is_path and flags & re.MULTILINE:
            raise UnwritableError(RefusalCode.REGEX, "it looks at the lines of a path (re.MULTILINE)")
        return Place(r"\A" if "BEGINNING" in name else r"\z")

    def _chars(self, items: Iterable[tuple[Any, Any]], flags: int, *, negated: bool) -> Chars:
        members: set[str] = set()
        beyond: list[str] = []
        for name, value in items:
            if str(name) == "CATEGORY":
                self._add_category(str(value).removeprefix("CATEGORY_"), flags, members, beyond)
                continue
            first, last = value if str(name) == "RANGE" else (value, value)
            members |= {chr(code) for code in range(first, min(last, 127) + 1)}
            if last > 127:
                if self.is_path and flags & re.IGNORECASE:
                    raise UnwritableError(RefusalCode.REGEX, "it ignores the case of characters beyond ASCII")
                low = max(first, 128)
                beyond.append(rf"\x{{{low:x}}}" + (rf"-\x{{{last:x}}}" if last > low else ""))
        if flags & re.IGNORECASE:
            members |= {char.swapcase() for char in members if char.isalpha()}
            beyond += [text for letter, text in _FOLDED.items() if letter in members and not flags & re.ASCII]
        if self.is_path:
            return Chars(frozenset(members), "".join(beyond), negated)
        return Chars(ORIGIN_CHARACTERS - members if negated else ORIGIN_CHARACTERS & members)

    def _add_category(self, name: str, flags: int, members: set[str], beyond: list[str]) -> None:
        kind = name.removeprefix("UNI_").removeprefix("NOT_")
        inside, outside = _CATEGORIES[kind]
        if flags & re.ASCII:
            inside, outside = (_ASCII_SPACES if kind == "SPACE" else inside), ""
        if "NOT_" not in name:
            members |= inside
            beyond.append(outside)
            return
        if self.is_path and outside != r"\p{Nd}":
            raise UnwritableError(RefusalCode.REGEX, rf"it has \{kind[0]}, which means other characters to a proxy")
        members |= ASCII - inside
        beyond.append(r"\P{Nd}")


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of an expression."""
    if isinstance(node, (Sequence, Choice)):
        return node.items
    if isinstance(node, (Repeat, Group, Look)):
        return (node.item,)
    return (node.choice or ()) if isinstance(node, Reference) else ()


def is_wide(node: Node) -> bool:
    """Tell whether an expression depends on where characters beyond ASCII begin and end."""
    if isinstance(node, Chars):
        return node.negated or bool(node.beyond)
    return any(map(is_wide, children(node)))


def find_longest(node: Node) -> int | None:
    """Return the length of the longest text that an expression matches, or None if there is no bound."""
    if isinstance(node, Chars):
        return 1
    if isinstance(node, (Place, Look)):
        return 0
    lengths = [find_longest(item) for item in children(node)]
    if isinstance(node, Reference) and node.choice is None:
        return None
    known = [length for length in lengths if length is not None]
    if isinstance(node, Repeat):
        return known[0] * node.most if known and node.most is not None else None
    if len(known) < len(lengths):
        return None
    return sum(known) if isinstance(node, Sequence) else max(known)
