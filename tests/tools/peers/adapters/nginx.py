"""nginx with its own headers, as its documentation and most answers on the web write them."""

from __future__ import annotations

from tools.peers.setups import PAGE, CannotExpressError, Setup

NAME = "nginx"

_LOCATION = """
    server {{
        listen 127.0.0.1:{port};
        location / {{
            {headers}
            if ($request_method = OPTIONS) {{
                {headers}
                add_header Access-Control-Allow-Methods "GET, PUT" always;
                add_header Access-Control-Allow-Headers "content-type, x-token" always;
                add_header Access-Control-Max-Age 600 always;
                return 204;
            }}
            return 200 "items";
        }}
    }}
"""

_MAP = """
    map $http_origin $named {{ default ""; {rule} $http_origin; }}
    map $named $credentials {{ default ""; "~." "true"; }}
"""


def write_config(setup: Setup, port: int) -> str:
    """Return what stands in `http` of nginx's configuration.

    Raises:
        CannotExpressError: there is no option that could be misspelled or left out.
    """
    rule = {
        "named": f'"{PAGE}"',
        "everybody": "~.",
        "subdomains": r'"~^https://[a-z0-9-]+\.example\.com$"',
        "regex": r'"~https://trusted\.example"',
    }.get(setup.origins)
    if rule is None:
        raise CannotExpressError("headers are written out, one by one")
    if setup.origins == "everybody" and not setup.credentials:
        return _LOCATION.format(port=port, headers='add_header Access-Control-Allow-Origin "*" always;')
    headers = (
        "add_header Vary Origin always; add_header Access-Control-Allow-Origin $named always; "
        "add_header Access-Control-Allow-Credentials $credentials always;"
    )
    return _MAP.format(rule=rule) + _LOCATION.format(port=port, headers=headers)
