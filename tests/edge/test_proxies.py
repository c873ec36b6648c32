"""Each proxy, with an exported policy, answers as the middleware does."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.nginx import free_port
from support.proxies import check_config, find_proxy, run_proxy
from support.raw_http import Client, read_order, serve_bare_app
from tools.edge.answers import Asked, ask_middleware, see_proxy
from tools.edge.compare import ACCEPTED, compare, draw_requests, export_for, rewrap
from tools.edge.policies import APP, bare_app, by_hand, draw

from cors_wsgi import DENY, CORSMiddleware, Policy
from cors_wsgi.export import TARGETS, Difference

pytestmark = pytest.mark.server

POLICIES = by_hand()
SEED = 20261125


@pytest.fixture(scope="module")
def app_port() -> Iterator[int]:
    with serve_bare_app() as port:
        yield port


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("target", TARGETS)
def test_a_policy_written_by_hand_is_answered_alike(target: str, name: str, app_port: int, tmp_path: Path) -> None:
    find_proxy(target)
    requests = draw_requests(POLICIES[name], SEED, 60)
    outcome = compare(target, POLICIES[name], tmp_path, app_port, requests=requests, accepted=ACCEPTED)
    assert outcome.refused == ""
    assert outcome.asked == 60
    assert [str(found) for found in outcome.hard] == []


@pytest.mark.parametrize("target", ["nginx", "haproxy", "apache"])
def test_a_reference_to_a_group_is_answered_alike(target: str, app_port: int, tmp_path: Path) -> None:
    find_proxy(target)
    rules = [
        r"https://(ab|cd)\1\.example",
        r"https://(x)?(?(1)y|z)\.example",
        r"(?i)https://(?P<name>e)(?P=name)\.example",
    ]
    middleware = CORSMiddleware(bare_app, Policy(map(re.compile, rules)), paths={re.compile(r"/(a|b)/\1"): DENY})
    allowed = [
        Asked("GET", "/", (("Origin", f"https://{host}.example"),)) for host in ("abab", "cdcd", "xy", "z", "ee")
    ]
    others = [Asked("GET", "/", (("Origin", f"https://{host}.example"),)) for host in ("abcd", "ab", "xz", "y", "e")]
    denied = [Asked("GET", path, allowed[0].headers) for path in ("/a/a", "/b/b", "/a/b")]
    outcome = compare(target, middleware, tmp_path, app_port, requests=[*allowed, *others, *denied])
    assert outcome.refused == ""
    assert outcome.asked == 13
    assert [str(found) for found in outcome.hard] == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("target", TARGETS)
def test_a_random_policy_is_answered_alike(target: str, seed: int, app_port: int, tmp_path: Path) -> None:
    find_proxy(target)
    middleware = draw(random.Random(seed))
    requests = draw_requests(middleware, SEED + seed, 150)
    outcome = compare(target, middleware, tmp_path, app_port, requests=requests, accepted=ACCEPTED)
    assert outcome.refused == ""
    assert [str(found) for found in outcome.hard] == []


@pytest.mark.parametrize("target", TARGETS)
def test_an_error_of_the_proxy_s_own_is_shared_alike_where_the_app_is_down(target: str, tmp_path: Path) -> None:
    find_proxy(target)
    middleware = POLICIES["paths"]
    requests = [request for request in draw_requests(middleware, SEED, 60) if request.method != "OPTIONS"][:6]
    outcome = compare(target, middleware, tmp_path, free_port(), requests=requests, accepted=ACCEPTED, down=True)
    assert outcome.asked == 6
    assert [str(found) for found in outcome.hard] == []


@pytest.mark.parametrize("name", ["paths", "paths, regexes", "credentials, explicit"])
def test_a_body_that_is_too_large_for_nginx_gets_an_error_that_is_shared_alike(
    name: str, app_port: int, tmp_path: Path
) -> None:
    find_proxy("nginx")
    middleware, port = POLICIES[name], free_port()
    with run_proxy("nginx", tmp_path, export_for("nginx", middleware, port, app_port), port):
        for target in ("/", "/items", "/public/x", "/internal/x", "/admin/x", "/v1/x"):
            for origin in (APP, "https://evil.example"):
                asked = Asked("POST", target, (("Origin", origin), ("Content-Length", "2000000")))
                client = Client(port)
                seen = see_proxy(client.ask(*asked[:3]))
                client.close()
                assert seen == ask_middleware(lambda bare: rewrap(middleware, bare), asked, status=413)


@pytest.mark.parametrize("target", TARGETS)
def test_one_of_many_origins_is_found_and_cannot_be_forged(target: str, app_port: int, tmp_path: Path) -> None:
    find_proxy(target)
    many = Policy([f"https://tenant-{number}.example.com" for number in range(1500)], supports_credentials=True)
    middleware = CORSMiddleware(bare_app, many, paths={"/public/*": Policy("*"), "/x/*": many})
    requests = draw_requests(middleware, SEED, 150)
    forged = (
        ("Origin", "https://evil.example"),
        ("X-Cors-Shop", "trusted"),
        ("X-Cors-Granted", "https://evil.example"),
    )
    requests += [Asked("GET", "/", forged), Asked("OPTIONS", "/", (*forged, ("Access-Control-Request-Method", "PUT")))]
    outcome = compare(target, middleware, tmp_path, app_port, requests=requests)
    assert outcome.refused == ""
    assert [str(found) for found in outcome.hard] == []


def test_without_a_ceiling_envoy_answers_alike_where_the_app_sets_no_origin(app_port: int, tmp_path: Path) -> None:
    find_proxy("envoy")
    requests = [
        request
        for request in draw_requests(POLICIES["paths"], SEED, 400)
        if all("Allow-Origin" not in name for name, _ in read_order(dict(request.headers).get("X-Order", ""))[1])
    ]
    outcome = compare("envoy", POLICIES["paths"], tmp_path, app_port, requests=requests, accepted=Difference)
    assert outcome.refused == ""
    assert outcome.asked > 200
    assert [str(found) for found in outcome.hard] == []


@pytest.mark.parametrize("target", TARGETS)
def test_every_configuration_passes_the_proxy_s_own_checker(target: str, tmp_path: Path) -> None:
    for name in ("all kinds", "exotic names", "paths, everything", "hands off", "never shared"):
        config = export_for(target, POLICIES[name], free_port(), 9)
        assert check_config(target, tmp_path, config) == ""
    long = CORSMiddleware(
        bare_app, Policy([f"https://{'a' * 60}.{number}.{'b' * 200}.example" for number in range(1500)])
    )
    assert check_config(target, tmp_path, export_for(target, long, free_port(), 9)) == ""
    assert check_config(target, tmp_path, "}no configuration at all{") != ""
