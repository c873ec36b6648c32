"""Who may read, before and after: both libraries' rules, evaluated with the model of a browser."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi import DENY, CORSMiddleware, Policy, PolicyError
from cors_wsgi.browser import Browser, FetchError
from cors_wsgi.origins import parse_origin, parse_pattern

from .origins import translate_origin
from .paths import PathRule
from .predecessor import read_options, read_resources, serve
from .samples import STRANGERS, find_lookalikes, sample_regex, sample_rule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST_NAMED: Final = 12
_STAND_IN: Final = "https://stand-in.example"
_MOST_SHOWN: Final = 4


@dataclass(frozen=True)
class Question:
    """What a script of a page asks for.

    Attributes:
        name: how it is shown.
        method: of the request.
        credentials: whether it carries cookies.
        headers: the ones that the script sets.
    """

    name: str
    method: str
    credentials: bool = False
    headers: tuple[tuple[str, str], ...] = ()


QUESTIONS: Final = (
    Question("GET", "GET"),
    Question("GET with credentials", "GET", credentials=True),
    Question("POST of JSON", "POST", headers=(("Content-Type", "application/json"),)),
    Question("PUT", "PUT"),
    Question("PATCH", "PATCH"),
    Question("DELETE", "DELETE"),
    Question("custom headers", "GET", headers=(("X-Requested-With", "script"),)),
    Question("PUT with credentials", "PUT", credentials=True),
)
_WITH_CREDENTIALS: Final = 1
_OWN_HEADER: Final = 6


@dataclass(frozen=True)
class Access:
    """Who may read, and how.

    Attributes:
        answers: for each origin that was tried, yes or no to each question.
        is_known: whether it could be determined at all.
        refused: why this library does not start; empty if it does.
    """

    answers: Mapping[str, tuple[bool, ...]]
    is_known: bool = True
    refused: str = ""

    def describe(self, named: Sequence[str], beside: Access) -> str:
        """Return who may read in a line.

        Args:
            named: the origins that the options name; others are look-alikes and strangers.
            beside: who may read on the other side of the table; others are listed only if they may not read there.
        """
        if not self.is_known:
            return "known only when it runs"
        if self.refused:
            return f"does not start: {self.refused}"
        readers = [origin for origin, answers in self.answers.items() if answers[0]]
        if not readers:
            return "nobody"
        if len(readers) == len(self.answers):
            return f"everybody{self._describe_how(readers)}"
        meant = [origin for origin in readers if origin in named]
        others = [origin for origin in readers if origin not in named and not beside.allows(origin)]
        parts = meant[:_MOST_SHOWN] + ([f"{len(meant) - _MOST_SHOWN} more"] if len(meant) > _MOST_SHOWN else [])
        parts += [f"others such as {others[0]}"] if others else []
        return f"{', '.join(parts)}{self._describe_how(readers)}"

    def allows(self, origin: str) -> bool:
        """Tell whether a page of an origin may read anything."""
        return any(self.answers.get(origin, ()))

    def _describe_how(self, readers: Sequence[str]) -> str:
        granted = [any(self.answers[origin][number] for origin in readers) for number in range(len(QUESTIONS))]
        lacking = [asked.name for asked, is_granted in zip(QUESTIONS, granted, strict=True) if not is_granted]
        lacking = [name for name in lacking if "credentials" not in name]
        with_credentials = ", with credentials" if granted[_WITH_CREDENTIALS] else ""
        return with_credentials + (f"; no {', '.join(lacking)}" if lacking else "")


UNKNOWN: Final = Access({}, is_known=False)


def list_named(*said: Any) -> list[str]:
    """Return the origins that options name, and examples of those that they match."""
    named: dict[str, None] = {}
    for value in said:
        for one in value if isinstance(value, (list, tuple, set)) else [value]:
            named |= dict.fromkeys(_read_named(one))
    return list(named)


def list_asked(named: Sequence[str]) -> list[str]:
    """Return the origins to try: the named ones, those that resemble them, and strangers."""
    looked = [origin for name in list(named)[:_MOST_NAMED] for origin in find_lookalikes(name)]
    return list(dict.fromkeys([*named, *looked, *STRANGERS]))


def _read_named(said: Any) -> Iterable[str]:
    if isinstance(said, re.Pattern):
        yield from (text for text in sample_regex(said) if parse_origin(text))
    elif isinstance(said, str) and said != "*":
        if parse_origin(said):
            yield said
        elif parse_pattern(said):
            yield from sample_rule(said)
        for rule in translate_origin(said).rules:
            if rule != "*":
                yield from sample_rule(rule)


def ask_predecessor(
    resources: Mapping[Any, Mapping[str, Any]], paths: Sequence[str], origins: Sequence[str], *, preflights: bool = True
) -> dict[str, Access]:
    """Return who could read each path with Flask-CORS.

    Args:
        resources: complete options by path rule.
        paths: those to try.
        origins: those to try.
        preflights: whether Flask-CORS answers preflights there at all.

    Raises:
        ValueError: it would not start.
    """
    app = serve([(matcher, read_options(options)) for matcher, options in read_resources(resources)])
    return {path: _ask(app if preflights else _without_preflights(app), path, origins) for path in paths}


def ask_policies(
    resources: Mapping[PathRule, Mapping[str, Any]] | None,
    everywhere: Mapping[str, Any] | None,
    paths: Sequence[str],
    origins: Sequence[str],
) -> dict[str, Access]:
    """Return who can read each path with this library; options without origins share nothing.

    Args:
        resources: complete options by path rule, if there are path rules.
        everywhere: complete options, if there are no path rules.
        paths: those to try.
        origins: those to try.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rules = {} if resources is None else {rule: _make(options) for rule, options in resources.items()}
            app = CORSMiddleware(_plain, None if everywhere is None else _make(everywhere), paths=rules or None)
    except (PolicyError, TypeError) as error:
        first = error.problems[0] if isinstance(error, PolicyError) else None
        text = f"{first.problem} {first.remedy}" if first else str(error)
        return dict.fromkeys(paths, Access({}, refused=text))
    return {path: _ask(app, path, origins) for path in paths}


def _make(options: Mapping[str, Any]) -> Any:
    return Policy(**options) if "origins" in options else DENY


def find_widened(
    before: Access, after: Access, *, methods: Any = None, routed: frozenset[str] | None = None
) -> list[str]:
    """Return what somebody could not do before but can do after, as sentences.

    A custom header, on a GET, counts only where Flask-CORS listed GET: a GET without it could be read anyway, and
    browsers do not need GET to be listed.

    Args:
        before: who could read.
        after: who can read.
        methods: what the call says about methods, if it does.
        routed: the methods of the view, if they are known; others lead nowhere.
    """
    lists_get = methods is None or "GET" in str(methods).upper()
    return [
        f"{origin}: {asked.name}"
        for origin, answers in after.answers.items()
        for number, asked in enumerate(QUESTIONS)
        if answers[number] and not before.answers[origin][number]
        if lists_get or number != _OWN_HEADER
        if routed is None or asked.method in routed
    ]


def _plain(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ARG001 - WSGI's
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b""]


def _without_preflights(app: WSGIApplication) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (_plain if environ["REQUEST_METHOD"] == "OPTIONS" else app)(environ, start_response)

    return answer


def _ask(app: WSGIApplication, path: str, origins: Sequence[str]) -> Access:
    browser = Browser(app)
    answers = {}
    for origin in origins:
        if origin == "null" or origin.startswith(("http://", "https://")):
            answers[origin] = tuple(_may(browser, path, origin, asked) for asked in QUESTIONS)
        else:
            stand_in = Browser(_rename(app, origin))
            answers[origin] = tuple(_may(stand_in, path, _STAND_IN, asked) for asked in QUESTIONS)
    return Access(answers)


def _rename(app: WSGIApplication, origin: str) -> WSGIApplication:
    """Make a web page look to an app like one of an extension or a mobile app, which the model cannot open."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            renamed = [(name, _STAND_IN if value == origin else value) for name, value in headers]
            return start_response(status, renamed, exc_info)

        if environ.get("HTTP_ORIGIN") == _STAND_IN:
            environ["HTTP_ORIGIN"] = origin
        return app(environ, start)

    return answer


def _may(browser: Browser, path: str, origin: str, asked: Question) -> bool:
    browser.clear_preflight_cache()
    browser.exchanges.clear()
    try:
        browser.open(origin).fetch(
            path,
            method=asked.method,
            headers=list(asked.headers),
            body="{}" if asked.method in ("POST", "PUT", "PATCH") else None,
            credentials="include" if asked.credentials else "omit",
        )
    except FetchError:
        return False
    return True
