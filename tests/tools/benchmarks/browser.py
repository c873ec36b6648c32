"""What a simple `page.fetch` costs on top of the app and werkzeug's test client: medians of interleaved rounds.

Run it as `python tests/tools/benchmarks/browser.py`; it fails if the difference is above the limit.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from werkzeug.test import Client

from cors_wsgi.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUNDS: Final = 300
CALLS: Final = 50
LIMIT: Final = 50.0
"""Microseconds."""

API: Final = "https://api.example.com"
PAGE: Final = "https://app.example.com"


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer everything, shared with everybody."""
    headers = [("Content-Type", "text/plain"), ("Access-Control-Allow-Origin", "*"), ("Content-Length", "5")]
    start_response("200 OK", headers)
    return [b"hello"]


def measure(call: Callable[[], object]) -> float:
    """Return the microseconds of one call, over a few."""
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS * 1e6


def compare() -> tuple[float, float]:
    """Return the medians of werkzeug's client and of `page.fetch`, in microseconds a call."""
    client = Client(app)
    browser = Browser(app, API)
    page = browser.open(PAGE)

    def ask() -> object:
        response = client.get("/items/1", base_url=API, headers={"Origin": PAGE})
        assert response.status_code == 200
        return response.data

    def fetch() -> object:
        browser.exchanges.clear()
        response = page.fetch("/items/1")
        assert response.status == 200
        return response.body

    asked, fetched = [], []
    for _ in range(ROUNDS):
        asked.append(measure(ask))
        fetched.append(measure(fetch))
    return statistics.median(asked), statistics.median(fetched)


def main() -> int:
    """Print the medians; return 1 if the difference is above the limit."""
    asked, fetched = compare()
    print(f"app + werkzeug client   {asked:7.1f} µs")
    print(f"app + page.fetch        {fetched:7.1f} µs")
    print(f"on top                  {fetched - asked:7.1f} µs (limit {LIMIT:g} µs)")
    return 0 if fetched - asked < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
