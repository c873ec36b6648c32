"""Texts in two languages: neither lacks one, facts are the same in both, and the right one is chosen."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from support.chinese import find_odd_mark

import cors_wsgi
from cors_wsgi.browser import DIFFERENCES, CauseKind, FailureReason
from cors_wsgi.cli.hints import HintName
from cors_wsgi.cli.particulars import NETWORK_ERRORS
from cors_wsgi.cli.remedies import write_for_policy
from cors_wsgi.cli.traces import TRACES
from cors_wsgi.demo.scenarios import SCENARIOS, TOUR
from cors_wsgi.errors import ProblemCode
from cors_wsgi.texts import (
    LANGUAGES,
    TEXTS,
    chinese,
    chinese_engines,
    chinese_policies,
    choose_by_environment,
    choose_by_header,
)
from cors_wsgi.texts.demo import DEMO
from cors_wsgi.texts.explain import EXPLAIN
from cors_wsgi.texts.help import HELP
from cors_wsgi.texts.page import PAGE
from cors_wsgi.texts.server import SERVER
from cors_wsgi.texts.vague import VAGUE
from cors_wsgi.texts.wrapping import wrap

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH: Final = {
    *("crossorigin", "explain.sentence", "way", "value.comma"),
    *(f"scenario.{name}.title" for name in ("type-text", "type-params", "type-form", "type-json", "no-cors-mode")),
    *(f"scenario.{one.name}.title" for one in SCENARIOS if one.name.startswith("header-")),
}
"""Texts without a word of Chinese: names of HTTP and HTML, and signs."""


def find_chinese() -> Iterator[str]:
    """Yield every Chinese text of the package."""
    yield from (text.zh for text in TEXTS.values())
    yield from (text.zh for texts in VAGUE.values() for text in texts)
    for module in (chinese, chinese_engines, chinese_policies):
        for name, value in vars(module).items():
            found = value.values() if isinstance(value, Mapping) else [value]
            if name.isupper():
                yield from (text for each in found for text in ([each] if isinstance(each, str) else each))


def test_chinese_has_the_marks_and_spaces_of_chinese() -> None:
    texts = list(find_chinese())
    assert len(texts) > 500
    assert [text for text in texts if find_odd_mark(text)] == []


@pytest.mark.parametrize(
    "text", ["写,改", "写 改", "写。 改", "写 （改）", "写CORS", "写...", "CORS写", "写.", "(写)", "写!"]
)
def test_a_mark_or_a_space_that_is_odd_in_chinese_is_found(text: str) -> None:
    assert find_odd_mark(text)


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_facts(key: str) -> None:
    text = TEXTS[key]
    assert all(text)
    assert facts_of(text.en) == facts_of(text.zh)
    assert not CHINESE.search(text.en)
    assert bool(CHINESE.search(text.zh)) == (key not in SAME_IN_BOTH)


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        pytest.param(chinese.REASONS, [one.value for one in FailureReason], id="reasons"),
        pytest.param(chinese.CAUSES, [one.value for one in CauseKind], id="causes of a preflight"),
        pytest.param(chinese.HINTS, [one.value for one in HintName], id="hints"),
        pytest.param(chinese.TRACES, [one.words for one in TRACES], id="traces"),
        pytest.param(chinese_engines.DIFFERENCES, [row.name for row in DIFFERENCES], id="rows of the table of engines"),
    ],
)
def test_every_member_of_a_closed_set_has_its_chinese(texts: Mapping[str, object], names: Iterable[str]) -> None:
    assert set(texts) == set(names)


def test_every_problem_has_its_chinese_and_every_chinese_its_problem() -> None:
    codes = {one.value for one in ProblemCode}
    assert {key for key in chinese_policies.PROBLEMS if "." not in key} == codes
    assert {key.partition(".")[0] for key in chinese_policies.PROBLEMS if "." in key} <= codes


def test_what_an_engine_does_is_in_chinese_wherever_that_is_said_in_words() -> None:
    values = {value for row in DIFFERENCES for value in (row.standard, *row.engines.values())}
    assert chinese_engines.ENGINE_VALUES.keys() == {value for value in values if isinstance(value, str)}


@pytest.mark.parametrize("reason", FailureReason, ids=lambda reason: reason.value)
def test_the_chinese_of_a_reason_tells_the_same_facts(reason: FailureReason) -> None:
    explanation, remedy = chinese.REASONS[reason.value]
    assert facts_of(explanation) == facts_of(reason.wording.explanation)
    if reason.value in chinese.MISSING:
        assert facts_of(chinese.MISSING[reason.value]) == facts_of(explanation) - {"value"}
    assert facts_of(remedy) == facts_of(reason.wording.remedy)
    facts = {"origin": "https://app.example.com", "method": "PUT", "header": "x-token", "url": "https://api.example"}
    remedies = [write_for_policy(reason, facts, language) for language in LANGUAGES]
    assert [remedy is None for remedy in remedies] in ([True, True], [False, False])


@pytest.mark.parametrize("name", VAGUE)
def test_what_is_said_where_facts_are_unknown_needs_ever_fewer_and_the_last_none(name: str) -> None:
    explanation = FailureReason(name).wording.explanation
    needed = [facts_of(explanation), *(facts_of(text.en) for text in VAGUE[name])]
    assert needed == [facts_of(explanation), *(facts_of(text.zh) for text in VAGUE[name])]
    assert all(facts < needed[0] for facts in needed[1:])
    assert needed[-1] == set()
    assert all(CHINESE.search(text.zh) and not CHINESE.search(text.en) for text in VAGUE[name])


def test_every_text_of_the_page_is_used_and_every_text_that_is_used_is_there() -> None:
    folder = files("cors_wsgi.demo") / "page"
    scripts = "".join(one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".js"))
    used = set(re.findall(r"\[\[t:([\w-]+)\]\]", (folder / "index.html").read_text("utf-8")))
    # A call of t() names one key, or chooses between two.
    for call in re.findall(r"\bt\(((?:[^()]|\([^()]*\))*)\)", scripts):
        used |= {name for name in re.findall(r'"([\w-]+)"', call) if name not in ("none",)}
    used |= set(re.findall(r'key: "(\w+)"', scripts))
    used |= {f"{state}_rest" for state in ("readable", "loaded", "tainted", "opaque", "blocked")} | {"used_rest"}
    used |= {f"tour_{name}" for name in TOUR}
    by_server = {"manual", "row_credentials", "row_never_sent", "sum_sent", "sum_nothing", "and", "known_standard"}
    assert used | by_server | {"the_standard"} == set(PAGE)


def test_every_text_of_the_commands_and_of_the_server_is_used() -> None:
    package = Path(cors_wsgi.__file__).parent
    tables = {package / "texts" / f"{name}.py" for name in ("demo", "explain", "help", "server")}
    sources = [path.read_text("utf-8") for path in package.rglob("*.py") if path not in tables]
    used = {name for source in sources for name in re.findall(r"""["']([a-z_]+\.[\w.]+)["']""", source)}
    used |= {f"unknown.{name}" for name in ("header", "method", "origin", "url")}
    deviations = ("answer", "blocked", "count", "readable")
    used |= {f"demo.{by}.{what}" for by in ("predicted", "recorded") for what in deviations}
    used |= {"help.help", "help.explain", "help.demo"}  # as what they are in English
    used |= {f"explain.net_{name}{part}" for name in NETWORK_ERRORS.values() for part in ("", "_do")}
    assert {*EXPLAIN, *DEMO, *SERVER, *HELP} - used == set()


def test_every_scenario_has_its_texts_and_every_text_its_scenario() -> None:
    keys = {key for key in TEXTS if key.startswith(("scenario.", "group."))}
    expected = {f"scenario.{one.name}.{part}" for one in SCENARIOS for part in ("title", "lesson")}
    tries = {key for key in keys if key.endswith(".try")}
    assert keys - tries == expected | {f"group.{one.group}" for one in SCENARIOS}
    assert tries <= {f"scenario.{name}.try" for name in TOUR}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五", ["一二三四", "五"]),
        ("一二三四，五", ["一二三", "四，五"]),
        ("一二三（四）五", ["一二三", "（四）五"]),
        ("一 Vary 二", ["一 Vary", "二"]),
        ("Access-Control-Allow-Origin 是", ["Access-Control-Allow-Origin", "是"]),
        ("一二三  四", ["一二三", "四"]),
        ("", [""]),
    ],
)
def test_chinese_is_wrapped_between_any_two_characters_but_marks_stay_where_they_belong(
    text: str, lines: list[str]
) -> None:
    assert wrap(text, 8).split("\n") == lines


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zhx_CN"}, "en"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh"}, "zh"),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        # There is one Chinese, in simplified characters: wherever it is spoken, it is nearer than English.
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_HK.Big5-HKSCS"}, "zh"),
        ({"LANG": "zh_CN.GB18030@pinyin"}, "zh"),
        ({"LANG": "zh_TW.UTF-8", "LANGUAGE": "zh_TW:en_US:en"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_US:zh_CN"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": ""}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "fr:ja"}, "zh"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_CTYPE": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "en"),
        ({"LC_CTYPE": "zh_CN.UTF-8"}, "en"),
        ({"LANGUAGE": "zh_CN"}, "en"),
        ({"LANG": "", "LANGUAGE": "zh_CN"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, "en"),
        ({"LANG": "POSIX"}, "en"),
    ],
)
def test_the_environment_chooses_as_for_other_programs(environment: Mapping[str, str], language: str) -> None:
    assert choose_by_environment(environment) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh"),
        ("zh-Hant-HK", "zh"),
        ("ZH-hans-CN", "zh"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.6", "zh"),
        ("de, zh;q=0.4", "zh"),
        ("zh;q=0, en", "en"),
        ("zh;q=nonsense", "en"),
        ("zh;level=1", "zh"),
        ("*", "en"),
    ],
)
def test_a_browser_chooses_by_what_it_prefers(header: str, language: str) -> None:
    assert choose_by_header(header) == language
