"""What engines make of redirects where they leave the standard's path."""

from __future__ import annotations

from .checks import Failure, check_cors
from .engines import Engine
from .exchange import WireResponse
from .headers import get_header
from .requests import Request
from .urls import URL, parse_url


class RedirectQuirks:
    """What one engine makes of the redirects of one request; the standard's own makes nothing of them.

    Args:
        request: the request, as it changes with redirects.
        engine: whose rules.
    """

    def __init__(self, request: Request, engine: Engine) -> None:
        self._request = request
        self._engine = engine

    def is_no_redirect(self, response: WireResponse) -> bool:
        """Tell whether the engine takes a response with a redirect status for an ordinary one."""
        mode, meaning = self._request.redirect, self._engine.empty_location
        location = get_header(response.headers, "location")
        if location is None:
            return mode == "error" and meaning != "the same URL"
        if mode == "manual" or location:
            return False
        return meaning == "no redirect" or (meaning == "failure" and (mode == "error" or self._request.is_sync))

    def lacks_location(self, response: WireResponse) -> bool:
        """Tell whether the engine follows a redirect that the script asked to see, to find that it leads nowhere."""
        location = get_header(response.headers, "location")
        leads_nowhere = location is not None and parse_url(location, self._request.url) is None
        return self._engine.requires_location_for_manual and leads_nowhere

    def refuses_credentials(self, new: URL) -> bool:
        """Tell whether a redirect may not lead to this URL with its user name or password (steps 8 and 9)."""
        request = self._request
        if request.tainting == "cors" or (request.mode == "cors" and not request.origin.is_same(new)):
            return True
        is_own = request.tainting == "basic" and request.origin.is_same(new)
        return is_own and request.api in self._engine.refuses_own_credentials

    def check_again(self, response: WireResponse) -> Failure | None:
        """Return what WebKit finds wrong with a redirect of another origin, once it has made the next preflight."""
        request = self._request
        if request.tainting != "cors" or request.credentials != "same-origin":
            return None
        if not request.origin.is_same(request.url_list[0]):
            return None
        origin, is_tainted = request.serialized_origin, request.is_tainted
        return check_cors(response.headers, origin, include=True, is_tainted=is_tainted)
