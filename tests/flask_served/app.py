"""A Flask app as one would deploy it: routes, blueprints, a cookie, an error, and one URL with two owners."""

from __future__ import annotations

import os

from flask import Blueprint, Flask, Response, jsonify, make_response, request

from flask_cors_ext import CORS, cross_origin, same_origin

PAGE, OTHER = os.environ["PAGE_ORIGIN"], os.environ["OTHER_ORIGIN"]

app = Flask(__name__)
calls: list[str] = []

partners = Blueprint("partners", __name__, url_prefix="/partners")
CORS(partners, origins=[OTHER])


@app.before_request
def note() -> None:
    calls.append(f"{request.method} {request.path} {request.headers.get('Origin', '-')}")


@app.get("/login")
def login() -> Response:
    response = make_response("welcome")
    response.set_cookie("session", "ada", httponly=True)
    return response


@app.get("/me")
def me() -> Response:
    response = jsonify(session=request.cookies.get("session"))
    response.headers["X-Total"] = "1"
    return response


@app.put("/items/<int:number>")
@cross_origin(expose_headers=["ETag"])
def save(number: int) -> tuple[str, dict[str, str]]:
    return f"saved {number}", {"ETag": '"1"', "X-Total": "1"}


@app.get("/admin")
@same_origin
def admin() -> str:
    return "secret"


@app.get("/boom")
def boom() -> str:
    raise ZeroDivisionError


@app.get("/shared-url")
@cross_origin(max_age=600)
def read() -> str:
    return "read"


@app.put("/shared-url")
@cross_origin(origins=[OTHER])
def write() -> str:
    return "written"


@partners.get("/report")
def report() -> str:
    return "report"


@app.get("/calls")
@cross_origin(origins=[PAGE, OTHER])
def seen() -> Response:
    return jsonify(calls)


app.register_blueprint(partners)
CORS(app, origins=[PAGE], supports_credentials=True, expose_headers=["X-Total"])
