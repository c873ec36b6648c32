"""The page's server: its files, the ready scenarios, and what its script requests."""

from __future__ import annotations

import html
import json
import mimetypes
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from cors_wsgi import Policy, PolicyError
from cors_wsgi.browser import ENGINES

from ..texts import LANGUAGES, Language, choose_by_header, say
from ..texts.page import PAGE
from .experiment import PlanError, read_json, read_plan
from .manual import find_manual
from .origins import COOKIE, DemoOrigins
from .page_data import describe_plan, describe_problems, describe_recorded
from .recorded import Answer
from .runs import Runs
from .scenarios import TOUR, Scenario
from .trials import ScenarioResult

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_FOLDER: Final = files(__name__.rpartition(".")[0]) / "page"
FILES: Final = frozenset(
    {
        "index.html",
        "page.css",
        "page.js",
        "diagram.js",
        "dom.js",
        "elements.js",
        "editor.js",
        "matrix.js",
        "ready.js",
        "script.js",
        "trial.js",
        "verdict.js",
        "icon.svg",
    }
)
_LONGEST_PLAN: Final = 65536
_TYPES: Final = {".js": "text/javascript", ".svg": "image/svg+xml"}  # whatever the system's tables say


class PageServer:
    """The WSGI app at the page's origin; it answers only to that name, and accepts plans only from its own page."""

    def __init__(
        self, origins: DemoOrigins, runs: Runs, scenarios: Sequence[Scenario], results: Sequence[ScenarioResult]
    ) -> None:
        self._origins = origins
        self._runs = runs
        self._scenarios = scenarios
        self._results = results

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        language = _choose_language(environ)
        if environ.get("HTTP_HOST") != urlsplit(self._origins.page).netloc:
            # Otherwise a name that somebody else points at this machine would be an origin that may read all this.
            return _say(start_response, "403 Forbidden", say("server.host", language, {"page": self._origins.page}))
        name = environ.get("PATH_INFO", "").lstrip("/") or "index.html"
        method = environ["REQUEST_METHOD"]
        if name == "plan":
            return self._take_plan(environ, start_response, language)
        if method not in ("GET", "HEAD"):
            return _say(start_response, "405 Method Not Allowed", say("server.method", language))
        if name == "ready.json":
            return _send_json(start_response, self._describe(language))
        if name.startswith("runs/"):
            return self._tell_run(name.removeprefix("runs/"), start_response, language)
        if name not in FILES:
            return _say(start_response, "404 Not Found", say("server.no_page", language))
        content = (_FOLDER / name).read_bytes()
        if name == "index.html":
            content = self._fill(content.decode(), language).encode()
        media_type = _TYPES.get(name[name.rindex(".") :]) or mimetypes.guess_type(name)[0] or "text/plain"
        cookie = ("Set-Cookie", f"{'='.join(COOKIE)}; Path=/; SameSite=Lax; HttpOnly")
        return _send(start_response, content, media_type, "200 OK", cookie)

    def _describe(self, language: Language) -> dict[str, Any]:
        """Return everything that the page's own script needs to start."""
        return {
            "api": self._origins.api,
            "texts": {key: say(key, language) for key in PAGE},
            "tour": TOUR,
            "manual": find_manual(),
            "scenarios": [scenario.describe(self._origins, language) for scenario in self._scenarios],
        }

    def _take_plan(
        self, environ: WSGIEnvironment, start_response: StartResponse, language: Language
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or environ.get("HTTP_ORIGIN") != self._origins.page:
            return _say(start_response, "403 Forbidden", say("server.origin", language))
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or len(length) > len(str(_LONGEST_PLAN)) or int(length) > _LONGEST_PLAN:
            text = say("server.too_long", language, {"most": _LONGEST_PLAN})
            return _say(start_response, "413 Content Too Large", text)
        try:
            data = read_json(environ["wsgi.input"].read(int(length)))
            plan = read_plan(data)
        except PlanError as error:
            return _say(start_response, "400 Bad Request", say(error.key, language, error.facts))
        except PolicyError as error:
            return _send_json(start_response, describe_problems(error, language))
        engine = ENGINES.get(str(data.get("engine")), ENGINES["standard"])
        return _send_json(start_response, describe_plan(self._runs.add(plan), self._origins, engine, language))

    def _tell_run(self, name: str, start_response: StartResponse, language: Language) -> Iterable[bytes]:
        run = self._runs.find(name)
        if run is None:
            return _say(start_response, "404 Not Found", say("server.no_run", language))
        return _send_json(start_response, describe_recorded(run.recorded, run, self._origins))

    def _fill(self, template: str, language: Language) -> str:
        values = {
            "language": {"en": "en", "zh": "zh-Hans"}[language],
            "methods": ", ".join(Policy("*").methods),
            "rows": _Markup("\n".join(_row(result, language) for result in self._results)),
            "manual": _Markup(_link_to_manual(language)),
        }
        places = {name: f"<code>{html.escape(getattr(self._origins, name))}</code>" for name in ("page", "api")}

        def fill(match: re.Match[str]) -> str:
            kind, _, name = match[1].rpartition(":")
            if kind:
                return html.escape(say(name, language)).format_map(places)
            value = values[name]
            return value if isinstance(value, _Markup) else html.escape(value)

        return re.sub(r"\[\[([\w:-]+)\]\]", fill, template)


class _Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def _link_to_manual(language: Language) -> str:
    manual = find_manual()
    if manual is None:
        return ""
    address = manual.find({"en": "cors-in-five-minutes", "zh": "zh/index"}[language])
    return f'<a href="{html.escape(address)}">{html.escape(say("manual", language))}</a>'


def _choose_language(environ: WSGIEnvironment) -> Language:
    """Return the language that the address asks for, or else the browser."""
    asked = parse_qs(environ.get("QUERY_STRING", "")).get("lang", [""])[-1].partition("-")[0]
    known: dict[str, Language] = {language: language for language in LANGUAGES}
    return known.get(asked) or choose_by_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""))


def _row(result: ScenarioResult, language: Language) -> str:
    """Return a scenario of `--once` as a row, for a browser without JavaScript."""
    scenario, script = result.scenario, result.scenario.script
    asks = [f"{script.method} {script.path}", *(f"{name}: {value}" for name, value in script.headers)]
    asks += [say("row_credentials", language)] if script.credentials else []
    answers = [line for answer in result.answers for line in _lines(answer)]
    answers += [] if result.is_sent else [say("row_never_sent", language, {"method": script.method})]
    state = "readable" if result.is_readable else "blocked"
    cells = (
        f"<strong>{html.escape(scenario.title(language))}</strong><br>{_code(asks)}",
        _code(answers),
        (
            f'<strong class="{state}">{html.escape(say(state, language))}</strong><br>'
            f"{html.escape(scenario.lesson(language))}"
        ),
    )
    return f'<tr id="{scenario.name}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _lines(answer: Answer) -> list[str]:
    return [f"{answer.method}: {answer.status}", *(f"{name}: {value}" for name, value in answer.headers.items())]


def _code(lines: Iterable[str]) -> str:
    return "<br>".join(f"<code>{html.escape(line)}</code>" for line in lines)


def _send_json(start_response: StartResponse, data: Any) -> Iterable[bytes]:
    return _send(start_response, json.dumps(data).encode(), "application/json", "200 OK")


def _say(start_response: StartResponse, status: str, text: str) -> Iterable[bytes]:
    return _send(start_response, f"{text}\n".encode(), "text/plain", status)


def _send(
    start_response: StartResponse, content: bytes, media_type: str, status: str, *more: tuple[str, str]
) -> Iterable[bytes]:
    headers = [("Content-Type", f"{media_type}; charset=utf-8"), ("Content-Length", str(len(content)))]
    start_response(status, [*headers, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), *more])
    return [content]
