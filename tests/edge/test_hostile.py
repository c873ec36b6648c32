"""No value ends a directive: whatever is in a policy, a configuration is built as with a harmless value."""

from __future__ import annotations

import re
import string
import warnings
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.needs import needs_module

from cors_wsgi import DENY, CORSMiddleware, Policy, PolicyError
from cors_wsgi.export import TARGETS, Address, Setting, describe, export
from cors_wsgi.export.dialects import PCRE, write_whole
from cors_wsgi.export.regexes import UnwritableError, parse

TOKENS = st.text("!#$%&'*+-.^`|~" + string.digits + string.ascii_letters, min_size=1, max_size=20)
PATHS = st.text(
    st.one_of(st.sampled_from("'\"`$%{};#&\n\t\r ()[]^|+.,<>=!@~\\é\x01\x7f"), st.characters(codec="utf-8")),
    max_size=12,
).map("/".__add__)
REGEXES = st.text("ab.*+?()[]{}|^$\\d'\"`#; \n%&/:-,1", max_size=14)


def _shape(target: str, config: str) -> Any:
    """Return the structure of a configuration: how many words its directives have, and how they are nested."""
    body = "\n".join(line for line in config.split("\n") if not line.lstrip().startswith(("#", "--")))
    if target == "envoy":
        needs_module("yaml")
        import yaml

        return _skeleton(yaml.load(body, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    if target == "nginx":
        words = re.findall(r'"(?:\\.|[^"\\])*"|[{};]|[^\s{};"]+', body)
        assert "".join(words) == re.sub(r'("(?:\\.|[^"\\])*")|\s+', lambda match: match[1] or "", body)
        return [word if word in "{};" else "w" for word in words]
    if target == "haproxy":
        return [len(re.findall(r"(?:'[^']*'|\\.|[^\s'\\])+", line)) for line in body.split("\n") if line]
    if target == "caddy":
        words = re.findall(r'`[^`]*`|"(?:\\.|[^"\\])*"|\n|[^\s`"]+', body)
        return [word if word in ("{", "}", "\n") else "w" for word in words]
    return [len(re.findall(r'"(?:\\.|[^"\\])*"|[^\s"]+', line)) for line in body.split("\n") if line]


def _skeleton(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _skeleton(inner) for key, inner in value.items()}
    return [_skeleton(inner) for inner in value] if isinstance(value, list) else type(value).__name__


def _app(environ: Any, start_response: Any) -> Any:
    raise AssertionError("never called")


def _export(target: str, names: list[str], path: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        policy = Policy(
            ["https://app.example.com", re.compile(r"https://[a-z]+\.example\.dev")],
            methods=[name.upper() for name in names],
            allow_headers=names,
            expose_headers=names,
        )
        middleware = CORSMiddleware(_app, policy, paths={path: DENY, path + "/x/*": policy})
    edge, refusals = describe(middleware, "shop")
    setting = Setting(Address("127.0.0.1", 8080), Address("127.0.0.1", 8000))
    return export(target, edge, setting, made_by="the tests", refusals=refusals)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=60, deadline=None)
@given(names=st.lists(TOKENS, min_size=1, max_size=3, unique_by=str.lower), path=PATHS)
def test_hostile_names_and_paths_end_no_directive(target: str, names: list[str], path: str) -> None:
    try:
        config = _export(target, names, path)
    except PolicyError:
        assume(False)
    # As many names, with a dollar sign where there is one, since nginx has a line of its own for it.
    tame = [f"X-{number}" + "$" * any("$" in name for name in names) for number in range(len(names))]
    assert _shape(target, config) == _shape(target, _export(target, tame, "/q"))


@pytest.mark.parametrize("target", TARGETS)
def test_a_value_that_ended_a_directive_would_be_seen(target: str) -> None:
    config = _export(target, ["X-A"], "/q")
    end = {"nginx": '" "', "haproxy": "' x '", "envoy": "', x: '", "caddy": '" x "', "apache": '" x "'}[target]
    assert _shape(target, config.replace("X-A", f"X-A{end}")) != _shape(target, config)


@settings(max_examples=300)
@given(REGEXES)
def test_what_is_written_of_an_expression_has_no_character_that_ends_anything(source: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may mean something else one day
            pattern = re.compile(source)
            node, path = parse(pattern), parse(pattern, is_path=True)
    except (re.error, UnwritableError, OverflowError):
        assume(False)
    for text in (write_whole(node, PCRE), write_whole(path, PCRE)):
        assert not set(text) & set("'\"`#; \n\t%&$")
