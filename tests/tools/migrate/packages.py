"""The packages to migrate, and how to run those that run on any machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package on the index whose source uses Flask-CORS.

    Attributes:
        name: on the index.
        version: which one.
        folder: where its importable source is, in the sdist.
        needs: what has to be installed to run it; empty if it is not run.
        app: a module that makes an `app` of it.
        call: file and text of the call of the table that holds for the app.
    """

    name: str
    version: str
    folder: str = "."
    needs: tuple[str, ...] = ()
    app: str = ""
    call: str = ""


PACKAGES = (
    Package("aiida-core", "2.9.4"),
    Package("bert-serving-server", "1.10.0"),
    Package("cellxgene", "1.3.0"),
    Package("deepface", "0.0.103"),
    Package("flask-cors", "6.0.5"),
    Package(
        "moto",
        "5.2.5",
        needs=("moto[server]==5.2.5",),
        app="from moto.moto_server.werkzeug_app import create_backend_app\napp = create_backend_app('sts')\n",
        call="moto/moto_server/werkzeug_app.py",
    ),
    Package(
        "rai-core-flask",
        "0.7.6",
        needs=("rai-core-flask==0.7.6",),
        app="from rai_core_flask import FlaskHelper\napp = FlaskHelper().app\n",
        call="rai_core_flask/environments/local_ipython_environment.py",
    ),
    Package("rasa-core", "0.14.5"),
)
