"""Where the manual is: the distribution's metadata has its address."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata
from typing import NamedTuple


class Manual(NamedTuple):
    """The manual's address.

    Attributes:
        folder: the folder with its pages, with a slash at the end.
        suffix: of its pages: `.html`, or `.md` if it is the sources.
    """

    folder: str
    suffix: str

    def find(self, page: str) -> str:
        """Return the address of a page, such as `failures/missing-acao`."""
        return f"{self.folder}{page}{self.suffix}"


def find_manual(name: str = "cors-wsgi") -> Manual | None:
    """Return where the manual of a distribution is; None if it names no manual, or is not installed."""
    try:
        return read_manual(metadata(name).get_all("Project-URL") or [])
    except PackageNotFoundError:
        return None


def read_manual(project_urls: Sequence[str]) -> Manual | None:
    """Return the manual among a distribution's addresses, each preceded by its name and a comma.

    >>> read_manual(["Documentation, https://docs.example/en/latest"])
    Manual(folder='https://docs.example/en/latest/', suffix='.html')
    >>> read_manual(["Documentation, https://code.example/docs/index.md"])
    Manual(folder='https://code.example/docs/', suffix='.md')
    """
    named = dict(address.split(", ", 1) for address in project_urls)
    address = named.get("Documentation")
    if address is None:
        return None
    for suffix in (".md", ".html"):
        if address.endswith(f"/index{suffix}"):
            return Manual(address.removesuffix(f"index{suffix}"), suffix)
    return Manual(f"{address.rstrip('/')}/", ".html")
