"""TLS, HTTP/2 and upgrades to WebSocket through each proxy: `cd tests && python -m tools.edge.transports`.

Each exported configuration gets a certificate, as its owner would give it one, and is asked by curl over HTTP/2 and
HTTP/1.1; and, as it was exported, by a WebSocket client of an allowed and of another origin. Needs openssl and curl.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import websockets.sync.client
import websockets.sync.server
from support.nginx import free_port
from support.proxies import run_proxy
from support.raw_http import serve_bare_app

from cors_wsgi import CORSMiddleware, Policy
from cors_wsgi.export import TARGETS
from tools.edge.compare import export_for
from tools.edge.policies import bare_app

APP, EVIL = "https://app.example.com", "https://evil.example"
MIDDLEWARE: Final = CORSMiddleware(bare_app, Policy(APP, supports_credentials=True))
SHOWN: Final = ("access-control-allow-origin", "access-control-allow-credentials", "vary", "x-app-ran")
MODULES: Final = "/usr/lib/apache2/modules"
ENVOY: Final = """    filter_chains:
    - transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          common_tls_context:
            alpn_protocols: [h2, http/1.1]
            tls_certificates: [{certificate_chain: {filename: CERT}, private_key: {filename: KEY}}]
      filters:"""

APACHE: Final = f"""LoadModule ssl_module {MODULES}/mod_ssl.so
LoadModule http2_module {MODULES}/mod_http2.so
Listen ADDRESS
Protocols h2 http/1.1
SSLEngine On
SSLCertificateFile CERT
SSLCertificateKeyFile KEY"""


def add_tls(target: str, config: str, port: int, folder: Path) -> str:
    """Return a configuration with TLS and HTTP/2 at the port."""
    cert, key, address = folder / "cert.pem", folder / "key.pem", f"127.0.0.1:{port}"
    old, new = {
        "nginx": (f"{address};", f"{address} ssl http2; ssl_certificate {cert}; ssl_certificate_key {key};"),
        "haproxy": (f"bind {address}", f"bind {address} ssl crt {folder}/both.pem alpn h2,http/1.1"),
        "envoy": (
            "    filter_chains:\n    - filters:",
            ENVOY.replace("CERT", str(cert)).replace("KEY", str(key)),
        ),
        "caddy": (f"http://:{port} {{", f"https://localhost:{port} {{\n\ttls {cert} {key}"),
        "apache": (
            f"Listen {address}",
            APACHE.replace("ADDRESS", address).replace("CERT", str(cert)).replace("KEY", str(key)),
        ),
    }[target]
    assert old in config
    return config.replace(old, new, 1)


def make_certificate(folder: Path) -> None:
    """Write a certificate for localhost, and its key."""
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2", "-nodes"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", *files, *names], check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())


def ask_by_curl(port: int, protocol: str) -> Iterator[str]:
    """Ask for a response, a preflight that is granted, and one that is refused."""
    preflight = ["-X", "OPTIONS", "-H", "Access-Control-Request-Method: PUT"]
    for origin, options in ((APP, []), (APP, preflight), (EVIL, preflight)):
        command = ["curl", "-sk", "-D-", "-o", "/dev/null", protocol, "-H", f"Origin: {origin}", *options]
        done = subprocess.run([*command, f"https://localhost:{port}/"], capture_output=True, text=True, check=True)
        first, *lines = done.stdout.replace("\r", "").split("\n")
        yield f"{first.strip()}; " + "; ".join(sorted(line for line in lines if line.lower().startswith(SHOWN)))


def ask_by_websocket(port: int, origin: str) -> str:
    """Open a WebSocket, and let the app echo."""
    with websockets.sync.client.connect(f"ws://127.0.0.1:{port}/", additional_headers=[("Origin", origin)]) as socket:
        socket.send("hello")
        heard = socket.recv(timeout=5)
        found = [f"{name}: {value}" for name, value in socket.response.headers.raw_items() if name.lower() in SHOWN]
    return f"WebSocket from {origin}: {socket.response.status_code}, {heard!r}; {'; '.join(found)}"


def echo(connection: websockets.sync.server.ServerConnection) -> None:
    for message in connection:
        connection.send(message)


def main() -> None:
    with serve_bare_app() as app_port, websockets.sync.server.serve(echo, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for target in TARGETS:
            print(f"== {target}")
            with tempfile.TemporaryDirectory() as name:
                folder, port = Path(name), free_port()
                folder.chmod(0o755)
                make_certificate(folder)
                config = add_tls(target, export_for(target, MIDDLEWARE, port, app_port), port, folder)
                with run_proxy(target, folder, config, port):
                    for protocol in ("--http2", "--http1.1"):
                        print(*ask_by_curl(port, protocol), sep="\n")
                port = free_port()
                config = export_for(target, MIDDLEWARE, port, server.socket.getsockname()[1])
                with run_proxy(target, folder, config, port):
                    print(ask_by_websocket(port, APP), ask_by_websocket(port, EVIL), sep="\n")


if __name__ == "__main__":
    main()
