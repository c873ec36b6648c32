"""The PasteDeploy filter: `use = egg:cors-wsgi` in an ini file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .middleware import CORSMiddleware
from .options import FLAGS
from .policy import Policy
from .settings import parse_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def filter_factory(
    global_conf: Mapping[str, str],  # noqa: ARG001 - PasteDeploy passes the [DEFAULT] section, which is not for us
    **settings: str,
) -> Callable[[WSGIApplication], CORSMiddleware]:
    """Return a filter that wraps an app, as a `[filter:...]` section of an ini file states it.

    Raises:
        PolicyError: for unknown names, unreadable values, and everything that is wrong with the policy.
    """
    options = parse_settings(settings)
    options.setdefault("origins", None)  # left out is a problem; `origins =`, written, is nobody
    flags = {name: options.pop(name) for name in FLAGS if name in options}
    policy = Policy(**options)
    return lambda app: CORSMiddleware(app, policy, **flags)
