"""What the peers are configured to do: policies, each as a user would want it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PAGE: Final = "https://app.example.com"
METHODS: Final = ("GET", "PUT")
HEADERS: Final = ("content-type", "x-token")
EXPOSED: Final = ("ETag",)
MAX_AGE: Final = 600

Origins = Literal["named", "everybody", "subdomains", "regex", "misspelled", "none"]


class CannotExpressError(Exception):
    """The peer's documentation has no way to say this."""


@dataclass(frozen=True)
class Setup:
    """A policy.

    Attributes:
        name: of the setup.
        origins: who may read: `PAGE`; everybody; every subdomain of example.com; what the regex `REGEX` matches; `PAGE`
            under an option whose name is misspelled; or nothing is said.
        credentials: whether with credentials.
    """

    name: str
    origins: Origins
    credentials: bool


REGEX: Final = r"https://trusted\.example"
"""As users write it: without anchors."""

SETUPS: Final = {
    setup.name: setup
    for setup in (
        Setup("named", "named", credentials=True),
        Setup("everybody", "everybody", credentials=False),
        Setup("everybody-with-credentials", "everybody", credentials=True),
        Setup("subdomains", "subdomains", credentials=True),
        Setup("regex", "regex", credentials=True),
        Setup("misspelled", "misspelled", credentials=False),
        Setup("none", "none", credentials=False),
    )
}
