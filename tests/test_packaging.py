"""What is shipped: built once, looked at from outside."""

from __future__ import annotations

import configparser
import email
import email.message
import hashlib
import http.client
import io
import os
import re
import runpy
import subprocess
import sys
import tarfile
import venv
import warnings
import zipfile
from pathlib import Path

import pytest
from support.needs import needs, needs_module, needs_program
from support.wsgi import ALL_METHODS, PLAIN, TEN_MINUTES, VARY_ORIGIN, VARY_PREFLIGHT, WITH_CREDENTIALS, allow

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the sdist."""
    return _build(tmp_path_factory, umask=0o022)


def _build(tmp_path_factory: pytest.TempPathFactory, umask: int) -> Path:
    needs_module("build")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(_copy_of_the_checkout(tmp_path_factory))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, umask=umask, check=False)
    said = done.stdout + done.stderr
    needs("No matching distribution found" not in said, "the package index, which the build needs, cannot be reached")
    assert done.returncode == 0, said
    return folder


def _copy_of_the_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what git tracks, so that nothing is written into the checkout and nothing stray is shipped."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in _tracked_files():
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod(0o644)
    return copy


def _tracked_files() -> list[str]:
    """Return the paths of the files that git tracks and that are there."""
    needs((ROOT / ".git").exists(), "this is not a checkout by git, which knows what is shipped")
    # A checkout that belongs to another user, such as a mounted one, would otherwise not be read.
    command = [needs_program("git"), "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def wheel(dist: Path) -> zipfile.ZipFile:
    (path,) = dist.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="session")
def sdist(dist: Path) -> tarfile.TarFile:
    (path,) = dist.glob("*.tar.gz")
    return tarfile.open(path)


def test_a_second_build_gives_the_same_bytes(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """At another time, in another folder, by a builder whose files nobody else may read."""
    again = _build(tmp_path_factory, umask=0o077)
    digests = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        for folder in (dist, again)
    ]
    assert len(digests[0]) == 2
    assert digests[0] == digests[1]


_RUN_SETUP_PY = """
import os, runpy, sys

def state():
    os.umask(umask := os.umask(0))
    return umask, os.environ.get("SOURCE_DATE_EPOCH")

before = state()
runpy.run_path("setup.py", run_name="__main__")
assert state() == before, (before, state())
"""


@pytest.mark.parametrize("epoch", [None, "1000000000"], ids=["no time named", "a time named"])
@pytest.mark.parametrize("command", ["--version", "sdist", "bdist_wheel"])
def test_setup_py_leaves_the_process_that_runs_it_as_it_was(
    command: str, epoch: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A frontend may call the build backend in its own process: umask and environment are the frontend's."""
    needs_module("setuptools.command.bdist_wheel")
    environ = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        [sys.executable, "-c", _RUN_SETUP_PY, command],
        cwd=_copy_of_the_checkout(tmp_path_factory),
        env=environ | ({"SOURCE_DATE_EPOCH": epoch} if epoch else {}),
        umask=0o027,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_index_would_take_both(dist: Path) -> None:
    needs_module("twine")
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _read_metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def _render(text: str) -> str:
    """Render a description as the package index does."""
    needs_module("readme_renderer")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where it cannot, at its import too
        from readme_renderer import markdown

        rendered = markdown.render(text)
    needs(rendered is not None, "readme_renderer cannot render Markdown without its extra 'md'")
    return str(rendered)


def _targets(html: str) -> list[str]:
    """Return the targets of links and pictures, but for the anchors that the renderer gives to headings."""
    return re.findall(r"""<[^>]*?(?:href|src|srcset|poster)=["']([^"'#][^"']*)""", html)


def test_on_the_package_index_every_link_and_picture_leads_somewhere(wheel: zipfile.ZipFile) -> None:
    html = _render(str(_read_metadata(wheel).get_payload(decode=True), "utf-8"))
    targets = _targets(html)
    assert [target for target in targets if not target.startswith("https://")] == []
    readme = (ROOT / "README.md").read_text("utf-8")
    relative = [target for target in _targets(_render(readme)) if not target.startswith("https://")]
    assert len(relative) > 8
    version = _read_metadata(wheel)["Version"]
    for target in relative:
        assert (ROOT / target).exists(), target
        (found,) = {each for each in targets if each.endswith(f"/v{version}/{target}")}
        # A forge shows a page as HTML at one address, and hands out the bytes of a picture at another.
        assert ("//raw." in found) == (Path(target).suffix in {".svg", ".png"})


def test_the_index_is_told_whose_it_is_and_where(wheel: zipfile.ZipFile) -> None:
    metadata = _read_metadata(wheel)
    addresses = dict(line.split(", ", 1) for line in metadata.get_all("Project-URL") or [])
    assert set(addresses) == {"Source", "Documentation", "Changes", "Issues", "Security"}
    assert all(address.startswith(addresses["Source"]) for address in addresses.values())
    assert metadata["Author"] == "The cors-wsgi contributors"
    assert {"cors", "flask", "wsgi", "preflight"} <= set(metadata["Keywords"].split(","))
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_a_dead_address_of_the_page_on_the_index_is_found(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    needs((ROOT / ".ci").is_dir(), "this is not a checkout: .ci is not shipped")
    addresses = runpy.run_path(str(ROOT / ".ci" / "addresses.py"))
    found = addresses["read_addresses"](str(wheel.filename))
    assert any("/docs/images/" in address for address in found)
    assert any(address.endswith("/issues") for address in found)
    (tmp_path / "there").write_text("")
    assert addresses["find_trouble"]((tmp_path / "there").as_uri()) == ""
    assert addresses["find_trouble"]((tmp_path / "gone").as_uri()) != ""


_SERVE = """
import sys
from wsgiref.simple_server import make_server
from cors_wsgi import CORSMiddleware, Policy

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]

policy = Policy("https://*.example.com", supports_credentials=True, expose_headers=["ETag"])
with make_server("127.0.0.1", 0, CORSMiddleware(app, policy)) as server:
    print(server.server_port, flush=True)
    for _ in range(3):
        server.handle_request()
unwanted = {"flask", "werkzeug", "rich", "urllib3"}
assert unwanted.isdisjoint(sys.modules), unwanted & set(sys.modules)
"""


def test_the_wheel_alone_serves_a_wrapped_app_under_wsgiref(dist: Path, tmp_path: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", str(wheel)], capture_output=True, text=True, timeout=300, check=False
    )
    needs("No matching distribution found" not in done.stderr, "the package index, which pip needs, cannot be reached")
    assert done.returncode == 0, done.stderr
    command = [python, "-I", "-W", "error", "-c", _SERVE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline() or 0)
        assert port, process.communicate()[1]
        ours, theirs = "https://app.example.com", "https://app.example.net"
        asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-token"}
        named = ("Access-Control-Allow-Headers", "x-token")
        granted = (allow(ours), ALL_METHODS, named, WITH_CREDENTIALS, TEN_MINUTES, VARY_PREFLIGHT)
        empty = ("Content-Length", "0")  # which wsgiref adds
        assert _ask(port, "OPTIONS", {"Origin": ours, **asked}) == ("204 No Content", {*granted, empty}, b"")
        plain = {PLAIN, ("Content-Length", "5"), VARY_ORIGIN}
        shared = {allow(ours), WITH_CREDENTIALS, ("Access-Control-Expose-Headers", "ETag")}
        assert _ask(port, "GET", {"Origin": ours}) == ("200 OK", plain | shared, b"hello")
        assert _ask(port, "GET", {"Origin": theirs}) == ("200 OK", plain, b"hello")
        assert process.wait(timeout=10) == 0, process.communicate()[1]
    finally:
        process.kill()
        process.communicate()


def _ask(port: int, method: str, headers: dict[str, str]) -> tuple[str, set[tuple[str, str]], bytes]:
    """Return status, headers (but for those of the server itself) and body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, "/", headers=headers)
        answer = connection.getresponse()
        sent = {header for header in answer.getheaders() if header[0] not in {"Date", "Server"}}
        return f"{answer.status} {answer.reason}", sent, answer.read()
    finally:
        connection.close()


def test_the_wheel_holds_both_packages_typed_and_no_tests(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {"cors_wsgi/py.typed", "flask_cors_ext/py.typed", "cors_wsgi/__init__.py"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"cors_wsgi", "flask_cors_ext"}


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    shipped = {name for name in _tracked_files() if name.startswith(("cors_wsgi/", "flask_cors_ext/"))}
    assert shipped - set(wheel.namelist()) == set()


def test_the_sdist_holds_every_file_that_is_not_about_the_forge(sdist: tarfile.TarFile) -> None:
    names = {member.name.partition("/")[2] for member in sdist.getmembers() if member.isfile()}
    assert {name for name in _tracked_files() if not name.startswith(".")} - names == set()


def test_no_shipped_file_is_writable_by_group_or_others(wheel: zipfile.ZipFile, sdist: tarfile.TarFile) -> None:
    modes = {info.filename: info.external_attr >> 16 for info in wheel.infolist()}
    modes |= {member.name: member.mode for member in sdist.getmembers() if member.isfile()}
    assert len(modes) > 20
    (record,) = (name for name in modes if name.endswith(".dist-info/RECORD"))
    # setuptools lets the group write this one, whatever the umask; installers do not take the mode over.
    assert modes.pop(record) & 0o002 == 0
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o022} == {}


def test_the_server_side_requires_two_packages(wheel: zipfile.ZipFile) -> None:
    metadata = _read_metadata(wheel)
    requirements = metadata.get_all("Requires-Dist") or []
    assert [line.split(">")[0].strip() for line in requirements if "extra" not in line] == ["idna", "publicsuffixlist"]
    assert set(metadata.get_all("Provides-Extra") or []) == {"flask", "testing", "cli", "migrate"}
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "MIT"


def test_the_entry_points_are_there(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    entries = configparser.ConfigParser()
    entries.read_file(io.StringIO(wheel.read(name).decode()))
    found = {section: dict(entries[section]) for section in entries.sections()}
    assert found == {
        "console_scripts": {"cors-wsgi": "cors_wsgi.cli:main"},
        "flask.commands": {"cors": "flask_cors_ext.cli:cors"},
        "paste.filter_factory": {"main": "cors_wsgi.paste:filter_factory"},
        "pytest11": {"cors_wsgi": "cors_wsgi.pytest_plugin"},
    }
