"""The browser: one user agent with its pages, servers, cookies, caches and clock."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from .cache import Clock, PreflightCache
from .cookies import Cookies
from .engines import Engine, get_engine
from .exchange import Exchange, WireRequest, WireResponse
from .http_cache import HTTPCache
from .network import Agent
from .origins import open_origin
from .pages import Page
from .transports import NetworkError, Transport, WSGITransport
from .urls import URL, parse_url
from .ways import DIRECT, Route

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DEFAULT_URL = "https://api.example.com"


class Browser:
    """A model of a browser, for tests: it treats an app's answers as a browser would, step by step.

    ```python
    browser = Browser(app, url="https://api.example.com")
    page = browser.open("https://app.example.com")
    response = page.fetch("/items/1", method="PUT", json={"name": "x"}, credentials="include")
    ```

    Attributes:
        engine: whose rules it follows.
        clock: stands still until a test moves it; the preflight cache and cookies expire by it.
        cookies: of all origins.
        exchanges: everything that went over the wire, in order.
    """

    def __init__(
        self,
        app: WSGIApplication,
        url: str = DEFAULT_URL,
        *,
        engine: str | Engine = "standard",
        http2: bool = True,
        http_cache: bool = False,
    ) -> None:
        """Create a browser that finds a WSGI app at `url`.

        Args:
            app: called in this process; `fetch` raises whatever it raises.
            url: where the app is served, such as `https://api.example.com`.
            engine: `standard`, `chromium`, `firefox` or `webkit`.
            http2: whether the app counts as served over HTTP/2, which browsers need to send streams.
            http_cache: whether responses that say so (`Cache-Control: max-age=60`) are cached, as browsers do.

        Raises:
            ValueError: `url` is not an http or https URL, or there is no such engine.
            ImportError: werkzeug is not installed (the extra `testing`).
        """
        self._set_up(url, get_engine(engine), Clock())
        if http_cache:
            self._agent.http_cache = HTTPCache(self.clock)
        self.mount(url, app, http2=http2)

    @classmethod
    def live(
        cls, url: str, *, engine: str | Engine = "standard", timeout: float = 10.0, route: Route = DIRECT
    ) -> Browser:
        """Create a browser that contacts live servers over HTTP; its clock runs.

        Args:
            url: the server under test; a path that begins with `/` is resolved against it.
            engine: as for the constructor.
            timeout: seconds for one exchange, from the connection to the last byte.
            route: how to reach the servers: a proxy, a socket, certificates, addresses.

        Raises:
            ValueError: `url` is not an http or https URL, or there is no such engine.
        """
        from .connections import HTTPTransport  # noqa: PLC0415 - sockets and TLS take longer to import than all else

        browser = cls.__new__(cls)
        browser._set_up(url, get_engine(engine), Clock(runs=True))
        browser._network = HTTPTransport(timeout=timeout, engine=browser.engine, route=route)
        return browser

    def _set_up(self, url: str, engine: Engine, clock: Clock) -> None:
        self._url = _check_url(url)
        self._transports: dict[str, Transport] = {}
        self._network: Transport | None = None
        self.engine = engine
        self.clock = clock
        self.exchanges: list[Exchange] = []
        self.cookies = Cookies(clock, engine)
        self._agent = Agent(
            engine=engine,
            cache=PreflightCache(clock, engine),
            cookies=self.cookies,
            find_transport=self._find_transport,
            exchanges=self.exchanges,
        )

    @property
    def url(self) -> str:
        """Where the app is served, without a slash at the end."""
        return self._url.request_url.rstrip("/")

    def open(self, origin: str) -> Page:
        """Open a page.

        Args:
            origin: `https://app.example.com`, a whole URL, or `null` for an opaque origin, such as a sandboxed frame's.

        Raises:
            ValueError: `origin` is not a URL, or has a user name or password in it.
        """
        return Page(self._agent, *open_origin(origin), self._url)

    def mount(self, url: str, app: WSGIApplication, *, http2: bool = True) -> None:
        """Serve another WSGI app at an origin, for redirects and further requests.

        Args:
            url: the origin.
            app: called in this process.
            http2: as for the constructor.

        Raises:
            ValueError: `url` is not an http or https URL.
        """
        self.take(url, WSGITransport(app, speaks_http2=http2))

    def take(self, url: str, transport: Transport) -> None:
        """Send the requests for an origin through a custom transport.

        Args:
            url: the origin.
            transport: sends requests, and raises `NetworkError` if no response comes.

        Raises:
            ValueError: `url` is not an http or https URL.
        """
        self._transports[_check_url(url).origin] = transport

    def authenticate(self, url: str, username: str, password: str) -> None:
        """Store HTTP authentication for an origin, as if a user had typed it (`#authentication-entry`).

        Args:
            url: the origin.
            username: without a colon.
            password: anything.

        Raises:
            ValueError: `url` is not an http or https URL, or `username` has a colon in it.
        """
        if ":" in username:
            raise ValueError(f"username={username!r} has a colon in it; HTTP Basic authentication ends the name there")
        value = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
        self._agent.authentication[_check_url(url).origin] = f"Basic {value}"

    def clear_preflight_cache(self) -> None:
        """Forget all answers to preflights."""
        self._agent.cache.clear_all()

    def _find_transport(self, url: URL) -> Transport:
        transport = self._transports.get(url.origin, self._network)
        return _UNMOUNTED if transport is None else transport

    def __repr__(self) -> str:
        return f"<Browser at {self.url}, engine {self.engine.name}>"


class _Unmounted:
    """The transport for an origin where nothing is mounted."""

    speaks_http2 = True

    def send(self, url: URL, request: WireRequest) -> WireResponse:  # noqa: ARG002 - it answers none
        raise NetworkError(f"nothing is mounted at {url.origin}")


_UNMOUNTED = _Unmounted()


def _check_url(url: str) -> URL:
    parsed = parse_url(url)
    if parsed is None or not parsed.is_http or parsed.has_credentials:
        raise ValueError(f"{url!r} is not an http or https URL; write one such as 'https://api.example.com'")
    return parsed
