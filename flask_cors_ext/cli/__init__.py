"""`flask cors routes` and `flask cors check`."""

from __future__ import annotations

import json
import sys

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from cors_wsgi import DENY, Policy, PolicyError
from cors_wsgi.origins import show_rule

from ..state import find_state
from .check import check_app
from .routes import Row, list_rows, show_sources

cors = AppGroup("cors", help="Say who may read what of this app across origins, and what is wrong with that.")

_WIDE = 160
"""Columns of a table that goes to no terminal."""

_NO_EXTENSION = "This app has no CORS extension: nothing is shared, and nothing is added, removed or answered."


@cors.command("routes")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def routes(*, as_json: bool) -> None:
    """Show for every route who may call it, with which headers, and which layer said so."""
    state = find_state(current_app)
    try:
        rows = [] if state is None else list_rows(state.merge())
    except PolicyError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        found = {"extension": state is not None, "routes": [row.as_json() for row in rows]}
        click.echo(json.dumps(found, indent=2))
    elif state is None:
        click.echo(_NO_EXTENSION)
    else:
        _print_table(rows)


@cors.command("check")
def check() -> None:
    """Build and validate every policy; say what is dangerous or can never match. Fails on an error."""
    state = find_state(current_app)
    if state is None:
        click.echo(_NO_EXTENSION)
    findings = check_app(current_app, state)
    for finding in findings:
        click.echo(f"{finding.code.level}: {finding.text}  [{finding.code}]")
    errors = sum(finding.code.level == "error" for finding in findings)
    others = len(findings) - errors
    click.echo(f"{errors} error{'s' * (errors != 1)}, {others} other finding{'s' * (others != 1)}.")
    sys.exit(1 if errors else 0)


def _print_table(rows: list[Row]) -> None:
    table = Table()
    for heading in ("Route", "Methods", "Origins", "Credentials", "Request headers", "Exposed", "Said by"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.rule, ", ".join(row.methods), *_show(row))
    # Without markup and emoji: a regular expression's [a-z] is not a style, and :x: in a route is not a picture.
    Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, emoji=False).print(table)


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
