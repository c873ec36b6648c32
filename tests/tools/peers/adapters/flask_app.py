"""The API as a Flask app."""

from __future__ import annotations

from flask import Flask, Response


def make_flask() -> Flask:
    app = Flask(__name__)
    entered = [0]

    @app.route("/items", methods=["GET", "PUT"])
    def items() -> Response:
        entered[0] += 1
        return Response("items", headers={"ETag": '"1"'}, mimetype="text/plain")

    @app.route("/entered")
    def count() -> str:
        return str(entered[0])

    @app.route("/vary")
    def vary() -> Response:
        return Response("", headers={"Vary": "Accept-Language"})

    @app.route("/crash")
    def crash() -> str:
        raise RuntimeError("on purpose")

    return app
