"""The way to a server: certificates, addresses, proxies, sockets; and heads that only browsers read."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cli.test_check import answering
from cli.test_command import run
from support.needs import needs_program
from support.servers import serving

PAGE = "http://app.example.com"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "X-Asked, X-Proxy-Login")
        self.send_header("X-Asked", f"{self.path} of {self.headers['Host']}")
        self.send_header("X-Proxy-Login", "yes" if self.headers["Proxy-Authorization"] else "no")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def address_string(self) -> str:
        return "somewhere"

    def log_message(self, *arguments: object) -> None:
        pass


@contextlib.contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        with serving(server):
            yield server.server_port


def ask(url: str, *arguments: str, **environment: str) -> dict[str, Any]:
    shown = run("check", url, "--origin", PAGE, "--json", *arguments, **environment)
    told: dict[str, Any] = json.loads(shown.stdout)
    answer = told["exchanges"][0]["response"]
    return {**told, "received": dict(answer["headers"]) if answer else {}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    openssl, folder = needs_program("openssl"), tmp_path_factory.mktemp("tls")
    name = ["-subj", "/CN=api.example.com", "-addext", "subjectAltName=DNS:api.example.com"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name, *files]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


def test_a_certificate_is_checked_unless_somebody_says_otherwise(certificate: tuple[Path, ssl.SSLContext]) -> None:
    path, context = certificate
    with serve(context) as port:
        url = f"https://api.example.com:{port}/x"
        there = ("--resolve", f"api.example.com:{port}:127.0.0.1")
        assert ask(url, *there)["verdict"] == "untried"
        assert ask(url, *there, "--insecure")["verdict"] == "shared"
        trusted = ask(url, *there, "--cacert", str(path))
        assert trusted["received"]["X-Asked"] == f"/x of api.example.com:{port}"
        elsewhere = ask(f"https://127.0.0.1:{port}/x", "--cacert", str(path))
        assert (elsewhere["verdict"], "match" in elsewhere["explanation"]) == ("untried", True)


def test_a_refused_certificate_says_how_to_look_past_it(certificate: tuple[Path, ssl.SSLContext]) -> None:
    with serve(certificate[1]) as port:
        shown = run("check", f"https://127.0.0.1:{port}/", "--origin", PAGE, COLUMNS="200")
    assert "No response came: self-signed certificate." in shown.stdout
    assert "--cacert FILE trusts it, --insecure trusts any." in shown.stdout
    assert "_ssl.c" not in shown.stdout


def test_https_at_a_port_for_http_is_told_to_be_http() -> None:
    with serve() as port:
        shown = run("check", f"https://127.0.0.1:{port}/", "--origin", PAGE, COLUMNS="200")
    assert shown.returncode == 2
    assert "If the server speaks plain http at this port, write http:// in the URL." in shown.stdout


def test_a_server_that_says_nothing_to_a_handshake_is_told_without_words_of_python() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        shown = run("check", url, "--origin", PAGE, "--timeout", "0.3", COLUMNS="200")
    assert "No response came: The handshake operation timed out." in shown.stdout
    assert "write http:// in the URL." in shown.stdout
    assert "_ssl.c" not in shown.stdout


@pytest.mark.parametrize("how", ["argument", "environment", "environment, lower case"])
def test_a_proxy_takes_the_request_for_a_host_that_nobody_knows(how: str) -> None:
    with serve() as port:
        proxy = f"http://user:hush@127.0.0.1:{port}"
        name = {"environment": "HTTP_PROXY", "environment, lower case": "http_proxy"}.get(how)
        told = ask(
            "http://api.example.com/x", *(("--proxy", proxy) if name is None else ()), **({name: proxy} if name else {})
        )
    assert told["received"]["X-Asked"].startswith("http://api.example.com/x of api.example.com")
    assert told["received"]["X-Proxy-Login"] == "yes"
    assert "hush" not in json.dumps(told)


def test_no_proxy_and_loopback_go_around_the_proxy() -> None:
    with serve() as port:
        told = ask(f"http://127.0.0.1:{port}/x", HTTP_PROXY="http://127.0.0.1:1")
        # In lower case as well: Selenium, where a test before used it, left that spelling in the environment.
        around = {"NO_PROXY": "no-such-host.invalid", "no_proxy": "no-such-host.invalid"}
        named = ask("http://no-such-host.invalid/", HTTP_PROXY=f"http://127.0.0.1:{port}", **around)
    assert told["received"]["X-Asked"] == f"/x of 127.0.0.1:{port}"
    assert (named["verdict"], "no-such-host.invalid" in named["explanation"]) == ("untried", True)


def test_a_proxy_of_another_kind_says_what_to_write() -> None:
    told = ask("http://api.example.com/", "--proxy", "socks5://user:hush@localhost:1080")
    assert "write http://host:port" in told["explanation"]
    assert "hush" not in json.dumps(told)


@pytest.mark.skipif(not hasattr(socketserver, "UnixStreamServer"), reason="there are no Unix sockets")
def test_a_unix_socket_is_asked_whatever_the_host(tmp_path: Path) -> None:
    path = os.path.relpath(tmp_path / "s")  # the name of a socket is short
    server = socketserver.ThreadingUnixStreamServer(path if len(path) < 100 else str(tmp_path / "s"), Handler)
    with server, serving(server):
        told = ask("http://api.example.com/x", "--unix-socket", str(tmp_path / "s"))
    assert told["received"]["X-Asked"] == "/x of api.example.com"
    assert ask("http://api.example.com/", "--unix-socket", str(tmp_path / "none"))["verdict"] == "untried"


# Heads that only browsers read

BEGIN = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        pytest.param(BEGIN + b"X: y\r\n" * 500 + b"Access-Control-Allow-Origin: *\r\n\r\n", "shared", id="500 headers"),
        pytest.param(BEGIN + b"Access-Control-Allow-Origin : *\r\n\r\n", "blocked", id="a space before the colon"),
        pytest.param(
            BEGIN + b"no colon\r\nAccess-Control-Allow-Origin: *\r\n\r\n", "shared", id="a line without a colon"
        ),
        pytest.param(BEGIN + b"Access-Control-Allow-Origin: a\r\n b\r\n\r\n", "blocked", id="a line that goes on"),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\nAccess-Control-Allow-Origin: *\r\n\r\n" + BEGIN + b"\r\n",
            "blocked",
            id="100 first",
        ),
        pytest.param(BEGIN + b"\r\n", "blocked", id="no header"),
        pytest.param(BEGIN + b"X: " + b"y" * 300_000 + b"\r\n\r\n", "untried", id="too much"),
        pytest.param(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n", "shared", id="a head without an end"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
            b"2\r\n{}\r\n0\r\n\r\n",
            "shared",
            id="chunks",
        ),
    ],
)
def test_heads_are_read_as_browsers_read_them(head: bytes, verdict: str) -> None:
    with answering(head) as port:
        told = ask(f"http://127.0.0.1:{port}/")
    assert told["verdict"] == verdict


def test_a_space_before_the_colon_is_said() -> None:
    with answering(BEGIN + b"Access-Control-Allow-Origin : *\r\n\r\n") as port:
        told = ask(f"http://127.0.0.1:{port}/")
    assert [hint["name"] for hint in told["hints"]] == ["space-in-name"]


@pytest.mark.parametrize("reply", [b"", None])
def test_no_word_of_python_is_printed(reply: bytes | None) -> None:
    with answering(reply) as port:
        shown = run("check", f"http://127.0.0.1:{port}/", "--origin", PAGE, "--timeout", "1", COLUMNS="200")
    assert "Not tried (network-failure): No response came: " in shown.stdout
    assert not [word for word in ("Error(", "Errno", "_ssl", "('", "Exception", "object at") if word in shown.stdout]


@pytest.mark.parametrize("command", ["check", "explain"])
def test_no_line_ends_with_blanks_where_no_terminal_is(command: str) -> None:
    with answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as port:
        text = "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response."
        arguments = (text,) if command == "explain" else (f"http://127.0.0.1:{port}/", "--origin", PAGE)
        shown = run(command, *arguments, COLUMNS="60")
    assert [line for line in shown.stdout.splitlines() if line != line.rstrip()] == []
    assert len(shown.stdout.splitlines()) > 3
