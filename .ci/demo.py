"""Run README's demo command as a person does: open its page, ask its API, press Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url: str, origin: str | None = None, body: bytes | None = None) -> tuple[int, str | None, bytes]:
    """Return status, Allow-Origin and body; a request with a body is a POST."""
    headers = {} if origin is None else {"Origin": origin}
    with _NO_PROXY.open(urllib.request.Request(url, body, headers), timeout=30) as answer:
        return answer.status, answer.headers["Access-Control-Allow-Origin"], answer.read()


# A terminal's Ctrl-C goes to the whole process group, so the command gets one.
process = subprocess.Popen(["bash", "-c", sys.argv[1]], stdout=subprocess.PIPE, text=True, start_new_session=True)
assert process.stdout is not None
shown = ""
try:
    while not (found := re.search(r"playground is at\s+(\S+)/", shown)):
        line = process.stdout.readline()
        assert line, f"the command ended before its page was there, and wrote:\n{shown}"
        shown += line
    page = found[1]
    asked = re.search(r"asks an API at\s+(http://localhost:\d+)", shown)
    assert asked, shown
    status, _, body = fetch(f"{page}/")
    assert (status, b"Two origins" in body) == (200, True), body
    ready = json.loads(fetch(f"{page}/ready.json")[2])["scenarios"]
    plan = next(scenario for scenario in ready if scenario["name"] == "get")
    run = json.loads(fetch(f"{page}/plan", page, json.dumps(plan).encode())[2])
    assert fetch(f"{asked[1]}{run['base']}/items/1", page)[:2] == (200, page)
    assert fetch(f"{asked[1]}{run['base']}/items/1", "https://evil.example")[:2] == (200, None)
    os.killpg(process.pid, signal.SIGINT)
    shown += process.communicate(timeout=30)[0]
finally:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
assert process.returncode == 0, f"the command ended with {process.returncode}, and wrote:\n{shown}"
assert shown.endswith("Closed.\n"), shown
print(shown)
