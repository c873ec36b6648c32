"""What an audit found, as text, as Markdown and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..browser.exchange import Exchange
from ..browser.printing import show_exchange
from .flaws import Flaw, FlawCode, Severity


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or worth knowing.

    Attributes:
        flaw: the kind of finding.
        severity: how bad it is here.
        said: what was sent and answered, in a sentence.
        exchange: the evidence.
    """

    flaw: Flaw
    severity: Severity
    said: str
    exchange: Exchange

    @property
    def code(self) -> str:
        """The flaw's stable name."""
        return self.flaw.code

    def __str__(self) -> str:
        return f"{self.severity.name.lower()}: {self.code}: {self.said} {self.flaw.about}"


@dataclass(frozen=True)
class Report:
    """The result of an audit.

    Attributes:
        url: the URL that was audited.
        origin: the origin that the look-alikes were made from.
        findings: the worst first.
        exchanges: everything that went over the wire.
    """

    url: str
    origin: str
    findings: Sequence[Finding]
    exchanges: Sequence[Exchange]

    @property
    def inconclusive(self) -> str:
        """Why the audit was not conclusive; empty if it was."""
        return next((finding.said for finding in self.findings if finding.code == FlawCode.INCOMPLETE), "")

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding; None without findings."""
        return max((finding.severity for finding in self.findings), default=None)

    def at_least(self, severity: Severity) -> list[Finding]:
        """Return the findings that are at least as bad."""
        return [finding for finding in self.findings if finding.severity >= severity]

    def __str__(self) -> str:
        lines = [f"{self.url}, {len(self.exchanges)} requests: {self.summary}"]
        for finding in self.findings:
            lines += ["", str(finding), f"  {finding.flaw.remedy}"]
            lines += [f"  {line}" for line in show_exchange(finding.exchange)]
        return "\n".join(lines)

    @property
    def summary(self) -> str:
        """The number of findings of each severity, in words."""
        listed = [finding for finding in self.findings if finding.code != FlawCode.INCOMPLETE]
        counts = {severity: sum(f.severity is severity for f in listed) for severity in reversed(Severity)}
        parts = [f"{count} {severity.name.lower()}" for severity, count in counts.items() if count]
        found = ", ".join(parts) or "nothing found"
        return f"inconclusive; {found}" if self.inconclusive else found

    def to_markdown(self) -> str:
        """Return the report as Markdown, to paste into an issue."""
        lines = [f"### CORS audit of `{self.url}`", "", f"{len(self.exchanges)} requests: {self.summary}.", ""]
        if self.findings:
            lines += ["| severity | finding | what was observed | what to do |", "|---|---|---|---|"]
        for finding in self.findings:
            cells = (finding.severity.name.lower(), f"`{finding.code}`", finding.said, finding.flaw.remedy)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        for finding in self.findings:
            lines += ["", f"<details><summary>{finding.code}</summary>", "", "```http"]
            lines += [*show_exchange(finding.exchange), "```", "", "</details>"]
        return "\n".join(lines) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return the report as data for JSON."""
        return {
            "url": self.url,
            "origin": self.origin,
            "requests": len(self.exchanges),
            "inconclusive": self.inconclusive,
            "worst": None if self.worst is None else self.worst.name.lower(),
            "findings": [
                {
                    "code": finding.code,
                    "severity": finding.severity.name.lower(),
                    "said": finding.said,
                    "about": finding.flaw.about,
                    "remedy": finding.flaw.remedy,
                    "evidence": show_exchange(finding.exchange),
                }
                for finding in self.findings
            ],
        }
