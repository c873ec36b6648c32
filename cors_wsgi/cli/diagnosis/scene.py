"""One refusal with everything known about it, as the rules of a diagnosis see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cors_wsgi.browser import Exchange, FetchError
from cors_wsgi.browser.checks import check_cors
from cors_wsgi.browser.exchange import WireResponse
from cors_wsgi.browser.headers import Header, get_header
from cors_wsgi.browser.urls import URL, parse_url
from cors_wsgi.fetch import ALLOW_ORIGIN

from .looks import Looks
from .model import Asked, CauseCode, Diagnosis, Remedy
from .plans import Plan, Task
from .servers import Seen, ServerName, recognize
from .wanted import list_lacks, write_wanted
from .words import write_remedy


@dataclass(frozen=True)
class Scene:
    """A refusal.

    Attributes:
        failed: what the browser says.
        exchange: the one that failed.
        response: its answer.
        exchanges: everything that went over the wire.
        asked: what the page asked for.
        looks: sends further requests; None if no more may be sent.
        named: the server, if the user named it.
        is_live: whether a server answered, rather than an app in this process.
    """

    failed: FetchError
    exchange: Exchange
    response: WireResponse
    exchanges: Sequence[Exchange]
    asked: Asked
    looks: Looks | None = None
    named: ServerName | None = None
    is_live: bool = True

    @cached_property
    def seen(self) -> Seen:
        """Who answered."""
        return recognize(self.response, self.named, is_live=self.is_live)

    @property
    def server(self) -> ServerName | None:
        """Whose configuration must change: the server in front, or the only one that is known."""
        return self.seen.front or self.seen.author

    @property
    def title(self) -> str:
        """The server's name in a sentence."""
        return "The server" if self.server is None else self.server.title

    @property
    def is_preflight(self) -> bool:
        """Whether the preflight failed."""
        return self.exchange.is_preflight

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.response.status

    @cached_property
    def allowed(self) -> str | None:
        """The value of Access-Control-Allow-Origin."""
        return get_header(self.response.headers, ALLOW_ORIGIN.lower())

    @property
    def url(self) -> URL:
        """The URL that was requested last."""
        url = parse_url(self.exchange.url)
        assert url is not None  # it was fetched
        return url

    @property
    def subject(self) -> str:
        """The answer, at the beginning of a sentence."""
        whose = "The preflight's answer" if self.is_preflight else "The answer"
        return f"{whose} ({self.status})"

    @cached_property
    def wanted(self) -> list[Header]:
        """The headers that would make this answer acceptable."""
        return write_wanted(self.response.headers, self.asked, is_preflight=self.is_preflight)

    @cached_property
    def lacks(self) -> list[str]:
        """Everything that this answer lacks."""
        return list_lacks(self.response.headers, self.asked, is_preflight=self.is_preflight)

    @cached_property
    def plain_get(self) -> WireResponse | None:
        """The answer to a GET of the same URL, for a preflight that failed."""
        return None if self.looks is None else self.looks.get()

    @cached_property
    def neighbor(self) -> tuple[str, WireResponse] | None:
        """The path of another URL of the server that is shared with the page, and its answer."""
        if self.looks is None:
            return None
        for url in self.looks.find_neighbors():
            response = self.looks.get_at(url)
            if response is not None and self.is_shared(response):
                return url.path, response
        return None

    def is_shared(self, response: WireResponse, origin: str | None = None) -> bool:
        """Tell whether an answer is shared with the page, credentials aside."""
        return check_cors(response.headers, origin or self.asked.origin, include=False) is None

    def plan(self, task: Task, *origins: str, pairs: Sequence[Header] | None = None, variable: str = "") -> Plan:
        """Return a plan for this URL; by default for the page's origin, with the headers that are wanted."""
        chosen = tuple(dict.fromkeys((self.asked.origin, *origins)))
        path = self.url.path
        is_alone = self.is_preflight and not self.lacks
        return Plan(task, path, chosen, pairs or self.wanted, self.asked.include, variable, is_alone)

    def write(self, plan: Plan, text: str, server: ServerName | None = None) -> Remedy:
        """Return a remedy written for the server."""
        return write_remedy(server or self.server, plan, text)

    def write_answer(self, text: str, server: ServerName | None = None) -> Remedy:
        """Return the remedy that answers preflights, and shares the actual answer if that is known not to be shared."""
        remedy = self.write(self.plan(Task.PREFLIGHT), text, server)
        plain = self.plain_get
        who = server or self.server
        if plain is None or self.is_shared(plain) or not remedy.pieces or who is None or not who.is_proxy:
            return remedy
        pairs = write_wanted(plain.headers, self.asked, is_preflight=False)
        more = self.write(self.plan(Task.ADD, pairs=pairs), text, server)
        return replace(remedy, pieces=(*remedy.pieces, *more.pieces))

    def conclude(self, code: CauseCode, cause: str, remedy: Remedy, *, shows_wanted: bool = True) -> Diagnosis:
        """Return the diagnosis, with everything else that the answer lacks, and the answer that is wanted."""
        status = ("", "204 No Content" if self.is_preflight else f"{self.status} {self.response.phrase}".rstrip())
        return Diagnosis(code, cause, remedy, (status, *self.wanted) if shows_wanted else ())
