"""Recorded outcomes of real browsers, and the same cases played to the model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cors_wsgi.browser import (
    Blob,
    Browser,
    Document,
    Engine,
    FetchError,
    FormData,
    Page,
    ReadableStream,
    URLSearchParams,
    WireRequest,
)
from cors_wsgi.browser.headers import get_header
from cors_wsgi.browser.urls import URL
from cors_wsgi.fetch import is_forbidden_request_header
from support.raw_answers import RawTransport

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DATA: Final = Path(__file__).parents[1] / "browser" / "data"

SERVERS: Final = {
    "page": "http://localhost:18080",
    "api": "http://127.0.0.1:18081",
    "api2": "http://localhost:18082",
    "h2": "https://127.0.0.1:18443",
}

Step = dict[str, Any]
Outcome = dict[str, Any]


def load_cases(name: str) -> dict[str, list[Step]]:
    """Return the cases of a file, each with its steps in order."""
    cases: dict[str, list[Step]] = {}
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            step = json.loads(line)
            cases.setdefault(step["id"], []).append(step)
    return cases


def _answer(headers: Iterable[tuple[str, str]], status: int = 204, body: str = "") -> dict[str, Any]:
    return {"status": status, "headers": [list(pair) for pair in headers], "body": body}


_SHARED: Final = (("Access-Control-Allow-Origin", "{origin}"), ("Access-Control-Allow-Credentials", "true"))
DEFAULT_SERVER: Final = {
    "preflight": _answer(
        (
            *_SHARED,
            ("Access-Control-Allow-Methods", "{acrm}"),
            ("Access-Control-Allow-Headers", "{acrh}"),
        )
    ),
    "actual": _answer((*_SHARED, ("Content-Type", "text/plain"), ("Cache-Control", "no-store")), 200, "ok"),
}
"""What the servers answer where a case does not prescribe it."""


RAW_GROUPS: Final = ("wire", "interim")
"""What is about HTTP syntax, which a WSGI app cannot get wrong."""


@dataclass
class Servers:
    """The recording servers of one case, as WSGI apps."""

    steps: list[Step]
    preflights: list[list[Any]] = field(default_factory=list)
    actuals: list[list[Any]] = field(default_factory=list)
    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def make_app(self, name: str) -> WSGIApplication:
        def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            hop = environ["PATH_INFO"].split("/")[3]
            asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
            names = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
            origin = environ.get("HTTP_ORIGIN")
            answer = self.answer(name, hop, environ["REQUEST_METHOD"], asked, names, origin)
            status, headers, body = answer["status"], answer["headers"], answer["body"]
            if status not in (204, 304) and name != "h2":
                headers = [*headers, ("Content-Length", str(len(body)))]
            start_response(f"{status} X", headers)
            return [body]

        return app

    def make_transport(self, name: str, engine: Engine) -> RawTransport:
        """Return a way to the same server on which raw header lines and interim responses can be sent."""

        def write(url: URL, request: WireRequest) -> bytes:
            names = ("Access-Control-Request-Method", "Access-Control-Request-Headers", "Origin")
            given = [get_header(request.headers, each.lower()) for each in names]
            answer = self.answer(name, url.path.split("/")[3], request.method, *given)
            length = [] if answer["status"] in (204, 304) else [("Content-Length", str(len(answer["body"])))]
            # A line that is to be sent as it is stands in the recordings as the value of a header without a name.
            lines = [f"{key}: {value}" if key else value for key, value in (*answer["headers"], *length)]
            head = "\r\n".join([f"HTTP/1.1 {answer['status']} X", *lines, "", ""])
            return (answer["prefix"] + head).encode("latin-1") + bytes(answer["body"])

        return RawTransport(write, engine)

    def answer(
        self, name: str, hop: str, method: str, asked: str | None, names: str | None, origin: str | None
    ) -> dict[str, Any]:
        """Return status, headers and body of the answer to a request, which is noted down."""
        is_preflight = method == "OPTIONS" and asked is not None
        if is_preflight:
            self.preflights.append([name, hop, asked, names, origin])
        else:
            self.actuals.append([name, hop, method, origin])
        part = "preflight" if is_preflight else "actual"
        prescribed = (
            self.steps[0].get("server", {}).get(hop.partition(";")[0], DEFAULT_SERVER).get(part, DEFAULT_SERVER[part])
        )
        if isinstance(prescribed, list):
            place = self.counts.get((name, hop, part), 0)
            self.counts[name, hop, part] = place + 1
            prescribed = prescribed[min(place, len(prescribed) - 1)]
        is_opaque = self.steps[0]["page_origin"] == "null"
        words = {
            "{PAGE}": SERVERS["page"] if is_opaque else self.steps[0]["page_origin"],
            "{origin}": origin or "",
            "{acrm}": asked or "",
            "{acrh}": names or "",
            "{id}": self.steps[0]["id"],
            **{f"{{{key}}}": url for key, url in SERVERS.items()},
        }
        headers = [(key, _fill(value, words)) for key, value in prescribed["headers"]]
        return {
            "status": prescribed["status"],
            "headers": headers,
            "body": prescribed.get("body", "").encode(),
            "prefix": prescribed.get("prefix", ""),
        }


def _fill(value: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        value = value.replace(word, meaning)
    return value


_BYTES: Final = ("arraybuffer", "uint8array", "dataview")


def make_body(given: dict[str, Any] | None) -> Any:
    """Return the body that a case's script gives.

    Raises:
        ValueError: it is not known what that is.
    """
    if given is None:
        return None
    kind, value = given["kind"], given["value"]
    known = {"kind", "value", "type"} if kind == "blob" else {"kind", "value"}
    if set(given) - known:
        raise ValueError(f"a body is not known that is recorded as {given}")
    if kind == "blob":
        return Blob(value, given.get("type", ""))
    if kind in ("document", "xmldocument"):
        return Document(value, is_html=kind == "document")
    if kind == "formdata":
        return FormData({"a": value})
    if kind == "urlsearchparams":
        return URLSearchParams([tuple(pair.split("=")) for pair in value.split("&")])
    if kind == "stream":
        return ReadableStream([value.encode()])
    if kind in _BYTES:
        return value.encode()
    if kind != "string":
        raise ValueError(f"a body is not known that is recorded as {given}")
    return value


_HOW: Final = ("addEventListener", "on", "touch")
_WHEN: Final = (None, "before_open", "after_open", "after_send")

_EVENTS: Final = frozenset({"loadstart", "progress", "abort", "error", "load", "timeout", "loadend"})
"""What an XMLHttpRequestUpload has handlers for: `onfoo` is a property like any other."""


def _has_listener(given: dict[str, Any] | None) -> bool:
    """Tell whether a listener is on the upload when the request is sent.

    Raises:
        ValueError: it is not known what the script did.
    """
    if given is None:
        return False
    unknown = set(given) - {"type", "how", "when", "remove"}
    if unknown or given["how"] not in _HOW or given.get("when") not in _WHEN:
        raise ValueError(f"it is not known what a script did that is recorded as {given}")
    if given["how"] == "touch" or given.get("remove") or given.get("when") == "after_send":
        return False
    return given["how"] == "addEventListener" or given["type"] in _EVENTS


_PLACE: Final = frozenset({"api", "target", "suffix", "wait_ms", "named"})
"""Which API, of which server, when; `named` is only the name that a request has in the recordings."""

_SHARED_OPTIONS: Final = frozenset({"method", "headers", "body", "credentials"})

_FETCH_OPTIONS: Final = {
    "mode": "mode",
    "redirect": "redirect",
    "cache": "cache",
    "duplex": "duplex",
    "referrerPolicy": "referrer_policy",
    "referrer": "referrer",
    "keepalive": "keepalive",
    "priority": "priority",
    "integrity": "integrity",
}

ELEMENTS: Final = {
    "img": "img",
    "canvas": "img",
    "webgl": "img",
    "classic": "script",
    "script": "script",
    "stylesheet": "style",
    "link": "style",
    "video": "video",
    "audio": "audio",
    "module": "module",
    "import": "import",
    "modulepreload": "modulepreload",
    "font": "font",
    "worker": "worker",
    "importscripts": "importScripts",
    "mask": "mask",
    "preload": "preload",
}
"""The kind for `page.load`, by the recordings' name."""

_TELLING: Final = frozenset({"canvas", "webgl", "stylesheet"})
"""What tells a tainted thing from one that scripts may read: pixels, or rules, were asked for."""

_OPTIONS: Final = {
    "fetch": _SHARED_OPTIONS | _FETCH_OPTIONS.keys(),
    "workerfetch": _SHARED_OPTIONS,
    "xhr": _SHARED_OPTIONS | {"upload_listener", "sync"},
    "eventsource": frozenset({"method", "credentials"}),
    "beacon": frozenset({"method", "body"}),
    **dict.fromkeys(ELEMENTS, frozenset({"method", "crossorigin"})),
    "preload": frozenset({"method", "crossorigin", "as"}),
    "worker": frozenset({"method", "module"}),  # whose script is asked for as that of another worker
    "script": frozenset({"method", "crossorigin", "type"}),
}
"""What is known of each API; what a recording has besides is not played as if it were not there."""

_WITH_METHOD: Final = frozenset({"fetch", "workerfetch", "xhr"})


_STEP: Final = frozenset({"id", "step", "group", "note", "context", "page_origin", "request", "server", "by", "stable"})
_ANSWER: Final = frozenset({"status", "headers", "body"})


def _refuse_unknown(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse what would be dropped.

    Raises:
        ValueError: something is given that is not known.
    """
    if unknown := set(given) - set(known):
        raise ValueError(f"{what} with {', '.join(sorted(unknown))} is not played")


def _check_step(step: Step) -> None:
    """Refuse a step that has something which would be dropped.

    Raises:
        ValueError: it is not known what was recorded.
    """
    _refuse_unknown("a step", step, _STEP)
    answer = _ANSWER | {"prefix"} if step["group"] in RAW_GROUPS else _ANSWER
    for hop in step.get("server", {}).values():
        _refuse_unknown("a hop", hop, ("preflight", "actual"))
        for given in hop.values():
            for one in given if isinstance(given, list) else [given]:
                _refuse_unknown("an answer", one, answer)
    _check_request(step["request"])


def _check_request(request: dict[str, Any]) -> None:
    options = _OPTIONS.get(request["api"])
    if options is None:
        raise ValueError(f"the API {request['api']!r} is not played")
    _refuse_unknown(request["api"], request, _PLACE | options)
    methods = ("POST", "GET") if request["api"] == "beacon" else ("GET",)  # GET is what was noted down of some beacons
    if request["api"] not in _WITH_METHOD and request["method"] not in methods:
        raise ValueError(f"{request['api']} with the method {request['method']} is not played")


def _run_script(page: Page, step: Step) -> Any:
    request = step["request"]
    url = f"{SERVERS[request.get('target', 'api')]}/c/{step['id']}"
    suffix = request.get("suffix", "")
    url += suffix if suffix.startswith("/") else f"/0{suffix}"
    headers = [tuple(pair) for pair in request.get("headers", ())]
    body = make_body(request.get("body"))
    if request["api"] == "beacon":
        return "in use" if page.send_beacon(url, body) else "blocked"
    if request["api"] == "eventsource":
        loaded = page.event_source(url, with_credentials=request.get("credentials") == "include")
        return "in use" if loaded.outcome == "loaded" else "blocked"
    if request["api"] in ELEMENTS:
        return _load(page, url, request)
    if request["api"] == "xhr":
        return page.xhr(
            url,
            method=request["method"],
            headers=headers,
            body=body,
            with_credentials=request.get("credentials") == "include",
            upload_listener=_has_listener(request.get("upload_listener")),
            sync=request.get("sync", False),
        )
    options = {ours: request[theirs] for theirs, ours in _FETCH_OPTIONS.items() if theirs in request}
    if "credentials" in request:
        options["credentials"] = request["credentials"]
    return page.fetch(url, method=request["method"], headers=headers, body=body, **options)


def _load(page: Page, url: str, request: dict[str, Any]) -> str:
    """Load what an element asks for, and return the outcome as far as it was recorded."""
    kind: Any = "module" if request.get("type") == "module" else ELEMENTS[request["api"]]
    outcome = page.load(kind, url, crossorigin=request.get("crossorigin"), as_=request.get("as")).outcome
    if outcome == "blocked" or request["api"] in _TELLING:
        return outcome
    return "in use"


def play(steps: list[Step], engine: str | Engine) -> Iterator[Outcome]:
    """Play a case to the model and yield what was seen of each step, in the form of the recorded outcomes."""
    for step in steps:
        _check_step(step)
    servers = Servers(steps)
    browser = Browser(servers.make_app("page"), SERVERS["page"], engine=engine, http2=False)
    for name in ("api", "api2", "h2"):
        browser.mount(SERVERS[name], servers.make_app(name), http2=name == "h2")
    if steps[0]["group"] in RAW_GROUPS:
        browser.take(SERVERS["api"], servers.make_transport("api", browser.engine))
    page = browser.open(steps[0]["page_origin"])
    for step in steps:
        browser.clock.advance(step["request"].get("wait_ms", 0) / 1000)
        for seen in (servers.preflights, servers.actuals, browser.exchanges):
            seen.clear()
        outcome: Outcome = {"error": None}
        try:
            response = _run_script(page, step)
        except FetchError as error:
            outcome |= {"client": "failed", "visible": None, "error": error}
        else:
            if isinstance(response, str):
                outcome |= {"client": response, "visible": None}
                yield outcome | _list_seen(servers, browser)
                continue
            kind = "xhr" if step["request"]["api"] == "xhr" else response.type
            outcome |= {"client": [kind, response.status], "visible": sorted(response.headers)}
        yield outcome | _list_seen(servers, browser)


def _list_seen(servers: Servers, browser: Browser) -> Outcome:
    actuals = [exchange for exchange in browser.exchanges if not exchange.is_preflight]
    return {
        "preflights": list(servers.preflights),
        "actuals": list(servers.actuals),
        "first": actuals[0] if actuals else None,
        "cookies": actuals[-1].sent("Cookie") if actuals else None,
    }


def load_cookie_cases() -> list[dict[str, Any]]:
    """Return the cases about cookies: two requests each, and what each browser sent with the second."""
    with gzip.open(DATA / "cookies.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def play_cookies(case: dict[str, Any], engine: str | Engine) -> list[str]:
    """Play a case about cookies, and return those of its own that went with the last request."""
    group = {"id": case["id"], "group": "cookie", "page_origin": case["page_origin"], "server": case["server"]}
    steps: list[Step] = [{**group, "step": number, "request": step} for number, step in enumerate(case["steps"])]
    sent = [outcome["cookies"] for outcome in play(steps, engine)][-1]
    return [pair for pair in (sent or "").split("; ") if case["id"] in pair]


def expect(step: Step, seen: Outcome) -> Outcome:
    """Return a recorded outcome in the form that `play` yields, without what the script did not decide."""
    how, kind, status = seen["client"]
    if is_element(step):
        states = {"readable": "loaded", "tainted SecurityError": "tainted", None: "in use"}
        return {
            "client": states[status] if how == "resolved" else "blocked",
            "preflights": seen["preflights"],
            "actuals": seen["actuals"],
        }
    return {
        "client": [kind, status] if how == "resolved" else "failed",
        "visible": seen["visible"] if how == "resolved" else None,
        "preflights": seen["preflights"],
        "actuals": seen["actuals"],
    }


def is_element(step: Step) -> bool:
    """Tell whether something else than a script asked, which learns no status and sees no headers."""
    return step["request"]["api"] not in ("fetch", "xhr", "workerfetch")


def list_sent(seen: Outcome) -> list[tuple[str, str | None]]:
    """Return the headers of the first actual request that are the script's to decide, as they were recorded."""
    if not seen["sent"]:
        return []
    return [
        (name, value)
        for name, value in seen["sent"][0]
        if not is_forbidden_request_header(name)
        and (name != "user-agent" or (value and not value.startswith("Mozilla/")))
    ]
