"""What a server said, read for CORS."""

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
        """Whether the status is one that browsers take from a preflight."""
        return self.exchange.status is not None and 200 <= self.exchange.status <= 299

    @property
    def is_limited(self) -> bool:
        """Whether the server said that it takes no more for now."""
        return self.exchange.status in (429, 503)

    @property
    def is_no_answer(self) -> bool:
        """Whether nothing can be read from it: nothing came, or the server failed, or takes no more."""
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
        """Whether the origin that asked may read this, without credentials at least."""
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
        """Whether caches are told that the answer depends on Origin."""
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
    """What a server said.

    Attributes:
        known: to the origin that is, or might be, allowed.
        absent: to a request without Origin.
        stranger: to an origin that nobody has.
        probed: to the look-alikes.
        preflight: to a preflight of the known origin.
        stranger_preflight: to one of the stranger.
        odd_method: to a preflight for a method that nobody has heard of.
        odd_header: to one for such a header.
        private: to one that asks for a private network.
        options: to OPTIONS without Origin.
        is_given: whether somebody said that the known origin is allowed.
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
