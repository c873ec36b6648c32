"""Find out by asking what a server's CORS policy really is: a limited number of requests, and a report.

The probes are those that found holes in CORS libraries before: reflected origins, look-alikes, `null`, missing `Vary`.
Nothing here is part of the Fetch standard, but its rules decide what a finding means for a page.
"""

from .flaws import FLAWS, Flaw, FlawCode, Severity
from .report import Finding, Report
from .run import MOST_REQUESTS, audit_app, audit_server

__all__ = ["FLAWS", "MOST_REQUESTS", "Finding", "Flaw", "FlawCode", "Report", "Severity", "audit_app", "audit_server"]
