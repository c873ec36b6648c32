"""How the manual is built: `python -m sphinx -W -n --keep-going docs docs/_build/html`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

from chinese import join_lines, translate, translate_markup
from docutils import nodes
from exchange import ExchangeLexer

project = "cors-wsgi"
version = release = version_of("cors-wsgi")
project_copyright = "the contributors of cors-wsgi"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "requirements.txt"]
nitpicky = True
smartquotes = False  # what a console prints is to be found as it is

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 70
add_module_names = False
# Types of the standard library and of frameworks have no page here to lead to.
nitpick_ignore_regex = [("py:.*", ".*")]

html_theme = "furo"
html_title = "cors-wsgi"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
pygments_dark_style = "github-dark"


def tell_language(_app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Say in the HTML of a page below `zh/` that it is in Chinese, for voices and hyphenation, and write it so."""
    if page.startswith("zh/"):
        context |= {"language": "zh-Hans", "_": translate, "gettext": translate}
        context["body"] = translate_markup(join_lines(context["body"]))
        context["furo_navigation_tree"] = translate_markup(context["furo_navigation_tree"])


_LONGEST_UNBROKEN = 32
"""Characters of code in a line that fit a narrow window."""

_LONGEST_NAME = 24
"""Characters of code in a cell that a wide window shows in one line; in the first column, which has the names, more."""

_PROSE = 35
"""Characters that a cell holds on average, from which on its column should not be narrow."""

_WORDS = 15
"""The same of a column that is squeezed beside many others in a narrow window."""

_WIDE_ROW = 80
"""Characters that a row of four or more columns holds on average, from which on it needs more room than prose."""

_DIGIT = re.compile(r"\d").search
_NUMBER = re.compile(
    r"(?:\(?\d[\d,.]*\)?(?: (?:ns|ms|s|bytes))?(?: \([\d,. to]+\))?|–|no difference measured|)"
).fullmatch
"""A cell of figures: one with its unit or quartiles, or none."""


def _judge_column(texts: list[str]) -> str:
    """Return the class of a column of figures, of sentences or of some words, or nothing for any other."""
    if any(map(_DIGIT, texts)) and all(map(_NUMBER, texts)):
        return "number"
    length = sum(map(len, texts)) / max(len(texts), 1)
    return "prose" if length > _PROSE else "words" if length > _WORDS else ""


def lay_out(_app: Sphinx, tree: nodes.document) -> None:
    """Align columns of numbers, give wide tables room, and keep short code, such as an option, in one line."""
    for table in tree.findall(nodes.table):
        rows = [row.children for body in table.findall(nodes.tbody) for row in body.findall(nodes.row)]
        columns = [[cell.astext().strip() for cell in column] for column in zip(*rows, strict=False)]
        kinds = [_judge_column(texts) for texts in columns]
        in_a_row = sum(len(text) for column in columns for text in column) / max(len(rows), 1)
        if len(kinds) >= 6 or (len(kinds) >= 4 and in_a_row > _WIDE_ROW):
            table["classes"].append("wide")
        if len(kinds) >= 4:
            table["classes"].append("many")
        for row in table.findall(nodes.row):
            for cell, kind in zip(row.children, kinds, strict=False):
                if kind and isinstance(cell, nodes.entry):
                    cell["classes"].append(kind)
    cells = {id(code): cell for cell in tree.findall(nodes.entry) for code in cell.findall(nodes.literal)}
    for code in tree.findall(nodes.literal):
        # In a cell a line that cannot be broken makes the table too wide, unless it is short, as options are.
        cell = cells.get(id(code))
        if len(code.astext()) <= _LONGEST_UNBROKEN and (cell is None or code.astext().startswith("-")):
            code["classes"].append("unbroken")
        elif (
            cell is not None and len(code.astext()) <= (_LONGEST_NAME, _LONGEST_UNBROKEN)[cell.parent.index(cell) == 0]
        ):
            code["classes"].append("name")


def keep_summary(_app: Sphinx, _what: str, _name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Leave of a docstring its first sentence: the page itself says the rest, with examples."""
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    lines[:] = [re.sub(r"`+([^`]+)`+", r"``\1``", line) for line in lines[:end]]


def setup(app: Sphinx) -> dict[str, Any]:
    """Let `exchange` blocks, HTTP requests and their responses, be highlighted, and pages tell their language."""
    app.add_lexer("exchange", ExchangeLexer)
    app.connect("html-page-context", tell_language, priority=900)  # after the theme, which makes the navigation
    app.connect("doctree-read", lay_out)
    app.connect("autodoc-process-docstring", keep_summary)
    return {"parallel_read_safe": True}
