"""The manual's pages, read as data: their sections, the examples in them, their headings and links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
REFERENCE: Final = [
    DOCS / f"reference{part}.md"
    for part in (
        *("", "-policy", "-origins", "-risks", "-middleware", "-paths"),
        *("-adapters", "-decisions", "-errors", "-codes"),
    )
]
REFERENCE_OF_FLASK: Final = [DOCS / f"reference-flask{part}.md" for part in ("", "-layers", "-settings", "-errors")]

_FENCE = re.compile(r"( *)(`{3,}|:{3,}|~{3,})([^`]*)")
_HEADING = re.compile(r"(#{1,6}) +(.*?)(?: +\(#?[\w-]+\)=)?")
_NEEDS = re.compile(r"% needs: ([\w., ]+)")
_CONTINUES = re.compile(r"% continues: (.+)")
_LINK = re.compile(r"(?<!\\)\[(?:[^\[\]`]|`[^`]*`|\[[^\]]*\])*\]\(<?([^()\s<>]+)>?(?: \"[^\"]*\")?\)")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: the word behind the fence; of a directive, its name in braces.
        text: what stands inside.
        line: the number of its first line in the page.
    """

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Section:
    """What stands between two headings of the second level: its examples share their names, and need nothing before.

    With a comment `% continues: TITLE` they also need what the Python blocks of another section say, which come first.

    Attributes:
        page: the page's file.
        title: the heading; of what stands before the first one, the page's own title.
        needs: modules that must be installed for the examples to run (a `% needs:` comment in the section).
        blocks: the fenced blocks, in order.
    """

    page: Path
    title: str
    needs: tuple[str, ...]
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        return f"{self.page.relative_to(DOCS).with_suffix('')}: {self.title}"


def find_pages() -> list[Path]:
    """Return every page of the manual, in the order of their paths."""
    return sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)


def read_sections(page: Path) -> list[Section]:
    """Return a page's sections that show something."""
    found: list[tuple[str, list[str], list[Block]]] = [("", [], [])]
    for item in _parse(page.read_text("utf-8")):
        if isinstance(item, Block):
            found[-1][2].append(item)
        elif match := _NEEDS.fullmatch(item):
            found[-1][1].extend(re.split(r",? +", match[1].strip()))
        elif match := _CONTINUES.fullmatch(item):
            (before,) = (blocks for title, _, blocks in found if title == match[1])
            found[-1][2].extend(block for block in before if block.language == "python")
        elif match := _HEADING.fullmatch(item):
            if len(match[1]) == 2:
                found.append((match[2], [], []))
            elif len(match[1]) == 1:
                found[-1] = (match[2], *found[-1][1:])
    return [Section(page, title, tuple(needs), tuple(blocks)) for title, needs, blocks in found if blocks]


def read_headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    anchors: set[str] = set()
    for item in _parse(page.read_text("utf-8")):
        if isinstance(item, str) and (match := _HEADING.fullmatch(item)):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[2])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
            number = 0
            while (anchor := f"{slug}-{number}" if number else slug) in anchors:
                number += 1
            anchors.add(anchor)
    return anchors


def read_links(page: Path) -> list[tuple[int, str]]:
    """Return the number of the line, and the target, of every link and picture outside of code."""
    links: list[tuple[int, str]] = []
    fenced = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if re.match(r" *(`{3,}|~{3,})", line):
            fenced = not fenced
        if not fenced:
            links.extend((number, match[1]) for match in _LINK.finditer(line))
    return links


def read_prose(page: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and text of every line that stands outside of fenced code."""
    fenced = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if re.match(r" *(`{3,}|~{3,})", line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def _parse(text: str) -> Iterator[Block | str]:
    """Yield the fenced blocks, and the lines outside of them; colon fences hold text, and are looked into."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        match = _FENCE.fullmatch(line)
        if match is None or match[2].startswith(":"):
            yield line
            continue
        start = number
        while number < len(lines) and lines[number].strip() != match[2]:
            number += 1
        if number == len(lines):
            raise ValueError(f"line {start}: the block has no end")
        yield Block(match[3].strip(), dedent("\n".join(lines[start:number]) + "\n"), start + 1)
        number += 1


def find_heading(pages: Path | Sequence[Path], heading: str) -> Path:
    """Return the one page of these that has a heading of this text."""
    if isinstance(pages, Path):
        return pages
    pattern = re.compile(rf"^#+ {re.escape(heading)}$", re.MULTILINE)
    (found,) = (page for page in pages if pattern.search(page.read_text("utf-8")))
    return found


def read_table(page: Path | Sequence[Path], heading: str, number: int = 0) -> list[list[str]]:
    """Return the rows of a table below a heading, without its head, each cell as it is written.

    Args:
        page: the page's file; or several, of which one has the heading.
        heading: the heading's text, without its signs.
        number: which of the tables below it, up to the next heading of any level.
    """
    items = list(_parse(find_heading(page, heading).read_text("utf-8")))
    start = next(i for i, item in enumerate(items) if isinstance(item, str) and item.lstrip("#").strip() == heading)
    tables: list[list[list[str]]] = []
    inside = False
    for item in items[start + 1 :]:
        if isinstance(item, str) and item.startswith("#"):
            break
        if isinstance(item, str) and item.startswith("|"):
            if not inside:
                tables.append([])
            tables[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", item)[1:-1]])
            inside = True
        else:
            inside = False
    return tables[number][2:]


def read_text(page: Path | Sequence[Path], heading: str) -> str:
    """Return the lines below a heading, up to the next one of any level, without blocks."""
    items = list(_parse(find_heading(page, heading).read_text("utf-8")))
    start = next(i for i, item in enumerate(items) if isinstance(item, str) and item.lstrip("#").strip() == heading)
    lines = []
    for item in items[start + 1 :]:
        if isinstance(item, str):
            if item.startswith("#"):
                break
            lines.append(item)
    return "\n".join(lines)


def read_part(page: Path, part: str) -> str:
    """Return what a page has between the marks `<!-- part: begin -->` and `<!-- part: end -->`."""
    (between,) = _part(part).findall(page.read_text("utf-8"))
    return str(between).strip() + "\n"


def write_part(page: Path, part: str, text: str) -> None:
    """Put a text between the marks of a part."""
    marked = f"<!-- {part}: begin -->\n\n{text}\n<!-- {part}: end -->"
    page.write_text(_part(part).sub(lambda _: marked, page.read_text("utf-8")), "utf-8")


def _part(part: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- {part}: begin -->\n(.*?)<!-- {part}: end -->", re.DOTALL)
