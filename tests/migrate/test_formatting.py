"""However source is laid out, the same is made of it, and every comment stays."""

from __future__ import annotations

import ast
import codecs
import functools
import io
import tempfile
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.needs import needs_module

from cors_wsgi.migrate.tree import migrate, write

STATEMENTS = {
    "a string that was a regular expression": r"CORS(app, origins=['https://.*\\.example\\.com', 'http://localhost:3000'])",
    "one that stays a regular expression": r"CORS(app, origins=['https://a.example', 'https://pr-\\d+\\.example\\.com'])",
    "keys of resources": "CORS(app, resources={'*': {'origins': ['https://a.example'], 'methods': 'GET, POST'}})",
    "a prefix": "CORS(app, resources={'/api*': {'origins': 'https://a.example'}, '/x': {'origins': '*'}})",
    "needless options first": "CORS(app, send_wildcard=False, vary_header=True, origins=['https://a.example'])",
    "needless options last": "CORS(app, origins=['https://a.example'], always_send=True, automatic_options=True)",
    "needless options between": "CORS(app, origins='https://a.example', vary_header=True, max_age='60')",
    "what was ignored": "CORS(app, origins=['https://a.example'], headers=['X'], support_credentials=True)",
    "upper case": "CORS(app, origins=('HTTPS://A.example', 'https://b.example',))",
    "a comma list": "CORS(app, origins=['https://a.example'], expose_headers='ETag, X-Total', methods=['get', 'post'])",
    "an empty one among others": "CORS(app, origins=['https://a.example', '', 'https://b.example'])",
    "nothing to change": "CORS(app, origins=['https://a.example'], supports_credentials=True)",
    "a setting": "app.config.from_mapping(CORS_SEND_WILDCARD=True, SECRET='x', CORS_VARY_HEADER=True)",
}
MARKS = {
    "a mark": "cross_origin(origins='https://a.example', headers='X', send_wildcard=True)",
    "a mark with a regular expression": r"cross_origin(origins=['http://localhost:\\d+'], methods=['GET', 'POST'])",
    "a mark with nothing to change": "cross_origin(origins=['https://a.example'])",
}
SOURCE = """\
from flask import Flask
from flask_cors import CORS, cross_origin
app = Flask(__name__)
{app}
@app.route('/view', methods=['GET', 'POST'])
@{mark}
def view():
{indent}return {{}}
"""


@pytest.fixture(autouse=True)
def libcst_is_installed() -> None:
    needs_module("libcst")


@dataclass(frozen=True)
class Trivia:
    """What stands between two tokens in brackets."""

    text: str


BETWEEN = st.sampled_from(
    [
        *("", "", "", " ", "  ", "\t", "\n", "\n    ", "\n\t", "\\\n  "),
        *(
            "  # why: 'so'\n",
            '\n# TODO: (later), "maybe"\n  ',
            " #\n",
            "  # https://x.example, {a}\n\t\t",
            "\n\n  # é ü\n",
        ),
    ]
)


@st.composite
def laid_out(draw: st.DrawFn, statement: str) -> str:
    """Return a statement with white space, line ends and comments between its tokens, and strings cut into pieces."""
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(statement).readline) if t.string.strip()]
    made, depth = "", 0
    for number, token in enumerate(tokens):
        text = token.string
        depth -= text in ")]}"
        if token.type == tokenize.STRING and depth and tokens[number - 1].string != "{" and draw(st.booleans()):
            text = draw(_glued(ast.literal_eval(text), is_key=tokens[number + 1].string == ":"))
        made += draw(BETWEEN) if depth else ""
        made += text
        depth += text in ("(", "[", "{")
        closing = tokens[number + 1].string if number + 1 < len(tokens) else ""
        if depth and closing in (")", "]", "}") and text not in ",([{" and draw(st.booleans()):
            made += draw(BETWEEN) + ","
    return made


@st.composite
def _glued(draw: st.DrawFn, text: str, is_key: bool) -> str:
    """Return the expression of a string in two pieces, each in quotes of its own kind."""
    cut = draw(st.integers(0, len(text)))
    pieces = [repr(text[:cut]), '"' + text[cut:].replace("\\", "\\\\") + '"']
    glue = draw(st.sampled_from([" ", "\n ", "  # glued\n  "]))
    made = glue.join(pieces)
    return f"({made})" if is_key or draw(st.booleans()) else made


def comments_of(source: str) -> Counter[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return Counter(t.string.rstrip() for t in tokens if t.type == tokenize.COMMENT)


@functools.cache
def run(raw: bytes) -> tuple[bytes, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.py")
        path.write_bytes(raw)
        migration = migrate([path], [])
        write(migration)
        written = path.read_bytes()
        assert migrate([path], []).written == {}
        return written, len(migration.left)


rewritten = Counter[str]()
left_alone = Counter[str]()
EXAMPLES = 120
QUOTA = 90
"""Of the examples, so many at least must hold a call that was rewritten, so that nothing passes by doing nothing."""


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_layout_changes_nothing_of_what_is_made(data: st.DataObject) -> None:
    statement = data.draw(st.sampled_from(sorted(STATEMENTS)))
    mark = data.draw(st.sampled_from(sorted(MARKS)))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    bom = data.draw(st.sampled_from([b"", codecs.BOM_UTF8]))
    indent = data.draw(st.sampled_from(["    ", "\t", " "]))
    plain = SOURCE.format(app=STATEMENTS[statement], mark=MARKS[mark], indent="    ")
    odd = SOURCE.format(
        app=data.draw(laid_out(STATEMENTS[statement])), mark=data.draw(laid_out(MARKS[mark])), indent=indent
    )
    assert ast.dump(ast.parse(odd)) == ast.dump(ast.parse(plain))
    expected, left = run(plain.encode())
    written, also_left = run(bom + odd.replace("\n", end).encode())
    assert written.startswith(bom)
    assert also_left == left
    text = written.removeprefix(bom).decode()
    assert text.count("\n") == text.count(end)
    text = text.replace("\r\n", "\n")
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(expected))
    assert comments_of(odd) - comments_of(text) == Counter()
    is_rewritten = ast.dump(ast.parse(expected)) != ast.dump(ast.parse(plain.replace("flask_cors", "flask_cors_ext")))
    (rewritten if is_rewritten else left_alone)[f"{statement} + {mark}"] += 1


def test_most_examples_held_a_call_that_was_rewritten() -> None:
    assert sum(rewritten.values()) >= QUOTA or not (rewritten or left_alone)


def test_a_file_where_nothing_is_to_do_stays_as_it_is_to_the_byte() -> None:
    raw = codecs.BOM_UTF8 + b"import os\r\n\r\n# CORS_ORIGINS, Flask(\tx)\n\x0cx = 'flask_cors_ext'  \r\n"
    assert run(raw) == (raw, 0)
