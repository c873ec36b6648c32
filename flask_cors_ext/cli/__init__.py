"""`flask cors routes` and `flask cors check`."""

from __future__ import annotations

import json
import os
import sys
import textwrap

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from cors_wsgi import DENY, Policy, PolicyError
from cors_wsgi.origins import show_rule

from ..state import find_state
from .check import Finding, check_app, uses_flask_cors
from .routes import Row, list_rows, show_sources

cors = AppGroup("cors", help="Show which origins may read what from this app, and what is wrong with that.")

_WIDE = 160
"""Columns of what is not printed to a terminal, unless COLUMNS says otherwise."""

_NARROW = 120
"""Columns below which a table would cut words: a route then gets two lines."""

_NO_EXTENSION = "This app has no CORS extension: nothing is shared, and nothing is added, removed or answered."
_FLASK_CORS = "This app has no CORS extension of flask_cors_ext: Flask-CORS answers for it."


@cors.command("routes")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def routes(*, as_json: bool) -> None:
    """Show for every route who may call it, with which headers, and which layer set that."""
    state = find_state(current_app)
    try:
        rows = [] if state is None else list_rows(state.merge())
    except PolicyError as error:
        raise click.ClickException(_wrap(str(error))) from None
    if as_json:
        found = {"extension": state is not None, "routes": [row.as_json() for row in rows]}
        click.echo(json.dumps(found, indent=2))
    elif state is None:
        click.echo(_explain_absence())
    else:
        _print_table(rows)


@cors.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--github", is_flag=True, help="Print annotations for GitHub Actions, with file and line.")
def check(*, as_json: bool, github: bool) -> None:
    """Build and validate every policy; say what is dangerous or can never match. Fails on an error."""
    if as_json and github:
        raise click.UsageError("--json and --github exclude each other.")
    state = find_state(current_app)
    if state is None and not as_json:
        click.echo(_explain_absence())
    findings = check_app(current_app, state)
    if as_json:
        told = [_describe(finding) for finding in findings]
        click.echo(json.dumps({"extension": state is not None, "findings": told}, indent=2))
        sys.exit(1 if any(finding.code.level == "error" for finding in findings) else 0)
    if github:
        for finding in findings:
            click.echo(_annotate(finding))
    for finding in findings:
        click.echo(_wrap(f"{finding.code.level}: {finding.text}  [{finding.code}]"))
    errors = sum(finding.code.level == "error" for finding in findings)
    others = len(findings) - errors
    click.echo(f"{errors} error{'s' * (errors != 1)}, {others} other finding{'s' * (others != 1)}.")
    sys.exit(1 if errors else 0)


def _describe(finding: Finding) -> dict[str, object]:
    file, line = finding.place or (None, None)
    return {
        "code": finding.code.value,
        "level": finding.code.level,
        "text": finding.text,
        "file": None if file is None else _shorten(file),
        "line": line,
    }


def _annotate(finding: Finding) -> str:
    """Return a finding as a workflow command of GitHub Actions.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    kind = {"error": "error", "warning": "warning", "note": "notice"}[finding.code.level]
    place = ""
    if finding.place is not None:
        file, line = finding.place
        place = f"file={_escape(_shorten(file)).replace(':', '%3A').replace(',', '%2C')},line={line},"
    return f"::{kind} {place}title=CORS {finding.code}::{_escape(finding.text)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _shorten(file: str) -> str:
    """Return a file's path from the current folder, where it lies below that."""
    path = os.path.relpath(file) if os.path.splitdrive(file)[0] == os.path.splitdrive(os.getcwd())[0] else file
    return file if path.startswith(os.pardir) else path


def _wrap(text: str) -> str:
    """Return a text with its lines no wider than the terminal, each as deep as it was; without a terminal as it is."""
    if not sys.stdout.isatty():
        return text
    width = Console().width
    return "\n".join(
        textwrap.fill(
            line.strip(),
            width,
            initial_indent=" " * (len(line) - len(line.lstrip())),
            subsequent_indent=" " * (len(line) - len(line.lstrip())),
            break_long_words=False,
            break_on_hyphens=False,
        )
        # A line that points at a character belongs below the one that it points into.
        if len(line) > width and set(line.strip()) != {"^"}
        else line
        for line in text.split("\n")
    )


def _find_width() -> int | None:
    """Return the columns to print in; None to ask the terminal."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    return None if sys.stdout.isatty() else _WIDE


def _explain_absence() -> str:
    """Return what holds where the app has no extension of ours."""
    return _FLASK_CORS if uses_flask_cors(current_app) else _NO_EXTENSION


def _print_table(rows: list[Row]) -> None:
    # Without markup and emoji: a regular expression's [a-z] is not a style, and :x: in a route is not a picture.
    console = Console(width=_find_width(), markup=False, emoji=False, highlight=False)
    if console.width < _NARROW:
        _print_lines(console, rows)
        return
    table = Table()
    for heading in ("Route", "Methods", "Origins", "Credentials", "Request headers", "Exposed", "Set by"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.rule, ", ".join(row.methods), *_show(row))
    console.print(table)


def _print_lines(console: Console, rows: list[Row]) -> None:
    """Print each route on one line, and below it who may read it, and who said so; words stay whole."""
    for row in rows:
        origins, credentials, headers, exposed, said = _show(row)
        shared = [origins, *(["credentials"] if credentials == "yes" else [])]
        shared += [f"request headers: {headers}"] if headers not in ("", "all") else []
        shared += [f"exposed: {exposed}"] if exposed else []
        console.print(f"{', '.join(row.methods)} {row.rule}", soft_wrap=True)
        text = "; ".join(shared) + (f" ({said})" if said else "")
        for line in textwrap.wrap(text, max(console.width - 4, 1), break_long_words=False, break_on_hyphens=False):
            console.print(f"    {line}", soft_wrap=True)


def _show(row: Row) -> tuple[str, ...]:
    policy = row.resolved.policy
    if not isinstance(policy, Policy):
        return ("never shared" if policy is DENY else "hands off", "", "", "", "")
    return (
        "everybody" if policy.origins == "*" else ", ".join(show_rule(rule) for rule in policy.origins),
        "yes" if policy.supports_credentials else "no",
        _show_names(policy.allow_headers),
        _show_names(policy.expose_headers),
        show_sources(row.resolved.sources),
    )


def _show_names(names: str | tuple[str, ...]) -> str:
    return "all" if names == "*" else ", ".join(names)
