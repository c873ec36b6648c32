"""A fault that is put into a configuration on purpose is noticed by the comparison."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.proxies import find_proxy
from support.raw_http import serve_bare_app
from tools.edge.compare import ACCEPTED, compare, draw_requests
from tools.edge.policies import by_hand

pytestmark = pytest.mark.server

FAULTS = [
    pytest.param("nginx", "patterns", r"example\\.com", "example.com", id="nginx: a dot that matches everything"),
    pytest.param("nginx", "paths", "add_header Vary $cors_vary_origin always;", "", id="nginx: Vary is missing"),
    pytest.param("nginx", "paths", "return 403", "return 204", id="nginx: 204 for a refused preflight"),
    pytest.param("nginx", "one origin", '{ "~[A-Z]" "";', "{", id="nginx: origins in any case of letters"),
    pytest.param("nginx", "one origin", " always;", ";", id="nginx: errors are not shared"),
    pytest.param("nginx", "one origin", r'"~^(\S+) \1\z"', '"~^S"', id="nginx: the app's origin counts for nothing"),
    pytest.param("haproxy", "patterns", r"example\.com", "example.com", id="haproxy: a dot that matches everything"),
    pytest.param("haproxy", "paths", "add-header Vary Origin", "add-header X Origin", id="haproxy: Vary is missing"),
    pytest.param("haproxy", "paths", "status 403", "status 204", id="haproxy: 204 for a refused preflight"),
    pytest.param("haproxy", "one origin", "set-var(txn.cors_lowered)", "set-var(txn.x)", id="haproxy: no ceiling"),
    pytest.param("haproxy", "paths", "path,url_dec", "path", id="haproxy: paths are not decoded"),
    pytest.param("envoy", "patterns", r"example\.com", "example.com", id="envoy: a dot that matches everything"),
    pytest.param("envoy", "paths", "key: vary, value: Origin", "key: x, value: Origin", id="envoy: Vary is missing"),
    pytest.param("envoy", "paths", "status: 403", "status: 204", id="envoy: 204 for a refused preflight"),
    pytest.param("envoy", "one origin", "or own == granted", "or true", id="envoy: no ceiling"),
    pytest.param("envoy", "paths", "(?:a|%61)", "a", id="envoy: paths are not decoded"),
    pytest.param("caddy", "patterns", r"example\.com", "example.com", id="caddy: a dot that matches everything"),
    pytest.param("caddy", "paths", "+Vary Origin", "+X Origin", id="caddy: Vary is missing"),
    pytest.param("caddy", "paths", "@asked 403", "@asked 204", id="caddy: 204 for a refused preflight"),
    pytest.param(
        "caddy", "one origin", "* {header.Origin}\n", "* x\n", id="caddy: the app's origin counts for nothing"
    ),
    pytest.param("caddy", "paths", "{uri} `^/(?", "{uri} `^(?", id="caddy: what is tried as <nil>"),
    pytest.param("apache", "patterns", r"example\.com", "example.com", id="apache: a dot that matches everything"),
    pytest.param("apache", "paths", "always add Vary", "always add X", id="apache: Vary is missing"),
    pytest.param("apache", "paths", "R=403", "R=204", id="apache: 204 for a refused preflight"),
    pytest.param("apache", "one origin", "Header always", "Header", id="apache: errors are not shared"),
    pytest.param("apache", "paths", "E=CORS_AT:deny]", "E=CORS_X:deny]", id="apache: paths with two readings"),
]


@pytest.fixture(scope="module")
def app_port() -> Iterator[int]:
    with serve_bare_app() as port:
        yield port


@pytest.mark.parametrize(("target", "name", "right", "wrong"), FAULTS)
def test_a_fault_is_noticed(target: str, name: str, right: str, wrong: str, app_port: int, tmp_path: Path) -> None:
    find_proxy(target)
    middleware = by_hand()[name]

    def spoil(config: str) -> str:
        assert right in config
        return config.replace(right, wrong)

    requests = draw_requests(middleware, 1, 400)
    outcome = compare(target, middleware, tmp_path, app_port, requests=requests, accepted=ACCEPTED, change=spoil)
    assert outcome.hard
