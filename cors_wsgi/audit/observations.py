"""A server's answers, read for what they say about CORS."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..browser.exchange import Exchange
from ..fetch import ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, ORIGIN, VARY
from .probes import Probe


@dataclass(frozen=True)
class Answer:
    """An exchange, read for what it says about CORS."""

    exchange: Exchange

    @property
    def is_ok(self) -> bool:
        """Whether browsers accept the status for a preflight."""
        return self.exchange.status is not None and 200 <= self.exchange.status <= 299

    @property
    def is_limited(self) -> bool:
        """Whether the server said that it accepts no more requests for now."""
        return self.exchange.status in (429, 503)

    @property
    def is_no_answer(self) -> bool:
        """Whether it shows nothing: no response, a failure of the server, or too many requests."""
        status = self.exchange.status
        return status is None or status == 429 or status >= 500

    @property
    def origins(self) -> list[str]:
        """The lines of Access-Control-Allow-Origin."""
        response = self.exchange.response
        lines = () if response is None else response.headers
        return [value for name, value in lines if name.lower() == ALLOW_ORIGIN.lower()]

    @property
    def is_shared(self) -> bool:
        """Whether the origin that asked may read this, at least without credentials."""
        return self.names_asker or self.origins == ["*"]

    @property
    def names_asker(self) -> bool:
        """Whether the origin that asked is named."""
        return self.origins == [self.exchange.sent(ORIGIN)]

    @property
    def has_credentials(self) -> bool:
        """Whether credentials are allowed."""
        return self.exchange.received(ALLOW_CREDENTIALS) == "true"

    @property
    def varies(self) -> bool:
        """Whether the answer says to caches that it depends on Origin."""
        return bool({"origin", "*"} & self.list_names(VARY))

    @property
    def allowed_methods(self) -> set[str]:
        """What Access-Control-Allow-Methods names."""
        return self.list_names(ALLOW_METHODS, lower=False)

    @property
    def allowed_headers(self) -> set[str]:
        """What Access-Control-Allow-Headers names, in lower case."""
        return self.list_names(ALLOW_HEADERS)

    def list_names(self, header: str, *, lower: bool = True) -> set[str]:
        """Return the members of a header that is a list."""
        value = self.exchange.received(header) or ""
        return {part.strip() for part in (value.lower() if lower else value).split(",")} - {""}


@dataclass
class Observations:
    """A server's answers.

    Attributes:
        known: to the origin that is, or might be, allowed.
        absent: to a request without Origin.
        stranger: to an origin that nobody has.
        probed: to the look-alikes.
        preflight: to a preflight from the known origin.
        stranger_preflight: to a preflight from the stranger.
        odd_method: to a preflight for a method that nobody has heard of.
        odd_header: to a preflight for a header that nobody has heard of.
        private: to a preflight that asks for a private network.
        options: to OPTIONS without Origin.
        is_given: whether the user said that the known origin is allowed.
    """

    known: Answer
    absent: Answer
    stranger: Answer
    preflight: Answer
    stranger_preflight: Answer
    odd_method: Answer
    odd_header: Answer
    private: Answer
    options: Answer
    is_given: bool
    probed: list[tuple[Probe, Answer]] = field(default_factory=list)

    @property
    def all(self) -> list[Answer]:
        """Every answer."""
        named = (self.absent, self.known, self.stranger, self.preflight, self.stranger_preflight, self.odd_method)
        return [*named, self.odd_header, self.private, self.options, *(answer for _, answer in self.probed)]
