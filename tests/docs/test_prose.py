"""Every text that people read is collected, and habits that are not English are found in each kind of file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.needs import needs_module
from tools.prose.habits import HABITS
from tools.prose.passages import Passage, find_passages, read_passages

FILES = [
    pytest.param("a.py", '"""A value that {}."""\n', "docstring", id="a docstring"),
    pytest.param("a.py", 'x = 1\n"""A value that {}."""\n', "docstring", id="the text below a name"),
    pytest.param("a.py", 'print("this " "{}")\n', "message", id="a message in two parts"),
    pytest.param("a.py", 'print(f"this is {{x}} and {}")\n', "message", id="a message with a value"),
    pytest.param("a.py", "x = 1  # a value that {}\n", "comment", id="a comment"),
    pytest.param("a.html", "<p>A value\nthat {}</p>", "page", id="a page"),
    pytest.param("a.html", '<input placeholder="that {}">', "page", id="an attribute of a page"),
    pytest.param("a.js", "say(`this ${{x}} {}`);\n", "page", id="a string of a script"),
    pytest.param("a.js", "// a value that {}\n", "comment", id="a comment of a script"),
    pytest.param("a.md", "A value that {}.\n", "manual", id="the manual"),
    pytest.param("a.md", "| a | [a value that {}](b.md) |\n", "manual", id="a table of the manual"),
]


@pytest.mark.parametrize(("name", "text", "kind"), FILES)
def test_a_habit_is_found_and_its_plain_twin_is_not(name: str, text: str, kind: str, tmp_path: Path) -> None:
    needs_module("proselint")
    from tools.prose.check import find_habits

    path = tmp_path / name
    for words, found in (("is no origin", ["is no"]), ("is not an origin", [])):
        path.write_text(text.format(words), "utf-8")
        passages = list(read_passages(path, tmp_path))
        assert [passage.kind for passage in passages if words in " ".join(passage.text.split())] == [kind]
        assert [finding.words for finding in find_habits(passages)] == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", 'x = {"is-no": "Content-Type"}\n', id="names"),
        pytest.param("a.py", "x = 1  # type: ignore[is no code]\n", id="a word to a tool"),
        pytest.param("a.md", "```text\nit is no code\n```\n", id="a block of code"),
        pytest.param("a.html", "<script>var it = 'it is no text'</script>", id="a script in a page"),
        pytest.param("a.css", "/* it is no text */", id="a file of another kind"),
    ],
)
def test_what_nobody_reads_is_left_out(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert list(read_passages(tmp_path / name, tmp_path)) == []


def test_words_of_two_passages_are_not_joined() -> None:
    needs_module("proselint")
    from tools.prose.check import find_habits

    passages = [Passage("manual", "a.md", 1, "what it is"), Passage("manual", "a.md", 2, "no origin")]
    assert list(find_habits(passages)) == []
    assert [finding.passage for finding in find_habits([Passage("manual", "a.md", 3, "it is no origin")])] != []


@pytest.mark.parametrize(
    "text",
    [
        "There is no such risk.",
        "it is no longer sent",
        "the value is None",
        "a stand-alone server",
        "they understand it",
    ],
)
def test_good_english_is_no_habit(text: str) -> None:
    assert [habit for habit in HABITS if re.search(habit, text, re.IGNORECASE)] == []


def test_the_list_holds_every_kind_of_text() -> None:
    passages = list(find_passages())
    assert {passage.kind for passage in passages} == {"message", "docstring", "comment", "page", "manual"}
    assert len(passages) > 3000
    assert any("has no scheme" in passage.text for passage in passages)


def test_no_text_has_a_habit() -> None:
    needs_module("proselint")
    from tools.prose.check import find_habits

    assert [str(finding) for finding in find_habits(find_passages())] == []
