"""What a failed fetch raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .consoles import CONSOLES
from .reasons import FailureReason

if TYPE_CHECKING:
    from .exchange import Exchange


class FetchError(Exception):
    """A fetch failed: the script's promise is rejected.

    Attributes:
        reason: one of the closed set.
        exchange: the request and response that the reason is about; None if nothing went over the wire.
        facts: what the reason's words are filled with.
        console_reason: the reason whose words a browser's console uses, where it has none of its own for this one.
    """

    def __init__(
        self,
        reason: FailureReason,
        exchange: Exchange | None = None,
        console_reason: FailureReason | None = None,
        **facts: str,
    ) -> None:
        super().__init__(reason, exchange)
        self.reason = reason
        self.exchange = exchange
        self.console_reason = console_reason or reason
        self.facts = facts

    @property
    def explanation(self) -> str:
        """What happened."""
        return self.reason.explain(self.facts)

    @property
    def remedy(self) -> str:
        """What to change, on the server wherever a server can help."""
        return self.reason.remedy(self.facts)

    def say(self, engine: str = "chromium") -> str:
        """Return what a browser's console prints.

        Args:
            engine: `chromium`, `firefox` or `webkit` (which is Safari); `standard` is taken for `chromium`.

        Raises:
            KeyError: there is no such engine.
        """
        return CONSOLES["chromium" if engine == "standard" else engine](self.console_reason, self.facts)

    def __str__(self) -> str:
        lines = [self.say(self.facts.get("engine", "chromium")), "", f"  {self.explanation}", f"  {self.remedy}"]
        if self.exchange is not None:
            lines += ["", *(f"  {line}" for line in str(self.exchange).splitlines())]
        return "\n".join(lines)


class CORSError(FetchError):
    """A fetch failed because of CORS: the browser blocked it, and the server can allow it."""
