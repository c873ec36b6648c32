"""Import lines: of the package, of `re`, and of the extension if it must be put on an app."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import libcst as cst

from .layers import FilePlan, Said
from .predecessor import PACKAGE
from .sites import Sites

NEW_PACKAGE: Final = "flask_cors_ext"
_PACKAGE_NAME: Final = rf"\b{PACKAGE}(?:\.extension|\.decorator)?\b".encode()


def rewrite_imports(plan: FilePlan) -> None:
    """Rewrite the lines that import the package, and ask about what has no counterpart."""
    sites, source = plan.sites, plan.sites.source
    for statement in sites.imports:
        start, end = source.start(statement), source.end(statement)
        for match in re.finditer(_PACKAGE_NAME, source.data[start:end]):
            plan.edits.replace(start + match.start(), start + match.end(), NEW_PACKAGE)
    for name in sites.references:
        plan.edits.replace_node(name, NEW_PACKAGE)
    for position, part in sites.foreign:
        plan.ask(position, position, f"nothing here replaces {part}. Do without it.")
    for position, place in sites.handed_on:
        said = source.code(place)
        plan.ask(
            position, place, f"{said} is passed on, and may be called elsewhere. Make sure that its options are valid."
        )
    for position in sites.imports_by_name:
        text = f"{PACKAGE} is imported by name here. Import {NEW_PACKAGE}, and make sure that the options are valid."
        plan.ask(position, position, text)
    for position in sites.mentions:
        plan.note(position, f"a string names {PACKAGE}, and stays as it is")


def add_extension(files: Sequence[FilePlan], marks: Sequence[Said]) -> None:
    """Put the extension on the app: in Flask-CORS a mark works without it, but here it needs it."""
    if all(mark.call.is_above_route for mark in marks) or any(_has_extension(plan.sites) for plan in files):
        return
    made = [(plan, app) for plan in files for app in plan.sites.apps]
    if len(made) != 1:
        first = next(mark for mark in marks if not mark.call.is_above_route)
        text = "a mark needs the extension. Where the app is created, write CORS(app, resources={}): only marks share."
        first.plan.ask(first.call.position, first.call.node, text)
        return
    plan, app = made[0]
    plan.edits.add_line_below(app.statement, f"CORS({app.name}, resources={{}})  # only marks say who may read")
    plan.needs.add("CORS")
    plan.note(app.statement, f"CORS({app.name}, resources={{}}) was added, since marks need the extension")


def finish(plan: FilePlan) -> None:
    """Remove settings, and add the imports that the new text needs."""
    sites = plan.sites
    for siblings, removed in plan.removed.values():
        plan.edits.remove_parts(siblings, removed)
    position = sites.first_import if sites.first_import is not None else sites.after_docstring
    if plan.rewriter.writes_regex and not sites.has_re:
        plan.edits.add_line(position, "import re")
    if "CORS" in plan.needs and not _imports_cors(sites):
        last = next((one for one in sites.imports if isinstance(one, cst.ImportFrom)), None)
        if last is not None and not isinstance(last.names, cst.ImportStar):
            plan.edits.insert(sites.source.end(last.names[-1].name), ", CORS")
        else:
            plan.edits.add_line(position, f"from {NEW_PACKAGE} import CORS")


def _imports_cors(sites: Sites) -> bool:
    names = [one.names for one in sites.imports if isinstance(one, cst.ImportFrom)]
    return any(
        isinstance(found, cst.ImportStar) or any(alias.name.value == "CORS" and not alias.asname for alias in found)
        for found in names
    )


def _has_extension(sites: Sites) -> bool:
    """Tell whether an earlier run put the extension on an app already."""
    return re.search(rf"^from {NEW_PACKAGE} import .*\bCORS\b", sites.source.data.decode(), re.MULTILINE) is not None
