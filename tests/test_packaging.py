"""What is shipped: built once, looked at from outside."""

from __future__ import annotations

import configparser
import email
import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from support.needs import needs_module

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the sdist."""
    return _build(tmp_path_factory, umask=0o022)


def _build(tmp_path_factory: pytest.TempPathFactory, umask: int) -> Path:
    needs_module("build")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(_copy_of_the_checkout(tmp_path_factory))]
    subprocess.run(command, check=True, capture_output=True, timeout=300, umask=umask)
    return folder


def _copy_of_the_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what git tracks, so that nothing is written into the checkout and nothing stray is shipped."""
    if not (ROOT / ".git").exists():
        pytest.skip("the tests do not run in a checkout")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    copy = tmp_path_factory.mktemp("checkout")
    for name in filter(None, tracked.decode().split("\0")):
        if (source := ROOT / name).is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(0o644)
    return copy


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


def test_the_index_would_take_both(dist: Path) -> None:
    needs_module("twine")
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_wheel_holds_both_packages_typed_and_no_tests(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {"cors_wsgi/py.typed", "flask_cors_ext/py.typed", "cors_wsgi/__init__.py"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"cors_wsgi", "flask_cors_ext"}


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "cors_wsgi", "flask_cors_ext"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert {name for name in tracked if (ROOT / name).is_file()} <= set(wheel.namelist())


def test_the_sdist_holds_every_file_that_is_not_about_the_forge(sdist: tarfile.TarFile) -> None:
    names = {member.name.partition("/")[2] for member in sdist.getmembers() if member.isfile()}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    missing = {name for name in tracked if (ROOT / name).is_file()} - names
    assert {name for name in missing if not name.startswith(".")} == set()


def test_no_shipped_file_is_writable_by_group_or_others(wheel: zipfile.ZipFile, sdist: tarfile.TarFile) -> None:
    modes = {info.filename: info.external_attr >> 16 for info in wheel.infolist()}
    modes |= {member.name: member.mode for member in sdist.getmembers() if member.isfile()}
    assert len(modes) > 20
    (record,) = (name for name in modes if name.endswith(".dist-info/RECORD"))
    # setuptools lets the group write this one, whatever the umask; installers do not take the mode over.
    assert modes.pop(record) & 0o002 == 0
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o022} == {}


def test_the_server_side_requires_two_packages(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(name))
    requirements = metadata.get_all("Requires-Dist") or []
    assert [line.split(">")[0].strip() for line in requirements if "extra" not in line] == ["idna", "publicsuffixlist"]
    assert set(metadata.get_all("Provides-Extra") or []) == {"flask", "testing", "cli"}
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
