"""`use = egg:cors-wsgi` in the ini file of a Pyramid app, served by waitress, as `pserve` starts it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.client import VARYING, ask
from servers.policies import EVIL, ORIGIN
from servers.test_servers import ASKED, GRANTED, ORIGIN_VARIES, SHARED
from support.needs import needs_module
from support.servers import listening

from cors_wsgi import Policy, PolicyError

pytestmark = pytest.mark.server

INI = Path(__file__).with_name("pyramid.ini")
PREVIEW = "https://pr-1.preview.example.com"


@contextlib.contextmanager
def serve_ini(path: Path) -> Iterator[int]:
    for module in ("paste.deploy", "pyramid", "waitress"):
        needs_module(module)
    with listening(
        lambda port: [sys.executable, "-m", "pyramid.scripts.pserve", str(path), f"http_port={port}"]
    ) as port:
        yield port


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serve_ini(INI) as port:
        yield port


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        pytest.param("GET", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b"item"), id="allowed"),
        pytest.param(
            "GET",
            {"Origin": PREVIEW},
            (200, SHARED | {"Access-Control-Allow-Origin": PREVIEW}, ORIGIN_VARIES, b"item"),
            id="allowed by a pattern",
        ),
        pytest.param("GET", {"Origin": EVIL}, (200, {}, ORIGIN_VARIES, b"item"), id="refused"),
        pytest.param("OPTIONS", {"Origin": ORIGIN} | ASKED, (204, GRANTED, VARYING, b""), id="preflight allowed"),
        pytest.param("OPTIONS", {"Origin": EVIL} | ASKED, (403, {}, VARYING, b""), id="preflight refused"),
        pytest.param("POST", {"Origin": ORIGIN}, (200, SHARED, ORIGIN_VARIES, b"item"), id="trusted POST"),
        pytest.param("POST", {"Origin": EVIL}, (403, {}, ORIGIN_VARIES, b""), id="untrusted POST blocked"),
    ],
)
def test_the_ini_file_says_what_is_shared(
    port: int, method: str, headers: dict[str, str], expected: tuple[object, ...]
) -> None:
    assert ask(port, method, "/item", headers)[:4] == expected


def test_a_wrong_ini_file_does_not_start_and_says_what_a_wrong_policy_says(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ini"
    wrong.write_text(INI.read_text().replace("app.example.com", "app.example.com/").replace("= ETag", "= ETag, *"))
    origins = ["https://app.example.com/", "https://*.preview.example.com"]
    with pytest.raises(PolicyError) as stated:
        Policy(origins, supports_credentials=True, expose_headers=["ETag", "*"])
    with pytest.raises(RuntimeError, match="ended with status 1 before it listened") as started, serve_ini(wrong):
        pass
    assert str(started.value).rstrip().endswith(f"PolicyError: {stated.value}".rstrip())
