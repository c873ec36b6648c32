"""Record what Firefox prints in other languages, with Debian's language packs: `python -m tools.diagnosis.languages`.

Writes `cli/data/console-firefox-<language>.json`, in the form of `tools.engines.consoles`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from support.engines import FIREFOX_PREFS
from support.needs import needs_program

from tools.engines import consoles
from tools.engines.marionette import FLAGS, Marionette
from tools.engines.server import RecordingServer

LANGUAGES: Final = ("zh-CN", "de")
PACKS: Final = Path("/usr/lib/firefox-esr/browser/extensions")
DATA: Final = Path(__file__).parents[2] / "cli" / "data"


def main() -> None:
    FIREFOX_PREFS["extensions.langpacks.signatures.required"] = False
    FIREFOX_PREFS["xpinstall.signatures.required"] = False
    for language in LANGUAGES:
        recorded = record(language)
        path = DATA / f"console-firefox-{language}.json"
        path.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", "utf-8")
        print(f"{path}: {recorded['version']}")


def record(language: str) -> dict[str, object]:
    """Return what the console prints in a language, of each failure."""

    def read(server: RecordingServer, url: str) -> list[str]:
        with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as folder:
            profile = Path(folder)
            prefs = {**FIREFOX_PREFS, "intl.locale.requested": language, "extensions.autoDisableScopes": 0}
            lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in prefs.items()]
            (profile / "user.js").write_text("".join(lines))
            # A language that is installed while Firefox runs is not that of the words that are loaded already.
            with _firefox(profile, "about:blank") as firefox:
                pack = PACKS / f"langpack-{language}@firefox-esr.mozilla.org.xpi"
                firefox.command("Addon:Install", path=str(pack), temporary=False)
                time.sleep(1)
            with _firefox(profile, url) as firefox:
                consoles._wait(server)
                printed = firefox.read_console()
        return [line for line in printed if consoles._OF_CASE.search(line)]

    consoles._read_firefox = read
    return consoles.record("firefox")


@contextlib.contextmanager
def _firefox(profile: Path, url: str) -> Iterator[Marionette]:
    (profile / "MarionetteActivePort").unlink(missing_ok=True)
    program = needs_program("firefox-esr")
    command = [program, "--headless", "--no-remote", *FLAGS, "--profile", str(profile), url]
    process = subprocess.Popen(command, env={**os.environ, "HOME": str(profile)}, start_new_session=True)
    try:
        firefox = Marionette(profile)
        yield firefox
        firefox.command("Marionette:Quit", flags=["eForceQuit"])
        firefox.close()
        process.wait(20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    main()
