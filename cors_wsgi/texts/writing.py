"""What the code writes in English, in the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping

from ..browser import CauseKind, FailureReason, PreflightCause
from ..browser.reasons import fill
from ..browser.slips import rename_page
from . import chinese
from .languages import Language


def explain_reason(reason: FailureReason, facts: Mapping[str, str], language: Language) -> str:
    """Return what happened."""
    return reason.explain(facts) if language == "en" else fill(chinese.REASONS[reason.value][0], facts)


def write_remedy(reason: FailureReason, facts: Mapping[str, str], language: Language) -> str:
    """Return what to change; first the page's name, where that is wrong."""
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
    """Return what a line without a reason means, and what to do; `words` are those by which it was recognized."""
    return (explanation, remedy) if language == "en" else chinese.TRACES.get(words, (explanation, remedy))
