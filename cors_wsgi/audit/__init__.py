"""What a server's CORS policy really is, found out by asking: a fixed number of requests, and a report.

The probes are those that found holes in CORS libraries before: reflected origins, look-alikes, `null`, missing `Vary`.
Nothing here belongs to the Fetch standard; what a finding means for a page is decided by its rules.
"""

from .flaws import FLAWS, Flaw, FlawCode, Severity
from .report import Finding, Report
from .run import MOST_REQUESTS, audit_app, audit_server

__all__ = ["FLAWS", "MOST_REQUESTS", "Finding", "Flaw", "FlawCode", "Report", "Severity", "audit_app", "audit_server"]
