"""Whatever a view is or holds, a wrapped app answers as a bare one: marks are looked for, and nothing is asked."""

from __future__ import annotations

import functools
import xmlrpc.client
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from unittest.mock import MagicMock, NonCallableMagicMock

import pytest
from flask import Flask, current_app, g, request, session
from hypothesis import given, settings
from hypothesis import strategies as st
from support.site import SHARED_WITH_A, twins
from support.wsgi import A, B
from werkzeug.local import LocalProxy

from flask_cors_ext import cross_origin


class Untouchable(Exception):
    """Something asked an object that nobody may ask."""


class Raises:
    """An object that fails whatever it is asked, but to be called."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Untouchable(name)

    def __call__(self, **_: Any) -> str:
        return "raises"

    def __eq__(self, other: object) -> bool:
        raise Untouchable("==")

    def __hash__(self) -> int:
        raise Untouchable("hash")

    def __bool__(self) -> bool:
        raise Untouchable("bool")

    def __repr__(self) -> str:
        raise Untouchable("repr")


class RaisesMore(Raises):
    """One that does not even say what it holds or what it is."""

    def __getattribute__(self, name: str) -> Any:
        raise Untouchable(name)

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise Untouchable("__dict__")

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise Untouchable("__class__")


class Says:
    """An object that has every attribute."""

    def __getattr__(self, name: str) -> Says:
        return self

    def __call__(self, **_: Any) -> str:
        return "says"


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in ("__mro__", "__dict__", "methods", "get", "decorators"):
            raise Untouchable(name)
        return super().__getattribute__(name)

    def __iter__(cls) -> Iterator[Any]:
        raise Untouchable("iter")


class OfAMeta(metaclass=Meta):
    def __call__(self, **_: Any) -> str:
        return "of a meta"


def fails() -> NoReturn:
    raise Untouchable("a proxy was asked")


def holding(held: object) -> Callable[..., str]:
    def view(**_: Any) -> str:
        return f"holds {type(held).__name__}"

    return view


def empty_cell() -> Callable[..., str]:
    def view(**_: Any) -> str:
        return "empty" if request.args else later

    if request:
        later = "later"
    return view


def generating(**_: Any) -> Any:
    def chunks() -> Iterator[str]:
        yield from ("a", "b")

    return chunks()


def add_view(app: Flask, path: str, view: Any) -> None:
    """Register a view past `add_url_rule`, which asks it for attributes itself."""
    app.add_url_rule(path, path, methods=["GET", "PUT"])
    app.view_functions[path] = view


HELD: dict[str, Callable[[], object]] = {
    "flask's request": lambda: request,
    "flask's current_app": lambda: current_app,
    "flask's g": lambda: g,
    "flask's session": lambda: session,
    "a proxy that fails": lambda: LocalProxy(fails),
    "a remote server": lambda: xmlrpc.client.ServerProxy("http://127.0.0.1:1/"),
    "a mock": MagicMock,
    "a mock of an app": lambda: MagicMock(spec=Flask),
    "a mock that is not callable": NonCallableMagicMock,
    "what raises": Raises,
    "what raises even more": RaisesMore,
    "what says yes": Says,
    "a class": lambda: Raises,
    "a class of a class that raises": lambda: OfAMeta,
    "a built-in": lambda: len,
    "a number": lambda: 5,
}
VIEWS: dict[str, Callable[[object], Any]] = {
    "closure": holding,
    "default argument": lambda held: lambda held=held, **_: "default",
    "partial": lambda held: functools.partial(lambda first, **_: "partial", held),
    "partial of keywords": lambda held: functools.partial(lambda **_: "partial", first=held),
    "attribute": lambda held: _with_attribute(lambda **_: "attribute", "held", held),
    "wrapped": lambda held: _with_attribute(lambda **_: "wrapped", "__wrapped__", held),
    "view_class": lambda held: _with_attribute(lambda **_: "view_class", "view_class", held),
    "mark of something else": lambda held: _with_attribute(lambda **_: "mark", "__cors__", held),
    "instance": lambda held: _with_attribute(Says(), "held", held),
    "decorated thrice": lambda held: holding(holding(holding(held))),
    "bound method": lambda held: _with_attribute(Says(), "held", held).__call__,
    "generator": lambda held: _with_attribute(lambda **_: generating(), "held", held),
    "the object itself": lambda held: held,
}
ODD = [name for name in HELD if name not in ("a built-in", "a number")]


def _with_attribute(view: Any, name: str, value: object) -> Any:
    view.__dict__[name] = value
    return view


def is_a_view(view: Any) -> bool:
    """Tell whether Flask itself calls this object as a view, and takes what it returns."""
    return type(view) in (Raises, Says)


SEEN: Counter[str] = Counter()


@settings(max_examples=300)
@given(
    views=st.lists(st.tuples(st.sampled_from(sorted(VIEWS)), st.sampled_from(sorted(HELD))), min_size=1, max_size=4),
    method=st.sampled_from(["GET", "PUT", "HEAD", "OPTIONS"]),
    origin=st.sampled_from([A, B, None, "null"]),
    is_marked=st.booleans(),
)
def check_that_a_wrapped_app_answers_as_a_bare_one(
    views: list[tuple[str, str]], method: str, origin: str | None, is_marked: bool
) -> None:
    def build(app: Flask) -> None:
        for number, (kind, held) in enumerate(views):
            view = VIEWS[kind](HELD[held]())
            if kind != "the object itself" or is_a_view(view):
                add_view(app, f"/{number}", view)
        if is_marked:
            app.add_url_rule("/marked", "marked", cross_origin(origins=B)(lambda: "marked"))

    pair = twins(
        build, config={"PROPAGATE_EXCEPTIONS": False, "SECRET_KEY": "x"}, resources={"/shared": {"origins": A}}
    )
    for number, (_, held) in enumerate(views):
        assert pair.are_alike_but_for(path=f"/{number}", method=method, origin=origin)
        SEEN["odd" if held in ODD else "plain"] += 1
    assert pair.are_alike_but_for(*(SHARED_WITH_A if origin == A else SHARED_WITH_A[1:]), path="/shared", origin=origin)


def test_a_wrapped_app_answers_as_a_bare_one_wherever_no_policy_says_otherwise() -> None:
    SEEN.clear()
    check_that_a_wrapped_app_answers_as_a_bare_one()
    assert SEEN["odd"] * 3 >= SEEN.total() >= 300


@pytest.mark.parametrize("held", sorted(HELD))
@pytest.mark.parametrize("kind", sorted(VIEWS))
def test_each_odd_view_is_served_from_the_first_request(kind: str, held: str, caplog: pytest.LogCaptureFixture) -> None:
    view = VIEWS[kind](HELD[held]())
    if kind == "the object itself" and not is_a_view(view):
        view = lambda: "x"  # noqa: E731 - Flask cannot call it either

    def build(app: Flask) -> None:
        add_view(app, "/x", view)

    pair = twins(build, config={"PROPAGATE_EXCEPTIONS": False}, origins=A)
    assert pair.are_alike_but_for(*SHARED_WITH_A, path="/x", origin=A)
    assert pair.are_alike_but_for(SHARED_WITH_A[1], path="/x", origin=B)
    assert {record.module for record in caplog.records} <= {"app"}, "nobody but Flask has anything to say"
