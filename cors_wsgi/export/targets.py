"""The proxies that a policy can be exported to; to add one, add a module and name it here."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Final, Protocol, cast

from .description import Edge, Piece, Setting
from .refusals import CannotExportError, Difference, Refusal, RefusalCode
from .subjects import shorten

TARGETS: Final = ("nginx", "haproxy", "envoy", "caddy", "apache")

_DIFFERENCES: Final = {
    Difference.NO_CEILING: "An Allow-Origin from the app does not narrow what the policy shares.",
    Difference.ESCAPED_PATHS: "Regular expressions on paths see the path as sent, percent-encoded.",
    Difference.IPV6_IN_REGEX: "An IPv6 address in an origin does not match any regular expression.",
}


class Target(Protocol):
    """What a proxy's module has.

    Attributes:
        NAME: its name.
        CHECK: the command that checks a configuration; `{folder}` is where it may write, and the file comes last.
        COMMENT: what a comment begins with.
        NOTES: how every export differs from the middleware, in ways that a browser cannot notice.
        PATH_NOTES: the same, if paths matter.
    """

    NAME: str
    CHECK: tuple[str, ...]
    COMMENT: str
    NOTES: tuple[str, ...]
    PATH_NOTES: tuple[str, ...]

    def find_refusals(self, edge: Edge, setting: Setting) -> list[Refusal]:
        """Return what the proxy cannot express."""
        ...

    def write(self, edge: Edge, setting: Setting) -> list[Piece]:
        """Return the pieces of the configuration."""
        ...

    def frame(self, edge: Edge, setting: Setting, pieces: list[Piece]) -> list[str]:
        """Return a whole configuration that contains the pieces."""
        ...


def load_target(name: str) -> Target:
    """Return the module of a proxy."""
    return cast("Target", importlib.import_module(f".{name}", __package__))


def export(
    target: str, edge: Edge, setting: Setting, *, made_by: str, snippet: bool = False, refusals: Iterable[Refusal] = ()
) -> str:
    """Return the configuration that makes a proxy answer as the middleware would.

    Args:
        target: the proxy, one of `TARGETS`.
        edge: what it must answer.
        setting: its addresses, and which differences are accepted.
        made_by: the command and its version, for the first line.
        snippet: whether to return only the pieces that an existing configuration needs.
        refusals: what a proxy cannot express, as `describe` returned it.

    Raises:
        CannotExportError: for everything that this proxy cannot express.
    """
    proxy = load_target(target)
    found = [*refusals, *_find_ipv6(edge), *proxy.find_refusals(edge, setting)]
    arising = {Difference(refusal.code.value) for refusal in found if refusal.code.value in set(Difference)}
    if refused := [refusal for refusal in found if not _is_accepted(refusal, setting)]:
        raise CannotExportError(refused)
    pieces = proxy.write(edge, setting)
    notes = [*proxy.NOTES, *(proxy.PATH_NOTES if edge.looks_at_paths else ())]
    head = [f"Made by {shorten(made_by, 1000)}. Do not edit it: change the policy, and export again.", ""]
    head += [
        "Answers as cors_wsgi.CORSMiddleware does, with differences that a browser cannot notice:",
        *(f"- {note}" for note in notes),
    ]
    accepted = [difference for difference in Difference if difference in arising]
    if accepted:
        head += ["", "And with differences that were accepted by name:"]
        head += [f"- {difference}: {_DIFFERENCES[difference]}" for difference in accepted]
    lines = [f"{proxy.COMMENT} {line}".rstrip() for line in head]
    if snippet:
        for piece in pieces:
            lines += ["", f"{proxy.COMMENT} == {piece.where}", "", *piece.lines]
    else:
        lines += ["", *proxy.frame(edge, setting, pieces)]
    while lines[-1] == "":
        lines.pop()
    return "\n".join(lines) + "\n"


def _find_ipv6(edge: Edge) -> Iterable[Refusal]:
    for name, regex in edge.walk_regexes():
        if regex.meets_ipv6:
            problem = (
                "It matches addresses in brackets, and a proxy cannot tell whether one is written as browsers write it."
            )
            remedy = (
                f"Name such origins, or accept that they match nothing: --allow-difference {Difference.IPV6_IN_REGEX}."
            )
            yield Refusal(f"origins of {name}", regex.rule, RefusalCode.IPV6_IN_REGEX, problem, remedy)


def _is_accepted(refusal: Refusal, setting: Setting) -> bool:
    return refusal.code.value in {difference.value for difference in setting.accepted}
