"""Real browsers, headless, with a fresh profile, on one page: `with open_page("firefox", url): ...`.

The page drives itself: it runs its cases and posts the outcomes to its own origin, so opening one URL is all it takes.
`chromium_driver()` gives a WebDriver instead, whose console can be read.

Chromium and Firefox have a headless mode; WebKitGTK gets a separate X server. Every process that a browser starts is
killed with it. What the page writes to the console is in the file that `open_page` yields for Firefox (only
`console` calls) and WebKit (all of it), not for Chromium.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from support.needs import needs_module, needs_program

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webdriver import WebDriver

ENGINES: Final = ("chromium", "firefox", "webkit")

CHROMIUM_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
    "--disable-sync",
    "--metrics-recording-only",
    "--mute-audio",
)
"""As root there is no sandbox; nothing here talks to a network of its own accord."""

FIREFOX_PREFS: Final[dict[str, object]] = {
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.preonboarding.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.tabs.remote.autostart": True,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "devtools.console.stdout.content": True,
    "dom.disable_beforeunload": True,
    "extensions.update.enabled": False,
    "marionette.port": 0,
    "media.gmp-manager.url": "data:,",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.manage-offline-status": False,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "privacy.trackingprotection.enabled": False,
    "services.settings.server": "data:,",
    "termsofuse.acceptedVersion": 4,
    "termsofuse.bypassNotification": True,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "trailhead.firstrun.didSeeAboutWelcome": True,
}
"""No updates, no telemetry, no welcome pages; and a machine with a loopback interface alone is not offline."""

_MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"


def needs_engine(name: str) -> None:
    """Skip (or, where everything is required, fail) unless the browser is installed."""
    {"chromium": _chromium, "firefox": _firefox, "webkit": _webkit}[name]()


def version_of(name: str) -> str:
    """Return what the browser says of its version."""
    if name == "webkit":
        query = ["dpkg-query", "-W", "-f", "WebKitGTK ${Version}", "libwebkit2gtk-4.1-0"]
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout
    program = _chromium() if name == "chromium" else _firefox()
    found = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=30)
    return found.stdout.strip()


@contextlib.contextmanager
def open_page(name: str, url: str, *flags: str, environment: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Open `url` in the browser of that name for as long as the context lasts; yield the file that it writes to.

    The folder of that file holds the browser's profile. `flags` go to the browser's command line, `environment` is
    what it has besides that of this process.
    """
    start: Callable[[Path, str], contextlib.AbstractContextManager[tuple[list[str], dict[str, str]]]]
    start = {"chromium": _start_chromium, "firefox": _start_firefox, "webkit": _start_webkit}[name]
    with tempfile.TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as folder:
        log = Path(folder, "output.log")
        with start(Path(folder), url) as (command, own), log.open("wb") as output:
            process = subprocess.Popen(
                [*command[:-1], *flags, command[-1]],
                env={**os.environ, **own, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield log
            finally:
                _kill(process)


@contextlib.contextmanager
def chromium_driver(*flags: str) -> Iterator[Chrome]:
    """Yield a WebDriver for headless Chromium whose console can be read with `driver.get_log("browser")`."""
    needs_module("selenium")
    program, driver_program = _chromium(), needs_program("chromedriver")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as folder:
        options = ChromeOptions()
        options.binary_location = program
        for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={folder}", *flags):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        # Without a path Selenium would look for a driver in a network.
        driver = Chrome(options=options, service=Service(driver_program))
        try:
            yield driver
        finally:
            driver.quit()


@contextlib.contextmanager
def webkit_driver() -> Iterator[WebDriver]:
    """Yield a WebDriver for WebKitGTK, which takes keys as its own window would."""
    needs_module("selenium")
    program, driver_program = _webkit(), needs_program("WebKitWebDriver")
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    with (
        tempfile.TemporaryDirectory(prefix="webkit-", ignore_cleanup_errors=True) as folder,
        _start_webkit(Path(folder), "") as (_, environment),
    ):
        options = WebKitGTKOptions()
        options.binary_location = program
        options.add_argument("--automation")
        service = Service(driver_program, env=os.environ | environment)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Selenium's own, in how it makes this driver
            driver = WebKitGTK(options=options, service=service)
        try:
            yield driver
        finally:
            driver.quit()


def _chromium() -> str:
    return needs_program("chromium", "chromium-browser", "google-chrome")


def _firefox() -> str:
    return needs_program("firefox-esr", "firefox")


def _webkit() -> str:
    needs_program("Xvfb")
    return needs_program("MiniBrowser", _MINI_BROWSER)


@contextlib.contextmanager
def _start_chromium(folder: Path, url: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    yield [_chromium(), *CHROMIUM_FLAGS, f"--user-data-dir={folder}/profile", url], {"HOME": str(folder)}


@contextlib.contextmanager
def _start_firefox(folder: Path, url: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    profile = folder / "profile"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in FIREFOX_PREFS.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [_firefox(), "--headless", "--no-remote", "--profile", str(profile), url]
    yield command, {"HOME": str(folder)}


@contextlib.contextmanager
def _start_webkit(folder: Path, url: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    with _x_server(folder) as display:
        environment = {
            "DISPLAY": display,
            "GDK_BACKEND": "x11",
            "HOME": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "XDG_RUNTIME_DIR": str(folder),
        }
        # No --private: the profile is fresh anyway, and a private session writes no console.
        yield [_webkit(), "--enable-write-console-messages-to-stdout=true", url], environment


@contextlib.contextmanager
def _x_server(folder: Path) -> Iterator[str]:
    """Run an X server on a display that it chooses itself, and yield the display's name."""
    reader, writer = os.pipe()
    command = [needs_program("Xvfb"), "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    with (folder / "xvfb.log").open("wb") as log:
        process = subprocess.Popen(
            command, pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        os.close(writer)
        try:
            with os.fdopen(reader) as pipe:
                number = pipe.readline().strip()
            if not number:
                raise RuntimeError(f"Xvfb did not start: {(folder / 'xvfb.log').read_text()}")
            yield f":{number}"
        finally:
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and everything in its session, politely first."""
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        deadline = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    process.wait()
