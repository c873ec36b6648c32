"""One small app for each extension that people combine CORS with, as its own documentation would write it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort
from support.needs import needs_module

from flask_cors_ext import CORS, cross_origin

ORIGIN, EVIL = "https://app.example.com", "https://evil.example"
OPTIONS: dict[str, Any] = {"origins": [ORIGIN], "supports_credentials": True, "expose_headers": ["Retry-After"]}


def plain_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="a secret of the tests", **config)
    return app


def with_flask_login() -> Flask:
    needs_module("flask_login")
    import flask_login

    app = plain_app()
    manager = flask_login.LoginManager(app)

    class User(flask_login.UserMixin):
        id = "ada"

    @manager.request_loader
    def load(request: Any) -> User | None:
        return User() if request.headers.get("Authorization") == "Bearer ada" else None

    @app.put("/item")
    @flask_login.login_required
    def save() -> str:
        return "saved"

    CORS(app, **OPTIONS)
    return app


def with_flask_login_below_the_mark() -> Flask:
    """The mark stands under `login_required`, which Flask-CORS answers with 401."""
    needs_module("flask_login")
    import flask_login

    app = plain_app()
    flask_login.LoginManager(app).request_loader(lambda request: None)

    @app.put("/item")
    @flask_login.login_required
    @cross_origin(**OPTIONS)
    def save() -> str:
        return "saved"

    CORS(app)
    return app


def with_flask_httpauth() -> Flask:
    needs_module("flask_httpauth")
    from flask_httpauth import HTTPTokenAuth

    app, auth = plain_app(), HTTPTokenAuth()

    @auth.verify_token
    def verify(token: str) -> str | None:
        return "ada" if token == "ada" else None

    @app.put("/item")
    @auth.login_required
    def save() -> str:
        return "saved"

    CORS(app, **OPTIONS)
    return app


def with_flask_limiter() -> Flask:
    needs_module("flask_limiter")
    from flask_limiter import Limiter

    app = plain_app(RATELIMIT_HEADERS_ENABLED=True)
    limiter = Limiter(lambda: "everybody", app=app, storage_uri="memory://")

    @app.put("/item")
    @limiter.limit("1/minute")
    def save() -> str:
        return "saved"

    CORS(app, **OPTIONS)
    return app


def with_flask_restful() -> Flask:
    needs_module("flask_restful")
    import flask_restful

    app = plain_app()

    class Item(flask_restful.Resource):  # type: ignore[misc]
        decorators = (cross_origin(**OPTIONS),)

        def put(self) -> dict[str, str]:
            return {"state": "saved"}

        def delete(self) -> None:
            flask_restful.abort(400, message="not this one")

    flask_restful.Api(app).add_resource(Item, "/item")
    CORS(app)
    return app


def with_flask_smorest() -> Flask:
    needs_module("flask_smorest")
    import flask_smorest
    import marshmallow

    app = plain_app(API_TITLE="Items", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    blueprint = flask_smorest.Blueprint("items", __name__)

    class Item(marshmallow.Schema):
        name = marshmallow.fields.String(required=True)

    @blueprint.route("/item", methods=["PUT"])
    @blueprint.arguments(Item)
    @blueprint.response(200)
    def save(item: dict[str, str]) -> dict[str, str]:
        return item

    CORS(blueprint, **OPTIONS)
    flask_smorest.Api(app).register_blueprint(blueprint)
    CORS(app)
    return app


def with_flask_talisman() -> Flask:
    needs_module("flask_talisman")
    from flask_talisman import Talisman

    app = plain_app()
    Talisman(app)

    @app.put("/item")
    def save() -> str:
        return "saved"

    CORS(app, **OPTIONS)
    return app


@contextlib.contextmanager
def with_flask_sqlalchemy(folder: Path) -> Iterator[Flask]:
    """Each tenant's origin is a row; a callable looks it up. The database is closed with the context."""
    needs_module("flask_sqlalchemy")
    from flask_sqlalchemy import SQLAlchemy

    app = plain_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/tenants.db")
    db = SQLAlchemy(app)

    class Tenant(db.Model):  # type: ignore[name-defined,misc]
        name = db.Column(db.String, primary_key=True)
        origin = db.Column(db.String)

    def is_tenants_origin(origin: str, environ: dict[str, Any]) -> bool:
        tenant = db.session.get(Tenant, environ["PATH_INFO"].split("/")[2])
        return tenant is not None and tenant.origin == origin

    @app.put("/t/<tenant>/item")
    def save(tenant: str) -> str:
        db.session.get(Tenant, tenant)
        return "saved"

    @app.delete("/t/<tenant>/item")
    def fail(tenant: str) -> str:
        # The session is left in a state in which nothing works any more.
        db.session.add(Tenant(name=tenant, origin=""))
        db.session.flush()
        return "unreachable"

    @app.post("/t/<tenant>")
    def add(tenant: str) -> str:
        from flask import request

        db.session.add(Tenant(name=tenant, origin=request.get_data(as_text=True)))
        db.session.commit()
        return "added"

    with app.app_context():
        db.create_all()
        db.session.add(Tenant(name="ada", origin=ORIGIN))
        db.session.commit()
    CORS(app, **{**OPTIONS, "origins": is_tenants_origin})
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def with_whitenoise(folder: Path) -> Flask:
    needs_module("whitenoise")
    from whitenoise import WhiteNoise

    (folder / "data.json").write_text("{}")
    app = plain_app()

    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError

    app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(folder), prefix="assets/")  # type: ignore[method-assign]
    CORS(app, **OPTIONS)
    return app


def with_flask_sock() -> Flask:
    needs_module("flask_sock")
    from flask_sock import Sock

    app = plain_app()
    sock = Sock(app)
    CORS(app, block_untrusted=True, **OPTIONS)

    @sock.route("/echo")
    def echo(socket: Any) -> None:
        socket.send(socket.receive())

    @app.put("/item")
    def save() -> str:
        return "saved"

    @app.get("/broken")
    def broken() -> None:
        abort(500)

    return app


def with_blueprint_of_its_own() -> Flask:
    app = plain_app()
    blueprint = Blueprint("api", __name__, url_prefix="/api")

    @blueprint.put("/item")
    def save() -> str:
        return "saved"

    CORS(blueprint, **OPTIONS)
    app.register_blueprint(blueprint)
    CORS(app)
    return app
