"""What the answers show: each function looks for one kind of mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..browser.engines import BROWSERS
from ..browser.printing import escape
from ..fetch import ALLOW_CREDENTIALS, ALLOW_PRIVATE_NETWORK, MAX_AGE, ORIGIN, SAFELISTED_METHODS, VARY
from .flaws import FLAWS, FlawCode, Severity
from .observations import Answer, Observations
from .probes import STRANGER, UNKNOWN_HEADER, UNKNOWN_METHOD
from .report import Finding

_KEPT = re.compile(r"(?:s-maxage|max-age)\s*=\s*\"?0*[1-9]|public", re.IGNORECASE)


def judge(answers: Observations) -> Iterator[Finding]:
    """Yield what is wrong, and what is worth knowing."""
    yield from _judge_origins(answers)
    yield from _judge_vary(answers)
    yield from _judge_values(answers)
    yield from _judge_preflight(answers)
    yield from _judge_methods_and_headers(answers)
    yield from _judge_max_age(answers)
    if problems := list_problems(answers):
        answer = next((one for one in answers.all if one.is_no_answer), answers.known)
        yield _find(FlawCode.INCOMPLETE, answer, " ".join(problems))


def list_problems(answers: Observations) -> list[str]:
    """Return why an audit was not conclusive, each reason as a sentence; nothing if it was."""
    problems = []
    known, absent = answers.known, answers.absent
    method = known.exchange.method
    refused = next((one for one in (known, absent) if (one.exchange.status or 0) >= 400), None)
    if refused is not None:
        problems.append(f"{method} was answered {refused.exchange.status}, which is not what pages normally get.")
    lost = [one for one in answers.all if one.is_no_answer]
    if lost and refused not in lost:
        said = sorted({str(one.exchange.status or "no response") for one in lost})
        problems.append(f"{len(lost)} of {len(answers.all)} requests were answered with {' or '.join(said)}.")
    return problems


def _find(code: FlawCode, answer: Answer, said: str) -> Finding:
    flaw = FLAWS[code]
    return Finding(
        flaw, flaw.with_credentials if answer.has_credentials else flaw.severity, escape(said), answer.exchange
    )


def _judge_origins(answers: Observations) -> Iterator[Finding]:
    stranger = answers.stranger
    if stranger.origins == ["*"]:
        yield _find(FlawCode.EVERYBODY, stranger, f"{STRANGER} got *.")
        return
    if stranger.names_asker:
        credentials = " with credentials" if stranger.has_credentials else ""
        yield _find(FlawCode.ANY_ORIGIN, stranger, f"{STRANGER}, an origin that nobody has, was let in{credentials}.")
        return
    found: set[str] = set()
    for probe, answer in answers.probed:
        if answer.is_shared and probe.flaw not in found:
            found.add(probe.flaw)
            if probe.flaw is FlawCode.UNESCAPED_DOT and FlawCode.ORIGIN_BEGIN in found:
                continue  # anything before the end is let in, including that dot
            yield _find(probe.flaw, answer, f"{probe.origin} was let in.")
    known = answers.known
    if (
        answers.is_given
        and not known.is_no_answer
        and not known.is_shared
        and len(known.origins) < 2
        and "," not in "".join(known.origins)
    ):
        yield _find(FlawCode.ORIGIN_REFUSED, known, f"{known.exchange.sent(ORIGIN)} was not let in.")


def _judge_vary(answers: Observations) -> Iterator[Finding]:
    cases = {"an allowed Origin": answers.known, "another Origin": answers.stranger, "no Origin": answers.absent}
    cases = {name: answer for name, answer in cases.items() if not answer.is_no_answer}
    said = {(*answer.origins, answer.has_credentials) for answer in cases.values()}
    lacking = [name for name, answer in cases.items() if not answer.varies]
    if len(said) > 1 and lacking:
        words = " or ".join(lacking)
        yield _find(FlawCode.VARY_MISSING, cases[lacking[0]], f"Vary: Origin is missing if the request has {words}.")
    if UNKNOWN_HEADER in answers.stranger.list_names(VARY):
        yield _find(FlawCode.VARY_REFLECTED, answers.stranger, f"{UNKNOWN_HEADER} came back in Vary.")


def _judge_values(answers: Observations) -> Iterator[Finding]:
    for answer in (answers.known, answers.stranger, answers.absent, answers.preflight):
        asked = answer.exchange.sent(ORIGIN)
        if len(answer.origins) > 1 or any("," in value and value != asked for value in answer.origins):
            yield _find(FlawCode.SEVERAL_ANSWERS, answer, f"Access-Control-Allow-Origin: {', '.join(answer.origins)}.")
            break
    for answer in (answers.known, answers.stranger, answers.preflight):
        value = answer.exchange.received(ALLOW_CREDENTIALS)
        if answer.origins == ["*"] and value == "true":
            yield _find(FlawCode.WILDCARD_WITH_CREDENTIALS, answer, "Access-Control-Allow-Origin: * with credentials.")
            break
        if value not in (None, "true"):
            yield _find(FlawCode.CREDENTIALS_VALUE, answer, f"Access-Control-Allow-Credentials: {value}.")
            break


def _judge_preflight(answers: Observations) -> Iterator[Finding]:
    known, preflight = answers.known, answers.preflight
    origin = known.exchange.sent(ORIGIN)
    if known.is_shared and not preflight.is_ok and not preflight.is_limited and preflight.exchange.status is not None:
        said = f"The preflight of {origin} was answered {preflight.exchange.status}."
        finding = _find(FlawCode.PREFLIGHT_STATUS, preflight, said)
        # A page that only reads files with GET is never preflighted.
        is_for_reading = known.exchange.method in SAFELISTED_METHODS and not preflight.allowed_methods
        yield replace(finding, severity=Severity.INFO) if is_for_reading else finding
    elif not known.is_no_answer and preflight.is_ok and known.is_shared != preflight.is_shared:
        shared, not_shared = ("actual answer", "preflight") if known.is_shared else ("preflight", "actual answer")
        yield _find(
            FlawCode.PREFLIGHT_DIFFERS, preflight, f"The {shared} lets {origin} in, but the {not_shared} does not."
        )
    stranger, asked = answers.stranger, answers.stranger_preflight
    if asked.is_ok and asked.is_shared and not stranger.is_shared and not stranger.is_no_answer:
        yield _find(
            FlawCode.PREFLIGHT_DIFFERS, asked, f"The preflight lets {STRANGER} in, but the actual answer does not."
        )
    if answers.private.exchange.received(ALLOW_PRIVATE_NETWORK) == "true":
        yield _find(FlawCode.PRIVATE_NETWORK, answers.private, "Access-Control-Allow-Private-Network: true.")
    kept = preflight.exchange.received("Cache-Control") or ""
    if preflight.names_asker and _KEPT.search(kept) and not preflight.varies:
        yield _find(FlawCode.PREFLIGHT_CACHEABLE, preflight, f"Cache-Control: {kept}, but no Vary: Origin.")


def _judge_methods_and_headers(answers: Observations) -> Iterator[Finding]:
    method, header = answers.odd_method, answers.odd_header
    star = set() if method.has_credentials else {"*"}
    if method.is_ok and method.is_shared and method.allowed_methods & ({UNKNOWN_METHOD} | star):
        yield _find(FlawCode.ANY_METHOD, method, f"{UNKNOWN_METHOD} is allowed.")
    if header.is_ok and header.is_shared and header.allowed_headers & ({UNKNOWN_HEADER} | star):
        yield _find(FlawCode.ANY_HEADER, header, f"{UNKNOWN_HEADER} is allowed.")
    has = answers.options.list_names("Allow", lower=False)
    unneeded = answers.preflight.allowed_methods - has - {"*"}
    if answers.preflight.is_shared and has and unneeded:
        yield _find(FlawCode.UNNEEDED_METHODS, answers.preflight, f"{', '.join(sorted(unneeded))}: not in Allow.")


def _judge_max_age(answers: Observations) -> Iterator[Finding]:
    preflight = answers.preflight
    if not (preflight.is_ok and preflight.is_shared):
        return
    value = preflight.exchange.received(MAX_AGE)
    if value is None:
        yield _find(FlawCode.MAX_AGE_MISSING, preflight, "No Access-Control-Max-Age.")
    elif not (value.isascii() and value.isdigit()):
        yield _find(FlawCode.MAX_AGE_UNREADABLE, preflight, f"Access-Control-Max-Age: {value}.")
    else:
        limits = {engine.title: engine.max_age_limit for engine in BROWSERS}
        capped = [f"{title} {limit}" for title, limit in limits.items() if limit and int(value[:19]) > limit]
        if len(capped) > 1:
            yield _find(
                FlawCode.MAX_AGE_CAPPED, preflight, f"{value} seconds, but browsers keep less: {', '.join(capped)}."
            )
