"""Record what browsers' consoles print for each failure: `python -m tools.engines.consoles [--engine chromium]`.

Writes `engines/data/console-<engine>.json`: the browser's version, and for each case of `failures.py` the messages,
with `{page}`, `{api}`, `{api2}` and `{nobody}` for the origins of that run, `{api-host}` for host and port alone.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from support.engines import ENGINES, chromium_driver, open_page, version_of

from cors_wsgi.browser import Engine, FetchError

from .cases import Case, fill
from .failures import FAILURES, list_failures
from .marionette import FLAGS, Marionette
from .model import play
from .server import RecordingServer, run_server

DATA: Final = Path(__file__).parent / "data"

PATIENCE: Final = 90.0

ORIGINS: Final = {
    "page": "http://localhost:18080",
    "api": "http://127.0.0.1:18081",
    "api2": "http://localhost:18082",
    "nobody": "http://127.0.0.1:18099",
}
"""Where the model has the servers of the failures."""

CASES: Final = {case["id"]: case for case in list_failures(ORIGINS["nobody"])}

_DONE = re.compile(r"done: ([\w-]+?-(?:fetch|xhr))\b")
_OF_CASE = re.compile(r"/c/([\w-]+?-(?:fetch|xhr))/")
_CHROMIUM_PLACE = re.compile(r"^\S+ (?:\d+(?::\d+)?|-) ")
_WEBKIT_PLACE = re.compile(r"^(?:\S+?:\d+:\d+: )?CONSOLE (?:[A-Z]+ )+(?=\S)")
_WEBKIT_START = re.compile(r"^(?:\S+?:\d+:\d+: )?CONSOLE ")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.engines.consoles", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="which browser; all three by default")
    for engine in parser.parse_args().engine or ENGINES:
        path = DATA / f"console-{engine}.json"
        recorded = record(engine)
        path.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"{path}: {len(recorded['messages'])} cases, {recorded['version']}")
    return 0


def read_console(engine: str) -> dict[str, dict[str, Any]]:
    """Return what was recorded of a browser, by case."""
    recorded = json.loads((DATA / f"console-{engine}.json").read_text("utf-8"))
    return {one["case"]: one for one in recorded["messages"]}


def list_printed(engine: str) -> dict[str, str]:
    """Return what a browser's console printed, by case, as if its servers had been at `ORIGINS`."""
    names = {f"{{{name}}}": origin for name, origin in ORIGINS.items()}
    names |= {f"{{{name}-host}}": origin.removeprefix("http://") for name, origin in ORIGINS.items()}
    return {case: fill("\n".join(one["text"]), names) for case, one in read_console(engine).items()}


def fail(case: Case, engine: str | Engine) -> FetchError | None:
    """Play a failure to the model, and return what it raises."""
    [(_, error)] = play(case, ORIGINS, [0.0], engine)
    return error


def record(engine: str) -> dict[str, object]:
    """Run every failure in a browser, and return what its console printed."""
    read: Callable[[RecordingServer, str], list[str]] = {
        "chromium": _read_chromium,
        "firefox": _read_firefox,
        "webkit": _read_webkit,
    }[engine]
    with run_server() as server, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # not listening, so that connections are refused
        origin = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        cases = list_failures(origin)
        server.tell(cases)
        lines = read(server, "{page}/?slowly&api={api}&api2={api2}".format(**server.origins))
        names = {**server.origins, "nobody": origin}
    return {"version": version_of(engine), "messages": _sort(lines, cases, names)}


def _sort(lines: Sequence[str], cases: Sequence[Case], origins: dict[str, str]) -> list[dict[str, object]]:
    """Return the messages case by case: by the URL in a message, else by the line that says a case is done."""
    by_case: dict[str, list[str]] = {case["id"]: [] for case in cases}
    waiting: list[str] = []
    for line in lines:
        if done := _DONE.search(line):
            by_case[done[1]] += waiting
            waiting = []
        elif (found := _OF_CASE.search(line)) and not waiting:
            by_case[found[1]].append(line)
        else:
            waiting.append(line)
    words = {origin: f"{{{name}}}" for name, origin in origins.items()}
    words |= {origin.removeprefix("http://"): f"{{{name}-host}}" for name, origin in origins.items()}
    by_case = {case: [fill(text, words) for text in texts] for case, texts in by_case.items()}
    return [
        {"case": case, "reason": FAILURES[case.rpartition("-")[0]][0], "text": list(dict.fromkeys(texts))}
        for case, texts in by_case.items()
    ]


def _wait(server: RecordingServer) -> None:
    if not server.wait(PATIENCE):
        raise TimeoutError(f"{len(server.results)} of {len(server.cases)} cases were done")
    time.sleep(1)


def _read_chromium(server: RecordingServer, url: str) -> list[str]:
    with chromium_driver() as driver:
        driver.get(url)
        _wait(server)
        entries = driver.get_log("browser")
    return [_CHROMIUM_PLACE.sub("", str(entry["message"])) for entry in entries]


def _read_firefox(server: RecordingServer, url: str) -> list[str]:
    with open_page("firefox", url, *FLAGS) as log:
        _wait(server)
        firefox = Marionette(log.parent / "profile")
        lines = firefox.read_console()
        firefox.close()
    return [line for line in lines if _OF_CASE.search(line)]


def _read_webkit(server: RecordingServer, url: str) -> list[str]:
    with open_page("webkit", url) as log:
        _wait(server)
        text = log.read_text("utf-8", "replace")
    return [_WEBKIT_PLACE.sub("", line) for line in text.splitlines() if _WEBKIT_START.match(line)]


if __name__ == "__main__":
    raise SystemExit(main())
