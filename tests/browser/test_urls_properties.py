"""The URL parser against another that was written independently: ada, the one of Node.js."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from support.needs import needs_module

from cors_wsgi.browser.urls import URL, parse_url

HEXTETS = st.sampled_from(["0", "0", "0", "1", "10", "100", "00a0", "FFFF", "8888"])
UNICODE = "äßẞςΣéİﬃ☕क्ष\u200d\u200c\u00ad\u0300אب٣あ。．１０ⅷ𐀀🏳≠\ufffd"
ENDS = ["", "", "", "?q='\"<> é", "#f`<é", "?a\\b#c"]


@st.composite
def ipv6_addresses(draw: st.DrawFn) -> str:
    tail = draw(st.sampled_from([[]] * 6 + [["1.2.3.4"], ["255.0.0.1"], ["1.2.3"], ["1.2.3.04"], ["0%25eth0"], ["g"]]))
    width = 8 - (2 if tail and "." in tail[0] else len(tail))
    if draw(st.booleans()):
        return "[" + ":".join([draw(HEXTETS) for _ in range(width)] + tail) + "]"
    before = draw(st.lists(HEXTETS, max_size=width - 1))
    after = draw(st.lists(HEXTETS, max_size=width - 1 - len(before)))
    return "[" + ":".join(before) + "::" + ":".join([*after, *tail]) + "]"


def joined(parts: st.SearchStrategy[str], least: int, most: int, by: str = "") -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=least, max_size=most).map(by.join)


LABELS = st.one_of(
    st.sampled_from(["a", "EXAMPLE", "xn--bcher-kva", "a_b", "-a", "a%2eb", "%C3%9F", "", "it's", "a|b", "%41"]),
    joined(st.sampled_from("ab0-" + UNICODE), 1, 5),
)
NUMBERS = st.sampled_from(
    ["0", "1", "127", "256", "0x7f", "0X", "010", "08", "65535", "4294967295", "0xffffffff", "１"]
)
HOSTS = st.one_of(
    ipv6_addresses(), joined(NUMBERS, 1, 5, "."), joined(LABELS, 1, 3, "."), st.sampled_from(["a.example", "localhost"])
)
USERINFO = st.one_of(
    st.just(""), joined(st.sampled_from([*"ab:@;=|^[]{}'\"` $&é%<>", "%40"]), 0, 5).map(lambda text: text + "@")
)
SEGMENTS = st.one_of(
    st.sampled_from([".", "..", "%2e", "%2E.", ".%2e", "%2e%2E", "a", "", "...", "%2f"]),
    joined(st.sampled_from([*"ab ^|`{}<>\"'é~", "%zz", "\x7f", "\x01"]), 1, 3),
)
PORTS = st.sampled_from(["", "", "", ":", ":80", ":443", ":0", ":00080", ":65535", ":65536", ":8a"])
BEGINS = ["http://", "https://", "HTTP:\\\\", "http:/", "https:", "ht\ttp:///", " http://", "\x00https://"]
URLS = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(BEGINS), USERINFO, HOSTS, PORTS,
    joined(st.builds(lambda slash, segment: slash + segment, st.sampled_from("/\\"), SEGMENTS), 0, 4),
    st.sampled_from(ENDS),
)  # fmt: skip
RELATIVES = st.one_of(
    joined(st.builds(lambda segment, slash: segment + slash, SEGMENTS, st.sampled_from("/\\")), 0, 4),
    st.builds(
        lambda start, end: start + end,
        st.sampled_from(["", "x", "/x", "//h", "\\x", "https:x", "?"]),
        st.sampled_from(ENDS),
    ),
)


def normalize_by_ada(text: str, base: str | None = None) -> str | None:
    import ada_url

    try:
        return str(ada_url.URL(text, base))
    except ValueError:
        return None


def is_looser(text: str | None) -> bool:
    """Tell whether ada accepts a host that the URL standard, and Chromium, refuse; test_fetch.py has each as a row.

    It takes the rule for bidirectional text label by label, where UTS #46 takes it for all labels of a domain that has
    one from right to left; it takes a non-joiner behind another; and it does not decode the labels of an ASCII host.
    """
    if text is None:
        return False
    labels = re.sub(r"^.*?://(?:.*@)?|[:/?#].*$", "", text).split(".")
    host = "".join(label[4:].encode().decode("punycode") for label in labels if label.startswith("xn--"))
    return "\u200c\u200c" in host or any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in host)


def list_features(text: str, url: URL | None) -> set[str]:
    if url is None:
        return {"refused"}
    features = {
        "accepted": True,
        "ipv6": url.host.startswith("["),
        "ipv4": re.fullmatch(r"[0-9.]+", url.host) is not None,
        "idna": "xn--" in url.host,
        "userinfo": url.has_credentials,
        "dots": re.search(r"[/\\](\.|%2e){1,2}([/\\?#]|$)", text, re.IGNORECASE) is not None,
        "port": url.port is not None,
    }
    return {name for name, has_it in features.items() if has_it}


QUOTAS = {
    "accepted": 0.4,
    "refused": 0.1,
    "ipv6": 0.05,
    "ipv4": 0.03,
    "idna": 0.05,
    "userinfo": 0.1,
    "dots": 0.1,
    "port": 0.1,
}
"""The least share of the examples that must have each feature, or the comparison says little."""
MOST_LOOSER = 0.05


def test_urls_are_read_as_another_parser_reads_them() -> None:
    needs_module("ada_url")
    seen: Counter[str] = Counter()

    @settings(max_examples=1500, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
    @given(URLS)
    def compare(text: str) -> None:
        url, theirs = parse_url(text), normalize_by_ada(text)
        seen.update(["all", *list_features(text, url)])
        if url is None and is_looser(theirs):
            seen["looser"] += 1
        else:
            assert (None if url is None else str(url)) == theirs

    compare()
    assert {name: seen[name] / seen["all"] for name, share in QUOTAS.items() if seen[name] < share * seen["all"]} == {}
    assert seen["looser"] <= MOST_LOOSER * seen["all"]


@given(URLS, RELATIVES)
@settings(max_examples=500, deadline=None)
def test_relative_urls_are_resolved_as_another_parser_resolves_them(base: str, text: str) -> None:
    needs_module("ada_url")
    parsed = parse_url(base)
    assume(parsed is not None)
    url = parse_url(text, parsed)
    assert (None if url is None else str(url)) == normalize_by_ada(text, str(parsed))


@given(URLS)
@settings(max_examples=500, deadline=None)
def test_a_serialized_url_is_read_as_itself(text: str) -> None:
    url = parse_url(text)
    assume(url is not None)
    assert parse_url(str(url)) == url
