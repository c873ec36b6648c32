"""One thin adapter per peer: the same small API, with the best configuration that the peer's documentation offers.

Each module has `NAME` (what its users call it), `PACKAGES` (whose versions are shown), `INTERFACE` (`wsgi`, `asgi` or
`aiohttp`) and `build(setup)`, which returns an app or raises `CannotExpressError`. The API of each:

- `GET` and `PUT /items`: "items", with an ETag
- `GET /entered`: how often `/items` was entered
- `GET /vary`: an answer with `Vary: Accept-Language`
- `GET /crash`: raises
"""
