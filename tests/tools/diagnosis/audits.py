"""What `audit` says about a case, and whether it says what it must."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tools.diagnosis.cases import PAGE, Case
from tools.diagnosis.run import SCRIPT
from tools.diagnosis.running import start


def audit_case(case: Case, node_modules: Path | None) -> dict[str, Any]:
    """Return what `audit --json` says of a case's server, with the exit status as `status`."""
    with start(case, node_modules) as running:
        command = [str(SCRIPT), "audit", running.origin + case.path, "--origin", PAGE, "--json", "--rate", "1000"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout)
    return {**told, "status": done.returncode}


def judge_audit(case: Case, told: dict[str, Any]) -> str:
    """Return what is wrong with a report; nothing if it is right."""
    found = {finding["code"] for finding in told["findings"]}
    missing = [must for must in case.audit_must or () if not found & set(must.split("|"))]
    wrong = found & set(case.audit_never)
    if told["status"] == 0 and told.get("inconclusive"):
        return f"it could not be concluded, and the exit status is 0: {found}"
    return f"missing: {missing}, must not be there: {wrong}, found: {found}" if missing or wrong else ""
