"""Cases about how Set-Cookie is read, drawn at random: odd names, values, dates and attributes."""

from __future__ import annotations

from typing import Final

from .cases import SHARING, Step
from .draw import Draw

PAIRS: Final = (
    *(
        "{id}=1",
        "{id}",
        "{id}=",
        "={id}",
        " {id} = 1 ",
        '{id}="1 2"',
        "{id}=1,2",
        "{id}=b=c",
        "{id}=\xc3\xa9",
        "{id}=\xe9",
    ),
    *("{id}=x\xe9y", "\xe9{id}=1", "{id} b=1", "__Host-{id}=1", "__host-{id}=1", "__Secure-{id}=1", "__SECURE-{id}=1"),
    *("=__Host-{id}", "{id}=\t1", "{id}=x\xc3\xa9y", "{id}=1\x012", "__Host{id}=1", "{id}[]=1", "{id}/b=1"),
    *("{id}=\xff\xc3\xa9", "{id}=1 2 ", "=={id}", "{id}\t=1", "{id}=1\t2", "{id}=\xc3\xa9\xff", "{id}={id}; {id}=2"),
)
"""Each with the case's id in it, by which it is known from those of other cases."""

ATTRIBUTES: Final = (
    *("Secure", "secure", " SECURE ", "Secure=false", "HttpOnly", "Partitioned", "partitioned", "Partitioned=x"),
    *(
        "SameSite=None",
        "SameSite=Lax",
        "SameSite=Strict",
        "samesite=none",
        "SameSite",
        "SameSite=bogus",
        "SameSite=None ",
    ),
    *(
        "Path=/",
        "Path=/c/{id}",
        "Path=/c/{id}/",
        "Path=/c/{id}/0",
        "Path=c",
        "Path=",
        "Path=/other",
        "path = / ",
        "Path",
    ),
    *('Path="/"', "Domain=localhost", "Domain=.localhost", "Domain=127.0.0.1", "Domain=", "Domain=LOCALHOST"),
    *("Domain=example.com", "Domain=a.localhost", "Domain=..localhost", "Domain=localhost.", "Domain"),
    *("Max-Age=0", "Max-Age=-1", "Max-Age=600", "Max-Age=x", "Max-Age=", "Max-Age=+600", "Max-Age=6x", "Max-Age= 0 "),
    *("Max-Age=99999999999999999999", "Max-Age=1.5", 'Max-Age="0"', "Max-Age=00", "Max-Age=-", "Max-Age=--1"),
    *("Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=Fri, 01-Jan-2038 00:00:00 GMT", "Expires=never", "Expires="),
    *("Expires=01 Jan 1999 10:10:10", "Expires=1 jan 37 0:0:0", "Expires=Wed, 31 Feb 2038 00:00:00 GMT", "Expires=0"),
    *("Expires=Fri Jan  1 00:00:00 2038", "expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=2000-01-01T00:00:00Z"),
    *("", " ", "=", "x=y", "Priority=High", "Version=1"),
)


def cookie_syntax(draw: Draw) -> list[Step]:
    """A cookie with any attributes, and another request that would get it."""
    attributes = [draw.choice(ATTRIBUTES) for _ in range(draw.randint(0, 3))]
    pair = (
        draw.choice(PAIRS)
        if draw.chance(0.5)
        else draw.choice(("{id}=1", "{id}=1", "__Host-{id}=1", "__Secure-{id}=1"))
    )
    joint = draw.choice(("; ", ";", " ; "))
    target = draw.choice(("page", "page", "api2", "api"))
    line = joint.join([pair, *attributes])
    answer = {**SHARING, "headers": [*SHARING["headers"], ("Set-Cookie", line)]}
    first: Step = {"api": "fetch", "target": target, "method": "GET", "credentials": "include"}
    first["hops"] = {"0": {"actual": answer}}
    second: Step = {"api": "fetch", "target": target, "method": "GET", "credentials": "include"}
    return [first, second]
