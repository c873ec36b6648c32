"""The playground's ready scenarios: every kind of request that a beginner's text on CORS mentions, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ..texts import TEXTS, Language, say
from .experiment import Script
from .origins import DemoOrigins

PAGE: Final = "{page}"
"""Stands for the page's origin in a policy."""

NAMED: Final = {"origins": PAGE}
GRANTING: Final = {"origins": PAGE, "allow_headers": "Content-Type, X-Token"}
EVERYBODY: Final = {"origins": "*"}
WITH_CREDENTIALS: Final = {"origins": PAGE, "supports_credentials": "true"}
OTHERS: Final = {"origins": "https://app.example.com"}

JSON: Final = (("Content-Type", "application/json"),)


@dataclass(frozen=True)
class Scenario:
    """A ready scenario.

    Attributes:
        name: an identifier, the key of its title and lesson in the table of texts.
        group: the identifier of the group that lists it.
        script: the script.
        policy: the fields of the policy; None for a server without CORS.
    """

    name: str
    group: str
    script: Script
    policy: Mapping[str, str] | None

    def title(self, language: Language = "en") -> str:
        """Return its title."""
        return say(f"scenario.{self.name}.title", language)

    def lesson(self, language: Language = "en") -> str:
        """Return its lesson, in a sentence or two."""
        return say(f"scenario.{self.name}.lesson", language)

    def fill_policy(self, origins: DemoOrigins) -> Mapping[str, str] | None:
        """Return the fields of the policy, with the page's origin filled in."""
        return self.policy and {name: text.replace(PAGE, origins.page) for name, text in self.policy.items()}

    def describe(self, origins: DemoOrigins, language: Language = "en") -> dict[str, Any]:
        """Return it for the page, with its origin filled in."""
        script = asdict(self.script)
        script["bodyKind"] = script.pop("body_kind")
        about = {"name": self.name, "group": say(f"group.{self.group}", language)}
        trying = f"scenario.{self.name}.try"
        lesson = [self.lesson(language), *([say(trying, language)] if trying in TEXTS else [])]
        about |= {"title": self.title(language), "lesson": {"en": " ", "zh": ""}[language].join(lesson)}
        return {**about, "script": script, "policy": self.fill_policy(origins)}


def _safelisted(header: str, value: str) -> Scenario:
    return Scenario(f"header-{header.lower()}", "headers", Script(headers=((header, value),)), NAMED)


def _preflighted(method: str, **more: Any) -> Scenario:
    return Scenario(f"method-{method.lower()}", "methods", Script(method, **more), GRANTING | {"methods": method})


def _posted(name: str, body_kind: Any, body: str, headers: tuple[tuple[str, str], ...] = ()) -> Scenario:
    return Scenario(name, "types", Script("POST", "/items", headers, body_kind, body), NAMED)


LAMP: Final = '{"name": "lamp"}'

SCENARIOS: Final = (
    Scenario("get", "simple", Script(), NAMED),
    Scenario("head", "simple", Script("HEAD"), NAMED),
    Scenario("post", "simple", Script("POST", "/items", body_kind="text", body="lamp"), NAMED),
    Scenario("everybody", "simple", Script(), EVERYBODY),
    _safelisted("Accept", "application/json"),
    _safelisted("Accept-Language", "de"),
    _safelisted("Content-Language", "de"),
    _safelisted("Content-Type", "text/plain"),
    _safelisted("Range", "bytes=0-99"),
    _posted("type-text", "text", LAMP, (("Content-Type", "text/plain"),)),
    _posted("type-params", "params", "name=lamp&price=20"),
    _posted("type-form", "form", "name=lamp&price=20"),
    Scenario("type-json", "types", Script("POST", "/items", JSON, "text", LAMP), GRANTING),
    _preflighted("PUT", headers=JSON, body_kind="text", body=LAMP),
    _preflighted("PATCH", headers=JSON, body_kind="text", body='{"price": 18}'),
    _preflighted("DELETE"),
    _preflighted("QUERY", headers=JSON, body_kind="text", body=LAMP),
    Scenario(
        "patch-in-lower-case",
        "methods",
        Script("patch", headers=JSON, body_kind="text", body='{"price": 18}'),
        GRANTING | {"methods": "PATCH"},
    ),
    Scenario("custom-header", "preflights", Script(headers=(("X-Token", "abc"),)), GRANTING),
    Scenario(
        "authorization",
        "preflights",
        Script(headers=(("Authorization", "Bearer abc"),)),
        NAMED | {"allow_headers": "Authorization"},
    ),
    Scenario(
        "upload-listener",
        "preflights",
        Script("POST", "/items", body_kind="text", body="lamp", listener=True),
        NAMED,
    ),
    Scenario("stream", "preflights", Script("POST", "/items", body_kind="stream", body="lamp"), NAMED),
    Scenario("credentials", "credentials", Script(credentials=True), WITH_CREDENTIALS),
    Scenario(
        "credentials-preflighted",
        "credentials",
        Script("PUT", headers=JSON, body_kind="text", body="{}", credentials=True),
        WITH_CREDENTIALS | {"methods": "PUT"},
    ),
    Scenario("credentials-refused", "credentials", Script(credentials=True), NAMED),
    Scenario("credentials-for-everybody", "credentials", Script(credentials=True), EVERYBODY),
    Scenario("no-credentials", "credentials", Script(), WITH_CREDENTIALS),
    Scenario("no-cors-at-all", "refusals", Script(), None),
    Scenario("refused-origin", "refusals", Script(), OTHERS),
    Scenario("refused-origin-preflighted", "refusals", Script("DELETE"), OTHERS | {"methods": "DELETE"}),
    Scenario("refused-method", "refusals", Script("DELETE"), NAMED | {"methods": "GET, PUT"}),
    Scenario("refused-header", "refusals", Script(headers=(("X-Other", "1"),)), GRANTING),
    Scenario("no-cors-mode", "reading", Script(mode="no-cors"), None),
    Scenario("headers-hidden", "reading", Script(), NAMED),
    Scenario("headers-exposed", "reading", Script(), NAMED | {"expose_headers": "ETag, X-Total-Count"}),
    Scenario("not-found", "reading", Script(path="/items/nowhere"), NAMED),
    Scenario("picture-on-canvas", "elements", Script(path="/picture.png", element="img"), NAMED),
    Scenario(
        "picture-with-cors",
        "elements",
        Script(path="/picture.png", element="img", crossorigin="anonymous"),
        NAMED,
    ),
    Scenario(
        "picture-refused",
        "elements",
        Script(path="/picture.png", element="img", crossorigin="anonymous"),
        OTHERS,
    ),
    Scenario("style", "elements", Script(path="/page.css", element="style"), NAMED),
    Scenario("font", "elements", Script(path="/font.woff2", element="font"), NAMED),
    Scenario("font-refused", "elements", Script(path="/font.woff2", element="font"), None),
    Scenario("module", "elements", Script(path="/module.js", element="module"), NAMED),
    Scenario("module-refused", "elements", Script(path="/module.js", element="module"), None),
    Scenario("preflight-kept", "remembered", Script("PUT", times=2), NAMED | {"methods": "PUT", "max_age": "600"}),
    Scenario("preflight-not-kept", "remembered", Script("PUT", times=2), NAMED | {"methods": "PUT", "max_age": "0"}),
    Scenario("redirect", "redirects", Script(path="/moved"), NAMED),
    Scenario("redirect-preflighted", "redirects", Script("PUT", "/moved"), NAMED | {"methods": "PUT"}),
    Scenario("redirect-away", "redirects", Script(path="/moved-away"), NAMED),
    Scenario("crash", "redirects", Script(path="/crash"), NAMED),
    Scenario("error", "redirects", Script(path="/error"), NAMED),
)

TOUR: Final = ("get", "method-put", "refused-origin", "credentials", "picture-on-canvas")
"""The five steps that a beginner starts with, by name."""
