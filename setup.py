"""Makes what `python -m build` builds the same, byte for byte, wherever and whenever; all else stands in setup.cfg."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.sdist import sdist

# The wheel's files carry this time: the first that a ZIP archive can hold, unless the builder names another.
os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")
# It carries the modes of what the build writes, too.
os.umask(0o022)


class SettledSdist(sdist):
    """An sdist whose files have one time, no owner, and a mode that does not depend on the builder's umask."""

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


setup(cmdclass={"sdist": SettledSdist})
