"""Arguments that several commands share: headers, apps to call in process, and how to reach a server."""

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
from cors_wsgi.decisions import quote_error


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
        text: as the user wrote it.
        how: what to do instead, followed by the correct URL.

    Raises:
        ValueError: it has no scheme, or has a user name or password, which the message does not repeat.
    """
    if "://" not in text:
        host = text.partition("/")[0].partition(":")[0]
        scheme = "http" if is_loopback(host) else "https"
        raise ValueError(f"{text!r} has no scheme; {how}: '{scheme}://{text}'")
    url = parse_url(text)
    if url is not None and url.has_credentials:
        raise ValueError(
            f"{url.request_url} has a user name or password, which a script may not fetch; leave them out, and "
            "write -H 'Authorization: Basic …'"
        )
    return text


def load_app(name: str) -> Any:
    """Import `module:attribute`, also from the current folder, as servers do.

    Raises:
        ValueError: it is not in this form.
        ImportError: there is no such module, or it raises or ends the program when it is imported.
        AttributeError: the module has no such attribute.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"{name!r} is not an app; write it as 'module:attribute'")
    sys.path.insert(0, os.getcwd())
    try:
        imported = importlib.import_module(module)
    except (ValueError, ImportError, AttributeError):
        raise
    except SystemExit as error:  # its status is not this command's
        raise ImportError(f"importing {name} ended the program with status {error.code or 0!r}") from error
    except Exception as error:  # the user's own module
        raise ImportError(f"importing {name} raised {quote_error(error)}") from error
    return getattr(imported, attribute)


def check_timeout(seconds: float) -> float:
    """Return the seconds of `--timeout`.

    Raises:
        ValueError: they are not more than 0.
    """
    if not seconds > 0:
        raise ValueError(f"--timeout {seconds:g} leaves no time to answer; write more than 0 seconds, such as 10")
    return seconds


def add_route_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments for reaching a server; they are named after curl's."""
    group = parser.add_argument_group("how to reach the server")
    group.add_argument("-k", "--insecure", action="store_true", help="accept any certificate")
    group.add_argument("--cacert", metavar="FILE", default="", help="certificates to trust instead of the system's")
    group.add_argument(
        "--resolve",
        metavar="HOST:PORT:ADDRESS",
        action="append",
        default=[],
        help="the address of a host (repeatable)",
    )
    group.add_argument(
        "--proxy", metavar="URL", help="a proxy; by default the one in HTTP_PROXY or HTTPS_PROXY, unless in NO_PROXY"
    )
    group.add_argument("--unix-socket", metavar="PATH", default="", help="a socket to connect to, whatever the host")


def read_route(arguments: argparse.Namespace) -> Route:
    """Return how to reach the server.

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
