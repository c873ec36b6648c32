"""The middleware under pyvoy, which runs WSGI apps inside Envoy, answers as it does anywhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.needs import needs_module, needs_program
from support.raw_http import Client
from support.servers import listening
from tools.edge.answers import ask_middleware, see_proxy
from tools.edge.compare import draw_requests
from tools.edge.served import MIDDLEWARE, wrap

pytestmark = pytest.mark.server


def test_the_middleware_answers_alike_inside_envoy() -> None:
    needs_module("pyvoy")
    program = needs_program(str(Path(sys.executable).with_name("pyvoy")))
    options = ["--interface", "wsgi", "--address", "127.0.0.1"]
    with listening(lambda port: [program, *options, "--port", str(port), "tools.edge.served:app"]) as port:
        client = Client(port)
        compared = 0
        for request in draw_requests(MIDDLEWARE, 3, 400):
            seen = see_proxy(client.ask(*request[:3]))
            if request.is_sent and not (seen.status == 400 and not seen.ran):  # Envoy's own answer
                assert seen == ask_middleware(wrap, request), request
                compared += 1
        client.close()
    assert compared > 250
