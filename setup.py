"""What setup.cfg cannot say: builds are the same byte for byte, and the long description has absolute addresses."""

from __future__ import annotations

import configparser
import contextlib
import gzip
import io
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.sdist import sdist

_FIRST_TIME_OF_ZIP = "315532800"  # 1980-01-01: a ZIP archive cannot hold an earlier one


@contextlib.contextmanager
def _settled() -> Iterator[None]:
    """Give the files that are built one time, unless the builder names another, and modes that no umask narrows."""
    named = os.environ.get("SOURCE_DATE_EPOCH")
    umask = os.umask(0o022)
    os.environ["SOURCE_DATE_EPOCH"] = named or _FIRST_TIME_OF_ZIP
    try:
        yield
    finally:
        os.umask(umask)
        if named is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = named


class SettledWheel(bdist_wheel):
    """A wheel whose files have one time, and modes that do not depend on the builder's umask."""

    def run(self) -> None:
        """Build the wheel."""
        with _settled():
            super().run()


class SettledSdist(sdist):
    """An sdist whose files have one time, no owner, and modes that do not depend on the builder's umask."""

    def run(self) -> None:
        """Build the sdist."""
        with _settled():
            super().run()

    def make_archive(self, *args: Any, **kwargs: Any) -> str:
        """Build the archive, settle it, and return its path."""
        path = super().make_archive(*args, **kwargs)
        with tarfile.open(path) as built:
            files = {member.name: built.extractfile(member) for member in built if member.isfile()}
            contents = {name: file.read() for name, file in files.items() if file is not None}
        _write(Path(path), contents, int(os.environ["SOURCE_DATE_EPOCH"]))
        return path


def _write(path: Path, contents: dict[str, bytes], time: int) -> None:
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, content in sorted(contents.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), time, 0o644
            archive.addfile(entry, io.BytesIO(content))


def _describe() -> str:
    """Return README.md with absolute addresses: on the package index there is nothing beside it to lead to.

    They lead to the tag of this version, so that what an old release shows does not change under it.
    """
    here = Path(__file__).parent
    metadata = configparser.ConfigParser()
    metadata.read(here / "setup.cfg", encoding="utf-8")
    version = metadata["metadata"]["version"]
    (source,) = re.findall(r"^Source = (\S+)$", metadata["metadata"]["project_urls"], re.MULTILINE)
    raw = source.replace("https://github.com/", "https://raw.githubusercontent.com/")

    def absolute(match: re.Match[str]) -> str:
        base = f"{raw}/v{version}" if match["picture"] else f"{source}/blob/v{version}"
        return f"{match['picture']}[{match['text']}]({base}/{match['target']})"

    # Code is left as it is; a target that has a scheme, or is an anchor, leads somewhere already.
    relative = r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<target>(?![a-z]+:|#)[^)\s]+)\)"
    parts = re.split(r"(^```.*?^```$)", (here / "README.md").read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else re.sub(relative, absolute, part) for part in parts)


setup(long_description=_describe(), cmdclass={"bdist_wheel": SettledWheel, "sdist": SettledSdist})
