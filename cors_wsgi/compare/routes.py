"""Where an app has policies, by path: from its middleware, and from its framework's routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from urllib.parse import quote, unquote

from ..middleware import CORSMiddleware
from ..origins import OriginRule
from ..paths import PathMap
from ..policy import Policy, PolicyOrDeny
from .texts import list_texts

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NOWHERE: Final = "/cors-audit"
"""A path that no app has."""

_INNER: Final = ("app", "wsgi_app", "application")
_DEEPEST: Final = 10

Cover: TypeAlias = "Callable[[str], Mapping[str | None, PolicyOrDeny]]"


@dataclass(frozen=True)
class Route:
    """A path to try.

    Attributes:
        path: encoded as in a URL.
        policies: the policies that cover it, by method; None is for all other methods. Empty if unknown.
        others: more policies that may cover it, if it is not known which do.
    """

    path: str
    policies: Mapping[str | None, PolicyOrDeny] = field(default_factory=dict)
    others: Sequence[PolicyOrDeny] = ()

    @property
    def methods(self) -> list[str]:
        """The methods that are named."""
        return [method for method in self.policies if method is not None]

    @property
    def is_certain(self) -> bool:
        """Whether it is known which policies cover the path."""
        return bool(self.policies) and not self.others

    @property
    def stated(self) -> list[Policy]:
        """Its policies, without `DENY` and hands-off."""
        return [policy for policy in (*self.policies.values(), *self.others) if isinstance(policy, Policy)]

    @property
    def rules(self) -> dict[OriginRule, None]:
        """The origin rules of its policies, without duplicates."""
        return dict.fromkeys(rule for policy in self.stated if policy.origins != "*" for rule in policy.origins)


def read_routes(app: WSGIApplication, name: str) -> tuple[list[Route], Cover | None]:
    """Return where an app has policies, and what covers the rest, as far as possible."""
    routes: dict[str, Route] = {}
    owner: CORSMiddleware | None = None
    for layer in _unwrap(app):
        owner = owner or (layer if isinstance(layer, CORSMiddleware) else None)
        if _is_flask(layer):
            from .flask_apps import list_routes  # noqa: PLC0415 - Flask is not installed everywhere

            for path, policies in list_routes(cast("Any", layer), name).items():
                routes[path] = Route(path, _of_middleware(owner, path, policies))
            break
    if owner is None or owner._source is not None:
        return list(routes.values()), None
    for path in _sample_paths(owner):
        routes.setdefault(path, Route(path, _of_middleware(owner, path, {})))
    return list(routes.values()), lambda path: _of_middleware(owner, path, {})


def _of_middleware(
    owner: CORSMiddleware | None, path: str, policies: Mapping[str | None, PolicyOrDeny]
) -> Mapping[str | None, PolicyOrDeny]:
    """Return what covers a path when a middleware wraps the app whose policies these are."""
    if owner is None or owner._source is not None:
        return policies
    found: PolicyOrDeny = owner.policy
    if owner._paths is not None:
        paths: PathMap[PolicyOrDeny] = owner._paths
        found = paths.get(unquote(path), owner.policy)
    return policies if found is None else dict.fromkeys([None, *policies], found)


def _sample_paths(owner: CORSMiddleware) -> Iterator[str]:
    """Yield a path for each rule of a middleware, and one that no rule covers."""
    yield "/"
    paths = owner._paths
    if paths is None:
        return
    yield NOWHERE
    yield from map(encode_path, paths._exact)
    for prefix in paths._prefixes:
        yield from (encode_path(prefix) or "/", encode_path(f"{prefix}{NOWHERE}"))
    for fullmatch, _ in paths._regexes:
        pattern = fullmatch.__self__  # type: ignore[attr-defined]
        yield from (encode_path(text) for text in list_texts(pattern)[:4] if text.startswith("/"))


def encode_path(text: str | bytes) -> str:
    """Encode the text of a path, or its bytes, for a URL."""
    return quote(text, safe="/-._~!$&'()*+,;=:@")


def _unwrap(app: Any) -> Iterator[Any]:
    """Yield an app and those that it wraps, the outermost first."""
    for _ in range(_DEEPEST):
        yield app
        if _is_flask(app):
            return
        inner = next((found for name in _INNER if callable(found := getattr(app, name, None))), None)
        if inner is None:
            return
        app = inner


def _is_flask(app: object) -> bool:
    """Tell whether this is a Flask app, without importing Flask if nobody has."""
    return any(f"{kind.__module__}.{kind.__qualname__}" == "flask.app.Flask" for kind in type(app).__mro__)
