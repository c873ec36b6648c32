"""Settings and keywords: read once, explained where they are needless, refused with the near miss."""

from __future__ import annotations

import json
import re
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from support.site import granted, make_app
from support.wsgi import VARY_ORIGIN, VARY_PREFLIGHT, WITH_CREDENTIALS, A, Answer, B, Server, allow

from cors_wsgi import PolicyError, PolicyWarning
from flask_cors_ext import CORS, cross_origin


def server_with(config: dict[str, Any], **keywords: Any) -> Server:
    app = make_app(config=config)
    app.add_url_rule("/x", "x", lambda: "x", methods=["GET", "PUT"])
    CORS(app, **keywords)
    return Server(app)


def headers_of(answer: Answer) -> tuple[tuple[str, str], ...]:
    return tuple(header for header in answer.headers if header[0].startswith(("Access-Control", "Vary")))


STRINGS = {
    "ORIGINS": f"{A}, {B}",
    "METHODS": "GET,PUT",
    "ALLOW_HEADERS": "X-A, X-B",
    "EXPOSE_HEADERS": "ETag",
    "SUPPORTS_CREDENTIALS": "true",
    "MAX_AGE": "60",
    "ACCEPT_RISKS": "insecure-origins",
    "RESOURCES": "/x, /y/*",
    "BLOCK_UNTRUSTED": "off",
    "DEBUG": "no",
}
JSON = {
    "ORIGINS": f'["{A}", "{B}"]',
    "METHODS": '["GET", "PUT"]',
    "ALLOW_HEADERS": '["X-A", "X-B"]',
    "EXPOSE_HEADERS": '["ETag"]',
    "SUPPORTS_CREDENTIALS": "1",
    "RESOURCES": '\n {"/x": {"max_age": 60}, "/y/*": {}}',
    "BLOCK_UNTRUSTED": "0",
}
VALUES = {
    "ORIGINS": [A, B],
    "METHODS": ("GET", "PUT"),
    "ALLOW_HEADERS": ["X-A", "X-B"],
    "EXPOSE_HEADERS": "ETag",
    "SUPPORTS_CREDENTIALS": True,
    "MAX_AGE": timedelta(minutes=1),
    "RESOURCES": {"/x": {}, re.compile("/y.*"): None},
}


HOW = [
    pytest.param(STRINGS, False, id="strings"),
    pytest.param(STRINGS, True, id="strings in the environment"),
    pytest.param(JSON, False, id="JSON"),
    pytest.param(JSON, True, id="JSON in the environment"),
    pytest.param(VALUES, False, id="Python values"),
]


@pytest.mark.parametrize(("values", "from_environment"), HOW)
def test_settings_say_what_keywords_would_say(
    values: dict[str, Any], from_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {f"CORS_{name}": value for name, value in values.items()}
    if from_environment:
        loaded = Flask("site")
        for name, value in values.items():
            monkeypatch.setenv(f"FLASK_CORS_{name}", value)
        loaded.config.from_prefixed_env()
        config = {name: value for name, value in loaded.config.items() if name.startswith("CORS_")}
    server = server_with(config)
    assert headers_of(server.preflight(B, "PUT", path="/x")) == (
        allow(B),
        ("Access-Control-Allow-Methods", "GET, PUT"),
        ("Access-Control-Allow-Headers", "X-A, X-B"),
        WITH_CREDENTIALS,
        ("Access-Control-Max-Age", "60"),
        VARY_PREFLIGHT,
    )
    shared = (allow(A), WITH_CREDENTIALS, ("Access-Control-Expose-Headers", "ETag"), VARY_ORIGIN)
    assert headers_of(server.request(path="/x", origin=A)) == shared
    assert headers_of(server.request(path="/else", origin=A)) == ()


def test_keywords_win_over_settings() -> None:
    server = server_with({"CORS_ORIGINS": B, "CORS_MAX_AGE": 5}, origins=A)
    assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    assert server.request(path="/x", origin=B).cors == ("200", VARY_ORIGIN)
    assert server.preflight(A, "GET", path="/x") == granted(
        A, "GET, HEAD, PUT", ("Access-Control-Max-Age", "5"), age=False
    )


def test_settings_are_read_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "settings.py").write_text(f"CORS_ORIGINS = {A!r}\n")
    app = make_app()
    app.config.from_pyfile(str(tmp_path / "settings.py"))
    app.add_url_rule("/x", "x", lambda: "x")
    CORS(app)
    assert Server(app).request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)


@pytest.mark.parametrize(
    ("value", "code"), [("", "origin-empty"), (" , ", "origin-empty"), ([""], "origin-empty"), (None, "no-origins")]
)
def test_empty_origins_are_an_error_and_never_everybody(value: Any, code: str) -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGINS": value})
    assert [problem.code for problem in error.value.problems] == [code]


AGE = (
    "      The age must be a whole number of seconds, zero or more.\n"
    "      Write 600, timedelta(minutes=10), 0 to switch caching off, or None to leave it to the browser."
)
WRONG = [
    pytest.param({"CORS_EXPOSE": "x"}, "unknown-option", "rename it to 'CORS_EXPOSE_HEADERS'.", id="a near miss"),
    pytest.param({"CORS_max_age": 5}, "unknown-option", "rename it to 'CORS_MAX_AGE'.", id="lower case"),
    pytest.param({"CORS_MAX_AGE": "10m"}, "max-age", "in the settings", id="no number"),
    pytest.param({"CORS_SUPPORTS_CREDENTIALS": "maybe"}, "not-a-bool", "Write True or False.", id="no boolean"),
    pytest.param({"CORS_SUPPORTS_CREDENTIALS": 2}, "not-a-bool", "Write True or False.", id="a number but 0 and 1"),
    pytest.param(
        {"CORS_BLOCK_UNTRUSTED": "maybe"}, "not-a-bool", "(the setting CORS_BLOCK_UNTRUSTED): 'maybe'", id="no flag"
    ),
    pytest.param(
        {"CORS_DEBUG": "maybe"}, "not-a-bool", "debug (the setting CORS_DEBUG): 'maybe'", id="no flag for debug"
    ),
    pytest.param({"CORS_RESOURCES": "{"}, "resources-type", "CORS_RESOURCES: '{'", id="broken JSON"),
    pytest.param({"CORS_RESOURCES": "['/x']"}, "resources-type", "JSON with double quotes", id="a list of Python's"),
    pytest.param({"CORS_ORIGINS": "https://a.example/"}, "trailing-slash", "in the settings", id="a bad origin"),
    pytest.param({"CORS_ORIGINS": "X"}, "missing-scheme", "Write 'https://x'.", id="a name of one letter"),
]


def test_resources_in_the_call_win_over_those_of_the_settings() -> None:
    config = {"CORS_RESOURCES": "/x/*", "CORS_ORIGINS": A}
    assert server_with(config).request("GET", "/x", A).values("Access-Control-Allow-Origin") == [A]
    assert server_with(config, resources=["/y/*"]).request("GET", "/x", A).values("Access-Control-Allow-Origin") == []


def test_a_flag_that_is_not_a_bool_is_said_of_the_call() -> None:
    with pytest.raises(PolicyError) as error:
        CORS(Flask("site"), origins=A, debug="false")  # type: ignore[arg-type]
    assert str(error.value).startswith("1 problem in CORS(app):\n  debug: 'false'  [not-a-bool]\n")


def test_a_text_that_looks_like_json_is_explained_in_full() -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_RESOURCES": "['/x']", "CORS_ORIGINS": A})
    assert str(error.value) == (
        "1 problem in the settings:\n"
        "  CORS_RESOURCES: \"['/x']\"  [resources-type]\n"
        "      This looks like JSON, and is not.\n"
        "      Write paths with commas between, or JSON with double quotes, such as '{\"/api/*\": {}}'."
    )


def test_a_name_that_is_nearly_a_setting_s_is_explained_in_full() -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGIN": A})
    assert str(error.value) == (
        "1 problem in the settings:\n"
        f"  CORS_ORIGIN: {A!r}  [unknown-option]\n"
        "      There is no setting CORS_ORIGIN.\n"
        "      If your app reads it, pass its value on: CORS(app, origins=app.config['CORS_ORIGIN']). Otherwise rename "
        "it to 'CORS_ORIGINS'."
    )


@pytest.mark.parametrize("name", ["CORS_ORIGIN_WHITELIST", "CORS_ALLOWED_ORIGINS", "CORS_ALLOW_ORIGINS", "CORS_ORIGIN"])
@pytest.mark.parametrize(
    "options",
    [{"origins": A}, {"resources": {"/x": {"origins": A}}}],
    ids=["by keyword", "in a resource"],
)
def test_a_name_that_an_app_reads_itself_and_hands_over_is_none_of_ours(name: str, options: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        server = server_with({name: A}, **options)
    assert server.request(path="/x", origin=A).cors == ("200", allow(A), VARY_ORIGIN)
    with pytest.raises(PolicyError, match=rf"CORS\(app, origins=app.config\['{name}'\]\)"):
        server_with({name: A})


def test_a_name_that_comes_near_to_a_setting_that_is_there_has_no_effect() -> None:
    with pytest.warns(PolicyWarning, match="CORS_ORIGIN is not a setting, and has no effect beside CORS_ORIGINS."):
        server = server_with({"CORS_ORIGIN": B, "CORS_ORIGINS": A})
    assert server.request(path="/x", origin=B).cors == ("200", VARY_ORIGIN)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CORS_HEADERS", "Any request header is allowed, unless CORS_ALLOW_HEADERS names those that are."),
        ("CORS_LOG_LEVEL", "Set the level of the logger 'cors_wsgi'."),
    ],
)
def test_what_flask_cors_has_ignored_for_years_is_not_switched_on(name: str, said: str) -> None:
    expected = f"{name} has no effect, here or in Flask-CORS. Remove it. {said}"
    with pytest.warns(PolicyWarning, match=re.escape(expected)):
        server = server_with({name: "X-Only", "CORS_ORIGINS": A})
    assert server.preflight(A, "GET", path="/x") == granted(A, "GET, HEAD, PUT")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        server_with({"CORS_HEADERS": "X-Only"}, origins=A, allow_headers=["X-Only"])


def test_everything_that_is_wrong_with_one_call_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_CORS_MAX_AGE", "soon")
    with pytest.raises(PolicyError) as error:
        server_with(
            {"CORS_MAX_AGE": "soon", "CORS_EXPOSE_HEADERS": "a b", "CORS_DEBUG": "maybe", "CORS_ORIGIN": A},
            resources={"*": {}, "/a": {"origin": A}, "/b": {"methods": "TRACE"}},
            allow_headers="Cookie",
        )
    assert [(problem.option, problem.code, problem.said_in) for problem in error.value.problems] == [
        ("CORS_ORIGIN", "unknown-option", "the settings"),
        ("allow_headers", "forbidden-header", "CORS(app)"),
        ("expose_headers", "not-a-token", "the setting CORS_EXPOSE_HEADERS"),
        ("max_age", "max-age", "the setting CORS_MAX_AGE, from the variable FLASK_CORS_MAX_AGE"),
        ("debug", "not-a-bool", "the setting CORS_DEBUG"),
        ("origin", "unknown-option", "resources['/a']"),
        ("methods", "forbidden-method", "resources['/b']"),
        ("resources", "path-start", ""),
    ]


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({"resources": "*"}, True),
        ({"max_age": "soon", "supports_credentials": True}, True),
        ({"resources": "*", "origins": A}, False),
        ({"resources": {"*": {"origins": A}}}, False),
        ({"origins": ["null"]}, False),
        ({"resources": {"/a": {"origin": A}}}, False),
    ],
)
def test_an_error_says_as_well_that_nobody_names_an_origin(options: dict[str, Any], advice: bool) -> None:
    with pytest.raises(PolicyError) as error:
        server_with({}, **options)
    said = "Also, no origin is named yet: write origins=['https://app.example.com'], too."
    assert str(error.value).endswith(f"\n  {said}") == advice


def test_the_problems_of_several_places_are_one_error_with_one_advice() -> None:
    with pytest.raises(PolicyError) as error:
        server_with({}, resources="*", max_age="soon")
    assert str(error.value) == (
        "2 problems:\n"
        "  max_age (CORS(app)): 'soon'  [max-age]\n"
        f"{AGE}\n"
        "  resources: '*'  [path-start]\n"
        "              ^\n"
        "      A path must start with a slash.\n"
        "      Write '/*'.\n"
        "  Also, no origin is named yet: write origins=['https://app.example.com'], too."
    )


def test_an_empty_setting_that_names_no_origins_is_explained_by_its_own_remedy() -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_MAX_AGE": ""}, origins=A)
    assert str(error.value) == (
        f"1 problem in the settings:\n  max_age (the setting CORS_MAX_AGE): ''  [max-age]\n{AGE}"
    )


def test_an_empty_setting_is_explained_as_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_CORS_ORIGINS", "")
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGINS": ""})
    assert str(error.value) == (
        "1 problem in the settings:\n"
        "  origins (the setting CORS_ORIGINS, from the variable FLASK_CORS_ORIGINS): ''  [origin-empty]\n"
        "      The origin is empty.\n"
        "      Set it to origins separated by commas, such as 'https://app.example.com', or to [] for nobody."
    )


IN_A_VARIABLE = [
    ("CORS_ORIGINS", f"{A} {B}", f"{A},{B}"),
    ("CORS_ORIGINS", f"['{A}', '{B}']", f"{A},{B}"),
    ("CORS_METHODS", "['GET', 'PUT']", "GET,PUT"),
    ("CORS_RESOURCES", f'{{"/x": {{"origins": "{A},{B}"}}}}', f'{{"/x": {{"origins": ["{A}", "{B}"]}}}}'),
]


@pytest.mark.parametrize(("setting", "text", "written"), IN_A_VARIABLE)
@pytest.mark.parametrize("is_variable", [True, False], ids=["in the environment", "in the configuration"])
def test_what_a_message_says_to_write_into_a_text_is_read_there(
    setting: str, text: str, written: str, is_variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(value: str) -> Server:
        app = make_app(config={"CORS_ORIGINS": A, setting: value})
        if is_variable:
            monkeypatch.setenv(f"FLASK_{setting}", value)
            app.config.from_prefixed_env()
        app.add_url_rule("/x", "x", lambda: "x", methods=["PUT"])
        CORS(app)
        return Server(app)

    with pytest.raises(PolicyError) as error:
        start(text)
    (problem,) = error.value.problems
    variable = f", from the variable FLASK_{setting}" if is_variable else ""
    assert problem.said_in == f"the setting {setting}{variable}"
    assert problem.remedy in (f"Write {written!r}.", f"Write a list: {json.dumps([A, B])}.")
    methods = "GET, PUT" if setting == "CORS_METHODS" else "PUT"
    assert start(written).preflight(A, "PUT", path="/x") == granted(A, methods)


def test_a_list_that_holds_a_list_in_a_string_stays_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGINS": [f"{A},{B}"]})
    assert [problem.remedy for problem in error.value.problems] == [f"Write a list: {[A, B]!r}."]
    monkeypatch.setenv("FLASK_CORS_ORIGINS", f'["{A},{B}"]')
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGINS": [f"{A},{B}"]})
    assert [problem.remedy for problem in error.value.problems] == [f"Write a list: {json.dumps([A, B])}."]


def test_a_variable_is_not_told_to_hold_a_regular_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    regex = r"https://pr-\d+\.example\.com"
    with pytest.raises(PolicyError, match=r"Write re\.compile\("):
        server_with({"CORS_ORIGINS": regex})
    monkeypatch.setenv("FLASK_CORS_ORIGINS", regex)
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGINS": regex})
    (problem,) = error.value.problems
    assert problem.remedy == (
        "A variable holds no regular expression: write a pattern such as 'https://*.example.com', or name the origins "
        "in the call of CORS(app)."
    )


def test_each_of_several_problems_of_resources_names_its_path_and_the_setting() -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_RESOURCES": {"/a": {"origins": "a"}, "*": {}}, "CORS_ORIGINS": A})
    assert [problem.said_in for problem in error.value.problems] == [
        "resources['/a'] of the setting CORS_RESOURCES", "the setting CORS_RESOURCES",
    ]  # fmt: skip


@pytest.mark.parametrize(("config", "code", "text"), WRONG)
def test_a_wrong_setting_is_an_error(config: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(PolicyError) as error:
        server_with({"CORS_ORIGINS": A, **config})
    assert [problem.code for problem in error.value.problems] == [code]
    assert text in str(error.value)


NEEDLESS = [
    "always_send", "allow_private_network", "automatic_options", "intercept_exceptions", "send_wildcard", "vary_header",
]  # fmt: skip


@pytest.mark.parametrize("option", NEEDLESS)
def test_needless_options_of_flask_cors_are_explained(option: str) -> None:
    app = Flask("site")
    with pytest.warns(PolicyWarning) as caught:
        CORS(app, origins=A, **{option: False})  # type: ignore[misc]
    (warning,) = caught
    assert str(warning.message).startswith(f"{option} is unnecessary, and has no effect: ")
    assert str(warning.message).endswith(". Remove it.")
    assert warning.filename == __file__
    with pytest.warns(PolicyWarning, match=f"the setting CORS_{option.upper()} is unnecessary"):
        server_with({f"CORS_{option.upper()}": "false", "CORS_ORIGINS": A})
    with pytest.warns(PolicyWarning, match=f"{option} is unnecessary") as caught:
        cross_origin(origins=A, **{option: True})
    assert caught[0].filename == __file__
    with pytest.warns(PolicyWarning, match=re.escape(f"{option} in resources['/x'] is unnecessary")):
        server_with({}, resources={"/x": {"origins": A, option: True}})
    with pytest.warns(PolicyWarning, match=f"{option} is unnecessary"):
        CORS(Blueprint("bp", __name__), origins=A, **{option: True})  # type: ignore[misc]


def test_other_unknown_settings_are_warned_of() -> None:
    with pytest.warns(PolicyWarning, match="CORS_QUUX is not a setting of this extension, which does not read it."):
        server_with({"CORS_QUUX": 1, "CORS_ORIGINS": A})


def test_a_setting_of_something_else_is_none_of_ours() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        server_with({"CORSAIR": 1, "MY_CORS_ORIGIN": 2, "CORS_ORIGINS": A})


@pytest.mark.parametrize("options", [{"origins": A}, {"resources": {"/x": {"origins": A}}}])
def test_a_max_age_beyond_all_browsers_is_warned_of_once_and_works(options: dict[str, Any]) -> None:
    with pytest.warns(PolicyWarning, match=re.escape("CORS(app): max_age=90000: no browser remembers")) as caught:
        server = server_with({}, max_age=90000, **options)
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert server.preflight(A, "GET", path="/x") == granted(
            A, "GET, HEAD, PUT", ("Access-Control-Max-Age", "90000"), age=False
        )


def test_settings_that_change_after_init_app_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    server = server_with({"CORS_ORIGINS": A, "CORS_MAX_AGE": 5})
    server.app.config.update(CORS_ORIGINS=B, CORS_METHODS="GET", CORS_ORIGIN=B, OTHER=1)  # type: ignore[attr-defined]
    assert server.request(path="/x", origin=B).cors == ("200", VARY_ORIGIN)
    server.request(path="/x", origin=B)
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (
        "WARNING",
        "These settings changed after CORS(app), which had read them, and have no effect: CORS_METHODS, CORS_ORIGINS.",
    )


KEYWORDS = [
    pytest.param(
        lambda: CORS(origin=A),
        "CORS() has no option 'origin'. Did you mean 'origins'? (Flask-CORS ignores 'origin': if you come from there, "
        "remove it to keep what your app does now.)",
        id="a near miss",
    ),
    pytest.param(
        lambda: CORS(origin="localhost", headers="a b", max_age=-1),
        "CORS() has no option 'origin'. Did you mean 'origins'? CORS() has no option 'headers'. Did you mean "
        "'allow_headers'? (Flask-CORS ignores them: if you come from there, remove them to keep what your app does "
        "now.)\nBesides, 3 problems in CORS():\n"
        "  origins: 'localhost'  [missing-scheme]\n"
        "            ^\n"
        "      The origin has no scheme.\n"
        "      Write 'http://localhost'.\n"
        "  allow_headers: 'a b'  [not-a-token]\n"
        "      This is not a header name.\n"
        "      Write a name such as 'Content-Type': letters, digits and hyphens.\n"
        f"  max_age: -1  [max-age]\n{AGE}",
        id="all at once",
    ),
    pytest.param(
        lambda: CORS(Flask("x"), allowed_origins=A),
        "CORS() has no option 'allowed_origins'. Did you mean 'origins'? (Flask-CORS ignores 'allowed_origins': if you "
        "come from there, remove it to keep what your app does now.)",
        id="of another library",
    ),
    pytest.param(
        lambda: CORS().init_app(Flask("x"), nope=1, max_age=5),
        "init_app() has no option 'nope'. The options are accept_risks, allow_headers, block_untrusted, debug, "
        "expose_headers, max_age, methods, origins, resources, supports_credentials. (Flask-CORS ignores 'nope': if "
        "you come from there, remove it to keep what your app does now.)",
        id="nothing near",
    ),
    pytest.param(lambda: CORS("x"), "CORS takes a Flask app or a Blueprint, not str. Write CORS(app).", id="no app"),
    pytest.param(
        lambda: CORS(Blueprint("bp", __name__), debug=True),
        "CORS(blueprint) has no option 'debug': that is the app's. Write CORS(app, ...).",
        id="an app's option on a blueprint",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), KEYWORDS)
def test_unknown_keywords_are_type_errors(call: Any, message: str) -> None:
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value) == message


def test_wrong_options_without_an_app_are_an_error_at_once() -> None:
    with pytest.raises(PolicyError, match=re.escape("1 problem in CORS():")):
        CORS(origins="https://a.example/")
    with pytest.raises(PolicyError, match=re.escape("1 problem in CORS(blueprint 'bp'):")):
        CORS(Blueprint("bp", __name__), origins="https://a.example/")
    with pytest.raises(PolicyError, match=re.escape("1 problem in CORS(app):")):
        CORS(Flask("x"), origins="https://a.example/")


def test_cors_is_no_wrapper_and_says_so() -> None:
    app: Any = CORS(Flask("x"), origins=A)
    with pytest.raises(AttributeError, match="'CORS' object has no attribute 'route'"):
        app.route("/")


def test_an_app_that_has_served_is_left_as_it_was() -> None:
    app = Flask("x")
    app.test_client().get("/")
    before = app.wsgi_app
    with pytest.raises(AssertionError, match="can no longer be called"):
        CORS(app, origins=A)
    assert (app.wsgi_app, "flask_cors_ext" in app.extensions) == (before, False)


def test_validate_needs_the_extension() -> None:
    with pytest.raises(RuntimeError, match=re.escape("The app 'x' has no CORS yet. Write cors.init_app(app).")):
        CORS(origins=A).validate(Flask("x"))
