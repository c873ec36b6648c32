"""Why a fetch failed: a closed set; each reason says what happened, what each browser prints, and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from .printing import escape
from .slips import advise_one_name

NO_MESSAGE: Final = "(this browser's console prints no message for it)"


@dataclass(frozen=True)
class Wording:
    """The wording of a reason; facts of the failed request go between braces.

    Attributes:
        explanation: what happened, in the standard's terms.
        remedy: what to change, on the server if a server can help.
        chromium: what Chromium's console prints after the text that all its CORS messages share.
        firefox: what Firefox's console prints as the reason.
        safari: the first line of what Safari's console prints.
        is_cors: whether it is a CORS problem at all.
        is_whole: whether this is the whole message, without the text that CORS messages share.
    """

    explanation: str
    remedy: str
    chromium: str = ""
    firefox: str = ""
    safari: str = ""
    is_cors: bool = True
    is_whole: bool = False


_LOOK_UP = Wording("", "")
"""Lets type checkers see that a slug alone finds a member."""

_LIST_THE_ORIGIN = (
    "Let the server answer with Access-Control-Allow-Origin: {origin} (and Vary: Origin) on every response for this "
    "URL, errors and redirects included."
)
_NOT_FIREFOX = "CORS request did not succeed). Status code: (null"
_NO_LNA = "No header helps. Serve the page over https, and let the user grant access to the local network."


class FailureReason(Enum):
    """The closed set of reasons; the value is the name of its page in the manual."""

    wording: Wording

    def __new__(cls, slug: str, wording: Wording = _LOOK_UP) -> FailureReason:  # noqa: D102 - how an enum's members are made
        member = object.__new__(cls)
        member._value_ = slug
        member.wording = wording
        return member

    # What the CORS check of a response finds
    MISSING_ACAO = (
        "missing-acao",
        Wording(
            "The response has no Access-Control-Allow-Origin header.",
            _LIST_THE_ORIGIN + " If the app never saw the request, a proxy or an error page answered in its place.",
            "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
            "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}",
            "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        ),
    )
    ACAO_MISMATCH = (
        "acao-mismatch",
        Wording(
            "Access-Control-Allow-Origin is {value}, which is not the origin {origin} byte for byte.",
            _LIST_THE_ORIGIN + " Scheme, host and port count, and there is no slash at the end; an answer to another "
            "origin that a cache kept has no Vary: Origin.",
            "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the supplied origin.",
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’",
            "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        ),
    )
    ACAO_MULTIPLE = (
        "acao-multiple",
        Wording(
            "Access-Control-Allow-Origin has several values ({value}); only one origin, or *, is allowed.",
            "Let only one layer set the header: the app, or the proxy in front of it, not both.",
            "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed.",
            "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed",
            "Access-Control-Allow-Origin cannot contain more than one origin.",
        ),
    )
    ACAO_INVALID = (
        "acao-invalid",
        Wording(
            "Access-Control-Allow-Origin is '{value}', which is not an origin.",
            "Write the origin with its scheme: https://app.example.com, without a path or a trailing slash.",
            "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'.",
            "CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’",
            "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        ),
    )
    WILDCARD_WITH_CREDENTIALS = (
        "wildcard-with-credentials",
        Wording(
            "Access-Control-Allow-Origin is *, but the request has credentials mode 'include'.",
            "Name the origins on the server and turn on its support for credentials, or fetch without credentials.",
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when "
            "the request's credentials mode is 'include'.",
            "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’",
            "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
        ),
    )
    CREDENTIALS_NOT_TRUE = (
        "credentials-not-true",
        Wording(
            "The credentials mode is 'include', but Access-Control-Allow-Credentials is '{value}', not 'true'.",
            "Turn on the server's support for credentials, or fetch without credentials. Only the lower-case word true "
            "counts.",
            "The value of the 'Access-Control-Allow-Credentials' header in the response is '{value}' which must be "
            "'true' when the request's credentials mode is 'include'.",
            "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’",
            'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".',
        ),
    )
    REDIRECT_NULL_ORIGIN = (
        "redirect-null-origin",
        Wording(
            "A redirect to another origin made the request's Origin null, which the response does not allow.",
            "Fetch the final URL directly, or redirect within one origin. Allowing null lets in any sandboxed page.",
        ),
    )

    # What a preflight's answer lacks
    PREFLIGHT_STATUS = (
        "preflight-status",
        Wording(
            "The preflight was answered with status {status}, not one from 200 to 299.",
            "Answer OPTIONS with 204 before routing, authentication and rate limits; a preflight has no cookies.",
            "It does not have HTTP ok status.",
            "CORS preflight response did not succeed). Status code: {status}",
            "Preflight response is not successful. Status code: {status}",
        ),
    )
    PREFLIGHT_REDIRECT = (
        "preflight-redirect",
        Wording(
            "The preflight was answered with a redirect (status {status}, to {location}); browsers do not follow it.",
            "Fetch the URL that it leads to (check the trailing slash, and https), or answer OPTIONS first.",
            "Redirect is not allowed for a preflight request.",
            "CORS request external redirect not allowed",
            "Preflight response is not successful. Status code: {status}",
        ),
    )
    METHOD_NOT_ALLOWED = (
        "method-not-allowed",
        Wording(
            "The preflight's answer does not allow the method {method}: Access-Control-Allow-Methods is '{value}'.",
            "Add {method} to the server's methods. Case matters, and with credentials * is just a name.",
            "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response.",
            "Did not find method in CORS header ‘Access-Control-Allow-Methods’",
            "Method {method} is not allowed by Access-Control-Allow-Methods.",
        ),
    )
    HEADER_NOT_ALLOWED = (
        "header-not-allowed",
        Wording(
            "The preflight's answer does not allow the header {header}: Access-Control-Allow-Headers is '{value}'.",
            "Add {header} to the server's allowed headers. With credentials * is just a name.",
            "Request header field {header} is not allowed by Access-Control-Allow-Headers in preflight response.",
            "header ‘{header}’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight "
            "response",
            "Request header field {header} is not allowed by Access-Control-Allow-Headers.",
        ),
    )
    ALLOW_METHODS_UNPARSABLE = (
        "allow-methods-unparsable",
        Wording(
            "Access-Control-Allow-Methods is '{value}', which is not a list of methods.",
            "Separate the names with commas. One invalid name makes the whole preflight fail.",
            "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
            "invalid token ‘{value}’ in CORS header ‘Access-Control-Allow-Methods’",
            "Header Access-Control-Allow-Methods has an invalid value: {value}",
        ),
    )
    ALLOW_HEADERS_UNPARSABLE = (
        "allow-headers-unparsable",
        Wording(
            "Access-Control-Allow-Headers is '{value}', which is not a list of header names.",
            "Separate the names with commas. One invalid name makes the whole preflight fail.",
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
            "invalid token ‘{value}’ in CORS header ‘Access-Control-Allow-Headers’",
            "Header Access-Control-Allow-Headers has an invalid value: {value}",
        ),
    )
    AUTHORIZATION_UNDER_WILDCARD = (
        "authorization-under-wildcard",
        Wording(
            "Access-Control-Allow-Headers is '{value}', and by the standard * does not cover Authorization. Today's "
            "browsers still let it pass, some with a warning.",
            "Name it: Access-Control-Allow-Headers: *, Authorization.",
            "Request header field authorization is not allowed by Access-Control-Allow-Headers in preflight response.",
            "When the Access-Control-Allow-Headers is *, the Authorization header is not covered. To include the "
            "Authorization header, it must be explicitly listed in CORS header Access-Control-Allow-Headers",
        ),
    )

    # What the request itself does
    REDIRECT_WITH_CREDENTIALS = (
        "redirect-with-credentials",
        Wording(
            "The redirect leads to {location}, which has a user name or password in it.",
            "Leave them out of Location.",
            "Redirect location '{location}' contains a username and password, which is disallowed for cross-origin "
            "requests.",
            "CORS request external redirect not allowed",
            "redirection URL {location} has credentials",
        ),
    )
    NOT_HTTP = (
        "not-http",
        Wording(
            "The URL {location} is neither http nor https.",
            "Serve the resource over https; CORS is a part of HTTP.",
            "Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, "
            "chrome-untrusted, data, http, https, isolated-app.",
            "CORS request not http",
            "not allowed to follow a cross-origin CORS redirection with non CORS scheme",
        ),
    )
    DISALLOWED_BY_MODE = (
        "disallowed-by-mode",
        Wording(
            "The request has mode 'same-origin', and {url} is not of the origin {origin}.",
            "Fetch with mode 'cors'; until you do, no server header matters.",
            "Cross origin requests are not allowed by request mode.",
            "CORS request did not succeed). Status code: (null",
            "Cross origin requests are not allowed when using same-origin fetch mode.",
        ),
    )
    OPAQUE_NO_CORS_RESPONSE = (
        "opaque-no-cors-response",
        Wording(
            "The request has mode 'no-cors': it was sent, but no script can read its response (type 'opaque').",
            "Fetch with mode 'cors', and let the server allow the origin {origin}.",
        ),
    )
    HEADER_NOT_EXPOSED = (
        "header-not-exposed",
        Wording(
            "The response has the header {header}, but no script can read it: Access-Control-Expose-Headers does not "
            "name it.",
            "Add {header} to the server's exposed headers.",
        ),
    )
    CORP_BLOCKED = (
        "corp-blocked",
        Wording(
            "The response to a no-cors request has Cross-Origin-Resource-Policy: {value}.",
            "Send Cross-Origin-Resource-Policy: cross-origin, or fetch with mode 'cors'.",
            is_cors=False,
        ),
    )

    WRONG_TYPE = (
        "wrong-type",
        Wording(
            "The page cannot use the response as what it asked for: its type is '{value}'.",
            "Send the Content-Type of what it is: text/css, text/javascript, image/png. With X-Content-Type-Options: "
            "nosniff nothing else will do.",
            "Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a "
            'MIME type of "{value}". Strict MIME type checking is enforced for module scripts per HTML spec.',
            "Loading module from “{url}” was blocked because of a disallowed MIME type (“{value}”).",
            "TypeError: '{value}' is not a valid JavaScript MIME type.",
            is_cors=False,
            is_whole=True,
        ),
    )
    BAD_STATUS = (
        "bad-status",
        Wording(
            "The response has status {status}, so the page does not use it.",
            "Answer with 200; look at the address, and at what the server logs.",
            "Failed to load resource: the server responded with a status of {status} ({phrase})",
            is_cors=False,
            is_whole=True,
        ),
    )
    INTEGRITY_NEEDS_CORS = (
        "integrity-needs-cors",
        Wording(
            "The page checks the integrity of a response from another origin, which it may not read.",
            "Add crossorigin next to integrity, and let the server answer with Access-Control-Allow-Origin: {origin} "
            "(or *).",
            "Subresource Integrity: The resource '{url}' has an integrity attribute, but the resource requires the "
            "request to be CORS enabled to check the integrity, and it is not. The resource has been blocked because "
            "the integrity cannot be enforced.",
            "“{url}” is not eligible for integrity checks since it’s neither CORS-enabled nor same-origin.",
            "Cannot load {element} {url}. Failed integrity metadata check. Content length: {length}, Expected content "
            "length: {length}, Expected metadata: {value}",
            is_cors=False,
            is_whole=True,
        ),
    )
    INTEGRITY_MISMATCH = (
        "integrity-mismatch",
        Wording(
            "The body has none of the hashes that the page asks for ({value}); it has {algorithm}-{computed}.",
            "Write the hash of what the server sends now, or let the server send what it is the hash of.",
            "Failed to find a valid digest in the 'integrity' attribute for resource '{url}' with computed "
            "{title} integrity '{computed}'. The resource has been blocked.",
            "None of the “{algorithm}” hashes in the integrity attribute match the content of the subresource at "
            "“{url}”. The computed hash is “{computed}”.",
            "Cannot load {element} {url}. Failed integrity metadata check. Content length: {length}, Expected content "
            "length: {length}, Expected metadata: {value}",
            is_cors=False,
            is_whole=True,
        ),
    )

    # Local networks: decided by addresses, which this model does not have
    LNA_DENIED = (
        "lna-denied",
        Wording(
            "The browser asked the user for access to the local network, and it was denied.",
            _NO_LNA,
            "Permission was denied for this request to access the `{value}` address space.",
        ),
    )
    LNA_INSECURE_CONTEXT = (
        "lna-insecure-context",
        Wording(
            "A page that was not served over https asked for something in a more private network.",
            _NO_LNA,
            "The request client is not a secure context and the resource is in more-private address space `{value}`.",
        ),
    )
    LNA_WRONG_SPACE = (
        "lna-wrong-space",
        Wording(
            "The script named a different address space from the server's.",
            "Change targetAddressSpace in the script. No header helps.",
            "Request had a target IP address space of `{value}` yet the resource is in address space `{location}`.",
        ),
    )
    LEGACY_PNA = (
        "legacy-pna",
        Wording(
            "An older Chromium asked for Access-Control-Allow-Private-Network, a header since withdrawn.",
            "Update the browser; do not send the header.",
            "No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private "
            "network request targeting the `{value}` address space.",
        ),
    )

    # Not CORS: the network, the page, the script
    NETWORK_FAILURE = (
        "network-failure",
        Wording(
            "No response came: {value}.",
            "Check that the server is running, and that its certificate, name and port are right. CORS is not the "
            "cause.",
            "",
            _NOT_FIREFOX,
            is_cors=False,
        ),
    )
    MIXED_CONTENT = (
        "mixed-content",
        Wording(
            "The page {origin} is secure and {url} is not; nothing was sent.",
            "Serve {url} over https.",
            is_cors=False,
        ),
    )
    BAD_PORT = (
        "bad-port",
        Wording(
            "Browsers never connect to the port of {url}; nothing was sent.",
            "Serve on another port.",
            is_cors=False,
        ),
    )
    BAD_REDIRECT = (
        "bad-redirect",
        Wording(
            "The redirect cannot be followed: {value}.",
            "Change Location, or the URL that the script starts with.",
            is_cors=False,
        ),
    )
    STREAM_NEEDS_HTTP2 = (
        "stream-needs-http2",
        Wording(
            "The body is a stream, and the server speaks HTTP/1.1; browsers send streams over HTTP/2 and above.",
            "Serve HTTP/2, or let the script read the stream before it sends.",
            is_cors=False,
        ),
    )
    FORBIDDEN_METHOD = (
        "forbidden-method",
        Wording("No script may use the method {method}.", "Use another method; the server cannot help.", is_cors=False),
    )
    INVALID_METHOD = (
        "invalid-method",
        Wording("{method} is not a method.", "Use a method name such as PUT.", is_cors=False),
    )
    INVALID_HEADER = (
        "invalid-header",
        Wording(
            "{header} with the value '{value}' is not a valid header.",
            "Use a token as the name, and a value without line breaks, NUL or characters above U+00FF.",
            is_cors=False,
        ),
    )
    INVALID_REQUEST = (
        "invalid-request",
        Wording("The script's own browser refuses the request: {value}.", "Change the script.", is_cors=False),
    )
    NOT_MODELLED = (
        "not-modelled",
        Wording("This model of a browser does not cover {value}.", "Try it in a real browser.", is_cors=False),
    )

    @property
    def is_cors(self) -> bool:
        """Whether it is a CORS problem at all."""
        return self.wording.is_cors

    def explain(self, facts: Mapping[str, str]) -> str:
        """Return what happened, with the facts filled in.

        Args:
            facts: of the failed request, such as `origin`, `url` and `value`; one that is missing shows as its name.
        """
        text = self.wording.explanation
        if facts.get("value") == "" and self in _LACKING:
            text = text.replace(" is '{value}', not 'true'", " is missing").replace(" is '{value}'", " is missing")
        return fill(text, facts)

    def remedy(self, facts: Mapping[str, str]) -> str:
        """Return what to change, with the facts filled in; the page's name comes first, if that is the problem.

        Args:
            facts: as for `explain`.
        """
        remedy = fill(self.wording.remedy, facts)
        if self not in _ABOUT_ORIGINS or (self is FailureReason.PREFLIGHT_STATUS and facts.get("status") != "403"):
            return remedy
        advice = advise_one_name(facts)
        return (
            remedy
            if advice is None
            else f"{escape(advice)} If the page must stay where it is: {remedy[0].lower()}{remedy[1:]}"
        )


_LACKING: Final = frozenset(
    {FailureReason.CREDENTIALS_NOT_TRUE, FailureReason.METHOD_NOT_ALLOWED, FailureReason.HEADER_NOT_ALLOWED}
)
"""Reasons whose value is empty if the header is missing."""

_ABOUT_ORIGINS: Final = frozenset(
    {
        FailureReason.MISSING_ACAO,
        FailureReason.ACAO_MISMATCH,
        FailureReason.WILDCARD_WITH_CREDENTIALS,
        FailureReason.CREDENTIALS_NOT_TRUE,
        FailureReason.PREFLIGHT_STATUS,
    }
)
"""Reasons that may be due to a page that was opened under another name of this machine."""


class _Facts(dict[str, str]):
    """Facts, in which an unknown one shows as its name in angle brackets."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def fill(template: str, facts: Mapping[str, str]) -> str:
    """Return the template with the facts in it, safe for a terminal; one that is not known shows as `<its name>`."""
    return template.format_map(_Facts({name: escape(value) for name, value in facts.items()}))
