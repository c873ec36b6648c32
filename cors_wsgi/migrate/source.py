"""A source file: its text, its tree, and where in the text each part of the tree is."""

from __future__ import annotations

import ast
import codecs
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper, QualifiedNameProvider

from .predecessor import PACKAGE
from .values import ComputedError, parse_expression

TODO = "# TODO cors-wsgi:"


class UnreadableError(Exception):
    """A file that cannot be read as Python; the message says why."""


@dataclass(frozen=True, eq=False)
class Source:
    """A source file.

    Attributes:
        path: where it is.
        name: how it is shown.
        raw: its bytes.
        data: its text as UTF-8, without a byte order mark; positions count bytes of it.
        encoding: of the file.
        module: its tree.
        spans: where each part of the tree is.
        names: what each name means, if that is known; see `qualify`.
    """

    path: Path
    name: str
    raw: bytes
    data: bytes
    encoding: str
    module: cst.Module
    spans: Mapping[cst.CSTNode, CodeSpan]
    names: Mapping[cst.CSTNode, Any]

    def qualify(self, node: cst.CSTNode) -> set[str]:
        """Return the full names that an expression may mean, such as `flask_cors.CORS`."""
        found = self.names.get(node)
        names: Any = found() if callable(found) else found
        return {name.name for name in names or ()}

    def start(self, node: cst.CSTNode) -> int:
        """Return where a part begins."""
        return self.spans[node].start

    def end(self, node: cst.CSTNode) -> int:
        """Return where a part ends."""
        span = self.spans[node]
        return span.start + span.length

    def line(self, position: int) -> int:
        """Return the number of the line of a position, from 1."""
        return self.data.count(b"\n", 0, position) + 1

    def code(self, node: cst.CSTNode) -> str:
        """Return the text of a part, without parentheses around it."""
        return self.data[self.start(node) : self.end(node)].decode("utf-8")

    def parse(self, node: cst.CSTNode) -> ast.expr:
        """Return the syntax tree of an expression.

        Raises:
            ComputedError: it is not complete, as `*rest` is not.
        """
        try:
            return parse_expression(self.code(node))
        except SyntaxError as error:
            raise ComputedError(self.code(node)) from error

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if b"\r\n" in self.data else "\n"

    def encode(self, data: bytes) -> bytes:
        """Return the bytes of the file for a new text.

        Raises:
            UnreadableError: its encoding cannot write that.
        """
        try:
            written = data.decode("utf-8").encode(self.encoding)
        except UnicodeEncodeError as error:
            raise UnreadableError(f"its encoding {self.encoding} cannot write it: {error}") from error
        return codecs.BOM_UTF8 + written if self.raw.startswith(codecs.BOM_UTF8) else written


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text of a Python file without its byte order mark, and its encoding.

    Raises:
        UnreadableError: its encoding is unknown, or it has bytes that the encoding does not allow.
    """
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(raw).readline)[0].removesuffix("-sig")
        return raw.removeprefix(codecs.BOM_UTF8).decode(encoding), encoding
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UnreadableError(f"it cannot be decoded: {error}") from error


def read_source(path: Path, name: str, raw: bytes) -> Source:
    """Return a file with its tree.

    Raises:
        UnreadableError: it does not parse.
    """
    text, encoding = decode(raw)
    try:
        module = cst.parse_module(text)
        is_same = module.code == text
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        # Resolving names takes most of the time, and is done only if the package is imported.
        asked = [QualifiedNameProvider] if PACKAGE in text else []
        found = wrapper.resolve_many([ByteSpanPositionProvider, *asked])
    except (cst.ParserSyntaxError, RecursionError, ValueError) as error:
        raise UnreadableError(f"it does not parse: {str(error).splitlines()[0]}") from error
    if not is_same:
        raise UnreadableError("it contains characters that do not survive being read and written")
    return Source(
        path=path,
        name=name,
        raw=raw,
        data=text.encode("utf-8"),
        encoding=encoding,
        module=module,
        spans=cast("Mapping[cst.CSTNode, CodeSpan]", found[ByteSpanPositionProvider]),
        names=found.get(QualifiedNameProvider, {}),
    )
