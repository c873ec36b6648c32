"""Arguments that several commands read alike: headers, apps to ask in process, and the way to a server."""

from __future__ import annotations

import argparse
import importlib
import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

from cors_wsgi.browser.urls import parse_url
from cors_wsgi.browser.ways import Route, is_loopback


def read_header(text: str) -> tuple[str, str]:
    """Return the name and value of `Name: value`.

    Raises:
        ValueError: there is no colon.
    """
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is not a header; write it as 'Name: value'")
    return name.strip(), value.strip()


def read_url(text: str, how: str) -> str:
    """Return a URL that has a scheme.

    Args:
        text: as it was written.
        how: what to do instead, before the URL as it should be.

    Raises:
        ValueError: it has no scheme, or a user name or password in it; they are not repeated.
    """
    if "://" not in text:
        host = text.partition("/")[0].partition(":")[0]
        scheme = "http" if is_loopback(host) else "https"
        raise ValueError(f"{text!r} has no scheme; {how}: '{scheme}://{text}'")
    url = parse_url(text)
    if url is not None and url.has_credentials:
        raise ValueError(
            f"{url.request_url} was given with a user name or password, which no script may fetch; leave them out, and "
            "write -H 'Authorization: Basic …'"
        )
    return text


def load_app(name: str) -> Any:
    """Import `module:attribute`, from the current folder, too, as servers do.

    Raises:
        ValueError: it is not written so.
        ImportError: there is no such module.
        AttributeError: the module has no such attribute.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"{name!r} is not an app; write it as 'module:attribute'")
    sys.path.insert(0, os.getcwd())
    return getattr(importlib.import_module(module), attribute)


def check_timeout(seconds: float) -> float:
    """Return the seconds of `--timeout`.

    Raises:
        ValueError: they are not more than 0.
    """
    if not seconds > 0:
        raise ValueError(f"--timeout {seconds:g} leaves no time to answer; write more than 0 seconds, such as 10")
    return seconds


def add_route_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say how a server is reached; they are called as those of curl."""
    group = parser.add_argument_group("the way to the server")
    group.add_argument("-k", "--insecure", action="store_true", help="accept any certificate")
    group.add_argument("--cacert", metavar="FILE", default="", help="certificates to trust in place of the system's")
    group.add_argument(
        "--resolve",
        metavar="HOST:PORT:ADDRESS",
        action="append",
        default=[],
        help="where to find a host (repeatable)",
    )
    group.add_argument("--proxy", metavar="URL", help="a proxy; without it HTTP_PROXY, HTTPS_PROXY and NO_PROXY count")
    group.add_argument("--unix-socket", metavar="PATH", default="", help="a socket to connect to, whatever the host")


def read_route(arguments: argparse.Namespace) -> Route:
    """Return the way to the server.

    Raises:
        ValueError: an argument is wrong; the message says what to write.
    """
    if arguments.cacert and not Path(arguments.cacert).is_file():
        raise ValueError(
            f"--cacert {arguments.cacert!r} is not a file; write the path of a file with certificates (PEM)"
        )
    return Route(
        verifies=not arguments.insecure,
        ca_file=arguments.cacert,
        addresses=dict(map(_read_resolve, arguments.resolve)),
        proxy=arguments.proxy,
        unix_socket=arguments.unix_socket,
    )


def _read_resolve(text: str) -> tuple[tuple[str, int], str]:
    host, _, rest = text.partition(":")
    port, _, address = rest.partition(":")
    bare = address.strip("[]")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        bare = ""
    if not host or not port.isdigit() or not bare:
        raise ValueError(f"--resolve {text!r} is not HOST:PORT:ADDRESS; write it as 'api.example.com:443:127.0.0.1'")
    return (host.lower(), int(port)), bare
