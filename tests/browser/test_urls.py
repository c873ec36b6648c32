"""URLs, origins and sites as browsers read them."""

from __future__ import annotations

import pytest

from cors_wsgi.browser.origins import Origin, is_public_suffix, is_same_site, is_trustworthy, open_origin
from cors_wsgi.browser.urls import URL, parse_url


def parsed(text: str) -> URL:
    url = parse_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example", "https://a.example/"),
        (" HTTPS://A.Example:443/B?c#d\n", "https://a.example/B?c#d"),
        ("http://a.example:80/", "http://a.example/"),
        ("http://a.example:8080", "http://a.example:8080/"),
        ("http://a.example:0/", "http://a.example:0/"),
        ("http://a.example:/", "http://a.example/"),
        ("http://a.example:000080", "http://a.example/"),
        ("http://a.example:443", "http://a.example:443/"),
        ("http://a.example?x\\y", "http://a.example/?x\\y"),
        ("http://a.example#x", "http://a.example/#x"),
        ("\x00\x1f http://a.example/ \x00", "http://a.example/"),
        ("http://a.example/a^|~\x7f", "http://a.example/a%5E|~%7F"),
        ("http://a.example/a\\b?c\\d", "http://a.example/a/b?c\\d"),
        ("http://a.example/a/.%2E/%2e./b/%2e", "http://a.example/b/"),
        ("http://a.example/%zz%2f", "http://a.example/%zz%2f"),
        ("http:\\\\a.example\\b", "http://a.example/b"),
        ("http:///a.example/", "http://a.example/"),
        ("ht\ttp://a.ex\nample/", "http://a.example/"),
        ("http://a.example/a/./b/../c/%2e%2E/d", "http://a.example/a/d"),
        ("http://a.example/..", "http://a.example/"),
        ("http://a.example/a/.", "http://a.example/a/"),
        ('http://a.example/a b"<>`{}?\'" é#<é', "http://a.example/a%20b%22%3C%3E%60%7B%7D?%27%22%20%C3%A9#%3C%C3%A9"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://straße.de/", "http://xn--strae-oqa.de/"),
        ("http://Stra%C3%9Fe.de/", "http://xn--strae-oqa.de/"),
        ("http://क्\u200dष.in/", "http://xn--11b2ezcw70k.in/"),
        ("http://☕.example/", "http://xn--53h.example/"),
        ("http://a%2eexample/", "http://a.example/"),
        ("http://a_b~!$&'()*+,;=\"{}`.example/", "http://a_b~!$&'()*+,;=\"{}`.example/"),
        ("http://a。example/", "http://a.example/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f.0.0.01/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://0X/", "http://0.0.0.0/"),
        ("http://0x0000000000000000000000000007f000001/", "http://127.0.0.1/"),
        ("http://1.2.3.4.com/", "http://1.2.3.4.com/"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("http://[0:0:1:0:0:0:0:1]/", "http://[0:0:1::1]/"),
        ("http://[1:2:3:4:5:6:7:8]/", "http://[1:2:3:4:5:6:7:8]/"),
        ("http://[2001:4860:4860::8888]/", "http://[2001:4860:4860::8888]/"),
        ("http://[fe80::1]:8443/", "http://[fe80::1]:8443/"),
        ("http://[10:0:0:10:0:0:100:0]/", "http://[10::10:0:0:100:0]/"),
        ("http://[::]/", "http://[::]/"),
        ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
        ("http://@a.example/", "http://a.example/"),
        ("about:blank", "about:blank"),
        ("data:text/plain,x#y", "data:text/plain,x#y"),
        ("http://a.example/\ud800", "http://a.example/%EF%BF%BD"),
    ],
)
def test_urls_are_read_as_browsers_read_them(text: str, expected: str) -> None:
    assert str(parsed(text)) == expected
    assert not parsed(text).has_credentials


@pytest.mark.parametrize(
    "text",
    [
        "", "a.example", "/x", "http://", "http://[", "http://[::1", "http://[::1%25eth0]/", "http://a b/", "http://a<b/",
        "http://a.example:99999/", "http://a.example:x/", "http://1.2.3.256/", "http://1.2.3.4.5/", "http://0x100000000/",
        "http://a.09/", "http://%zz%66%a/", "http://1..2/", "http://1.2.3.09/",
        "http://a.example:1:2/", "http://[::1]x/", "http://[fe80::1%eth0]/", "http://[::1.2.3.04]/",
        "http://a[b]/", "http://%5B::1%5D/", "http://u@/", "http://@/", "http://:80/", "http://?", "http://%/", "http://%41%00/",
        "http://xn--a/", "http://a\u200db/", "http://\u00ad/", "http://\ud800/", "http://%ff/", "http://%EF%BC%85%34%31/",
        "http://0x100000000000000000000000/", "http://0x1.0x1.0x1.0x1.0x1/", "http://0xg.0x/", "http://08/",
        "http://a.example:65536/", "http://a.example:000065536/", "http://a.example:-1/",
        "http://a.example:" + "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_url_is_none(text: str) -> None:
    assert parse_url(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://u@a.example/", "http://u@a.example/"),
        ("http://u:p@a.example/#x", "http://u:p@a.example/#x"),
        ("http://:p@a.example/", "http://:p@a.example/"),
        ("http://u:@a.example/", "http://u@a.example/"),
        ("http://a b@c@a.example/", "http://a%20b%40c@a.example/"),
        ("http://it's:o'clock@a.example/", "http://it's:o'clock@a.example/"),
        (
            'http://u:p:q;=[]^|{}"<>`$&+,@a.example/',
            "http://u:p%3Aq%3B%3D%5B%5D%5E%7C%7B%7D%22%3C%3E%60$&+,@a.example/",
        ),
    ],
)
def test_user_names_and_passwords_are_noticed_and_never_sent(text: str, expected: str) -> None:
    url = parsed(text)
    assert (str(url), url.has_credentials, url.request_url) == (expected, True, "http://a.example/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "https://h.example:8/a/b?c"),
        ("x", "https://h.example:8/a/x"),
        ("../x?y", "https://h.example:8/x?y"),
        ("/x", "https://h.example:8/x"),
        ("\\x", "https://h.example:8/x"),
        ("?y", "https://h.example:8/a/b?y"),
        ("#y", "https://h.example:8/a/b?c#y"),
        ("//i.example/x", "https://i.example/x"),
        ("https:x", "https://h.example:8/a/x"),
        ("https:/x", "https://h.example:8/x"),
        ("https://i.example", "https://i.example/"),
        ("http:x", "http://x/"),
        ("mailto:x", "mailto:x"),
    ],
)
def test_relative_urls_are_resolved(text: str, expected: str) -> None:
    base = parsed("https://h.example:8/a/b?c#d")
    assert str(parse_url(text, base)) == expected


def test_a_relative_url_keeps_the_user_info_of_its_base() -> None:
    base = parsed("https://u:p@h.example/a")
    texts = ("", "?y", "x", "/x", "https:x", "//i.example/x", "https://h.example/x")
    shown = [str(parse_url(text, base)) for text in texts]
    assert shown == [
        "https://u:p@h.example/a", "https://u:p@h.example/a?y", "https://u:p@h.example/x", "https://u:p@h.example/x",
        "https://u:p@h.example/x", "https://i.example/x", "https://h.example/x",
    ]  # fmt: skip


def test_only_http_urls_have_relatives() -> None:
    assert parse_url("x", parsed("mailto:a")) is None


def test_the_parts_of_a_url() -> None:
    url = parsed("https://a.example:8443/b?c#d")
    assert (url.origin, url.target, url.request_url) == ("https://a.example:8443", "/b?c", "https://a.example:8443/b?c")
    assert parsed("mailto:a").origin == "null"


def test_pages_have_tuple_origins_or_opaque_ones() -> None:
    origin, url = open_origin("https://App.Example.com:443/path?x")
    assert (origin, str(url)) == (Origin("https://app.example.com"), "https://app.example.com/path?x")
    assert origin.is_same(parsed("https://app.example.com/other"))
    assert not origin.is_same(parsed("https://app.example.com:444/"))
    for text in ("null", "file:///x", "data:,x"):
        opaque, none = open_origin(text)
        assert (opaque.serialized, opaque.is_opaque, none) == ("null", True, None)
        assert opaque != open_origin(text)[0]
        assert not opaque.is_same(parsed("mailto:x"))


@pytest.mark.parametrize(
    ("text", "serialized"),
    [
        ("chrome-extension://abcdef/popup.html", "chrome-extension://abcdef"),
        ("moz-extension://0123-4567", "moz-extension://0123-4567"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("tauri://localhost/?x", "tauri://localhost"),
        ("file:///index.html", "null"),
        ("chrome://settings", "null"),
    ],
)
def test_extensions_and_apps_have_an_origin_of_their_own(text: str, serialized: str) -> None:
    origin, url = open_origin(text)
    assert (origin.serialized, origin.is_opaque, url) == (serialized, serialized == "null", None)
    assert not is_same_site(origin, parsed("https://app.example.com"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("app.example.com", "is not a URL"),
        ("https://", "is not a URL"),
        ("https://u:p@a.example", "has a user name or password"),
    ],
)
def test_a_page_needs_a_url(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        open_origin(text)


@pytest.mark.parametrize(
    ("origin", "url", "same"),
    [
        ("https://a.example.com", "https://b.example.com", True),
        ("https://example.com", "https://example.com:8443", True),
        ("https://example.com", "http://example.com", False),
        ("https://a.example", "https://b.example", False),
        ("https://a.co.uk", "https://b.co.uk", False),
        ("https://x.a.co.uk", "https://y.a.co.uk", True),
        ("https://a.github.io", "https://b.github.io", False),
        ("http://127.0.0.1", "http://127.0.0.1:5000", True),
        ("http://127.0.0.1", "http://1.0.0.1", False),
        ("http://localhost", "http://localhost:5000", True),
        ("http://localhost", "http://a.localhost", False),
        ("http://co.uk", "http://x.co.uk", False),
    ],
)
def test_sites_are_registrable_domains_with_their_scheme(origin: str, url: str, same: bool) -> None:
    assert is_same_site(Origin(origin), parsed(url)) == same


def test_public_suffixes() -> None:
    assert [host for host in ("com", "co.uk", "github.io", "example.com", "127.0.0.1") if is_public_suffix(host)] == [
        "com", "co.uk", "github.io"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://a.example", True),
        ("http://a.example", False),
        ("http://localhost", True),
        ("http://a.localhost.", True),
        ("http://notlocalhost", False),
        ("http://127.9.9.9", True),
        ("http://128.0.0.1", False),
        ("http://[::1]", True),
        ("http://[::2]", False),
        ("ftp://localhost", False),
    ],
)
def test_https_and_loopback_are_trustworthy(url: str, trusted: bool) -> None:
    assert is_trustworthy(parsed(url)) == trusted
