"""The rules of Flask-CORS 6.0.5, as pure functions: how it reads options, and which headers it sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Matcher: TypeAlias = "str | re.Pattern[str]"

PACKAGE: Final = "flask_cors"
ALL_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
DEFAULTS: Final[Mapping[str, Any]] = {
    "origins": "*",
    "methods": ALL_METHODS,
    "allow_headers": "*",
    "expose_headers": None,
    "supports_credentials": False,
    "max_age": None,
    "send_wildcard": False,
    "automatic_options": True,
    "vary_header": True,
    "resources": "/*",
    "intercept_exceptions": True,
    "always_send": True,
    "allow_private_network": False,
}
"""The options that Flask-CORS knows; any other keyword is logged and ignored."""
OPTIONS: Final = ("origins", "methods", "allow_headers", "expose_headers", "supports_credentials", "max_age")
"""Those that mean something in a policy."""
NEEDLESS: Final = tuple(name for name in DEFAULTS if name not in (*OPTIONS, "resources"))
"""Those that have no effect in this library."""

_REGEX_SIGNS = frozenset("*\\]?$^[]()")


@dataclass(frozen=True)
class Rules:
    """Evaluated options.

    Attributes:
        origins: texts and regular expressions, tried in order.
        allow_headers: the same, for the names of request headers.
        methods: as sent; None if no preflight is ever granted.
        expose_headers: as sent, if they are sent.
        supports_credentials: whether credentials are allowed.
    """

    origins: tuple[Matcher, ...]
    allow_headers: tuple[Matcher, ...]
    methods: str | None
    expose_headers: str | None
    supports_credentials: bool


def is_taken_for_regex(text: str) -> bool:
    """Tell whether Flask-CORS treats a string as a regular expression (`probably_regex`)."""
    return not _REGEX_SIGNS.isdisjoint(text)


def read_matcher(said: Any, *, ignore_case: bool) -> Matcher:
    """Return the matcher for one string or regular expression.

    Raises:
        ValueError: it looks like a regular expression, but is invalid.
    """
    if isinstance(said, re.Pattern):
        return said
    text = ".*" if said == "*" else str(said)
    if not is_taken_for_regex(text):
        return text
    try:
        return re.compile(text, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error


def matches(text: str, matcher: Matcher, *, ignore_case: bool) -> bool:
    """Tell whether a matcher accepts a text; a regular expression need only match its start."""
    if isinstance(matcher, re.Pattern):
        return matcher.match(text) is not None
    return text.casefold() == matcher.casefold() if ignore_case else text == matcher


def read_options(*layers: Mapping[str, Any]) -> Rules:
    """Return the rules for options; later layers win, and options that are not set have their defaults.

    Raises:
        ValueError: Flask-CORS would not start with them.
    """
    options = {**DEFAULTS, **{name: value for layer in layers for name, value in layer.items()}}
    origins = tuple(read_matcher(said, ignore_case=True) for said in _listed(options["origins"]))
    if options["supports_credentials"] and options["send_wildcard"] and {"*", ".*"} & set(_texts(options["origins"])):
        raise ValueError("Flask-CORS refuses supports_credentials with send_wildcard and '*'")
    methods = _join(options["methods"])
    return Rules(
        origins=origins,
        allow_headers=tuple(read_matcher(said, ignore_case=True) for said in _listed(options["allow_headers"])),
        methods=None if methods is None else methods.upper(),
        expose_headers=_join(options["expose_headers"]),
        supports_credentials=bool(options["supports_credentials"]),
    )


def read_resources(resources: Any) -> list[tuple[Matcher, Mapping[str, Any]]]:
    """Return the path rules with their options, in the order in which Flask-CORS tries them.

    Raises:
        ValueError: Flask-CORS would not start with them.
    """
    if isinstance(resources, Mapping):
        pairs = sorted(resources.items(), key=lambda pair: _rank(".*" if pair[0] == "*" else pair[0]))
    elif isinstance(resources, (str, re.Pattern)):
        pairs = [(resources, {})]
    else:
        pairs = [(rule, {}) for rule in resources]
    return [(read_matcher(rule, ignore_case=False), options) for rule, options in pairs]


def _rank(rule: Any) -> tuple[int, int, int, int]:
    if isinstance(rule, re.Pattern):
        return (1, 0, -rule.pattern.count("/"), -len(rule.pattern))
    return (1, 1, -rule.count("/"), -len(rule)) if is_taken_for_regex(rule) else (0, 0, -rule.count("/"), -len(rule))


def allows_origin(rules: Rules, origin: str) -> bool:
    """Tell whether any of the origins matches `origin`."""
    return any(matches(origin, matcher, ignore_case=True) for matcher in rules.origins)


def write_headers(rules: Rules, method: str, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the CORS headers that a request with an Origin gets (`get_cors_headers`).

    Args:
        rules: the evaluated options.
        method: of the request.
        headers: of the request, by names in lower case.
    """
    origin = headers.get("origin", "")
    if not origin or not allows_origin(rules, origin):
        return []
    sent = [("Access-Control-Allow-Origin", origin)]
    if rules.expose_headers:
        sent.append(("Access-Control-Expose-Headers", rules.expose_headers))
    if rules.supports_credentials:
        sent.append(("Access-Control-Allow-Credentials", "true"))
    asked = headers.get("access-control-request-method", "").upper()
    if method == "OPTIONS" and asked and rules.methods and asked in rules.methods:
        names = [name.strip() for name in headers.get("access-control-request-headers", "").split(",")]
        allowed = [name for name in names if any(matches(name, m, ignore_case=True) for m in rules.allow_headers)]
        sent += [("Access-Control-Allow-Headers", ", ".join(sorted(allowed)))] if any(allowed) else []
        sent.append(("Access-Control-Allow-Methods", rules.methods))
    return sent


def serve(resources: Sequence[tuple[Matcher, Rules]]) -> WSGIApplication:
    """Return an app that answers everything, with the headers of the first path rule that matches the path."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = {key[5:].lower().replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")}
        path = unquote(environ["PATH_INFO"])
        rules = next((rules for rule, rules in resources if matches(path, rule, ignore_case=False)), None)
        sent = write_headers(rules, environ["REQUEST_METHOD"], asked) if rules else []
        start_response("200 OK", [("Content-Type", "text/plain"), *sent])
        return [b""]

    return app


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]


def _texts(value: Any) -> list[str]:
    return [said for said in _listed(value) if isinstance(said, str)]


def _join(value: Any) -> str | None:
    if value is None:
        return None
    return ", ".join(map(str, sorted(_listed(value)))) if not isinstance(value, str) else value
