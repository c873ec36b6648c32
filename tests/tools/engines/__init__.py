"""Real engines against the model: generated requests, what three browsers did with them, and what the model says.

`cd tests && python -m tools.engines --engine chromium --cases 5000 --seed 1` compares;
`python -m tools.engines.consoles` records what the browsers' consoles say about each failure.

A page (`page/`) that a real browser opens fetches the cases from its own origin, runs their scripts, and posts what
the scripts saw. The recording server (`server.py`) answers what each case prescribes and keeps what it received. The
same case is played to `cors_wsgi.browser` (`model.py`), and both are compared (`compare.py`).
"""
