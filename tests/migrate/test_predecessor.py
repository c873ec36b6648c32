"""The rules of Flask-CORS as they are written down here give the headers that the real one gives."""

from __future__ import annotations

import contextlib
import logging
import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from support.needs import needs_module
from support.wsgi import Server

from cors_wsgi.migrate.predecessor import (
    ALL_METHODS,
    DEFAULTS,
    NEEDLESS,
    OPTIONS,
    is_taken_for_regex,
    read_options,
    read_resources,
    serve,
)

with contextlib.suppress(ModuleNotFoundError):  # then no test here runs
    import flask_cors
    from flask_cors.core import ALL_METHODS as THEIR_METHODS
    from flask_cors.core import DEFAULT_OPTIONS, probably_regex


@pytest.fixture(autouse=True)
def flask_cors_is_installed() -> None:
    needs_module("flask_cors")
    logging.getLogger("flask_cors").setLevel(logging.ERROR)


ORIGINS = (
    "https://app.example.com",
    "https://APP.example.com",
    "https://a.b.example.com",
    "https://app.example.com.evil.example",
    "http://localhost:3000",
    "http://localhost",
    "https://evil.example",
    "null",
)
PATHS = ("/", "/api", "/api/x", "/apiary", "/other", "/v1/x")

origins = st.sampled_from(
    [
        *("*", ".*", "https://app.example.com", "https://App.Example.com", "https://app.example.com/", "null", ""),
        *(r"https://.*\.example\.com", r"http://localhost:\d+", "http://*", "https://*.example.com", "app.example.com"),
        *(re.compile(r"https://app\.example\.com"), re.compile("HTTPS://APP", re.IGNORECASE)),
    ]
)
names = st.sampled_from(["*", "Content-Type", "content-type", "X-.*", "Authorization, X-Own", "X-Own"])
methods = st.sampled_from(["GET", "put", "DELETE", "GET, PUT", "*", "PATCH"])
options = st.fixed_dictionaries(
    {},
    optional={
        "origins": origins | st.lists(origins, max_size=3) | st.none(),
        "methods": methods | st.lists(methods, max_size=3) | st.none(),
        "allow_headers": names | st.lists(names, max_size=2),
        "expose_headers": st.sampled_from(["ETag", ["X-B", "X-A"], None, "*", []]),
        "supports_credentials": st.sampled_from([True, False, "false", 0]),
        "send_wildcard": st.just(False),
    },
)
keys = st.sampled_from(["*", "/*", "/api/*", "/api*", "/api/.*", "/api", r"^/v\d+/", "/apiary", re.compile("/api")])
resources = (
    st.none() | keys | st.lists(keys, min_size=1, max_size=3) | st.dictionaries(keys, options, min_size=1, max_size=3)
)


def show(server: Server, method: str, path: str, origin: str, asked: dict[str, str]) -> list[tuple[str, str]]:
    answer = server.request(method, path, origin, asked)
    return sorted((name, value) for name, value in answer.headers if name.startswith("Access-Control-") and value)


@given(options, resources, st.sampled_from(ORIGINS), st.sampled_from(PATHS), st.sampled_from(["GET", "PUT", "patch"]))
def test_the_headers_are_those_of_the_real_one(
    said: dict[str, Any], resources: Any, origin: str, path: str, method: str
) -> None:
    app = Flask("theirs")
    app.add_url_rule("/", "home", lambda: "")
    app.add_url_rule("/<path:rest>", "rest", lambda rest: "", methods=["GET", "PUT", "PATCH", "OPTIONS"])
    given_resources = {} if resources is None else {"resources": resources}
    flask_cors.CORS(app, **said, **given_resources)
    rules = read_resources("/*" if resources is None else resources)
    ours = Server(serve([(matcher, read_options(said, own)) for matcher, own in rules]))
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type, x-own"}
    for verb, headers in (("GET", {}), ("OPTIONS", asked)):
        assert show(ours, verb, path, origin, headers) == show(Server(app), verb, path, origin, headers)


def test_options_and_defaults_are_those_of_the_real_one() -> None:
    assert {name: list(value) if name == "methods" else value for name, value in DEFAULTS.items()} == DEFAULT_OPTIONS
    assert list(ALL_METHODS) == THEIR_METHODS
    assert {*OPTIONS, *NEEDLESS, "resources"} == set(DEFAULT_OPTIONS)


@given(st.text(alphabet="ab*\\]?$^[]().+|{}/:", max_size=4))
def test_what_is_taken_for_a_regular_expression_is_what_the_real_one_takes(text: str) -> None:
    assert is_taken_for_regex(text) == probably_regex(text)


@pytest.mark.parametrize(
    "said",
    [{"origins": "("}, {"origins": "*", "supports_credentials": True, "send_wildcard": True}, {"allow_headers": "*a"}],
)
def test_what_the_real_one_does_not_start_with_is_an_error(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Flask-CORS's own words are no concern of ours
        flask_cors.CORS(Flask("theirs"), **said)
    with pytest.raises(ValueError, match=r"regular expression|refuses"):
        read_options(said)
