"""What to change, ready to copy: in the options of a policy, and in nginx's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cors_wsgi.browser import Exchange, FailureReason
from cors_wsgi.browser.slips import rename_page
from cors_wsgi.texts import Language
from cors_wsgi.texts.chinese import POLICY_REMEDIES

_POLICY: Final[Mapping[FailureReason, str]] = {
    FailureReason.MISSING_ACAO: "add {origin!r} to origins",
    FailureReason.ACAO_MISMATCH: "add {origin!r} to origins",
    FailureReason.ACAO_INVALID: "write origins=[{origin!r}]",
    FailureReason.ACAO_MULTIPLE: "put CORSMiddleware around everything, and remove the header from the proxy",
    FailureReason.WILDCARD_WITH_CREDENTIALS: "write origins=[{origin!r}], supports_credentials=True",
    FailureReason.CREDENTIALS_NOT_TRUE: "write supports_credentials=True",
    FailureReason.PREFLIGHT_STATUS: "put CORSMiddleware around the app: it answers preflights before anything inside "
    "can",
    FailureReason.PREFLIGHT_REDIRECT: "put CORSMiddleware around what redirects: it answers preflights before that",
    FailureReason.METHOD_NOT_ALLOWED: "add {method!r} to methods",
    FailureReason.HEADER_NOT_ALLOWED: "add {header!r} to allow_headers",
    FailureReason.ALLOW_METHODS_UNPARSABLE: "write methods as a list, such as ['GET', 'PUT']",
    FailureReason.ALLOW_HEADERS_UNPARSABLE: "write allow_headers as a list, such as ['Content-Type']",
    FailureReason.AUTHORIZATION_UNDER_WILDCARD: "leave allow_headers at '*', which names Authorization too, or add it "
    "by name",
    FailureReason.HEADER_NOT_EXPOSED: "add the header's name to expose_headers",
}
_POLICY_IN_CHINESE: Final = {reason: POLICY_REMEDIES[reason.value] for reason in _POLICY}

_NAME_THE_ORIGIN: Final = 'add_header Access-Control-Allow-Origin "{origin}" always; add_header Vary Origin always;'
_NGINX: Final[Mapping[FailureReason, str]] = {
    FailureReason.MISSING_ACAO: _NAME_THE_ORIGIN,
    FailureReason.ACAO_MISMATCH: _NAME_THE_ORIGIN,
    FailureReason.ACAO_INVALID: 'add_header Access-Control-Allow-Origin "{origin}" always;',
    FailureReason.ACAO_MULTIPLE: "proxy_hide_header Access-Control-Allow-Origin; or no add_header of it",
    FailureReason.WILDCARD_WITH_CREDENTIALS: 'add_header Access-Control-Allow-Origin "{origin}" always; '
    "add_header Access-Control-Allow-Credentials true always;",
    FailureReason.CREDENTIALS_NOT_TRUE: "add_header Access-Control-Allow-Credentials true always;",
    FailureReason.PREFLIGHT_STATUS: "if ($request_method = OPTIONS) {{ return 204; }} with the headers beside return",
    FailureReason.PREFLIGHT_REDIRECT: "if ($request_method = OPTIONS) {{ return 204; }} before what redirects",
    FailureReason.METHOD_NOT_ALLOWED: 'add_header Access-Control-Allow-Methods "{method}" always;',
    FailureReason.HEADER_NOT_ALLOWED: 'add_header Access-Control-Allow-Headers "{header}" always;',
    FailureReason.AUTHORIZATION_UNDER_WILDCARD: 'add_header Access-Control-Allow-Headers "*, Authorization" always;',
}
_ABOUT: Final[Mapping[FailureReason, str]] = {
    FailureReason.MISSING_ACAO: "origin",
    FailureReason.ACAO_MISMATCH: "origin",
    FailureReason.ACAO_INVALID: "origin",
    FailureReason.WILDCARD_WITH_CREDENTIALS: "origin",
    FailureReason.METHOD_NOT_ALLOWED: "method",
    FailureReason.HEADER_NOT_ALLOWED: "header",
}
"""The fact that a remedy needs."""


def write_for_policy(reason: FailureReason, facts: Mapping[str, str], language: Language = "en") -> str | None:
    """Return what to change in a policy of this library, or None if no option is to blame."""
    return _write(_POLICY if language == "en" else _POLICY_IN_CHINESE, reason, facts)


def write_for_nginx(reason: FailureReason, facts: Mapping[str, str], exchange: Exchange | None) -> str | None:
    """Return what to write in nginx's configuration, or None if nginx did not answer, or cannot help."""
    if exchange is None or "nginx" not in (exchange.received("Server") or "").lower():
        return None
    return _write(_NGINX, reason, facts)


def _write(remedies: Mapping[FailureReason, str], reason: FailureReason, facts: Mapping[str, str]) -> str | None:
    if reason not in remedies:
        return None
    if (needed := _ABOUT.get(reason)) is None:
        return remedies[reason].format()
    known = facts.get(needed, "")
    if needed == "origin" and (renamed := rename_page(facts)) is not None:
        if rename_page({**facts, "url": ""}) is not None:
            return None  # the policy or the header has that name already
        known = renamed
    if not known or not known.isprintable() or _is_of_script(needed, known):
        return None
    return remedies[reason].format(**{needed: known})


def _is_of_script(fact: str, value: str) -> bool:
    """Tell whether the script must change, because a server should not allow this."""
    if fact == "origin":
        return value == "null"  # anyone who frames a page can give it that origin
    if fact == "method":
        return value != value.upper()
    return value.lower().startswith("access-control-")
