"""What several proxies lack: regular expressions beyond RE2, and unlimited exact origins."""

from __future__ import annotations

from collections.abc import Iterator

from .description import Edge
from .dialects import RE2, write
from .refusals import Refusal, RefusalCode
from .regexes import Node, UnwritableError


def find_beyond_re2(edge: Edge) -> Iterator[Refusal]:
    """Return the expressions, for origins and paths, that RE2 cannot match."""
    remedy = "Write it without that, or name the origins or paths; nginx, HAProxy and Apache can match it."
    for name, regex in edge.walk_regexes():
        if error := _try(regex.node):
            yield Refusal(f"origins of {name}", regex.rule, error.code, f"Here {error.problem}.", remedy)
    for rule in edge.rules:
        if rule.node is not None and (error := _try(rule.node)):
            yield Refusal("paths", rule.shown, error.code, f"Here {error.problem}.", remedy)


def _try(node: Node) -> UnwritableError | None:
    try:
        write(node, RE2)
    except UnwritableError as error:
        return error
    return None


def find_too_many(edge: Edge, most: int, proxy: str) -> Iterator[Refusal]:
    """Return the policies with more exact origins than a proxy should compare one by one."""
    for sharing in edge.sharings:
        if len(sharing.exact) > most:
            problem = f"{proxy} compares origins one by one, and {most} are the limit here."
            remedy = "Export to nginx or Envoy, whose look-up time does not depend on the number of origins."
            count = f"{len(sharing.exact)} origins"
            yield Refusal(f"origins of {sharing.name}", count, RefusalCode.TOO_MANY_ORIGINS, problem, remedy)
