"""django-cors-headers."""

from __future__ import annotations

from typing import Any

from tools.peers.setups import EXPOSED, HEADERS, MAX_AGE, METHODS, PAGE, REGEX, Setup

NAME, PACKAGES, INTERFACE = "django-cors-headers", ("django-cors-headers", "django"), "wsgi"

_entered = 0


_CORS = "corsheaders.middleware.CorsMiddleware"
_COMMON = "django.middleware.common.CommonMiddleware"


def build(setup: Setup) -> Any:
    origins: dict[str, Any] = {
        "named": {"CORS_ALLOWED_ORIGINS": [PAGE]},
        "everybody": {"CORS_ALLOW_ALL_ORIGINS": True},
        "subdomains": {"CORS_ALLOWED_ORIGIN_REGEXES": [r"^https://[a-z0-9-]+\.example\.com$"]},
        "regex": {"CORS_ALLOWED_ORIGIN_REGEXES": [REGEX]},
        "misspelled": {"CORS_ALLOWED_ORIGIN": [PAGE]},
        "none": {},
    }[setup.origins]
    return _make_app(
        [_CORS, _COMMON],
        CORS_ALLOW_METHODS=METHODS,
        CORS_ALLOW_HEADERS=HEADERS,
        CORS_EXPOSE_HEADERS=EXPOSED,
        CORS_ALLOW_CREDENTIALS=setup.credentials,
        CORS_PREFLIGHT_MAX_AGE=MAX_AGE,
        **origins,
    )


def build_bare() -> Any:
    return _make_app([_COMMON])


def _make_app(middleware: list[str], **more: Any) -> Any:
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            ROOT_URLCONF=__name__,
            SECRET_KEY="not one",
            INSTALLED_APPS=["corsheaders"],
            LOGGING_CONFIG=None,
        )
    # Each app loads its middlewares when it is made.
    for name, value in {"MIDDLEWARE": middleware, **more}.items():
        setattr(settings, name, value)
    return get_wsgi_application()


def _items(request: Any) -> Any:
    from django.http import HttpResponse

    global _entered
    _entered += 1
    return HttpResponse("items", headers={"ETag": '"1"'}, content_type="text/plain")


def _count(request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse(str(_entered))


def _vary(request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse("", headers={"Vary": "Accept-Language"})


def _crash(request: Any) -> Any:
    raise RuntimeError("on purpose")


def __getattr__(name: str) -> Any:
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import path

    return [path("items", _items), path("entered", _count), path("vary", _vary), path("crash", _crash)]
