"""Flask apps for tests: checked by `wsgiref.validate` on both sides, compared with their twins without CORS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask

from flask_cors_ext import CORS

from .wsgi import (
    ALL_HEADERS,
    TEN_MINUTES,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    A,
    Answer,
    Server,
    allow,
    no_content,
    watch,
)

Build = Callable[[Flask], object]


def make_app(*, config: dict[str, Any] | None = None, **options: Any) -> Flask:
    """Return an app without static files and without CORS, whose inner side is watched."""
    app = Flask("site", **{"static_folder": None, **options})
    app.config.update(config or {})
    app.wsgi_app = watch(app.wsgi_app)  # type: ignore[method-assign]
    return app


def site(
    build: Build, *, config: dict[str, Any] | None = None, flask: dict[str, Any] | None = None, **options: Any
) -> Server:
    """Return an app that `build` filled, with CORS and these options on it."""
    app = make_app(config=config, **(flask or {}))
    build(app)
    CORS(app, **options)
    return Server(app)


@dataclass(frozen=True)
class Twins:
    """One app twice: with the extension, and without."""

    with_cors: Server
    without: Server

    def are_alike_but_for(self, *headers: tuple[str, str], **request: Any) -> bool:
        """Tell whether the extension only appends these headers to the answer."""
        plain, answer = self.without.request(**request), self.with_cors.request(**request)
        return _undated(answer) == _undated(Answer(plain.status, plain.headers + headers, plain.body, plain.app_ran))


def _undated(answer: Answer) -> Answer:
    """Leave out the second in which a file was sent."""
    return replace(answer, headers=tuple(header for header in answer.headers if header[0] != "Date"))


def twins(
    build: Build, *, config: dict[str, Any] | None = None, flask: dict[str, Any] | None = None, **options: Any
) -> Twins:
    """Return the app that `build` fills, with CORS and these options on it, and without."""
    plain = make_app(config=config, **(flask or {}))
    build(plain)
    return Twins(site(build, config=config, flask=flask, **options), Server(plain))


def granted(
    origin: str, methods: str, *more: tuple[str, str], headers: tuple[str, str] | None = ALL_HEADERS, age: bool = True
) -> Answer:
    """The 204 that answers an allowed preflight."""
    named = [("Access-Control-Allow-Methods", methods)] if methods else []
    lists = [*named, *([headers] if headers else [])]
    return no_content(allow(origin), *lists, *more, *([TEN_MINUTES] if age else []), VARY_PREFLIGHT)


SHARED_WITH_A = (allow(A), VARY_ORIGIN)
