"""How engines handle redirects differently from the standard, kept apart so that `fetching` reads like the standard."""

from __future__ import annotations

from .checks import Failure, check_cors
from .engines import Engine
from .exchange import WireResponse
from .headers import get_header, remove_headers
from .requests import Request
from .urls import URL, parse_url


class RedirectQuirks:
    """How one engine handles the redirects of one request; for the standard, nothing changes.

    Attributes:
        stripped_names: the lower-cased names of the headers that the last redirect removed.

    Args:
        request: the request, as it changes with redirects; its header list is the one that it starts with.
        engine: whose rules.
    """

    def __init__(self, request: Request, engine: Engine) -> None:
        self._request = request
        self._engine = engine
        self._first_headers = list(request.headers)
        self.stripped_names: frozenset[str] = frozenset()

    def is_no_redirect(self, response: WireResponse) -> bool:
        """Tell whether the engine treats a response with a redirect status as an ordinary one."""
        mode, meaning = self._request.redirect, self._engine.empty_location
        location = get_header(response.headers, "location")
        if location is None:
            return mode == "error" and meaning != "the same URL"
        if mode == "manual" or location:
            return False
        return meaning == "no redirect" or (meaning == "failure" and (mode == "error" or self._request.is_sync))

    def lacks_location(self, response: WireResponse) -> bool:
        """Tell whether the engine follows a redirect that the script asked to see, and finds that it leads nowhere."""
        location = get_header(response.headers, "location")
        leads_nowhere = location is not None and parse_url(location, self._request.url) is None
        return self._engine.requires_location_for_manual and leads_nowhere

    def parse_location(self, location: str) -> URL | None:
        """Return where a redirect leads, or None if that is not a URL (`#concept-response-location-url`)."""
        if not location and self._engine.empty_location == "failure":
            return None
        if self._engine.encodes_location_bytes and not location.isascii():
            location = "".join(char if char.isascii() else f"%{ord(char):02X}" for char in location)
        return parse_url(location, self._request.url)

    def refuses_own_credentials(self, new: URL) -> bool:
        """Tell whether the engine refuses a user name or password in a redirect within the page's own origin."""
        is_own = self._request.tainting == "basic" and self._request.origin.is_same(new)
        return is_own and self._request.api in self._engine.refuses_own_credentials

    def defers_credentials_error(self) -> bool:
        """Tell whether a user name or password in a redirect fails the fetch only after the next preflight."""
        return self._engine.defers_credential_check and self._request.tainting == "basic"

    def check_again(self, response: WireResponse) -> Failure | None:
        """Return what the engine finds wrong with a redirect from another origin, after sending the next preflight."""
        request = self._request
        if not self._engine.defers_credential_check:
            return None
        if request.tainting != "cors" or request.credentials != "same-origin":
            return None
        if not request.origin.is_same(request.url_list[0]):
            return None
        origin, is_tainted = request.serialized_origin, request.is_tainted
        return check_cors(response.headers, origin, include=True, is_tainted=is_tainted)

    def change_request(self, new: URL, stripped: frozenset[str]) -> None:
        """Change the request beyond what a redirect changes in the standard.

        Args:
            new: where it leads; not yet in the request's URL list.
            stripped: the lower-cased names of the headers that it removed.
        """
        request = self._request
        self.stripped_names = stripped
        if request.url.origin != new.origin and request.method == "DELETE" != self._engine.redirected_delete:
            request.method, request.body, request.is_stream = self._engine.redirected_delete, None, False
        if self._engine.redirected_names == "stripped once":
            request.headers = remove_headers(self._first_headers, stripped)
