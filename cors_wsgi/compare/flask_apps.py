"""The routes of a Flask app: a path for each, and the policies that cover it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from flask_cors_ext.policies import Policies
from flask_cors_ext.state import find_state

from ..errors import PolicyError
from ..policy import PolicyOrDeny
from .errors import SideError
from .routes import NOWHERE, encode_path
from .texts import list_texts

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

_ARGUMENT: Final = re.compile(r"<(?:[^<>]*:)?([^<>:]+)>")
_PREFERRED: Final = ("x", "1", "1.0")


def list_routes(app: Flask, name: str) -> dict[str, Mapping[str | None, PolicyOrDeny]]:
    """Return a path for each of the app's rules, encoded as in a URL, and its policies by method.

    Args:
        app: the app.
        name: what the user called it, for the message.

    Raises:
        SideError: if its configuration is wrong.
    """
    state = find_state(app)
    try:
        policies = None if state is None else state.merge()
    except PolicyError as error:
        raise SideError(f"{name} has a wrong configuration, and answers no request:\n{error}") from error
    found: dict[str, dict[str | None, PolicyOrDeny]] = {}
    for rule in app.url_map.iter_rules():
        path = _sample_path(rule)
        at_path = found.setdefault(encode_path(path), {})
        for method in sorted((rule.methods or {"GET"}) - {"OPTIONS", "HEAD"}):
            at_path.setdefault(method, _find_policy(policies, rule, method, path))
    if policies is not None:
        found[NOWHERE] = {None: policies.of_path(policies.scopes.find(NOWHERE)).policy}
    return dict(found)


def _find_policy(policies: Policies | None, rule: Rule, method: str, path: str) -> PolicyOrDeny:
    if policies is None:
        return None
    return policies.of_view(rule.endpoint, method, policies.scopes.find(path)).policy


def _sample_path(rule: Rule) -> str:
    """Return a path that a rule matches, as far as its converters' expressions say; no converter is called."""
    return _ARGUMENT.sub(lambda match: _sample_value(rule._converters.get(match[1])), rule.rule)


def _sample_value(converter: Any) -> str:
    pattern = re.compile(getattr(converter, "regex", "[^/]+"))
    return next(filter(pattern.fullmatch, (*_PREFERRED, *list_texts(pattern))), "x")
