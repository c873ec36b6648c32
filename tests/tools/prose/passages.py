"""Every sentence that somebody may read: messages, docstrings, comments, the playground's page, the manual."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
PACKAGES: Final = ("cors_wsgi", "flask_cors_ext")
PAGES: Final = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_SHOWN_ATTRIBUTES: Final = frozenset({"alt", "aria-label", "content", "placeholder", "title"})
_SENTENCE: Final = re.compile(r"[^\W\d_]+['’]?[^\W\d_]* +[^\W\d_]")
"""Two words: what has fewer is a name, a header or a keyword."""


@dataclass(frozen=True)
class Passage:
    """A piece of text.

    Attributes:
        kind: `message`, `docstring`, `comment`, `page` (the playground) or `manual`.
        path: the file, below the project's folder.
        line: the number of its first line.
        text: as a reader sees it; a value that is put in at run time is `{…}`.
    """

    kind: str
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {' '.join(self.text.split())}"


def find_passages(root: Path = ROOT) -> Iterator[Passage]:
    """Yield every passage, the files in the order of their paths; Chinese ones are left out."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            yield from read_passages(path, root)
    for path in [root / name for name in PAGES] + sorted((root / "docs").rglob("*.md")):
        if not {"zh", "_build"}.intersection(path.parts):
            yield from read_passages(path, root)


def read_passages(path: Path, root: Path = ROOT) -> Iterator[Passage]:
    """Yield the passages of one file; none of one that nobody reads."""
    read = _READERS.get(path.suffix)
    if read is not None and path.is_file():
        name = path.relative_to(root).as_posix()
        for kind, line, text in read(path.read_text("utf-8")):
            yield Passage(kind, name, line, text)


def _read_python(source: str) -> Iterator[tuple[str, int, str]]:
    tree = ast.parse(source)
    docstrings = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            # The text below an assignment documents it as the first one of a function does.
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                docstrings.add(statement.value)
    yield from _read_strings(tree, docstrings)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string.lstrip("# ")
        if token.type == tokenize.COMMENT and _SENTENCE.search(text) and not re.match(r"(?:type:|noqa|pragma)", text):
            yield "comment", token.start[0], text


def _read_strings(node: ast.AST, docstrings: set[ast.Constant]) -> Iterator[tuple[str, int, str]]:
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
        text = "".join(map(str, parts))
        if _SENTENCE.search(text):
            yield "message", node.lineno, text
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and _SENTENCE.search(node.value):
            yield "docstring" if node in docstrings else "message", node.lineno, node.value
        return
    for child in ast.iter_child_nodes(node):
        yield from _read_strings(child, docstrings)


class _Page(HTMLParser):
    """The texts of an HTML page, those of attributes included."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, int, str]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        for name, value in attrs:
            if name in _SHOWN_ATTRIBUTES:
                self._add(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._add(data)

    def _add(self, text: str) -> None:
        if _SENTENCE.search(text):
            self.found.append(("page", self.getpos()[0], text.strip()))


def _read_html(source: str) -> Iterator[tuple[str, int, str]]:
    page = _Page()
    page.feed(source)
    return iter(page.found)


def _read_javascript(source: str) -> Iterator[tuple[str, int, str]]:
    """Yield the strings of a script; its comments are looked for first, since they may hold quotes."""
    pattern = r"//[^\n]*|/\*.*?\*/|`(?:\\.|[^`\\])*`|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    for match in re.finditer(pattern, source, re.DOTALL):
        text = re.sub(r"\$\{[^{}]*\}", "{…}", match[0])
        kind = "comment" if text.startswith("/") else "page"
        if _SENTENCE.search(text):
            yield kind, source.count("\n", 0, match.start()) + 1, text.strip("`\"'/* ")


def _read_markdown(source: str) -> Iterator[tuple[str, int, str]]:
    """Yield the lines outside of code blocks; of a span of code its text is kept, of a link what is seen."""
    fenced = False
    for number, line in enumerate(source.splitlines(), 1):
        if re.match(r" *(`{3,}|~{3,})", line):
            fenced = not fenced
        elif not fenced and _SENTENCE.search(line) and not line.startswith(("% ", "<!--")):
            # What somebody else wrote, such as a console, is quoted or stands in code.
            seen = re.sub(r"!?\[((?:[^\[\]`]|`[^`]*`)*)\]\([^)]*\)", r"\1", re.sub(r"“[^”]*”", "“…”", line))
            yield "manual", number, re.sub(r"`[^`]*`", "`…`", seen)


_READERS: Final = {".py": _read_python, ".html": _read_html, ".js": _read_javascript, ".md": _read_markdown}
