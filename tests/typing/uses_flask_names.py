"""An app that uses everything the Flask extension offers, as its users do; type checkers read it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Flask
from flask.views import MethodView

from cors_wsgi import Decision, PolicyError
from flask_cors_ext import CORS, DENY, cors_decided, cross_origin, same_origin, share_debugger

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

APP = "https://app.example.com"


def is_tenant(origin: str, environ: WSGIEnvironment) -> bool:
    return environ["HTTP_HOST"] in origin


def count(app: Flask, decision: Decision) -> None:
    print(app.name, decision.kind, decision.allowed)


items = Blueprint("items", __name__, url_prefix="/items")
CORS(items, origins=[APP, re.compile(r"https://pr-\d+\.example\.com"), is_tenant], max_age=timedelta(minutes=5))


@items.get("/<int:number>")
@cross_origin
def show(number: int) -> str:
    return str(number)


@items.put("/<int:number>")
@cross_origin(expose_headers=["ETag"], supports_credentials=True, methods="PUT", allow_headers="*", accept_risks=())
def save(number: int) -> str:
    return str(number)


@items.get("/later")
@cross_origin()
async def later() -> dict[str, str]:
    return {"when": "later"}


@items.get("/admin")
@same_origin
def admin() -> tuple[str, int]:
    return "admin", 200


@cross_origin(origins="*")
class Counter(MethodView):
    decorators = [cross_origin(max_age=None)]  # noqa: RUF012 - as users write it

    def get(self) -> str:
        return "0"

    @same_origin
    def post(self) -> str:
        return "1"


class Plain(MethodView):
    def get(self) -> str:
        return "plain"


def create_app() -> Flask:
    app = Flask(__name__)
    app.register_blueprint(items)
    app.add_url_rule("/counter", view_func=Counter.as_view("counter"))
    app.add_url_rule("/other", view_func=cross_origin(Plain.as_view("other")))
    cors = CORS(debug=False)
    cors.init_app(
        app,
        origins=APP,
        resources={"/public/*": {"origins": "*"}, re.compile("/v[0-9]+/.*"): {}, "/internal/*": None, "/admin/*": DENY},
        block_untrusted=True,
    )
    share_debugger(app, evalex=True)
    cors_decided.connect(count, app)
    try:
        cors.validate(app)
    except PolicyError as error:
        print([problem.code for problem in error.problems])
    CORS(Flask("list"), origins=APP, resources=["/api/*", re.compile("/more/.*")])
    CORS(Flask("one"), origins=APP, resources="/api/*")
    number: str = show(number=1)
    status: tuple[str, int] = admin()
    print(number, status)
    return app
