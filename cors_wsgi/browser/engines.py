"""Where real browsers differ from the Fetch standard, and from each other: one table.

Each field of `Engine` is a row: what the difference is, what the standard says, and which engine says otherwise.
The measured engines are Chromium 156, Firefox 153 ESR and WebKitGTK 2.50; what was not measured says so in its note.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, NamedTuple

EngineName = Literal["standard", "chromium", "firefox", "webkit"]
API = Literal[
    "fetch",
    "XMLHttpRequest",
    "image",
    "script",
    "CSS stylesheet",
    "font",
    "video",
    "audio",
    "link",
    "worker",
    "EventSource",
    "ping",
]
"""What makes a request, as consoles call it."""

Destination = Literal["", "image", "script", "style", "font", "video", "audio", "worker"]


def _row(about: str, standard: Any, note: str = "", **engines: Any) -> Any:
    """Return the field of one difference: its value in the standard, and in every engine that has another."""
    return field(default=standard, metadata={"about": about, "note": note, "engines": engines})


_TITLES: Final[dict[EngineName, str]] = {
    "standard": "the standard",
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "Safari",
}


_SENDERS = frozenset({"img", "import", "module", "modulepreload", "preload", "script", "style"})


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What one browser engine does where engines differ; the defaults are the standard's."""

    name: EngineName = "standard"

    @property
    def title(self) -> str:
        """The name that people know it by: that of the browser, or "the standard"."""
        return _TITLES[self.name]

    # Which requests are preflighted
    safelists_client_hints: bool = _row(
        "DPR, Downlink, Save-Data, Viewport-Width, Width, Device-Memory, RTT and ECT, with a valid value, "
        "need no preflight, as older texts of the standard had it; neither does Intervention",
        False,
        chromium=True,
    )
    drops_user_agent: bool = _row("a User-Agent that a script sets is dropped, without preflight", False, chromium=True)
    joins_repeated_headers: bool = _row(
        "a name that a script gives to fetch() several times is judged as one joined value, not one by one",
        False,
        chromium=True,
        webkit=True,
    )
    counts_total: bool = _row(
        "more than 1024 bytes of safelisted values, the Accept that the browser itself adds included, need a preflight",
        True,
        firefox=False,
    )
    refuses_high_bytes: bool = _row(
        "bytes from 80 to FF in Accept or Content-Type need a preflight", False, firefox=True
    )
    refuses_loose_parameters: bool = _row(
        "a comma in Content-Type, or an empty parameter after another at its end, needs a preflight",
        False,
        firefox=True,
    )
    folds_lines: bool = _row(
        "a header given several times to fetch() is sent as one line, which an empty value empties; of one that is not "
        "a list (Authorization, Content-Type, Location and a few more) the last, or, of Content-Type with a body, the "
        "first; of a response's header that has other lines the empty ones do not count, but for "
        "Access-Control-Allow-Origin, Content-Length and Location",
        False,
        firefox=True,
    )
    repeats_unsafe_names: bool = _row(
        "Access-Control-Request-Headers names a header as often as fetch() was given it", False, firefox=True
    )
    range_limit: int | None = _row(
        "a Range with a position from this number on needs a preflight",
        None,
        chromium=2**63 - 1,
        firefox=2**64,
        webkit=2**64,
    )
    accepts_loose_range: bool = _row(
        "Range may be written Bytes= and its numbers +0, with vertical tabs and form feeds around them",
        False,
        webkit=True,
    )
    rewrites_range: bool = _row(
        "the Range of a GET is sent in its shortest spelling, unless the cache mode is no-store", False, chromium=True
    )
    requires_body_for_listener: bool = _row(
        "a listener on XMLHttpRequest.upload forces a preflight only if there is a body", False, chromium=True
    )
    ignores_sync_listener: bool = _row(
        "a listener on the upload of a synchronous XMLHttpRequest forces no preflight",
        False,
        chromium=True,
        webkit=True,
    )
    streams: Literal["sent", "as text", "refused"] = _row(
        "a ReadableStream as the body is sent (after a preflight); turned into the text [object ReadableStream]; "
        "or refused",
        "sent",
        firefox="as text",
        webkit="refused",
    )
    limits_keepalive: bool = _row(
        "a request with keepalive fails if its body has more than 64 KiB",
        True,
        firefox=False,
        note="Of fetch() with a Request object. Given a URL and options, Firefox has the limit too.",
    )
    limits_beacons: bool = _row("sendBeacon refuses a body of more than 64 KiB", True, firefox=False)
    drops_blob_type: Literal["never", "if no MIME type", "if not strict"] = _row(
        "XMLHttpRequest leaves out the type of a Blob: never; if it is not a MIME type; if it breaks RFC 2045",
        "never",
        chromium="if not strict",
        webkit="if no MIME type",
    )
    judges_raw_blob_type: bool = _row(
        "the type of an XMLHttpRequest's Blob may have more than 128 bytes, but not begin with a space",
        False,
        firefox=True,
        note="Measured with generated requests.",
    )
    judges_given_type: bool = _row(
        "an XMLHttpRequest with text is preflighted by the Content-Type that its author gave, before its charset is "
        "made UTF-8",
        False,
        firefox=True,
        note="Measured with generated requests.",
    )
    rewrites_charset: Literal["when another", "in place"] = _row(
        "the charset in the author's Content-Type of an XMLHttpRequest with text becomes UTF-8 where it is "
        "another one, and the whole type is rewritten; or always, in place",
        "when another",
        chromium="in place",
    )
    rewrites_charset_of_params: Literal["never", "as of text", "every one"] = _row(
        "the charset in the author's Content-Type of an XMLHttpRequest with URLSearchParams stays; becomes UTF-8 "
        "as that of text does; or every charset in it does, in place, if its first word has a slash in it",
        "never",
        chromium="as of text",
        firefox="every one",
        webkit="as of text",
    )
    guards_body_type: bool = _row(
        "the Content-Type that a body brings to a no-cors request must be a safelisted one too",
        True,
        webkit=False,
        note="Measured with generated requests.",
    )
    types_absent_body: bool = _row(
        "URLSearchParams given to the XMLHttpRequest of a GET or HEAD are not sent, but their Content-Type is",
        False,
        webkit=True,
        note="Measured with generated requests.",
    )
    sends_values_as_utf8: bool = _row(
        "bytes from 80 to FF in a header value are sent as UTF-8, and what arrives is decoded as UTF-8",
        False,
        webkit=True,
    )

    # How HTTP is read
    status_line: Literal["strict", "loose", "loosest"] = _row(
        "a status line must be HTTP/1.0 or 1.1 with three digits; or may have another version, fewer digits and up to "
        "four bytes before it; or any number of digits too, none meaning 200, and small letters",
        "strict",
        chromium="loosest",
        firefox="loose",
    )
    trims_header_names: bool = _row(
        "a header with a space before its colon counts, and is not ignored", False, chromium=True
    )
    refuses_nul: Literal["anywhere", "in values"] = _row(
        "a NUL in a response's headers fails the request wherever it is, or only in a value",
        "anywhere",
        firefox="in values",
    )
    lone_carriage_return: Literal["space", "line end", "dropped"] = _row(
        "a carriage return within a header is a space, or ends the line, or the header is ignored (and one at its "
        "end is a part of the value, though scripts do not see it)",
        "space",
        chromium="line end",
        firefox="dropped",
    )
    keeps_folds: bool = _row("a folded header keeps the white space of its next line", False, firefox=True)
    ignores_bad_length: bool = _row(
        "a Content-Length that is not a number is ignored", False, chromium=True, firefox=True
    )

    # What a preflight allows
    wildcard_covers_authorization: bool = _row(
        "Access-Control-Allow-Headers: * covers Authorization", False, chromium=True, firefox=True, webkit=True
    )
    exposes_before_junk: frozenset[API] = _row(
        "to these APIs Access-Control-Expose-Headers exposes all with a *, even if something that is not a token "
        "follows",
        frozenset(),
        firefox=frozenset({"fetch"}),
    )
    checks_status_first: bool = _row(
        "the status of a preflight's answer is judged before its Access-Control-Allow-Origin",
        False,
        webkit=True,
        note="Shows only in the console's words.",
    )

    # The preflight cache
    max_age_limit: int | None = _row(
        "the most seconds that an answer is kept",
        None,
        chromium=7200,
        firefox=86400,
        webkit=600,
        note="Measured ten seconds before and after each limit, with the browser's clock moved.",
    )
    max_age_syntax: Literal["digits, else 5", "digits, else 0", "integer, else 5"] = _row(
        "Access-Control-Max-Age that is not digits alone means 5 seconds; means 0; or may have a sign, less than 0 "
        "meaning 0, and means 5 if it is not a 64-bit integer",
        "digits, else 5",
        chromium="integer, else 5",
        firefox="digits, else 0",
        webkit="integer, else 5",
    )
    keeps_credentials_apart: bool = _row(
        "an answer to a request with credentials serves none without", False, firefox=True
    )
    keeps_wildcards: bool = _row("a * is kept with the answer, and covers all later requests", True, firefox=False)
    kept_wildcard: Literal["for all", "for requests without credentials", "from requests without credentials"] = _row(
        "a kept * covers methods and headers of every request, even one with credentials, though no answer may "
        "say so (the standard allows it, word for word); of requests without credentials; or of those only if the"
        " request that it was kept for had none either",
        "for all",
        chromium="from requests without credentials",
        firefox="for requests without credentials",
        webkit="for requests without credentials",
        note="Measured with generated requests.",
    )
    kept_wildcard_covers_authorization: bool = _row("a kept * covers Authorization", False, webkit=True)
    clears_after: Literal["preflighted", "any", "nothing"] = _row(
        "what was kept for a URL is dropped when a preflighted fetch fails in any way; when any fetch fails; or never",
        "preflighted",
        chromium="nothing",
        firefox="any",
        webkit="nothing",
    )
    forgets_on_miss: bool = _row(
        "what is kept for a URL is dropped as soon as a request is not covered by it",
        False,
        chromium=True,
        webkit=True,
    )
    keeps_refusals: bool = _row(
        "an answer is kept even if it does not allow the method or header that it was asked for",
        False,
        webkit=True,
        note="Measured with generated requests.",
    )
    keeps_for_opaque: bool = _row(
        "answers to pages with an opaque origin are kept",
        True,
        chromium=False,
        note="Measured with generated requests.",
    )
    keeps_for_redirected: bool = _row(
        "answers to requests whose origin redirects made null are kept",
        True,
        chromium=False,
        webkit=False,
        note="Measured with the playground of `cors-wsgi demo`.",
    )
    zero_age_ends_entries: bool = _row(
        "an answer with Access-Control-Max-Age: 0 ends what was kept before",
        True,
        firefox=False,
        note="Measured with generated requests.",
    )
    cache_modes_bypassing: frozenset[str] = _row(
        "a request with one of these cache modes is preflighted anew",
        frozenset(),
        chromium=frozenset({"no-store", "reload", "no-cache"}),
        firefox=frozenset({"no-store", "reload"}),
        note="Chromium's were measured with generated requests.",
    )
    keeps_in_no_store: bool = _row(
        "the answer to a preflight of a request with the cache mode no-store is kept",
        True,
        chromium=False,
        note="Measured with generated requests.",
    )
    conditional_apis: frozenset[API] = _row(
        "a request of these APIs with If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since or If-Range has "
        "the cache mode no-store here too",
        frozenset(),
        chromium=frozenset({"fetch", "XMLHttpRequest"}),
        firefox=frozenset({"fetch"}),
        note="Measured with generated requests.",
    )
    requires_method_for_listener: bool = _row(
        "for a request that is preflighted for its upload listener, a kept answer must name the method, "
        "GET, HEAD and POST too",
        True,
        chromium=False,
        firefox=False,
        webkit=False,
        note="Measured with generated requests.",
    )

    # Redirects, and the Origin header
    sends_page_origin_in_preflights: bool = _row(
        "a preflight after a redirect to a third origin has the page's Origin, not null, and is checked against it; "
        "one that led back to the page's own origin is not checked for Access-Control-Allow-Origin at all",
        False,
        firefox=True,
    )
    redirected_names: Literal["current", "original", "stripped once"] = _row(
        "the headers for which a redirected request is preflighted: those it still has; all that it began with; "
        "or all that it began with except those that the last redirect removed, which are then sent again too",
        "current",
        firefox="stripped once",
        webkit="original",
    )
    repeats_preflights: bool = _row(
        "a request that was preflighted once is preflighted again after each redirect, even if it is simple by then",
        False,
        firefox=True,
        webkit=True,
    )
    counts_own_headers: bool = _row(
        "a request that began at the page's own origin with a header that would need a preflight counts as preflighted",
        False,
        firefox=True,
        note="Measured with generated requests.",
    )
    empty_location: Literal["the same URL", "no redirect", "failure"] = _row(
        "a redirect with an empty Location leads to the same URL; or is an ordinary response; or fails, and is an "
        "ordinary response where the script asked for redirects to fail and in a synchronous XMLHttpRequest; one "
        "without Location, where the script asked for redirects to fail, fails only in the first case",
        "the same URL",
        chromium="no redirect",
        webkit="failure",
        note="Measured with generated requests.",
    )
    authenticates: Literal["own origin", "without Authorization"] = _row(
        "an XMLHttpRequest that is answered 401 is sent again with the user name and password of its URL to the page's "
        "own origin alone; or to any, unless the script had set Authorization",
        "own origin",
        firefox="without Authorization",
    )
    requires_challenge: bool = _row(
        "an XMLHttpRequest that is answered 401 is sent again only if WWW-Authenticate asks for Basic",
        False,
        chromium=True,
        firefox=True,
        webkit=True,
        note="Other schemes that take a password, such as Digest, were not measured.",
    )
    replaces_authorization: bool = _row(
        "the user name and password with which an XMLHttpRequest is sent again replace the Authorization that the "
        "script had set",
        False,
        webkit=True,
    )
    hides_passwords: bool = _row(
        "the URL of the response to an XMLHttpRequest loses its user name and password if they were sent, or were for "
        "another origin",
        False,
        webkit=True,
    )
    encodes_location_bytes: bool = _row(
        "bytes beyond ASCII in Location are percent-encoded as they are, not decoded as characters",
        True,
        webkit=False,
        note="Measured in WebKitGTK, which decodes them as UTF-8 first.",
    )
    refuses_own_credentials: frozenset[API] = _row(
        "to these APIs a redirect within the page's own origin fails if its URL has a user name or password",
        frozenset(),
        chromium=frozenset({"fetch"}),
        note="Measured with generated requests.",
    )
    defers_credential_check: bool = _row(
        "of a request that began at the page's own origin, the preflight for where a redirect leads is sent before a "
        "redirect to a URL with a user name or password fails; and if its credentials mode is same-origin, a redirect "
        "from another origin must pass the CORS check as if it were include, after that preflight",
        False,
        webkit=True,
        note="Measured with generated requests.",
    )
    requires_location_for_manual: bool = _row(
        "a redirect that the script asked to see fails if its Location is not a URL",
        False,
        chromium=True,
        note="Measured with generated requests.",
    )
    redirected_delete: Literal["DELETE", "GET"] = _row(
        "a DELETE that is redirected to another origin stays what it is, or becomes a GET without body",
        "DELETE",
        webkit="GET",
        note="Measured with generated requests, in WebKitGTK; its network library is not Safari's.",
    )
    site_after_redirects: Literal[
        "farthest", "preflights: last", "preflights: last, cross-site", "null: cross-site, left out"
    ] = _row(
        "Sec-Fetch-Site after redirects is that of the URL farthest from the page; of the last one in preflights; "
        "cross-site, unless all were of one origin; or it is left out with all Sec-Fetch headers where the origin "
        "changes, and cross-site in preflights with the origin null",
        "farthest",
        chromium="preflights: last",
        firefox="preflights: last, cross-site",
        webkit="null: cross-site, left out",
        note="Measured with generated requests.",
    )
    sends_sync_metadata: bool = _row(
        "a synchronous XMLHttpRequest has Sec-Fetch headers",
        True,
        webkit=False,
        note="Measured with generated requests.",
    )
    keeps_origin: bool = _row(
        "a same-origin request that had an Origin keeps it when a redirect makes it a GET",
        False,
        webkit=True,
        note="Measured with generated requests.",
    )
    sends_origin_despite_policy: bool = _row(
        "the referrer policy does not hide the Origin of a no-cors request", False, chromium=True
    )

    # Elements
    sends_origin_to_own: frozenset[str] = _row(
        "these elements, with a crossorigin attribute or as modules, send an Origin to the page's own origin too",
        frozenset(),
        chromium=_SENDERS | {"font"},
        webkit=_SENDERS | {"audio", "media", "video"},
    )
    fonts_without_cors: bool = _row(
        "a font is requested without CORS",
        False,
        webkit=True,
        note="Of FontFace, measured in WebKitGTK.",
    )
    preloads_fonts_with_cors: bool = _row(
        "the preload of a font is requested with CORS though it has no crossorigin attribute", False, firefox=True
    )
    preloads_hide_failures: bool = _row(
        "a preload from another origin fires load, not error, where the Fetch standard makes a network error of the "
        "response, or where it is opaque and its consumer could not use it",
        False,
        firefox=True,
    )
    preloads_sniffed: frozenset[str] = _row(
        "X-Content-Type-Options: nosniff counts for preloads of these destinations",
        frozenset({"script", "style"}),
        chromium=frozenset({"style"}),
        webkit=frozenset(),
    )
    blocks_opaque_documents: bool = _row(
        "the preload from another origin of a document, plain text or data with X-Content-Type-Options: nosniff is "
        "blocked without CORS, whatever it is for",
        False,
        chromium=True,
    )
    preloads_failing_by_status: frozenset[str] = _row(
        "a preload of these destinations fires error if the status is not one from 200 to 299",
        frozenset(),
        chromium=frozenset({"font", "script", "style"}),
        firefox=frozenset({"fetch", "font", "script", "style"}),
        webkit=frozenset({"font", "script", "style"}),
    )
    preloads_checked: frozenset[str] = _row(
        "a preload of these destinations fires error if its type is that of another kind of resource",
        frozenset(),
        chromium=frozenset({"image"}),
        firefox=frozenset({"image", "style"}),
        webkit=frozenset({"image"}),
    )
    checks_worker_type: bool = _row("a worker's script must have the type of a script", True, chromium=False)
    checks_modulepreload_type: bool = _row(
        "the preload of a module fires error if its type is not that of a script, above all with nosniff",
        True,
        webkit=False,
    )
    loads_any_style: bool = _row(
        "a style sheet of another type than text/css fires load, though it is not applied", False, chromium=True
    )
    asks_twice_for_media: bool = _row(
        "a media file that cannot be played is requested a second time", False, webkit=True
    )

    # Cookies
    defaults_to_lax: bool = _row(
        "a cookie without SameSite is not sent across sites",
        True,
        firefox=False,
        note="Seen with cookies that one engine kept and sent across sites and two did not.",
    )
    trusts_loopback_for_cookies: bool = _row(
        "a cookie with Secure is kept and sent over http on loopback",
        True,
        webkit=False,
        note="Measured with generated requests.",
    )
    checks_cookies: bool = _row(
        "the name prefixes __Host- and __Secure-, and SameSite=None, need Secure",
        True,
        webkit=False,
        note="Measured with generated requests, in WebKitGTK; its network library is not Safari's.",
    )
    keeps_domain_of_suffix: bool = _row(
        "a cookie whose Domain is a public suffix is kept from that very host, as Domain=localhost from localhost",
        True,
        webkit=False,
    )
    host_prefix_forbids_domain: bool = _row(
        "the prefix __Host- forbids a Domain that names the host itself and is a public suffix", False, chromium=True
    )
    partitions_cookies: bool = _row(
        "a cookie with Partitioned is sent only with pages of one site, and across sites too", True, webkit=False
    )
    names_cookies_without_equals: bool = _row(
        "a cookie without = is a name without value, not a value without name, which none may be", False, firefox=True
    )
    control_in_cookies: Literal["refused", "refused, tabs too", "cut"] = _row(
        "a cookie with a control character other than a tab is refused; with a tab, too; or Set-Cookie ends "
        "before the first that is not printable ASCII",
        "refused",
        chromium="refused, tabs too",
        webkit="cut",
    )
    reads_cookies_as_utf8: bool = _row(
        "bytes beyond ASCII in a cookie's value are read as UTF-8, with U+FFFD where they are not",
        False,
        firefox=True,
    )
    cookie_max_age: Literal["digits", "plus", "plus or empty", "sign"] = _row(
        "Max-Age is digits, or a minus and digits; may have a plus; may be empty too, which is 0; or, once it "
        "begins with a minus, ends the cookie "
        "whatever follows",
        "digits",
        chromium="plus",
        firefox="sign",
        webkit="plus or empty",
    )
    counts_invalid_expiry: Literal["none", "Expires", "all"] = _row(
        "an invalid Expires or Max-Age counts as absent; or undoes an earlier one, Expires alone or both",
        "none",
        chromium="all",
        firefox="all",
        webkit="Expires",
    )
    keeps_equals_without_name: bool = _row("a cookie without a name may have = in its value", False, webkit=True)
    last_expiry_counts: bool = _row(
        "of Expires and Max-Age the last counts, and not always Max-Age", False, webkit=True
    )
    counts_bare_domain: bool = _row("Domain without = undoes an earlier one", True, webkit=False)
    blocks_third_party_cookies: bool = _row(
        "no cookie is kept or sent across sites, whatever its SameSite, unless it is partitioned",
        False,
        chromium=True,
        webkit=True,
        note="Measured with fresh profiles; users and administrators can set it. ",
    )


class Difference(NamedTuple):
    """A row of the table.

    Attributes:
        name: the field of `Engine`.
        about: what differs, in words.
        standard: the value in the Fetch standard.
        engines: the values of the engines that have another one, by name.
        note: what to know about how it was found; empty where recorded cases show the difference.
    """

    name: str
    about: str
    standard: object
    engines: dict[str, object]
    note: str


DIFFERENCES: Final[tuple[Difference, ...]] = tuple(
    Difference(f.name, f.metadata["about"], f.default, f.metadata["engines"], f.metadata["note"])
    for f in fields(Engine)
    if f.metadata
)
"""Every row, in the order of `Engine`."""

STANDARD: Final = Engine()


def _build(name: EngineName) -> Engine:
    values: dict[str, Any] = {row.name: row.engines[name] for row in DIFFERENCES if name in row.engines}
    return Engine(name=name, **values)


ENGINES: Final[dict[str, Engine]] = {
    "standard": STANDARD,
    "chromium": _build("chromium"),
    "firefox": _build("firefox"),
    "webkit": _build("webkit"),
}
"""The engines by name."""

BROWSERS: Final = tuple(engine for engine in ENGINES.values() if engine is not STANDARD)
"""The engines of real browsers."""


def get_engine(engine: str | Engine) -> Engine:
    """Return the engine of that name.

    Args:
        engine: `standard`, `chromium`, `firefox` or `webkit`; an `Engine` is returned as it is.

    Raises:
        ValueError: there is no such engine; the message names those there are.
    """
    if isinstance(engine, Engine):
        return engine
    if engine not in ENGINES:
        raise ValueError(f"engine={engine!r} is not an engine; write one of {', '.join(ENGINES)}")
    return ENGINES[engine]
