"""One case from the fault to the remedy: what `check` says first, and what a browser does after its remedy."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tools.diagnosis.cases import PAGE, Case, Expected
from tools.diagnosis.chromium import Page, is_let_through
from tools.diagnosis.running import start

SCRIPT: Final = Path(sys.executable).with_name("cors-wsgi")


@dataclass(frozen=True)
class Score:
    """What came of a case.

    Attributes:
        case: the case.
        verdict: what `check` says.
        code: of the first cause; empty if there is none.
        cause: the first cause, in words.
        remedy: the first remedy: its words and lines.
        is_verdict_right: whether a browser does what the verdict says.
        is_cause_right: whether the first cause is the true one.
        is_applied: whether the remedy was lines that went into the configuration, or a URL, as printed.
        works: whether the browser lets the page through afterwards; None if nothing was to be done.
        keeps_neighbor: whether what was let through before still is; None if there is no neighbour.
    """

    case: Case
    verdict: str
    code: str
    cause: str
    remedy: str
    is_verdict_right: bool
    is_cause_right: bool
    is_applied: bool = False
    works: bool | None = None
    keeps_neighbor: bool | None = None

    @property
    def is_good(self) -> bool:
        """Whether everything is as it should be."""
        right = self.is_verdict_right and self.is_cause_right
        return right and self.works is not False and self.keeps_neighbor is not False


def ask_check(origin: str, case: Case, *more: str) -> dict[str, Any]:
    """Return what `check --json` says of a case's request."""
    arguments = ["--origin", PAGE, "--method", case.method]
    for name, value in case.headers.items():
        arguments += ["-H", f"{name}: {value}"]
    arguments += ["--data", case.body] if case.body else []
    arguments += ["--credentials"] if case.credentials else []
    arguments += ["--reads", case.reads] if case.reads else []
    command = [str(SCRIPT), "check", origin + case.path, *arguments, "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def score(case: Case, expected: Expected, page: Page, node_modules: Path | None) -> Score:
    """Play a case."""
    with start(case, node_modules) as running:
        told = ask_check(running.origin, case)
        let_through = is_let_through(case, page.fetch(running.origin, case))
        before = None
        if expected.neighbor is not None:
            before = _ask_neighbor(case, expected, page, running.origin)
    code, cause = _find_first(told)
    # What only the standard forbids is no fault in Chromium's eyes.
    is_only_standard_s = told["reason"] == "authorization-under-wildcard" or "Chromium strips it" in str(told["cause"])
    is_verdict_right = (told["verdict"] == "shared") == let_through or is_only_standard_s
    is_cause_right = code == expected.code and all(word in cause for word in expected.words)
    result = Score(case, told["verdict"], code, cause, str(told["remedy"]), is_verdict_right, is_cause_right)
    if not expected.apply:
        return result
    changed = apply(case, expected.apply, told)
    if expected.below:
        changed = replace(changed, below=expected.below)
    with start(changed, node_modules) as running:
        works = is_let_through(changed, page.fetch(running.origin, changed))
        after = None if expected.neighbor is None else _ask_neighbor(case, expected, page, running.origin)
    keeps = None if before is None else bool(after) or not before
    if before is False:
        raise ValueError(f"the neighbour of {case.id} was not let through before")
    return replace(result, is_applied=expected.apply[0] != ("words",), works=works, keeps_neighbor=keeps)


def _find_first(told: dict[str, Any]) -> tuple[str, str]:
    if told["cause"] is not None:
        return told["cause"]["code"], told["cause"]["text"]
    if told["hints"]:
        return told["hints"][0]["name"], told["hints"][0]["text"]
    return "", ""


def _ask_neighbor(case: Case, expected: Expected, page: Page, origin: str) -> bool:
    assert expected.neighbor is not None
    changes = dict(expected.neighbor)
    asked = replace(case, below=changes.pop("below", 400), reads="")
    return is_let_through(asked, page.fetch(origin, asked, **changes))


def apply(case: Case, pairs: Sequence[tuple[str, ...]], told: dict[str, Any]) -> Case:
    """Return the case with the remedy carried out."""
    pieces = [piece["lines"] for piece in told["lines"]]
    for pair in pairs:
        if pair == ("words",):
            continue
        if pair == ("url",):
            url = re.search(r"https?://\S+?(?=[,.]? in the script|[,.]?\s|[,.]?$)", str(told["remedy"]))
            if url is None:
                raise ValueError(f"the remedy of {case.id} has no URL: {told['remedy']}")
            case = replace(case, path="/" + url[0].split("/", 3)[3])
            continue
        old, new = pair[0], _fill(pair[1], pieces)
        if old == "app":
            case = replace(case, app=new)
        elif old and old not in case.config:
            raise ValueError(f"{case.id} has no {old!r}")
        else:
            case = replace(case, config=case.config.replace(old, new, 1) if old else new + case.config)
    return case


def _fill(text: str, pieces: list[list[str]]) -> str:
    lines = [line for piece in pieces for line in piece]
    text = text.replace("@REMEDY@", "\n".join(lines))
    text = text.replace("@INDENTED@", "\n".join(f"    {line}" for line in lines))
    for number, piece in enumerate(pieces, 1):
        text = text.replace(f"@REMEDY {number}@", "\n".join(piece))
    for number, line in enumerate(lines, 1):
        text = text.replace(f"@LINE {number}@", line)
    return text
