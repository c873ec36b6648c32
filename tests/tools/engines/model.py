"""Play a case to the model of the browser, which talks to apps that answer as the recording server does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from support.recorded import make_body

from cors_wsgi.browser import Browser, Engine, FetchError, Page
from cors_wsgi.browser.engines import get_engine

from .cases import SERVERS, Case, Observed, Step, choose_answer, make_words
from .wire import describe_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OPTIONS = ("mode", "credentials", "redirect", "cache", "duplex", "keepalive")


class _Servers:
    """The recording server as WSGI apps, which know the step that is being played."""

    def __init__(self, case: Case, origins: Mapping[str, str]) -> None:
        self.case = case
        self.origins = origins
        self.number = 0

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        hop = environ["PATH_INFO"].split("/")[-1]
        names = ("origin", "access-control-request-method", "access-control-request-headers")
        given = {name: environ.get("HTTP_" + name.upper().replace("-", "_")) for name in names}
        request = {name: value for name, value in given.items() if value is not None}
        is_preflight = environ["REQUEST_METHOD"] == "OPTIONS" and "access-control-request-method" in request
        words = make_words(self.case, self.origins, request)
        status, headers, body = choose_answer(
            self.case,
            self.number,
            hop,
            is_preflight=is_preflight,
            is_authorized="HTTP_AUTHORIZATION" in environ,
            words=words,
        )
        start_response(f"{status} X", headers)
        return [body]


def play(
    case: Case, origins: Mapping[str, str], elapsed: Sequence[float], engine: str | Engine
) -> Iterator[tuple[Observed, FetchError | None]]:
    """Play a case and yield, for each step, what was seen and why it failed, if it did.

    Args:
        case: what to play.
        origins: of the three servers, as the browser saw them.
        elapsed: the seconds that passed before each step in the browser.
        engine: whose rules.
    """
    servers = _Servers(case, origins)
    app: WSGIApplication = servers.app
    if any("keepalive" in step and not step.get("asRequest") for step in case["steps"]):
        engine = replace(get_engine(engine), limits_keepalive=True)  # the row is about Request objects
    browser = Browser(app, origins["page"], engine=engine, http2=False)
    for name in SERVERS[1:]:
        browser.mount(origins[name], app, http2=False)
    page = browser.open("null" if case["opaque"] else origins["page"])
    by_origin = {origin: name for name, origin in origins.items()}
    for servers.number, (step, seconds) in enumerate(zip(case["steps"], elapsed, strict=True)):
        browser.clock.advance(seconds)
        browser.exchanges.clear()
        error, client = None, None
        try:
            client = _run(
                page, f"{origins.get(step['target'], step['target'])}/c/{case['id']}/0{step.get('suffix', '')}", step
            )
        except FetchError as failure:
            error, client = failure, "failed"
        requests = []
        for exchange in browser.exchanges:
            origin = "/".join(exchange.url.split("/")[:3])
            if origin not in by_origin:
                continue  # nobody listens there, and nobody records
            requests.append(
                describe_request(
                    by_origin[origin],
                    exchange.method,
                    exchange.url[len(origin) :],
                    exchange.request.headers,
                    exchange.request.body or b"",
                    is_preflight=exchange.is_preflight,
                )
            )
        yield {"client": client, "requests": requests}, error


TELLING: Final = frozenset({"img", "style"})
"""What tells a tainted thing from one that scripts may read."""


def is_element(step: Step) -> bool:
    """Tell whether something else than a script asks."""
    return step["api"] not in ("fetch", "xhr")


def _load(page: Page, url: str, step: Step) -> str:
    """Load what an element asks for, and return the outcome as far as the page tells it."""
    if step["api"] == "beacon":
        return "in use" if page.send_beacon(url, make_body(step.get("body"))) else "blocked"
    if step["api"] == "eventsource":
        loaded = page.event_source(url, with_credentials=step.get("credentials") == "include")
    else:
        kind: Any = step["api"]
        used: Any = step.get("as")
        crossorigin, integrity = step.get("crossorigin"), step.get("integrity", "")
        loaded = page.load(kind, url, crossorigin=crossorigin, as_=used, integrity=integrity)
    return loaded.outcome if loaded.outcome == "blocked" or step["api"] in TELLING else "in use"


def _run(page: Page, url: str, step: Step) -> Any:
    if is_element(step):
        return _load(page, url, step)
    headers, body = step.get("headers", []), make_body(step.get("body"))
    if step["api"] == "xhr":
        response = page.xhr(
            url,
            method=step["method"],
            headers=headers,
            body=body,
            with_credentials=step.get("credentials") == "include",
            upload_listener=step.get("listener", False),
            sync=step.get("sync", False),
            username=step.get("username"),
            password=step.get("password"),
        )
    else:
        options: Any = {name: step[name] for name in _OPTIONS if name in step}
        policy: Any = step.get("referrerPolicy", "")
        response = page.fetch(url, method=step["method"], headers=headers, body=body, referrer_policy=policy, **options)
    is_xhr = step["api"] == "xhr"
    return {
        "type": "xhr" if is_xhr else response.type,
        "status": response.status,
        "url": response.url,
        "redirected": None if is_xhr else response.redirected,
        "headers": sorted(response.headers.items()),
        "body": response.text,
    }
