"""Pages: what a script of one origin can do."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Mapping
from typing import Any

from .bodies import Body, Document, URLSearchParams
from .elements import ASKING, As, Kind, Load, load, make_beacon_request, make_event_source_request, make_request
from .engines import API
from .errors import FetchError
from .exchange import Exchange
from .fetching import fetch
from .headers import HeadersInit, has_header, list_pairs
from .network import Agent, naming
from .origins import Origin
from .reasons import FailureReason
from .requests import (
    Cache,
    Credentials,
    Mode,
    Priority,
    Redirect,
    ReferrerPolicy,
    Request,
    complete_fetch_request,
    refuse,
)
from .responses import Response
from .urls import URL, parse_url
from .xhr import complete_xhr_request


class Page:
    """A page that the browser has open.

    Attributes:
        origin: serialized, as in the Origin header; `null` if it is opaque.
    """

    def __init__(self, agent: Agent, origin: Origin, url: URL | None, served_at: URL) -> None:
        self._agent = agent
        self._origin = origin
        self._url = url
        self._served_at = served_at

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything that went over the wire, for all pages of the browser."""
        return self._agent.exchanges

    @property
    def origin(self) -> str:
        """The page's origin as it is serialized; `null` if it is opaque."""
        return self._origin.serialized

    def __repr__(self) -> str:
        return f"<Page of {self.origin}>"

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit | None = None,
        body: Body | None = None,
        json: Any = None,
        form: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        mode: Mode = "cors",
        credentials: Credentials = "same-origin",
        redirect: Redirect = "follow",
        cache: Cache = "default",
        referrer: str = "about:client",
        referrer_policy: ReferrerPolicy = "",
        integrity: str = "",
        keepalive: bool = False,
        priority: Priority = "auto",
        duplex: str | None = None,
    ) -> Response:
        """Do what `fetch(url, init)` does in a script of this page (`#fetch-method`).

        Args:
            url: absolute. One that begins with a single `/` means the app's own URL, not the page's, since a test is
                about the app. A script would have to write the whole URL.
            method: as a script writes it; `put` becomes PUT, `patch` and `query` stay, as in browsers.
            headers: a mapping, or pairs. What a script may not set is dropped, as browsers drop it.
            body: text, bytes, `Blob`, `FormData`, `URLSearchParams` or `ReadableStream`.
            json: sent as text, with `Content-Type: application/json` unless `headers` has one.
            form: sent as `application/x-www-form-urlencoded`.
            mode: `cors`, `no-cors` or `same-origin`.
            credentials: the credentials mode: `omit`, `same-origin` or `include`.
            redirect: `follow`, `error` or `manual`.
            cache: the cache mode; it matters for headers and preflights, and for the HTTP cache, if there is one.
            referrer: a URL, `about:client` for the page's, or empty; no Referer is sent.
            referrer_policy: matters only for the Origin of no-cors requests.
            integrity: hashes such as `sha384-...`, one of which the body must have.
            keepalive: the request may outlive the page; its body may have 64 KiB. With the engine `firefox` it may be
                longer, as in Firefox if the script gives `fetch()` a `Request` object, but not a URL and options.
            priority: `high`, `low` or `auto`; ignored here.
            duplex: `half` if the body is a `ReadableStream`.

        Raises:
            CORSError: CORS does not let the script have the response.
            FetchError: it failed for another reason.
            TypeError: more than one of `body`, `json` and `form` is given.
        """
        headers, body = _choose_body(headers, body, json, form)
        request = Request(
            "fetch", method, [self._resolve(url, method, "fetch")], [], self._origin, mode=mode, credentials=credentials
        )
        request.redirect, request.cache, request.referrer_policy = redirect, cache, referrer_policy
        request.integrity, request.keepalive, request.priority = integrity, keepalive, priority
        with naming(request, self._agent.engine):
            if referrer and parse_url(referrer, self._url) is None:
                raise refuse(f"the referrer {referrer!r} is not a URL")
            complete_fetch_request(request, headers, body, duplex=duplex, engine=self._agent.engine)
        return fetch(self._agent, request)

    def xhr(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit | None = None,
        body: Body | Document | None = None,
        json: Any = None,
        form: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        with_credentials: bool = False,
        upload_listener: bool = False,
        sync: bool = False,
        username: str | None = None,
        password: str | None = None,
    ) -> Response:
        """Do what `XMLHttpRequest` does in a script of this page (https://xhr.spec.whatwg.org).

        Args:
            url: as for `fetch`.
            method: as for `fetch`.
            headers: each is set with `setRequestHeader`; values of one name are joined.
            body: as for `fetch`, or a `Document`; a stream is sent as the text `[object ReadableStream]`.
            json: as for `fetch`.
            form: as for `fetch`.
            with_credentials: `xhr.withCredentials`.
            upload_listener: a listener is registered on `xhr.upload`, which forces a preflight.
            sync: the request is a synchronous one.
            username: the fourth argument of `open()`; sent if the server of the page's own origin answers 401.
            password: the fifth.

        Raises:
            CORSError: CORS does not let the script have the response.
            FetchError: it failed for another reason.
            TypeError: more than one of `body`, `json` and `form` is given.
        """
        headers, body = _choose_body(headers, body, json, form)
        target = self._resolve(url, method, "XMLHttpRequest")
        if username is not None or password is not None:
            target = target.with_credentials(username, password)
        request = Request("XMLHttpRequest", method, [target], [], self._origin, is_sync=sync)
        request.credentials = "include" if with_credentials else "same-origin"
        with naming(request, self._agent.engine):
            complete_xhr_request(request, headers, body, upload_listener=upload_listener, engine=self._agent.engine)
        return fetch(self._agent, request)

    def load(
        self,
        kind: Kind,
        url: str,
        *,
        crossorigin: str | None = None,
        integrity: str = "",
        as_: As | None = None,
    ) -> Load:
        """Load something without a script, as an element of this page would; nothing is raised if it is blocked.

        Args:
            kind: `img`, `script`, `module`, `import` (of a module script, with the attribute of what imports it),
                `importScripts` (in a worker), `style`, `font`, `mask`, `video`, `audio`, `media`, `preload`,
                `modulepreload` or `worker`.
            url: as for `fetch`.
            crossorigin: the attribute: None without it; `use-credentials`, or anything else for `anonymous`.
            integrity: the attribute.
            as_: the attribute `as` of a preload: `script`, `style`, `font`, `image`, `fetch`, `audio` or `video`.

        Raises:
            ValueError: there is no such kind, or it has no such attribute.
            FetchError: `url` is not a URL.
        """
        target = self._resolve(url, "GET", "link")
        request = make_request(
            kind, target, self._origin, crossorigin=crossorigin, as_=as_, integrity=integrity, agent=self._agent
        )
        taint = ASKING[kind].taint if kind in ASKING else "its consumer may not read it"
        return load(self._agent, kind, request, taint)

    def event_source(self, url: str, *, with_credentials: bool = False) -> Load:
        """Do what `new EventSource(url)` does in a script of this page, and read the stream to its end.

        Args:
            url: as for `fetch`.
            with_credentials: `withCredentials`.

        Raises:
            FetchError: `url` is not a URL.
        """
        target = self._resolve(url, "GET", "EventSource")
        request = make_event_source_request(target, self._origin, with_credentials=with_credentials)
        return load(self._agent, "EventSource", request, "")

    def send_beacon(self, url: str, body: Body | None = None) -> bool:
        """Do what `navigator.sendBeacon(url, body)` does, and return what it returns: whether the beacon was queued.

        A script never learns what happened to it; `exchanges` shows what went over the wire.

        Args:
            url: as for `fetch`.
            body: as for `fetch`, but not a stream.

        Raises:
            FetchError: `url` is not a URL.
        """
        request = make_beacon_request(self._resolve(url, "POST", "ping"), self._origin, body, self._agent.engine)
        if request is None:
            return False
        load(self._agent, "beacon", request, "")
        return True

    def _resolve(self, url: str, method: str, api: API) -> URL:
        """Return the absolute URL for what a script wrote.

        Raises:
            FetchError: `url` is not a URL.
        """
        is_of_app = url.startswith("/") and not url.startswith(("//", "/\\"))
        parsed = parse_url(url, self._served_at if is_of_app else self._url)
        if parsed is None:
            raise FetchError(
                FailureReason.INVALID_REQUEST,
                value=f"{url!r} is not a URL",
                url=url,
                api=api,
                origin=self.origin,
                method=method,
                engine=self._agent.engine.name,
            )
        return parsed


def _choose_body(
    headers: HeadersInit | None,
    body: Any,
    json: Any,
    form: Mapping[str, str] | Iterable[tuple[str, str]] | None,
) -> tuple[HeadersInit | None, Any]:
    """Return headers and body, with `json` or `form` encoded in them."""
    if json is None and form is None:
        return headers, body
    if sum(part is not None for part in (body, json, form)) > 1:
        raise TypeError("pass only one of body, json and form")
    if form is not None:
        return headers, URLSearchParams(form)
    pairs = list_pairs(headers)
    if not has_header(pairs, "content-type"):
        pairs.append(("Content-Type", "application/json"))
    return pairs, jsonlib.dumps(json)
