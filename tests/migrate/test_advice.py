"""The advice of every message, followed to the letter by a program: it ends in an app that starts and is no wider."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from support.advice import StuckError, follow
from support.migrated import ask, find_wider, load

SHAPES = [json.loads(line) for line in (Path(__file__).parent / "data/callsites.jsonl").read_text("utf-8").splitlines()]
PATHS = ("/items", "/api/items")
ORIGINS = (
    "http://localhost:3000",
    "https://app.example.com",
    "https://x.app.example.com",
    "https://evil.example",
    "https://x.app.example.com.evil.example",
    "http://localhost.evil.example",
    "null",
)

pytestmark = pytest.mark.filterwarnings("ignore::cors_wsgi.PolicyWarning")


def run(source: str) -> Any:
    return load(source, PATHS)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape['id']} {shape['class']}")
def test_the_advice_ends_in_an_app_that_starts_and_lets_nobody_in_whom_it_does_not_name(shape: dict[str, Any]) -> None:
    logging.getLogger("migrated").setLevel(logging.CRITICAL)
    source, _ = follow(shape["snippet"].replace("LIB", "flask_cors_ext"), run)
    if not shape["flask_cors"]["starts"]:
        return
    before = shape["flask_cors"]["verdicts"]
    after = ask(run(source), before, next(iter(before.values())))
    # An origin with a slash at its end, say, never matched there: the advice lets in whom its author named.
    assert [row for row in find_wider(before, after) if row.split()[1] not in source] == []


HEAD = """\
import os
import re
from flask import Flask, Blueprint
from flask_cors_ext import CORS, cross_origin
app = Flask(__name__)
"""
LOCAL = "CORS(app, resources={'/items': {'origins': 'http://localhost:3000'}})"
KINDS = [
    ("a regex of paths", "CORS(app, resources={r'^/api/(?!admin).*$': {'origins': 'https://app.example.com'}})", 1),
    ("a key of a star", "CORS(app, resources={'*': {'origins': 'https://app.example.com'}})", 1),
    ("a star alone", "CORS(app, resources=r'*')", 1),
    ("a prefix as a regex", "CORS(app, resources={r'/api/.*': {'origins': r'http://localhost:\\d+'}})", 1),
    ("regexes of origins", "CORS(app, origins=[r'http://localhost:\\d+', r'https://.*\\.app\\.example\\.com'])", 1),
    ("a regex that no pattern means", "CORS(app, origins=r'https://pr-\\d+\\.example\\.com')", 1),
    ("everything in a regex", "CORS(app, origins=r'.*', supports_credentials=True)", 1),
    ("old names", "CORS(app, origin='*', headers='Content-Type', support_credentials=True)", 1),
    ("an empty variable", "CORS(app, origins=os.environ.get('NO_SUCH', '').split(','))", 1),
    ("a variable that is not there", "CORS(app, origins=[os.environ.get('NO_SUCH')])", 1),
    ("blanks around", "CORS(app, origins='https://app.example.com, http://localhost:3000'.split(','))", 1),
    ("a setting that the app reads", "app.config['CORS_ALLOWED_ORIGINS'] = 'https://app.example.com'\nCORS(app)", 1),
    ("a list that the app reads", "app.config['CORS_ORIGIN_WHITELIST'] = ['https://app.example.com']\nCORS(app)", 1),
    ("no resources", "CORS(app, origins='https://app.example.com', resources=5)", 1),
    ("several at once", "CORS(app, resources='*', allow_headers=['Cookie', 'X-A'], methods=['TRACE', 'GET'])", 1),
    ("everybody with credentials", "CORS(app, origins='*', supports_credentials=True)", 1),
    (
        "a blueprint that is registered",
        "bp = Blueprint('bp', __name__)\napp.register_blueprint(bp)\nCORS(bp, origins='https://app.example.com')",
        1,
    ),
    ("two calls", "CORS(app, origins='https://app.example.com')\nCORS(app, max_age=5)", 1),
    (
        "two calls with paths",
        "CORS(app, supports_credentials=True, resources='/api/*', origins='https://app.example.com')\n" + LOCAL,
        1,
    ),
]


@pytest.mark.parametrize(("lines", "rounds"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_one_round_of_advice_is_enough(lines: str, rounds: int) -> None:
    source, messages = follow(f"{HEAD}{lines}\n", run)
    assert len(messages) == rounds, messages
    after = ask(run(source), PATHS, ORIGINS)
    for answers in after.values():
        for origin in ("https://evil.example", "https://x.app.example.com.evil.example", "null"):
            assert "y" not in answers[origin]
        assert "y" not in answers["http://localhost.evil.example"]


def test_advice_that_leads_nowhere_is_noticed() -> None:
    def refuse(source: str) -> None:
        raise TypeError("No such thing.")

    with pytest.raises(StuckError, match="nothing to write"):
        follow("x = 1\n", refuse)
