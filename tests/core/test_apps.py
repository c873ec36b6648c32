"""What is given in place of a WSGI app: a proxy, or an object that holds the app."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from support.wsgi import PLAIN_APP, A

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.apps import find_inner


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
