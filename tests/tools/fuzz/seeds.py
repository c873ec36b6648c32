"""Inputs from which fuzzing starts: near what the targets read, so that mutation finds their edges."""

from __future__ import annotations

SEEDS: dict[str, list[bytes]] = {
    "origins": [
        b"https://app.example.com",
        b"https://*.example.com:*",
        b"http://[2001:db8::1]:8080",
        b"http://127.0.0.1",
        b"http://0x7f.1",
        b"chrome-extension://abcdefghijklmnop",
        b"https://app.example.com:443/",
        b"https://user@a.example?q#f",
        b"https://b\xc3\xbccher.example",
        b"null",
    ],
    "settings": [b"true\0https://a.example\0*\0600", b'["a"]\0no\0none\0GET, PUT\0X-A\n X-B'],
    "header-lists": [
        b"a, b,,c\t",
        b"Vary: Cookie\nAccess-Control-Expose-Headers: X-A\nContent-Type: text/plain",
        b"x y",
    ],
    "paths": [b"/api/*\0/api/x\0/api/x", b"/a/b/*\0/a/*\0/a/b/c", b"/*\0", b"/a/../b", b"/%2e%2e/x"],
    "requests": [
        b"https://a.example\0OPTIONS\0/\0PUT\0x-a",
        b"http://localhost:3000\0GET\0/open/x",
        b"null\0POST\0//x\0\0\0\0",
        b"https://x.b.example\0OPTIONS\0/x\0TRACE\0 a,,b",
    ],
}
