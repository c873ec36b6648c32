"""Every response is shared alike, whatever made it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, abort, make_response, redirect, request, send_file, stream_with_context
from support.site import SHARED_WITH_A, site, twins
from support.wsgi import VARY_ORIGIN, A, B, Server, call, environ_for
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from flask_cors_ext import CORS, cross_origin


def build(app: Flask) -> None:
    @app.get("/ok")
    def ok() -> str:
        return "ok"

    @app.get("/boom")
    def boom() -> str:
        return str(1 // 0)

    @app.get("/handled")
    def handled() -> str:
        raise LookupError("missing")

    @app.errorhandler(LookupError)
    def on_lookup_error(error: LookupError) -> tuple[str, int]:
        return "not there", 410

    @app.get("/abort/<int:code>")
    def refuse(code: int) -> str:
        abort(code)

    @app.get("/limited")
    def limited() -> str:
        raise TooManyRequests(retry_after=7)

    @app.post("/upload")
    def upload() -> bytes:
        return request.get_data()

    @app.get("/moved")
    def moved() -> Any:
        return redirect("/ok")

    @app.get("/tagged")
    def tagged() -> Response:
        response = make_response("tagged")
        response.set_etag("t")
        return response.make_conditional(request)

    @app.get("/file")
    def file() -> Response:
        return send_file(io.BytesIO(b"data"), mimetype="text/plain", etag=False)

    @app.get("/stream")
    def stream() -> Response:
        def chunks() -> Iterator[str]:
            yield "one "
            yield request.path

        return Response(stream_with_context(chunks()), mimetype="text/event-stream")

    @app.before_request
    def guard() -> tuple[str, int] | None:
        return ("log in", 401) if request.args.get("guard") else None

    @app.get("/late")
    def late() -> str:
        return "late"

    @app.after_request
    def spoil(response: Response) -> Response:
        if request.path == "/late" and response.status_code == 200:
            raise RuntimeError("after_request fails")
        return response


ERRORS = [
    pytest.param({"path": "/ok"}, "200 OK", id="a view that answers"),
    pytest.param({"path": "/boom"}, "500 INTERNAL SERVER ERROR", id="an unhandled exception"),
    pytest.param({"path": "/handled"}, "410 GONE", id="an error handler"),
    pytest.param({"path": "/abort/400"}, "400 BAD REQUEST", id="abort(400)"),
    pytest.param({"path": "/abort/401"}, "401 UNAUTHORIZED", id="abort(401)"),
    pytest.param({"path": "/abort/422"}, "422 UNPROCESSABLE ENTITY", id="abort(422)"),
    pytest.param({"path": "/nowhere"}, "404 NOT FOUND", id="an unknown URL"),
    pytest.param({"path": "/ok", "method": "POST"}, "405 METHOD NOT ALLOWED", id="a method that the URL lacks"),
    pytest.param({"path": "/limited"}, "429 TOO MANY REQUESTS", id="a rate limit, with Retry-After"),
    pytest.param(
        {"path": "/upload", "method": "POST", "body": b"x" * 40}, "413 REQUEST ENTITY TOO LARGE", id="too much"
    ),
    pytest.param({"path": "/tagged", "headers": {"If-None-Match": '"t"'}}, "304 NOT MODIFIED", id="a 304"),
    pytest.param({"path": "/stream"}, "200 OK", id="a stream"),
    pytest.param({"path": "/file"}, "200 OK", id="a file that is sent"),
    pytest.param({"path": "/moved"}, "302 FOUND", id="a redirect of the view's own"),
    pytest.param({"path": "/ok", "method": "HEAD"}, "200 OK", id="HEAD"),
    pytest.param({"path": "/late"}, "500 INTERNAL SERVER ERROR", id="a failing after_request"),
]


@pytest.mark.parametrize(("asked", "status"), ERRORS)
@pytest.mark.parametrize("resources", [None, "/*"], ids=["app-wide", "by resources"])
def test_a_response_is_shared_whatever_made_it(asked: dict[str, Any], status: str, resources: str | None) -> None:
    options = {} if resources is None else {"resources": resources}
    pair = twins(build, origins=A, config={"MAX_CONTENT_LENGTH": 30}, **options)
    assert pair.without.request(**asked).status == status
    assert pair.are_alike_but_for(*SHARED_WITH_A, origin=A, **asked)
    assert pair.are_alike_but_for(VARY_ORIGIN, origin=B, **asked)
    assert pair.are_alike_but_for(VARY_ORIGIN, **asked)


def test_a_before_request_that_answers_is_shared() -> None:
    pair = twins(build, origins=A)
    environs = [environ_for("GET", "/ok", A) | {"QUERY_STRING": "guard=1"} for _ in range(2)]
    plain, answer = call(pair.without.app, environs[0]), call(pair.with_cors.app, environs[1])
    assert plain.status == "401 UNAUTHORIZED"
    assert (answer.status, answer.headers, answer.body) == (plain.status, plain.headers + SHARED_WITH_A, plain.body)


MARKED = [
    pytest.param(lambda: abort(401), "401 UNAUTHORIZED", id="abort in a view covered by its mark alone"),
    pytest.param(lambda: str(1 // 0), "500 INTERNAL SERVER ERROR", id="an exception in such a view"),
    pytest.param(lambda: "fine", "200 OK", id="a twin that answers"),
]


@pytest.mark.parametrize(("body", "status"), MARKED)
def test_a_view_covered_by_its_mark_alone_is_shared_when_it_fails(body: Any, status: str) -> None:
    def build_marked(app: Flask) -> None:
        app.add_url_rule("/x", "x", cross_origin(origins=A)(lambda: body()))

    pair = twins(build_marked)
    assert pair.without.request(path="/x").status == status
    assert pair.are_alike_but_for(*SHARED_WITH_A, path="/x", origin=A)


def test_an_exception_that_flask_propagates_reaches_the_server_unchanged() -> None:
    server = site(build, origins=A, config={"PROPAGATE_EXCEPTIONS": True})
    with pytest.raises(ZeroDivisionError):
        server.request(path="/boom", origin=A)
    assert server.request(path="/ok", origin=A).status == "200 OK"


def test_the_stream_is_not_buffered_and_is_closed() -> None:
    app = Flask("site")
    steps: list[str] = []

    @app.get("/")
    def stream() -> Response:
        def chunks() -> Iterator[bytes]:
            try:
                for number in range(3):
                    steps.append(f"made {number}")
                    yield b"%d" % number
            finally:
                steps.append("closed")

        return Response(chunks())

    CORS(app, origins=A)
    started: list[Any] = []
    body = app(
        environ_for("GET", "/", A), lambda status, headers, exc=None: started.append(headers) or (lambda _: None)
    )
    assert started[0][-2:] == list(SHARED_WITH_A)
    iterator = iter(body)
    assert (next(iterator), steps) == (b"0", ["made 0"])
    body.close()  # type: ignore[attr-defined]
    assert steps == ["made 0", "closed"]


def test_an_http_exception_raised_while_routing_is_shared() -> None:
    def build_trusting(app: Flask) -> None:
        @app.before_request
        def refuse() -> None:
            raise RequestEntityTooLarge

    assert twins(build_trusting, origins=A).are_alike_but_for(*SHARED_WITH_A, path="/ok", origin=A)


class FailingSessions:
    """A session interface that fails before Flask has routed."""

    def open_session(self, app: Flask, request: Any) -> Any:
        raise RuntimeError("no session store")


def test_a_failure_before_routing_is_covered_like_a_path_that_no_view_answers() -> None:
    def build_broken(app: Flask) -> None:
        app.session_interface = FailingSessions()  # type: ignore[assignment]
        app.add_url_rule("/x", "x", cross_origin(origins=B)(lambda: "x"))

    pair = twins(build_broken, origins=A)
    assert pair.without.request(path="/x").status == "500 INTERNAL SERVER ERROR"
    assert pair.are_alike_but_for(*SHARED_WITH_A, path="/x", origin=A)
    assert pair.are_alike_but_for(VARY_ORIGIN, path="/x", origin=B)


def start_late(app: Any) -> Any:
    """A wrapper that starts its response only when its body is read, when Flask's context is long gone."""

    def wrapped(environ: Any, start_response: Any) -> Any:
        kept: list[Any] = []
        body = app(environ, lambda *started: kept.append(started) or (lambda _: None))

        def chunks() -> Iterator[bytes]:
            start_response(*kept[0])
            try:
                yield from body
            finally:
                body.close()

        return chunks()

    return wrapped


def copy_environ(app: Any) -> Any:
    """A wrapper that hands a copy of the environ on, and takes the Origin out of it."""

    def wrapped(environ: Any, start_response: Any) -> Any:
        copied = dict(environ)
        copied.pop("HTTP_ORIGIN", None)
        return app(copied, start_response)

    return wrapped


@pytest.mark.parametrize("wrapper", [start_late, copy_environ])
@pytest.mark.parametrize("path", ["/ok", "/boom", "/nowhere", "/marked"])
def test_an_inner_wrapper_changes_nothing(wrapper: Any, path: str) -> None:
    def build_wrapped(app: Flask) -> None:
        build(app)
        app.add_url_rule("/marked", "marked", cross_origin(origins=B)(lambda: "marked"))
        app.wsgi_app = wrapper(app.wsgi_app)  # type: ignore[method-assign]

    pair = twins(build_wrapped, origins=A)
    allowed, refused = (B, A) if path == "/marked" else (A, B)
    headers = (("Access-Control-Allow-Origin", allowed), VARY_ORIGIN)
    assert pair.are_alike_but_for(*headers, path=path, origin=allowed)
    assert pair.are_alike_but_for(VARY_ORIGIN, path=path, origin=refused)


def test_an_earlier_url_value_preprocessor_that_aborts_leaves_the_views_policy() -> None:
    def build_early(app: Flask) -> None:
        @app.url_value_preprocessor
        def refuse(endpoint: str | None, values: Any) -> None:
            abort(403)

        app.add_url_rule("/x", "x", cross_origin(origins=B)(lambda: "x"))

    pair = twins(build_early, origins=A)
    assert pair.are_alike_but_for(("Access-Control-Allow-Origin", B), VARY_ORIGIN, path="/x", origin=B)
    assert pair.are_alike_but_for(VARY_ORIGIN, path="/x", origin=A)


def test_an_answer_of_an_inner_wrapper_that_flask_never_saw_is_covered_by_its_path() -> None:
    def build_wrapped(app: Flask) -> None:
        inner = app.wsgi_app
        app.wsgi_app = lambda environ, start_response: (  # type: ignore[method-assign]
            Response("from the wrapper")(environ, start_response)
            if environ["PATH_INFO"] == "/w"
            else inner(environ, start_response)
        )

    pair = twins(build_wrapped, resources={"/w": {"origins": A}})
    assert pair.are_alike_but_for(*SHARED_WITH_A, path="/w", origin=A)
    assert pair.are_alike_but_for(path="/v", origin=A)


def test_the_origin_is_the_one_on_entry() -> None:
    def build_meddling(app: Flask) -> None:
        @app.get("/x")
        def meddle() -> str:
            request.environ["HTTP_ORIGIN"] = B
            return "x"

    server: Server = site(build_meddling, origins=[A, B])
    assert server.request(path="/x", origin=A).values("Access-Control-Allow-Origin") == [A]
