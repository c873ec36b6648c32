"""Random choices, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

BITS: Final = [*" \t,;:=\"/\\()<>@[]{}?*'`~!#$%&^|_+-.0159aAzZ", "\x01", "\x0b", "\x0c", "\x1f", "\x7f", "\x80", "\xa0"]
BITS += ["\xe9", "\xff"]
"""Characters that mean something somewhere in a header value, and some that are allowed nowhere."""

TOKEN: Final = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Draw(random.Random):
    """A source of random choices."""

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def weigh(self, weights: dict[T, float]) -> T:
        """Return a key, as likely as its weight says."""
        return self.choices(list(weights), list(weights.values()))[0]

    def some(self, pool: Sequence[T], most: int, least: int = 0) -> list[T]:
        """Return between `least` and `most` of a pool, repetitions included."""
        return [self.choice(pool) for _ in range(self.randint(least, most))]

    def token(self, longest: int = 12) -> str:
        return "".join(self.some(TOKEN, longest, 1))

    def value(self, longest: int = 20) -> str:
        """Return a header value: mostly printable, sometimes any bytes but NUL and line ends."""
        if self.chance(0.8):
            return "".join(chr(self.randint(0x20, 0x7E)) for _ in range(self.randint(0, longest)))
        allowed = [chr(code) for code in range(1, 256) if code not in (10, 13)]
        return "".join(self.some(allowed, longest))

    def mutate(self, text: str, edits: int = 1) -> str:
        """Return `text` with random edits of one character."""
        return "".join(self.mutate_parts(list(text), edits))

    def mutate_parts(self, parts: Sequence[str], edits: int = 1) -> list[str]:
        """Return `parts` with random edits of one part."""
        parts = list(parts)
        for _ in range(edits):
            at = self.randrange(len(parts) + 1)
            kind = self.choice(("insert", "insert", "replace", "delete", "double", "swap case", "exchange"))
            if kind == "insert" or at == len(parts):
                parts.insert(at, self.choice(BITS))
            elif kind == "replace":
                parts[at] = self.choice(BITS)
            elif kind == "delete":
                del parts[at]
            elif kind == "double":
                parts.insert(at, parts[at])
            elif kind == "swap case":
                parts[at] = parts[at] if parts[at].startswith("{") else parts[at].swapcase()
            elif at:
                parts[at], parts[at - 1] = parts[at - 1], parts[at]
        return parts

    def stretch(self, text: str, limit: int = 128) -> str:
        """Return `text`, made about as long as a limit."""
        return text + self.choice("a0 -,") * (self.randint(limit - 3, limit + 3) - len(text))

    def recase(self, text: str) -> str:
        """Return `text` in some case of letters."""
        return self.weigh({text: 6.0, text.lower(): 2.0, text.upper(): 1.0, text.swapcase(): 1.0})
