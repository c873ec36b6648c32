"""README in Chinese keeps its word, and the Chinese pages have no gaps where a line of the source ends."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from support.chinese import find_odd_mark
from support.examples import run_section
from support.manual import DOCS, Section, read_links, read_sections

sys.path.insert(0, str(DOCS))

from chinese import join_lines

README = DOCS.parent / "README.zh.md"


@pytest.mark.parametrize("section", read_sections(README), ids=lambda section: section.title)
def test_the_examples_of_readme_run(section: Section) -> None:
    pytest.importorskip("flask")
    run_section(section)


def test_readme_gives_the_demo_command_of_the_english_one_and_its_links_lead_somewhere() -> None:
    command = re.compile(r"^python3 -m venv .* cors-wsgi demo$|^python3 -m venv .*/cors-wsgi demo$", re.MULTILINE)
    assert command.findall(README.read_text("utf-8")) == command.findall((DOCS.parent / "README.md").read_text("utf-8"))
    targets = [target for _, target in read_links(README)]
    assert [target for target in targets if not (README.parent / target).exists()] == []
    assert len(targets) > 5


@pytest.mark.parametrize("page", [README, *sorted((DOCS / "zh").glob("*.md"))], ids=lambda page: page.name)
def test_prose_has_the_marks_and_spaces_of_chinese(page: Path) -> None:
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"`[^`\n]+`", "`", re.sub(r"\]\([^)]*\)", "]", prose))
    lines = [re.sub(r" *\| *|^ *- ", "|", line) for line in prose.splitlines()]
    assert [line for line in lines if find_odd_mark(line)] == []
    assert sum(map(len, lines)) > 500


@pytest.mark.parametrize("name", ["preflighted", "simple", "refused", "refused-preflight", "credentials"])
def test_the_pictures_have_chinese_words_and_the_headers_of_the_english_ones(name: str) -> None:
    texts = re.compile(r"<(?:text|title|desc)\b[^>]*>([^<]+)</")
    english, chinese = (
        texts.findall((folder / f"images/{name}.svg").read_text("utf-8")) for folder in (DOCS, DOCS / "zh")
    )
    headers = re.compile(r"[A-Z][A-Za-z-]+: .*")
    assert len(english) == len(chinese)
    assert list(filter(headers.fullmatch, chinese)) == list(filter(headers.fullmatch, english))
    assert [text for text in chinese if find_odd_mark(text) or re.search(r"[a-z]{2,} [a-z]{2,}", text)] == []


@pytest.mark.parametrize(
    ("body", "joined"),
    [
        pytest.param("<p>一。\n二</p>", "<p>一。二</p>", id="two sentences"),
        pytest.param("<p>一，<strong>二</strong>\n三</p>", "<p>一，<strong>二</strong>三</p>", id="after emphasis"),
        pytest.param("<p>一\n<em>二</em></p>", "<p>一<em>二</em></p>", id="before emphasis"),
        pytest.param("<p>“一”\n“二”</p>", "<p>“一”“二”</p>", id="quotation marks"),
        pytest.param("<p>一。\n<code>二</code></p>", "<p>一。<code>二</code></p>", id="after a full stop"),
        pytest.param("<p>一。\nHTTP</p>", "<p>一。HTTP</p>", id="between a full stop and a Latin word"),
        pytest.param("<p>用\nHTTP</p>", "<p>用\nHTTP</p>", id="before a Latin word"),
        pytest.param("<p>HTTP\n头</p>", "<p>HTTP\n头</p>", id="after a Latin word"),
        pytest.param("<pre>一\n二</pre>", "<pre>一\n二</pre>", id="code"),
        pytest.param("<p>一。</p>\n<p>二</p>", "<p>一。</p>\n<p>二</p>", id="two paragraphs"),
        pytest.param("<li>一</li>\n<li>二</li>", "<li>一</li>\n<li>二</li>", id="two items"),
    ],
)
def test_a_line_that_ends_between_two_chinese_characters_makes_no_gap(body: str, joined: str) -> None:
    assert join_lines(body) == joined
