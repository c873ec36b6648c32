"""Every example of the manual runs, and does what the page shows."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.examples import RUNNERS, needs_all, run_section
from support.manual import DOCS, ROOT, Block, Section, find_pages, read_sections

SECTIONS = [section for page in find_pages() for section in read_sections(page)]
SHOWN_ONLY = {"text", "{toctree}", "{eval-rst}"}
ALONE = {"django", "pyramid", "redis"}
"""Frameworks that keep one configuration for the whole process."""


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_a_section_s_examples_run(section: Section) -> None:
    if {block.language for block in section.blocks} <= SHOWN_ONLY:
        return
    needs_all(section)
    if ALONE.isdisjoint(section.needs):
        run_section(section)
        return
    code = (
        "import sys; from pathlib import Path; from support.manual import read_sections; "
        "from support.examples import run_section; "
        "[run_section(each) for each in read_sections(Path(sys.argv[1])) if each.title == sys.argv[2]]"
    )
    command = [sys.executable, "-c", code, str(section.page), section.title]
    done = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_block_is_of_a_language_that_is_checked() -> None:
    unknown = [
        f"{section.page}:{block.line}: {block.language!r}"
        for section in SECTIONS
        for block in section.blocks
        if block.language not in RUNNERS
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("language", "text", "twin"),
    [
        pytest.param("python", "assert 1 == 2\n", "assert 1 == 1\n", id="python that fails"),
        pytest.param("pycon", ">>> 1\n2\n", ">>> 1\n1\n", id="a session that prints something else"),
        pytest.param(
            "exchange",
            "GET /\n\n200 OK\nVary: Cookie\n",
            "GET /\n\n200 OK\nVary: Origin\n",
            id="an exchange with another value",
        ),
        pytest.param(
            "exchange", "GET /\n\n200 OK\n", "GET /\n\n200 OK\nVary: Origin\n", id="an exchange that hides one"
        ),
        pytest.param("exchange", "GET /\n", "GET /\n\n200 OK\nVary: Origin\n", id="an exchange without a response"),
        pytest.param(
            "exchange",
            "GET /\n\n200 OK\nVary: Origin\n\nno\n",
            "GET /\n\n200 OK\nVary: Origin\n\nyes\n",
            id="an exchange with another body",
        ),
        pytest.param("sh", "CORS_DEBUG=1\n", "export CORS_DEBUG=1\n", id="a line that sets no variable"),
        pytest.param("ini", "", "[uwsgi]\nmodule = myapp:app\n", id="an ini file without a section"),
    ],
)
def test_a_wrong_example_is_found(language: str, text: str, twin: str) -> None:
    app = (
        "from cors_wsgi import CORSMiddleware, Policy\n"
        "def app(environ, start_response):\n"
        "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [b'yes']\n"
        "app = CORSMiddleware(app, Policy('https://app.example.com'))\n"
    )

    def section(shown: str) -> Section:
        return Section(DOCS / "page.md", "wrong", (), (Block("python", app, 1), Block(language, shown, 9)))

    run_section(section(twin))
    with pytest.raises(AssertionError):
        run_section(section(text))
