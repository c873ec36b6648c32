"""How the manual is built: `python -m sphinx -W -n --keep-going docs docs/_build/html`."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

from exchange import ExchangeLexer

project = "cors-wsgi"
version = release = version_of("cors-wsgi")
project_copyright = "the contributors of cors-wsgi"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "requirements.txt"]
nitpicky = True
smartquotes = False  # what a console prints is to be found as it is

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = "cors-wsgi"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
pygments_dark_style = "github-dark"


def tell_language(_app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object) -> None:
    """Say in the HTML of a page below `zh/` that it is in Chinese, for voices and hyphenation."""
    if page.startswith("zh/"):
        context["language"] = "zh-Hans"


def setup(app: Sphinx) -> dict[str, Any]:
    """Let `exchange` blocks, HTTP requests and their responses, be highlighted, and pages tell their language."""
    app.add_lexer("exchange", ExchangeLexer)
    app.connect("html-page-context", tell_language)
    return {"parallel_read_safe": True}
