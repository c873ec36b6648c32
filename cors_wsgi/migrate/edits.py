"""Changes to a text, each at its position; everything else stays the same, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from .source import TODO, Source

_WIDTH = 110


class Edits:
    """What will change in one file.

    Args:
        source: the file.
        comments: all its comments, as start and end.
    """

    def __init__(self, source: Source, comments: Sequence[tuple[int, int]]) -> None:
        self._source = source
        self._comments = comments
        self._made: list[tuple[int, int, bytes]] = []
        self._todos: dict[int, list[str]] = {}
        self._removed: set[int] = set()
        self._filled: set[cst.Call] = set()

    def __bool__(self) -> bool:
        return bool(self._made or any(self._todos.values()))

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace what is between start and end with a text; comments inside are kept, on separate lines."""
        kept = [self._source.data[a:b].decode() for a, b in self._comments if start <= a and b <= end]
        if kept:
            indent = self._source.newline + " " * self._column(start)
            text = indent.join([*kept, text])
        self._made.append((start, end, text.encode()))

    def insert(self, position: int, text: str) -> None:
        """Put a text in front of a position."""
        self._made.append((position, position, text.encode()))

    def replace_node(self, node: cst.CSTNode, text: str) -> None:
        """Replace a part with a text."""
        self.replace(self._source.start(node), self._source.end(node), text)

    def add_todo(self, position: int, text: str) -> None:
        """Put a comment on separate lines above the statement or decorator at a position."""
        start = self._line_start(position)
        texts = self._todos.setdefault(start, [])
        if text not in texts and not self._has_todo(start, text):
            texts.append(text)

    def _has_todo(self, line_start: int, text: str) -> bool:
        """Tell whether an earlier run left this comment here, possibly among others."""
        newline = self._source.newline
        comment = newline.join(self._wrap(text, self._indent(line_start))) + newline
        above = self._source.data[:line_start].decode()
        while True:
            if above.endswith(comment):
                return True
            rest, _, last = above[: -len(newline)].rpartition(newline)
            if not last.strip().startswith("#"):
                return False
            above = rest + newline

    def add_line(self, position: int, text: str) -> None:
        """Put a statement on a separate line above the one at a position."""
        start = self._line_start(position)
        self.insert(start, f"{self._indent(start)}{text}{self._source.newline}")

    def add_line_below(self, node: cst.CSTNode, text: str) -> None:
        """Put a statement on a separate line below the one that a part is or belongs to."""
        start = self._line_start(self._source.start(node))
        data, end = self._source.data, self._source.end(node)
        following = data.find(b"\n", end)
        if following == -1:
            self.insert(len(data), f"{self._source.newline}{self._indent(start)}{text}")
        else:
            self.insert(following + 1, f"{self._indent(start)}{text}{self._source.newline}")

    def remove_statement(self, node: cst.SimpleStatementLine, *, leaves: str = "") -> None:
        """Remove a statement with its line; `leaves` replaces it if the block would be empty."""
        if leaves:
            self.replace_node(node, leaves)
        else:
            self.cut_lines(self._source.start(node), self._source.end(node))

    def cut_lines(self, start: int, end: int) -> None:
        """Remove whole lines, from the one of `start` to the one of `end`; their comments are kept."""
        data, start = self._source.data, self._line_start(start)
        following = data.find(b"\n", end)
        following = len(data) if following == -1 else following + 1
        kept = [data[a:b].decode() for a, b in self._comments if start <= a and b <= following]
        indent = self._indent(start)
        self._made.append((start, following, "".join(f"{indent}{c}{self._source.newline}" for c in kept).encode()))

    def drop_within(self, start: int, end: int) -> None:
        """Drop the changes between two positions, because another change covers them."""
        self._made = [change for change in self._made if not (start <= change[0] and change[1] <= end)]

    def remove_parts(self, parts: Sequence[cst.CSTNode], removed: Iterable[cst.CSTNode]) -> None:
        """Remove parts of a call, list or mapping, with their commas; comments between them are kept."""
        gone = set(map(id, removed))
        self._removed |= gone
        index = 0
        while index < len(parts):
            if id(parts[index]) not in gone:
                index += 1
                continue
            last = index
            while last + 1 < len(parts) and id(parts[last + 1]) in gone:
                last += 1
            self._remove_run(parts, index, last)
            index = last + 1

    def _remove_run(self, parts: Sequence[cst.CSTNode], first: int, last: int) -> None:
        source = self._source
        start, end = self._outer(parts[first])[0], self._outer(parts[last])[1]
        if last + 1 < len(parts):
            self.replace(start, self._outer(parts[last + 1])[0], "")
            return
        if first > 0:
            start = self._outer(parts[first - 1])[1]
        else:
            data = source.data
            while data[end : end + 1].isspace():
                end += 1
            end += data[end : end + 1] == b","
        kept = [source.data[a:b].decode() for a, b in self._comments if start <= a and b <= end]
        indent = source.newline + " " * self._column(self._outer(parts[first])[0])
        self._made.append((start, end, "".join(f"  {c}{indent}" for c in kept).encode()))

    def _outer(self, part: cst.CSTNode) -> tuple[int, int]:
        return self._source.start(part), self._source.end(part)

    def add_to_call(self, call: cst.Call, text: str) -> None:
        """Add arguments after the last one of a call."""
        kept = [argument for argument in call.args if id(argument) not in self._removed]
        if kept:
            self.insert(self._outer(kept[-1])[1], f", {text}")
        else:
            position = self._outer(call.args[0])[0] if call.args else self._source.end(call) - 1
            self.insert(position, f", {text}" if call in self._filled else text)
            self._filled.add(call)

    def new_line(self, line: int) -> int:
        """Return the number of a line after all changes."""
        data = self._source.data
        position = 0
        for _ in range(line - 1):
            position = data.index(b"\n", position) + 1
        following = data.find(b"\n", position)
        end = len(data) if following == -1 else following
        moved = line
        for start, stop, text in self._list():
            if (start <= position) if start == stop else (stop <= end):
                moved += text.count(b"\n") - data[start:stop].count(b"\n")
        return moved

    def apply(self) -> bytes:
        """Return the whole text with all changes applied.

        Raises:
            ValueError: two changes overlap.
        """
        data = self._source.data
        out, done = [], 0
        for start, end, text in self._list():
            if start < done:
                raise ValueError(f"two changes meet at line {self._source.line(start)} of {self._source.name}")
            out += [data[done:start], text]
            done = end
        return b"".join([*out, data[done:]])

    def _list(self) -> list[tuple[int, int, bytes]]:
        made = list(self._made)
        for position, texts in self._todos.items():
            for text in reversed(texts):
                lines = self._wrap(text, self._indent(position))
                comment = "".join(f"{line}{self._source.newline}" for line in lines).encode()
                made.insert(0, (position, position, comment))
        return sorted(made, key=lambda change: (change[0], change[1] != change[0]))

    def _wrap(self, text: str, indent: str) -> list[str]:
        lines, line = [], f"{indent}{TODO}"
        for word in text.split():
            if len(line) + len(word) >= _WIDTH and not line.endswith((TODO, "#")):
                lines.append(line)
                line = f"{indent}#  "
            line += f" {word}"
        return [*lines, line]

    def _line_start(self, position: int) -> int:
        return self._source.data.rfind(b"\n", 0, position) + 1

    def _indent(self, line_start: int) -> str:
        rest = self._source.data[line_start:]
        return rest[: len(rest) - len(rest.lstrip(b" \t\f"))].decode()

    def _column(self, position: int) -> int:
        return len(self._source.data[self._line_start(position) : position].decode().expandtabs(4))
