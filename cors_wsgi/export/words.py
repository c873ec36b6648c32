"""What all configurations share: comments, indentation, and what a comment says about a treatment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .description import ByMethod, Fixed, Sharing, Treatment


def indent(lines: Iterable[str], levels: int = 1, *, by: str = "    ") -> list[str]:
    """Return the lines indented; empty ones stay empty."""
    return [by * levels + line if line else "" for line in lines]


def batch(texts: Iterable[str], *, most: int, longest: int) -> Iterator[list[str]]:
    """Group texts into lists with a limit of texts and of characters; a longer text gets a list to itself."""
    found: list[str] = []
    length = 0
    for text in texts:
        if found and (len(found) == most or length + len(text) > longest):
            yield found
            found, length = [], 0
        found.append(text)
        length += len(text)
    if found:
        yield found


def comment(text: str) -> str:
    """Return a text that cannot end a comment."""
    return "".join(char if char.isprintable() else "?" for char in text)


def say(chosen: Treatment | ByMethod) -> str:
    """Describe a treatment."""
    if isinstance(chosen, ByMethod):
        return "by method"
    if isinstance(chosen, Sharing):
        return f"as {chosen.name} says"
    return "never shared" if chosen is Fixed.DENY else "hands off"
