"""Where the running demo is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COOKIE: Final = ("cors-wsgi-demo", "1")
"""Name and value of the cookie that the page's server sets for `localhost`, and therefore for the API too."""


@dataclass(frozen=True)
class DemoOrigins:
    """The demo's origins, on one host: to browsers, its ports are different origins, but not different sites.

    Attributes:
        page: of the page.
        api: of the API.
        elsewhere: a third one, where the API is served too; to a browser, another site.
    """

    page: str
    api: str
    elsewhere: str

    @classmethod
    def at(cls, page_port: int, api_port: int) -> DemoOrigins:
        """Return the origins of two servers on loopback."""
        api, page = f"http://localhost:{api_port}", f"http://localhost:{page_port}"
        return cls(page, api, f"http://127.0.0.1:{api_port}")
