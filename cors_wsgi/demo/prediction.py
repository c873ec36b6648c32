"""What the model of the browser predicts, before this browser does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from cors_wsgi.browser import (
    DIFFERENCES,
    ENGINES,
    Browser,
    Difference,
    Engine,
    Exchange,
    FetchError,
    FormData,
    Load,
    Page,
    PreflightCause,
    ReadableStream,
    Response,
    URLSearchParams,
    preflight_causes,
)

from .experiment import Script
from .origins import COOKIE, DemoOrigins
from .runs import Run

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SERVED_WITH: Final = [("Date", "Mon, 01 Jan 2024 00:00:00 GMT"), ("Server", "WSGIServer/0.2")]
"""The headers that the demo's web server adds; their values are not compared."""


@dataclass(frozen=True)
class Call:
    """The outcome of one call of `fetch()`.

    Attributes:
        exchanges: what goes over the wire.
        response: what the script gets; None if it fails.
        failed: why it fails; None if it does not.
        load: what the element gets; None for a script.
    """

    exchanges: Sequence[Exchange]
    response: Response | None
    failed: FetchError | None
    load: Load | None = None

    @property
    def state(self) -> str:
        """One of `readable`, `opaque` and `blocked`; for an element `loaded`, `tainted` and `blocked`."""
        if self.load is not None:
            # A script can read nothing from a font or a module, so it cannot find out that reading is refused.
            is_used = self.load.outcome == "tainted" and self.load.kind in ("font", "module")
            return "loaded" if is_used else self.load.outcome
        if self.response is None:
            return "blocked"
        return "opaque" if self.response.type == "opaque" else "readable"


@dataclass(frozen=True)
class Prediction:
    """What the model says.

    Attributes:
        causes: why a browser sends a preflight; empty for a simple request.
        calls: the outcome of each call of the script.
    """

    causes: Sequence[PreflightCause]
    calls: Sequence[Call]


def predict(run: Run, origins: DemoOrigins, engine: Engine) -> Prediction:
    """Play the script of a run in the model, against the same app, in this process."""
    app = _serve(run)
    browser = Browser(app, url=origins.api, engine=engine, http2=False)
    browser.mount(origins.elsewhere, app, http2=False)
    return play(browser, run, origins)


def play(browser: Browser, run: Run, origins: DemoOrigins) -> Prediction:
    """Play the script of a run in a browser that finds the demo's servers, wherever they are."""
    script = run.plan.script
    browser.cookies.set(origins.page, *COOKIE)
    page = browser.open(origins.page)
    calls = []
    for _ in range(script.times):
        before, url = len(browser.exchanges), origins.api + run.base + script.path
        if script.element == "none":
            response, failed = _call(page, script, url)
            calls.append(Call(tuple(browser.exchanges[before:]), response, failed))
        else:
            load = page.load(script.element, url, crossorigin=_find_attribute(script))
            calls.append(Call(tuple(browser.exchanges[before:]), None, load.error, load))
    return Prediction(_find_causes(script, browser.engine), calls)


def _find_attribute(script: Script) -> str | None:
    """Return the `crossorigin` attribute; a style sheet has no such attribute for a font."""
    return None if "none" in (script.crossorigin, script.element) or script.element == "font" else script.crossorigin


def find_differences(run: Run, origins: DemoOrigins, engine: Engine) -> list[Difference]:
    """Return the rows of the table of engines that make a difference for this engine and this run."""
    seen = _summarise(predict(run, origins, engine))
    if seen == _summarise(predict(run, origins, ENGINES["standard"])):
        return []
    rows = [row for row in DIFFERENCES if engine.name in row.engines]
    return [row for row in rows if seen != _summarise(predict(run, origins, _take_away(engine, row)))]


def _take_away(engine: Engine, row: Difference) -> Engine:
    value: Any = row.standard
    return replace(engine, **{row.name: value})


def _call(page: Page, script: Script, url: str) -> tuple[Response | None, FetchError | None]:
    body, headers = _make_body(script), list(script.headers)
    try:
        if script.listener:
            return page.xhr(
                url,
                method=script.method,
                headers=headers,
                body=body,
                with_credentials=script.credentials,
                upload_listener=True,
            ), None
        return page.fetch(
            url,
            method=script.method,
            headers=headers,
            body=body,
            mode=script.mode,
            credentials="include" if script.credentials else "same-origin",
            duplex="half" if script.body_kind == "stream" else None,
        ), None
    except FetchError as error:
        return None, error


def _make_body(script: Script) -> Any:
    text = script.body
    if script.body_kind == "params":
        return URLSearchParams(parse_qsl(text, keep_blank_values=True))
    if script.body_kind == "form":
        return FormData(dict(parse_qsl(text, keep_blank_values=True)))
    if script.body_kind == "stream":
        return ReadableStream([text.encode()])
    return text if script.body_kind == "text" else None


def _find_causes(script: Script, engine: Engine) -> Sequence[PreflightCause]:
    """Return the causes; a no-cors request, and one that the browser refuses, have none."""
    if script.element != "none" or (script.mode == "no-cors" and not script.listener):
        return ()
    try:
        return preflight_causes(
            script.method,
            script.headers,
            upload_listener=script.listener and (script.body_kind != "none" or not engine.requires_body_for_listener),
            stream_body=script.body_kind == "stream",
            engine=engine,
        )
    except FetchError:
        return ()


def _serve(run: Run) -> WSGIApplication:
    def served(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*_SERVED_WITH, *headers], exc_info)

        return run(environ, start)

    return served


def _summarise(prediction: Prediction) -> object:
    """Return what the page shows: each exchange, without Sec-Fetch headers, and what the script gets."""
    return [
        (
            [_summarise_exchange(exchange) for exchange in call.exchanges],
            call.response and (call.response.status, sorted(call.response.headers), call.response.content),
            call.state,
        )
        for call in prediction.calls
    ]


def _summarise_exchange(exchange: Exchange) -> object:
    sent = sorted(header for header in exchange.request.headers if not header[0].startswith("Sec-"))
    return exchange.is_preflight, exchange.method, exchange.url, sent, exchange.request.body, exchange.status
