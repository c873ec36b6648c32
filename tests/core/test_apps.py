"""What is given in place of a WSGI app: a proxy, or an object that holds the app."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

import pytest
from support.wsgi import PLAIN_APP, A

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.apps import check_wsgi_app, find_inner, unwrap_proxy


@pytest.mark.parametrize("attribute", ["app", "server", "flask_app", "wsgi_app", "application"])
def test_the_attribute_that_holds_the_app_is_named(attribute: str) -> None:
    with pytest.raises(TypeError) as error:
        CORSMiddleware(SimpleNamespace(**{attribute: PLAIN_APP}), Policy(A))  # type: ignore[arg-type]
    assert str(error.value).endswith(f"is not a WSGI app. Pass its WSGI app, which is its attribute .{attribute}.")


def test_the_first_attribute_that_will_do_is_named_and_one_that_raises_is_passed_over() -> None:
    class Odd:
        application = PLAIN_APP
        server = 5

        @property
        def app(self) -> Any:
            raise LookupError

    assert find_inner(Odd(), callable) == "application"
    assert find_inner(object(), callable) is None


class Local:
    """A proxy that is asked for what it stands for, as Werkzeug's are."""

    def __init__(self, held: object) -> None:
        self.held = held

    def _get_current_object(self) -> object:
        if self.held is None:
            raise RuntimeError("working outside of application context")
        return self.held


class Wrapper:
    """A proxy that keeps the object, as those of wrapt do."""

    def __init__(self, held: object) -> None:
        self.held = held

    @property
    def __wrapped__(self) -> object:
        return self.held


async def asgi(scope: Any, receive: Any, send: Any) -> None: ...


class Asgi:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


@pytest.mark.parametrize("make", [Local, Wrapper, lambda app: Local(Wrapper(app)), lambda app: Wrapper(Local(app))])
def test_a_proxy_is_unwrapped_down_to_the_app(make: Any) -> None:
    assert unwrap_proxy(make(PLAIN_APP)) is PLAIN_APP
    assert check_wsgi_app(make(PLAIN_APP), "Write it.") is PLAIN_APP


def test_a_wrapped_function_is_no_proxy() -> None:
    @functools.wraps(PLAIN_APP)
    def app(*args: Any) -> Any:
        return PLAIN_APP(*args)

    assert unwrap_proxy(app) is app


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (5, "int is not a WSGI app. Write it."),
        (
            SimpleNamespace(app=PLAIN_APP),
            "SimpleNamespace is not a WSGI app. Pass its WSGI app, which is its attribute .app.",
        ),
        (SimpleNamespace(app=asgi), "SimpleNamespace is not a WSGI app. Write it."),
        (asgi, "function is an ASGI app, and this is for WSGI apps. Write it."),
        (Asgi(), "Asgi is an ASGI app, and this is for WSGI apps. Write it."),
        (Local(None), "This Local does not refer to an app here. Pass the app, not the proxy."),
        (Wrapper(Local(None)), "This Local does not refer to an app here. Pass the app, not the proxy."),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_not_a_wsgi_app_is_named_with_what_to_pass(given: Any, message: str) -> None:
    with pytest.raises(TypeError) as error:
        check_wsgi_app(given, "Write it.")
    assert str(error.value) == message
