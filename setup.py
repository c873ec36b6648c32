"""Makes what `python -m build` builds the same, byte for byte, wherever and whenever; all else stands in setup.cfg."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
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


setup(cmdclass={"bdist_wheel": SettledWheel, "sdist": SettledSdist})
