"""The rules of a diagnosis, in order: redirects and statuses first, then the origin, then everything else."""

from __future__ import annotations

from collections.abc import Sequence

from cors_wsgi.browser import Exchange, FetchError

from .gateways import judge_gateway
from .lists import judge_lists
from .looks import Looks
from .missing import judge_missing
from .model import Asked, Diagnosis
from .origins import judge_value
from .page_origins import judge_page_origin
from .redirects import judge_redirect
from .refusals import judge_refusal
from .scene import Scene
from .servers import ServerName
from .statuses import judge_status

_RULES = (judge_redirect, judge_gateway, judge_refusal, judge_status, judge_value, judge_missing, judge_lists)
"""The first rule that finds a cause wins."""


def diagnose(
    failed: FetchError | None,
    exchanges: Sequence[Exchange],
    asked: Asked,
    *,
    looks: Looks | None = None,
    server: ServerName | None = None,
    is_live: bool = True,
) -> Diagnosis | None:
    """Return why a page does not get a response, and what to do; None where the server's answers are not the reason.

    Args:
        failed: what the browser says; None if it lets the page through.
        exchanges: everything that went over the wire.
        asked: what the page asked for.
        looks: sends further requests; None if no more may be sent.
        server: the server, if the user named it.
        is_live: whether a server answered, rather than an app in this process.
    """
    if failed is None or failed.exchange is None or failed.exchange.response is None or not failed.reason.is_cors:
        return None
    scene = Scene(failed, failed.exchange, failed.exchange.response, exchanges, asked, looks, server, is_live)
    found = next(filter(None, (rule(scene) for rule in _RULES)), None)
    return None if found is None else judge_page_origin(scene, found)
