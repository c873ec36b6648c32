"""The dialects of proxies, and a parsed regular expression written in one of them."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from .refusals import RefusalCode
from .regexes import (
    ORIGIN_CHARACTERS,
    Chars,
    Choice,
    Group,
    Look,
    Node,
    Place,
    Reference,
    Repeat,
    Sequence,
    UnwritableError,
    children,
    is_wide,
)

_PLAIN = frozenset(string.ascii_letters + string.digits + "/:_-~@,=")
_ESCAPED = frozenset(".+*?()[]|^")


@dataclass(frozen=True)
class Dialect:
    """What a proxy's regular expressions can express.

    Attributes:
        name: its name.
        looks_around: whether it has look-around, back-references and possessive quantifiers.
        nothing: an expression that matches no character at all.
        text_prefix: the prefix that it needs if characters beyond ASCII matter.
        most_repeats: the largest number in a quantifier.
        is_ascii: whether it is only ever matched against ASCII.
        names_groups: whether only named groups can be referred to.
    """

    name: str
    looks_around: bool
    nothing: str
    text_prefix: str
    most_repeats: int
    is_ascii: bool = False
    names_groups: bool = False


PCRE: Final = Dialect("PCRE", True, r"[^\x00-\xff]", "(*UTF)", 65535)
PCRE_NAMED: Final = replace(PCRE, names_groups=True)
"""As HAProxy has it, which compiles with PCRE2_NO_AUTO_CAPTURE."""
RE2_ASCII: Final = Dialect("RE2", False, r"[^\x00-\xff]", "", 1000, is_ascii=True)
"""Envoy's, which matches headers, and paths as they are sent."""
RE2: Final = Dialect("RE2", False, r"[^\x00-\x{10ffff}]", "", 1000)


def write(node: Node, dialect: Dialect) -> str:
    r"""Return an expression in a dialect, without anchors, ready to be part of a sequence.

    Raises:
        UnwritableError: for what the dialect lacks.

    >>> from .regexes import parse_text
    >>> write(parse_text(r"https://(?P<name>[a-z]\d+)\.example\.com"), RE2)
    'https://[a-z][0-9]+\\.example\\.com'
    """
    writer = _Writer(dialect, keeps_groups=_refers(node))
    text = writer.write(node)
    return f"(?:{text})" if isinstance(node, Choice) else text


def write_whole(node: Node, dialect: Dialect, *, also: Iterable[str] = ()) -> str:
    r"""Return an expression in a dialect that matches only a whole text.

    Args:
        node: the expression.
        dialect: the dialect.
        also: other expressions that the whole text must match, if the dialect can look ahead.

    Raises:
        UnwritableError: for what the dialect lacks.
    """
    ahead = "".join(rf"(?={text}\z)" for text in also)
    prefix = dialect.text_prefix if is_wide(node) else ""
    return rf"{prefix}^{ahead}{write(node, dialect)}\z"


@dataclass
class _Writer:
    dialect: Dialect
    keeps_groups: bool

    def write(self, node: Node) -> str:
        if isinstance(node, Chars):
            return _write_chars(node, self.dialect)
        if isinstance(node, Place):
            return node.mark
        if isinstance(node, Sequence):
            return "".join(self._nest(item) if isinstance(item, Choice) else self.write(item) for item in node.items)
        if isinstance(node, Choice):
            return "|".join(map(self.write, node.items))
        if isinstance(node, Repeat):
            return self._write_repeat(node)
        if isinstance(node, Group) and node.number is not None:
            if self.keeps_groups:
                name = f"?<g{node.number}>" if self.dialect.names_groups else ""
                return f"({name}{self.write(node.item)})"
            return self._nest(node.item) if isinstance(node.item, Choice) else self.write(node.item)
        if not self.dialect.looks_around:
            raise UnwritableError(*_lacking(node, self.dialect))
        if isinstance(node, Group):
            return f"(?>{self.write(node.item)})"
        if isinstance(node, Look):
            return f"({node.mark}{self.write(node.item)})"
        if node.choice is not None:
            yes, no = (self._nest(item) for item in node.choice)
            group = f"<g{node.number}>" if self.dialect.names_groups else node.number
            return f"(?({group}){yes}|{no})"
        referred = f"\\g{{{'g' * self.dialect.names_groups}{node.number}}}"
        return f"(?i:{referred})" if node.folds else referred

    def _write_repeat(self, node: Repeat) -> str:
        least, most = node.least, node.most
        if max(least, most or 0) > self.dialect.most_repeats:
            raise UnwritableError(RefusalCode.REGEX, f"it repeats more than {self.dialect.most_repeats} times")
        if node.possessive and not self.dialect.looks_around:
            raise UnwritableError(*_lacking(node, self.dialect))
        quantifier = {(0, None): "*", (1, None): "+", (0, 1): "?", (1, 1): ""}.get((least, most))
        if quantifier is None:
            quantifier = f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}"
        inner = node.item
        while isinstance(inner, Group) and inner.number is not None and not self.keeps_groups:
            inner = inner.item
        text = self.write(inner) if isinstance(inner, (Chars, Group)) else self._nest(inner)
        return text + quantifier + ("+" if node.possessive else "")

    def _nest(self, node: Node) -> str:
        return f"(?:{self.write(node)})"


def _lacking(node: Node, dialect: Dialect) -> tuple[RefusalCode, str]:
    if isinstance(node, Look):
        return RefusalCode.LOOK_AROUND, f"it looks around ({node.mark}…), and {dialect.name} cannot"
    if isinstance(node, Reference):
        return RefusalCode.BACK_REFERENCE, f"it refers back to a group, and {dialect.name} cannot"
    return RefusalCode.POSSESSIVE, f"it never goes back into a group or repetition, and {dialect.name} always may"


def _write_chars(chars: Chars, dialect: Dialect) -> str:
    if dialect.is_ascii:
        chars = replace(chars, beyond="")
    if not chars.members and not chars.beyond and not chars.negated:
        return dialect.nothing
    if chars.members == ORIGIN_CHARACTERS and not chars.beyond:
        return "."
    if chars == Chars(frozenset("\n"), negated=True):
        return "."
    if len(chars.members) == 1 and not chars.beyond and not chars.negated:
        return _escape(next(iter(chars.members)))
    if not chars.members and not chars.beyond:
        return "(?s:.)"
    return f"[{'^' if chars.negated else ''}{_write_members(chars.members)}{chars.beyond}]"


def _write_members(members: frozenset[str]) -> str:
    codes = sorted(map(ord, members))
    written: list[str] = []
    start = 0
    for end in range(1, len(codes) + 1):
        if end < len(codes) and codes[end] == codes[end - 1] + 1:
            continue
        first, last = chr(codes[start]), chr(codes[end - 1])
        if end - start <= 2:
            written += [_escape_member(char) for char in dict.fromkeys((first, last))]
        else:
            written.append(f"{_escape_end(first)}-{_escape_end(last)}")
        start = end
    written.sort(key=lambda text: text != "-")  # a hyphen is taken literally only in front
    return "".join(written)


def _escape_end(char: str) -> str:
    """Return an end of a range; a hyphen there would be read as one from what comes before it."""
    return r"\x2d" if char == "-" else _escape_member(char)


def _escape_member(char: str) -> str:
    if char in "[]^":
        return "\\" + char
    return char if char in _PLAIN or char in ".+*?()|" else f"\\x{ord(char):02x}"


def _escape(char: str) -> str:
    if char in _PLAIN:
        return char
    return "\\" + char if char in _ESCAPED else f"\\x{ord(char):02x}"


def escape(text: str) -> str:
    """Return the expression that matches exactly one ASCII text."""
    return "".join(map(_escape, text))


def _refers(node: Node) -> bool:
    return isinstance(node, Reference) or any(map(_refers, children(node)))
