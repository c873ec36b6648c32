"""One case for each way in which a fetch fails, by name, with the reason that the model gives for it."""

from __future__ import annotations

from typing import Final

from .cases import Answer, Case, Headers, Hop, Step

ORIGIN: Final = "Access-Control-Allow-Origin"
CREDENTIALS: Final = "Access-Control-Allow-Credentials"
METHODS: Final = "Access-Control-Allow-Methods"
NAMES: Final = "Access-Control-Allow-Headers"

_ALLOWED: Final[Headers] = [(ORIGIN, "{PAGE}")]
_NAMED: Final[Headers] = [*_ALLOWED, (CREDENTIALS, "true")]


def _answer(*headers: tuple[str, str], status: int = 200) -> Answer:
    return {"status": status, "headers": list(headers)}


def _get(*headers: tuple[str, str], status: int = 200, **step: str) -> Step:
    """A GET, and what is answered to it."""
    return {"method": "GET", "hops": {"0": {"actual": _answer(*headers, status=status)}}, **step}  # type: ignore[typeddict-item]


def _put(*headers: tuple[str, str], status: int = 204, actual: Answer | None = None, **step: str) -> Step:
    """A PUT with X-Api-Key, and what is answered to its preflight."""
    hop: Hop = {"preflight": _answer(*headers, status=status)}
    if actual is not None:
        hop["actual"] = actual
    return {"method": "PUT", "headers": [("X-Api-Key", "1")], "hops": {"0": hop}, **step}  # type: ignore[typeddict-item]


_BOTH: Final[Headers] = [(METHODS, "PUT"), (NAMES, "X-Api-Key")]

FAILURES: Final[dict[str, tuple[str, Step]]] = {
    "no-header": ("missing-acao", _get()),
    "no-header-on-500": ("missing-acao", _get(status=500)),
    "no-header-on-redirect": ("missing-acao", _get(("Location", "{api}/c/{id}/1"), status=302)),
    "another-origin": ("acao-mismatch", _get((ORIGIN, "https://www.example.com"))),
    "slash-at-the-end": ("acao-mismatch", _get((ORIGIN, "{PAGE}/"))),
    "null": ("acao-mismatch", _get((ORIGIN, "null"))),
    "list": ("acao-multiple", _get((ORIGIN, "{PAGE}, https://www.example.com"))),
    "two-lines": ("acao-multiple", _get((ORIGIN, "{PAGE}"), (ORIGIN, "{PAGE}"))),
    "star-and-origin": ("acao-multiple", _get((ORIGIN, "*, {PAGE}"))),
    "two-with-a-space": ("acao-multiple", _get((ORIGIN, "{PAGE} https://www.example.com"))),
    "no-scheme": ("acao-invalid", _get((ORIGIN, "app.example.com"))),
    "empty": ("acao-invalid", _get((ORIGIN, ""))),
    "star-with-credentials": ("wildcard-with-credentials", _get((ORIGIN, "*"), credentials="include")),
    "no-credentials-header": ("credentials-not-true", _get(*_ALLOWED, credentials="include")),
    "credentials-false": ("credentials-not-true", _get(*_ALLOWED, (CREDENTIALS, "false"), credentials="include")),
    "credentials-True": ("credentials-not-true", _get(*_ALLOWED, (CREDENTIALS, "True"), credentials="include")),
    "preflight-no-header": ("missing-acao", _put()),
    "preflight-401-no-header": ("missing-acao", _put(status=401)),
    "preflight-another-origin": ("acao-mismatch", _put((ORIGIN, "https://www.example.com"), *_BOTH)),
    "preflight-star-with-credentials": (
        "wildcard-with-credentials",
        _put((ORIGIN, "*"), *_BOTH, credentials="include"),
    ),
    "preflight-no-credentials-header": ("credentials-not-true", _put(*_ALLOWED, *_BOTH, credentials="include")),
    "preflight-401": ("preflight-status", _put(*_ALLOWED, *_BOTH, status=401)),
    "preflight-404": ("preflight-status", _put(*_ALLOWED, *_BOTH, status=404)),
    "preflight-redirect": ("preflight-redirect", _put(*_ALLOWED, ("Location", "/items/"), status=308)),
    "preflight-redirect-no-header": ("preflight-redirect", _put(("Location", "/items/"), status=301)),
    "method-not-named": ("method-not-allowed", _put(*_ALLOWED, (METHODS, "GET, POST"), (NAMES, "X-Api-Key"))),
    "no-methods": ("method-not-allowed", _put(*_ALLOWED)),
    "star-methods-with-credentials": (
        "method-not-allowed",
        _put(*_NAMED, (METHODS, "*"), (NAMES, "X-Api-Key"), credentials="include"),
    ),
    "patch": (
        "method-not-allowed",
        {**_put(*_ALLOWED, (METHODS, "PATCH"), (NAMES, "X-Api-Key")), "method": "patch"},
    ),
    "header-not-named": ("header-not-allowed", _put(*_ALLOWED, (METHODS, "PUT"), (NAMES, "X-Other"))),
    "no-headers": ("header-not-allowed", _put(*_ALLOWED, (METHODS, "PUT"))),
    "star-headers-with-credentials": (
        "header-not-allowed",
        _put(*_NAMED, (METHODS, "PUT"), (NAMES, "*"), credentials="include"),
    ),
    "methods-no-list": ("allow-methods-unparsable", _put(*_ALLOWED, (METHODS, "['PUT']"), (NAMES, "X-Api-Key"))),
    "headers-no-list": ("allow-headers-unparsable", _put(*_ALLOWED, (METHODS, "PUT"), (NAMES, "X-Api Key"))),
    "after-preflight-no-header": ("missing-acao", _put(*_ALLOWED, *_BOTH, actual=_answer())),
    "authorization-under-star": (
        "authorization-under-wildcard",
        {**_put((ORIGIN, "*"), (METHODS, "PUT"), (NAMES, "*")), "headers": [("Authorization", "x")]},
    ),
    "redirect-with-password": (
        "redirect-with-credentials",
        _get(*_ALLOWED, ("Location", "http://u:p@127.0.0.1:{api-port}/c/{id}/1"), status=302),
    ),
    "redirect-null-origin": (
        "redirect-null-origin",
        {
            "method": "GET",
            "hops": {
                "0": {"actual": _answer(*_ALLOWED, ("Location", "{api2}/c/{id}/1"), status=302)},
                "1": {"actual": _answer(*_ALLOWED)},
            },
        },
    ),
    "redirect-to-data": ("not-http", _get(*_ALLOWED, ("Location", "data:text/plain,x"), status=302)),
    "redirect-mode-error": ("bad-redirect", _get(*_ALLOWED, ("Location", "/x"), status=302, redirect="error")),
    "redirect-for-ever": ("bad-redirect", _get(*_ALLOWED, ("Location", "0"), status=302)),
    "same-origin-mode": ("disallowed-by-mode", _get(mode="same-origin")),
    "corp": (
        "corp-blocked",
        _get(("Cross-Origin-Resource-Policy", "same-origin"), mode="no-cors"),
    ),
    "file": ("not-http", {"method": "GET", "target": "file:///srv"}),
    "own-scheme": ("not-http", {"method": "GET", "target": "localhost:8000"}),
    "bad-port": ("bad-port", {"method": "GET", "target": "http://127.0.0.1:6000"}),
    "nobody-listens": ("network-failure", {"method": "GET", "target": "{nobody}"}),
}
"""A name, the reason in the model with the standard's rules, and the request."""

_ONLY_FETCH: Final = ("mode", "redirect")


def list_failures(nobody: str) -> list[Case]:
    """Return the cases, each by fetch() and, where it can, by XMLHttpRequest.

    Args:
        nobody: an origin at which nobody listens.
    """
    cases: list[Case] = []
    for name, (_, step) in FAILURES.items():
        for api in ("fetch", "xhr"):
            if api == "xhr" and any(option in step for option in _ONLY_FETCH):
                continue
            whole: Step = {"api": api, "target": "api", "credentials": "same-origin", **step}
            whole["target"] = nobody if step.get("target") == "{nobody}" else whole["target"]
            cases.append({"id": f"{name}-{api}", "opaque": False, "steps": [whole]})
    return cases
