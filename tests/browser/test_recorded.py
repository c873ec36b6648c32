"""The model against recorded outcomes of Chromium, Firefox and WebKit, and the rows of the table of engines."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

import pytest
from support.raw_answers import read_answer
from support.recorded import Step, expect, is_element, list_sent, load_cases, load_cookie_cases, play, play_cookies
from tools.engines.ages import read_ages
from tools.engines.cases import Case
from tools.engines.compare import compare_case
from tools.engines.consoles import CASES as CONSOLE_CASES
from tools.engines.consoles import fail, list_printed
from tools.engines.hostile import ANSWERS, FILE, shorten
from tools.engines.rows import Kept, read_rows

from cors_wsgi.browser import DIFFERENCES, ENGINES, Engine

FILES: Final = ("requests", "responses", "new", "elements")

CASES: Final = {name: steps for file in FILES for name, steps in load_cases(file).items()}

UNSUPPORTED: Final = "unsupported"
"""What a browser says that has no WebGL, as Firefox has none without a graphics card; such a step tells nothing."""

COOKIE_CASES: Final = load_cookie_cases()

ODD: Final = json.loads(FILE.read_text("utf-8"))

SETTINGS: Final = {"spec": "standard", "chromium": "chromium", "firefox": "firefox", "webkit": "webkit"}


def find_disagreements(steps: list[Step], recorded_as: str, engine: str | Engine) -> list[str]:
    """Play a case and return where the model and what was recorded do not agree, step by step."""
    found = []
    for step, outcome in zip(steps, play(steps, engine), strict=True):
        seen = step["by"][recorded_as]
        if seen["client"][0] == UNSUPPORTED:
            continue
        where = f"{step['id']} step {step['step']}"
        found += [
            f"{where}: {what}: recorded {value}, model {outcome[what]}"
            for what, value in expect(step, seen).items()
            if outcome[what] != value
        ]
        first = outcome["first"]
        for name, value in list_sent(seen) if first is not None else ():
            sent = first.sent(name)
            if (None if sent is None else sent.strip(" \t")) != value:
                found.append(f"{where}: sent {name}: recorded {value!r}, model {sent!r}")
        if (
            seen["client"][0] == "threw"
            and not is_element(step)
            and (outcome["error"] is None or outcome["error"].reason.is_cors)
        ):
            found.append(f"{where}: the script's own browser threw, model {outcome['error']!r}")
    return found


def groups() -> list[str]:
    return sorted({steps[0]["group"] for steps in CASES.values()})


@pytest.mark.parametrize("group", groups())
@pytest.mark.parametrize("recorded_as", SETTINGS)
def test_the_model_does_what_was_recorded(recorded_as: str, group: str) -> None:
    """Preflights to the byte, actual requests, what the script got, and which headers it saw.

    `spec` is a literal reading of the standard. Where it stands alone against all three engines (`ALONE`), the
    standard's own text was read again, and says the same: steps 7.6 and 7.9 of `#cors-preflight-fetch`, and
    `#simple-range-header-value`, which sets no limit to a number.
    """
    played = [steps for steps in CASES.values() if steps[0]["group"] == group and recorded_as in steps[0]["by"]]
    found = [line for steps in played for line in find_disagreements(steps, recorded_as, SETTINGS[recorded_as])]
    assert found == []


def edit_step(**changes: Any) -> Step:
    """Return a step that can be played, with changes to what the script did."""
    request = {"api": "fetch", "method": "POST", **changes.pop("request", {})}
    return {"id": "x", "step": 0, "group": "g", "page_origin": "null", "request": request, **changes}


ANSWER: Final[dict[str, Any]] = {"status": 200, "headers": []}

NOT_KNOWN: Final = [
    pytest.param({"request": {"api": "websocket"}}, "'websocket'", id="an API"),
    pytest.param({"request": {"later": True}}, "later", id="an option of fetch()"),
    pytest.param({"request": {"api": "xhr", "mode": "cors"}}, "mode", id="an option of fetch() for an XMLHttpRequest"),
    pytest.param({"request": {"api": "img", "method": "POST"}}, "POST", id="a method of a picture"),
    pytest.param({"request": {"body": {"kind": "file", "value": "x"}}}, "file", id="a kind of body"),
    pytest.param(
        {"request": {"body": {"kind": "string", "value": "x", "type": "a/b"}}}, "a/b", id="the type of a text"
    ),
    pytest.param({"redirects": 1}, "redirects", id="a part of the step"),
    pytest.param({"server": {"0": {"upgrade": ANSWER}}}, "upgrade", id="an answer to something else"),
    pytest.param({"server": {"0": {"actual": {**ANSWER, "delay": 1}}}}, "delay", id="a part of an answer"),
    pytest.param(
        {"server": {"0": {"actual": [ANSWER, {**ANSWER, "prefix": "x"}]}}}, "prefix", id="raw bytes from an app"
    ),
    *(
        pytest.param(
            {"request": {"api": "xhr", "upload_listener": {"type": "load", "how": "on", **given}}}, "load", id=what
        )
        for what, given in (
            ("a way to listen", {"how": "attribute"}),
            ("a time to listen", {"when": "after_load"}),
            ("something else of a listener", {"once": True}),
        )
    ),
]


@pytest.mark.parametrize(("changes", "named"), NOT_KNOWN)
def test_a_recording_is_refused_where_something_of_it_is_not_known(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)):
        list(play([edit_step(**changes)], "standard"))


@pytest.mark.parametrize(
    ("given", "is_preflighted"),
    [
        ({"how": "addEventListener", "when": "before_open"}, True),
        ({"how": "on"}, True),
        ({"how": "on", "type": "foo"}, False),
        ({"how": "on", "remove": True}, False),
        ({"how": "addEventListener", "when": "after_send"}, False),
        ({"how": "touch"}, False),
    ],
)
def test_only_a_listener_on_the_upload_counts(given: dict[str, Any], is_preflighted: bool) -> None:
    listener = {"type": "load", **given}
    [seen] = play([edit_step(request={"api": "xhr", "upload_listener": listener})], "standard")
    assert bool(seen["preflights"]) is is_preflighted


def test_all_recorded_steps_are_played() -> None:
    assert sum(map(len, CASES.values())) == 3180


def test_what_was_recorded_of_the_standard_alone_is_known() -> None:
    """These are the steps in which the literal reading differs from all three engines, which agree."""
    alone = {
        step["id"]
        for steps in CASES.values()
        for step in steps
        if "spec" in step["by"]
        and len({str(expect(step, step["by"][name])) for name in ("chromium", "firefox", "webkit")}) == 1
        and str(expect(step, step["by"]["spec"])) != str(expect(step, step["by"]["chromium"]))
    }
    assert alone == set(ALONE)


ROWS: Final = [
    pytest.param(row.name, engine, id=f"{row.name}, {engine}") for row in DIFFERENCES for engine in row.engines
]


@pytest.fixture(scope="module")
def differing() -> dict[str, list[list[Step]]]:
    """The recorded cases in which an engine did something else than the standard says, by engine."""
    return {
        engine: [steps for steps in CASES.values() if find_disagreements(steps, engine, "standard")]
        for engine in ("chromium", "firefox", "webkit")
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[tuple[Case, Kept]]]:
    """The generated and the written cases that were recorded since a row needs them, by engine."""
    found: dict[str, list[tuple[Case, Kept]]] = {}
    aged = read_ages()
    for engine, one in read_rows().items():
        runs = [(run, Kept(run)) for run in (*one["runs"], one["rare"], one["apart"], *aged[engine])]
        found[engine] = [(case, kept) for run, kept in runs for case in run["cases"]]
    return found


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_the_model_does_what_was_recorded_of_generated_cases(
    engine: str, drawn: dict[str, list[tuple[Case, Kept]]]
) -> None:
    wrong = [found for case, kept in drawn[engine] for found in compare_case(case, kept, ENGINES[engine], engine)]
    assert wrong == []


@pytest.mark.parametrize(("row", "engine"), ROWS)
def test_without_a_row_the_model_disagrees_with_something_recorded(
    row: str, engine: str, differing: dict[str, list[list[Step]]], drawn: dict[str, list[tuple[Case, Kept]]]
) -> None:
    value: Any = getattr(ENGINES["standard"], row)
    assert getattr(ENGINES[engine], row) != value
    without = replace(ENGINES[engine], **{row: value})
    assert (
        any(find_disagreements(steps, engine, without) for steps in differing[engine])
        or any(compare_case(case, kept, without, engine) for case, kept in drawn[engine])
        or any(play_cookies(case, without) != case["by"][engine] for case in COOKIE_CASES)
        or reads_otherwise(engine, without)
        or prints_otherwise(engine, without)
    )


def reads_otherwise(recorded_as: str, engine: Engine) -> bool:
    """Tell whether an engine reads an odd answer otherwise than it was recorded and than the engine's own rules say."""
    recorded = ODD[recorded_as]["answers"]
    return any(
        shorten(read_answer(data, engine)) != recorded[name] == shorten(read_answer(data, ENGINES[recorded_as]))
        for name, data in ANSWERS.items()
    )


def prints_otherwise(recorded_as: str, engine: Engine) -> bool:
    """Tell whether an engine says of a failure what the console did not print, and what the engine's own rules say."""
    printed = list_printed(recorded_as)
    for name, case in CONSOLE_CASES.items():
        own, other = (fail(case, each) for each in (ENGINES[recorded_as], engine))
        says = [error is not None and error.say(recorded_as) in printed[name] for error in (own, other)]
        if says == [True, False]:
            return True
    return False


def test_the_engines_are_the_standard_and_the_rows() -> None:
    for name, engine in ENGINES.items():
        rows = {row.name: row.engines.get(name, row.standard) for row in DIFFERENCES}
        assert engine == Engine(name=engine.name, **rows)  # type: ignore[arg-type]
        assert engine.name == name
    assert all(row.about and row.engines for row in DIFFERENCES)


ALONE: Final = {
    **dict.fromkeys(("q1490", "q1491", "q1498", "q1499"), "a Range position from 2^64 on is safelisted"),
    **dict.fromkeys(("p1246", "p1308", "p1309", "p1320", "p1321"), "* does not cover Authorization"),
    **dict.fromkeys(("p1626", "p1627"), "Access-Control-Max-Age: -1 is no number, and means 5 seconds"),
}
"""The cases in which the standard is alone, and what it says there."""


@pytest.mark.parametrize("engine", ["chromium", "firefox", "webkit"])
def test_the_model_keeps_and_sends_the_cookies_that_were_recorded(engine: str) -> None:
    played = {case["id"]: play_cookies(case, engine) for case in COOKIE_CASES}
    assert played == {case["id"]: case["by"][engine] for case in COOKIE_CASES}
    assert len(COOKIE_CASES) == 94
