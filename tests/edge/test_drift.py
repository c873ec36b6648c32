"""`cors-wsgi compare` finds where a live proxy and the policy differ, and nothing where it was exported anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.needs import needs_module
from support.nginx import free_port
from support.proxies import find_proxy, run_proxy
from support.raw_http import serve_bare_app
from tools.edge.compare import export_for
from tools.edge.policies import APP, bare_app

from cors_wsgi import CORSMiddleware, Policy

pytestmark = pytest.mark.server

POLICIES = f"""
from cors_wsgi import Policy
exported = Policy(["{APP}"], supports_credentials=True)
changed = Policy(["{APP}", "https://new.example.com"], supports_credentials=True)
"""


@pytest.mark.parametrize("target", ["nginx", "envoy"])
def test_drift_is_found_by_asking_the_live_proxy(target: str, tmp_path: Path) -> None:
    find_proxy(target)
    needs_module("rich")
    needs_module("urllib3")
    (tmp_path / "policies.py").write_text(POLICIES)
    exported, port = CORSMiddleware(bare_app, Policy(APP, supports_credentials=True)), free_port()
    with serve_bare_app() as app_port:
        config = export_for(target, exported, port, app_port)
        with run_proxy(target, tmp_path, config, port):
            for name, status in (("exported", 0), ("changed", 1)):
                command = [str(Path(sys.executable).with_name("cors-wsgi")), "compare", f"policies:{name}"]
                command.append(f"http://127.0.0.1:{port}")
                done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
                assert done.returncode == status, done.stdout + done.stderr
