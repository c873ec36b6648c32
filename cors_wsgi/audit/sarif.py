"""A report as SARIF 2.1.0, which code hosts show next to other findings.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from ..browser.printing import show_exchange
from .flaws import Severity
from .report import Report

_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "none",
}
_SCORES: Final = {
    Severity.CRITICAL: "9.0",
    Severity.HIGH: "7.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
"""Numbers by which GitHub sorts security findings: critical from 9.0, high from 7.0, medium from 4.0."""


def to_sarif(report: Report) -> dict[str, Any]:
    """Return a report as data for JSON, with the server's URL in place of a file's.

    Args:
        report: of an audit.
    """
    rules = {finding.code: finding.flaw for finding in report.findings}
    driver = {
        "name": "cors-wsgi audit",
        "version": version("cors-wsgi"),
        "rules": [
            {
                "id": str(code),
                "shortDescription": {"text": flaw.about},
                "help": {"text": flaw.remedy},
                "properties": {"security-severity": _SCORES[flaw.with_credentials], "tags": ["security"]},
            }
            for code, flaw in rules.items()
        ],
    }
    results = [
        {
            "ruleId": str(finding.code),
            "level": _LEVELS[finding.severity],
            "message": {"text": f"{finding.said} {finding.flaw.about} {finding.flaw.remedy}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": report.url}}}],
            "properties": {"evidence": show_exchange(finding.exchange)},
        }
        for finding in report.findings
    ]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not report.inconclusive}],
        "results": results,
    }
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
