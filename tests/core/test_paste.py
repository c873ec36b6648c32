"""`use = egg:cors-wsgi` in an ini file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.needs import needs_module
from support.wsgi import (
    FOR_EVERYBODY,
    PLAIN_APP,
    VARY_ORIGIN,
    VARY_PREFLIGHT,
    WITH_CREDENTIALS,
    A,
    Server,
    allow,
    forbidden,
    from_app,
    watch,
)

from cors_wsgi import CORSMiddleware, Policy, PolicyError
from cors_wsgi.paste import filter_factory


def make_app(global_conf: Any, **settings: str) -> Any:
    return watch(PLAIN_APP)


def load(tmp_path: Path, section: str) -> Server:
    needs_module("paste.deploy")
    from paste.deploy import loadapp

    ini = tmp_path / "app.ini"
    ini.write_text(
        f"""\
[DEFAULT]
debug = surely

[pipeline:main]
pipeline = cors app

[filter:cors]
use = egg:cors-wsgi
{section}

[app:app]
paste.app_factory = {__name__}:make_app
"""
    )
    return Server(loadapp(f"config:{ini}"))


def test_a_filter_wraps_the_app(tmp_path: Path) -> None:
    server = load(tmp_path, f"origins =\n  {A}\n  https://b.example\nsupports_credentials = yes\nblock_untrusted = on")
    assert isinstance(server.app, CORSMiddleware)
    assert server.app.policy == Policy([A, "https://b.example"], supports_credentials=True)
    assert server.request(origin=A) == from_app(allow(A), WITH_CREDENTIALS, VARY_ORIGIN)
    assert server.request("POST", origin="https://evil.example") == forbidden(VARY_ORIGIN)


def test_a_filter_for_everybody(tmp_path: Path) -> None:
    assert load(tmp_path, "origins = *").request() == from_app(FOR_EVERYBODY)


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        pytest.param({}, ["no-origins"], id="nothing"),
        pytest.param({"origins": "https://a.example/"}, ["trailing-slash"], id="a trailing slash"),
        pytest.param({"origin": "*"}, ["unknown-option"], id="a slip of the pen"),
        pytest.param(
            {"origins": "a", "max_age": "long", "supports_credentials": "si"},
            ["missing-scheme", "not-a-bool", "max-age"],
            id="several",
        ),
        pytest.param({"origins": "*", "supports_credentials": "true"}, ["wildcard-with-credentials"], id="everybody"),
        pytest.param({"origins": "*", "paths": "/x"}, ["unknown-option"], id="paths, which no ini string can state"),
    ],
)
def test_mistakes_get_the_messages_of_a_policy(settings: dict[str, str], codes: list[str]) -> None:
    with pytest.raises(PolicyError) as caught:
        filter_factory({}, **settings)
    assert [problem.code for problem in caught.value.problems] == codes


def test_a_section_without_origins_is_told_to_name_them() -> None:
    with pytest.raises(PolicyError) as caught:
        filter_factory({}, max_age="10m")
    problems = [(problem.option, problem.value, problem.code) for problem in caught.value.problems]
    assert problems == [("origins", None, "no-origins"), ("max_age", "10m", "max-age")]
    assert caught.value.problems[0].problem == "The policy does not say who may read."


def test_a_section_whose_origins_are_empty_shares_with_nobody(tmp_path: Path) -> None:
    server = load(tmp_path, "origins =")
    assert isinstance(server.app, CORSMiddleware)
    assert server.app.policy == Policy([])
    assert server.request(origin=A) == from_app(VARY_ORIGIN)
    assert server.preflight(A) == forbidden(VARY_PREFLIGHT)


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        pytest.param({"debug": "maybe", "block_untrusted": "2"}, ["not-a-bool", "not-a-bool"], id="no booleans"),
        pytest.param({"block_untrusted": "true"}, ["blocks-nothing"], id="blocking with everybody"),
    ],
)
def test_mistakes_in_the_options_of_the_middleware(settings: dict[str, str], codes: list[str]) -> None:
    with pytest.raises(PolicyError) as caught:
        filter_factory({}, origins="*", **settings)(PLAIN_APP)
    assert [problem.code for problem in caught.value.problems] == codes
    assert filter_factory({}, origins=A, debug="no", block_untrusted="yes")(PLAIN_APP).policy == Policy(A)
