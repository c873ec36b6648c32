"""The Flask app that a real browser calls: its pages are on two sites, and may do different things."""

from __future__ import annotations

import os

from flask import Blueprint, Flask, abort, request, session

from flask_cors_ext import CORS, cross_origin, same_origin

SITE_A, SITE_B = os.environ.get("SITE_A", "http://localhost:1"), os.environ.get("SITE_B", "http://b.localhost:1")

app = Flask("served", static_folder=None)
app.config.update(SECRET_KEY="for tests only", SESSION_COOKIE_SAMESITE="Lax")
runs: list[str] = []


@app.get("/page")
def page() -> str:
    return "<!doctype html><title>a page</title>"


@app.get("/items/<int:number>")
@cross_origin(origins=SITE_A, supports_credentials=True)
def read(number: int) -> str:
    return f"read {number}"


@app.put("/items/<int:number>")
@cross_origin(origins=SITE_B, supports_credentials=True)
def write(number: int) -> str:
    runs.append("write")
    return f"written {number}"


@app.get("/runs")
@cross_origin(origins=[SITE_A, SITE_B])
def count() -> str:
    return str(len(runs))


@app.post("/login")
def login() -> str:
    session["name"] = request.get_json()["name"]
    return "welcome"


@app.get("/whoami")
def whoami() -> str:
    return session.get("name") or abort(401)


@app.get("/boom")
def boom() -> str:
    return str(1 // 0)


@app.post("/slash/")
def slash() -> str:
    return "behind the redirect"


@app.get("/never")
@same_origin
def never() -> str:
    return "never"


blueprint = Blueprint("blueprint", __name__, url_prefix="/blueprint")


@blueprint.before_request
def guard() -> None:
    if "X-Key" not in request.headers:
        abort(401)


@blueprint.delete("/x")
def delete() -> str:
    return "deleted"


CORS(blueprint, origins=SITE_B, allow_headers=["X-Key"])
app.register_blueprint(blueprint)
CORS(app, origins=SITE_A, supports_credentials=True, expose_headers=["X-Seen"])


@app.after_request
def mark_as_seen(response):  # type: ignore[no-untyped-def]
    response.headers["X-Seen"] = "yes"
    return response
