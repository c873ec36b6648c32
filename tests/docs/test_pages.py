"""The manual's pages hold together: links lead somewhere, every page can be reached, the style is the house's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.manual import DOCS, ROOT, find_pages, read_headings, read_links, read_prose, read_table

PAGES = find_pages()


def _name(page: Path) -> str:
    return str(page.relative_to(DOCS))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_internal_links_lead_somewhere(page: Path) -> None:
    broken = []
    for line, target in read_links(page):
        if re.match(r"https?://|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in read_headings(file)):
            broken.append(f"{page}:{line}: {target}")
    assert broken == []


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = {DOCS / "index.md", DOCS / "maintaining.md"}
    for page in PAGES:
        for block in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            for entry in block.splitlines():
                if entry.strip() and not entry.startswith(":"):
                    listed.add((page.parent / f"{entry.strip()}.md").resolve())
    assert set(PAGES) == listed


def test_pages_for_maintainers_are_not_in_the_navigation_of_users() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    for page in re.findall(r"\]\((\w+\.md)\)", (DOCS / "maintaining.md").read_text("utf-8")):
        assert f"\n{page.removesuffix('.md')}\n" not in index
    assert "(docs/maintaining.md)" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_the_home_page_has_seven_doors_at_most() -> None:
    doors = read_table(DOCS / "index.md", "What is in front of you?")
    assert 5 <= len(doors) <= 7
    assert all("](" in door[1] for door in doors)


def test_the_figures_at_the_top_are_those_of_the_tables() -> None:
    page = DOCS / "performance.md"
    _, below = page.read_text("utf-8").split("## How it is measured")
    figures = [
        figure
        for row in read_table(page, "Performance")
        for cell in row[1:]
        for figure in re.findall(r"\d[\d,.]*\d", cell)
    ]
    assert len(figures) > 12
    assert [figure for figure in figures if not re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d,.])", below)] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_line_holds_one_sentence(page: Path) -> None:
    two = [
        f"{page}:{number}: {line}"
        for number, line in read_prose(page)
        if not line.startswith(("|", "%")) and re.search(r"[a-z`)*][.!?] [A-Z`\[*]", re.sub("“[^”]*”", "", line))
    ]
    assert two == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_words_are_the_standard_s(page: Path) -> None:
    found = [
        f"{page}:{number}: {line}"
        for number, line in read_prose(page)
        if re.search(r"\b(white|black)-?list", line, re.IGNORECASE)
    ]
    assert found == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        (page.parent / target).resolve() for page in [*PAGES, ROOT / "README.md"] for _, target in read_links(page)
    }
    assert [picture.name for picture in sorted(DOCS.rglob("images/*")) if picture.resolve() not in shown] == []
