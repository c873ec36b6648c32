"""What the code writes in English, in the language of its reader."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..browser import CauseKind, Difference, FailureReason, PreflightCause
from ..browser.reasons import fill
from ..browser.slips import rename_page
from ..errors import Problem
from . import chinese, chinese_engines, chinese_policies
from .languages import Language
from .table import say
from .vague import choose_vague


def explain_reason(reason: FailureReason, facts: Mapping[str, str], language: Language) -> str:
    """Return what happened; in other words, where a fact of the usual ones is not known."""
    vague = choose_vague(reason, facts, language)
    if vague is not None:
        return fill(vague, facts)
    if language == "en":
        return reason.explain(facts)
    if facts.get("value") == "" and reason.value in chinese.MISSING:
        return fill(chinese.MISSING[reason.value], facts)
    value = facts.get("value", "")
    return fill(chinese.REASONS[reason.value][0], {**facts, "value": _translate(chinese.VALUES, value) or value})


def write_remedy(reason: FailureReason, facts: Mapping[str, str], language: Language) -> str:
    """Return what to change; first the page's name, if that is wrong."""
    remedy = reason.remedy(facts)
    if language == "en":
        return remedy
    is_one_name = remedy != fill(reason.wording.remedy, facts)
    renamed = (rename_page(facts) or "") if is_one_name else ""
    advice = fill(chinese.ONE_NAME, {"renamed": renamed}) if renamed else ""
    return advice + fill(chinese.REASONS[reason.value][1], facts)


def write_cause(cause: PreflightCause, method: str, language: Language) -> str:
    """Return why a request with that method is preflighted."""
    if language == "en":
        return str(cause)
    text = chinese.CAUSES[cause.kind.value].format(method=method, names="、".join(cause.names))
    # The English sentence quotes the media type, and no text of ours does without it.
    media_type = str(cause).rpartition(" media type is ")[2] if cause.kind is CauseKind.MEDIA_TYPE else ""
    return f"{text}：{media_type}" if media_type and media_type != str(cause) else text


def write_trace(words: str, explanation: str, remedy: str, language: Language) -> tuple[str, str]:
    """Return what a line without a reason means, and what to do; `words` is the pattern that recognized it."""
    return (explanation, remedy) if language == "en" else chinese.TRACES[words]


def write_problem(problem: Problem, language: Language) -> str:
    """Return what is wrong with a policy, and what to write instead."""
    if language == "en":
        return f"{problem.problem} {problem.remedy}"
    texts, code = chinese_policies.PROBLEMS, problem.code.value
    text, remedy = texts.get(f"{code}.{problem.option}") or texts[code]
    # A remedy that is no more than the text to write is as good in Chinese.
    meant = re.fullmatch(r"(?:Write|Did you mean) (['\"])(?P<text>[^'\"]+)\1[.?]", problem.remedy)
    return text + (f"请写 {meant['text']}。" if meant else remedy)


def write_warning(warning: str, language: Language) -> str:
    """Return what a policy warns of.

    Args:
        warning: the English sentence.
        language: of the reader.
    """
    return warning if language == "en" else _translate(chinese_policies.WARNINGS, warning) or warning


def write_difference(row: Difference, engine: str, language: Language) -> dict[str, str]:
    """Return what a row of the table of engines is about, what the standard does, and what the engine does."""
    return {
        "about": row.about if language == "en" else chinese_engines.DIFFERENCES[row.name],
        "standard": _write_value(row.standard, language),
        "engine": _write_value(row.engines[engine], language),
    }


def _write_value(value: object, language: Language) -> str:
    if isinstance(value, bool):
        return say("value.yes" if value else "value.no", language)
    if value is None:
        return say("value.no_limit", language)
    if isinstance(value, frozenset):
        return say("value.comma", language).join(sorted(value)) or say("none", language)
    return str(value) if language == "en" else chinese_engines.ENGINE_VALUES.get(str(value), str(value))


def _translate(table: Mapping[str, str], text: str) -> str | None:
    """Return the Chinese of a sentence that one of the table's patterns matches, or None."""
    for pattern, chinese_text in table.items():
        if match := re.fullmatch(pattern, text):
            return match.expand(chinese_text)
    return None
