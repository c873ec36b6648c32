"""Ask for every address that a wheel's page on the package index leads to: `python .ci/addresses.py dist/*.whl`.

The addresses are made from `Source` in setup.cfg and the version, so they answer only once the tag is pushed.
"""

from __future__ import annotations

import email
import re
import sys
import urllib.error
import urllib.request
import zipfile


def read_addresses(wheel: str) -> list[str]:
    """Return the project's own addresses, in the metadata and in the description."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    projects = dict(line.split(", ", 1) for line in metadata.get_all("Project-URL") or [])
    described = re.findall(r"\]\((https://[^)\s]+)\)", metadata.get_payload(decode=True).decode("utf-8"))
    return sorted({*projects.values(), *described})


def find_trouble(address: str) -> str:
    """Return why an address does not answer, or nothing."""
    try:
        with urllib.request.urlopen(address, timeout=30):
            return ""
    except (urllib.error.URLError, TimeoutError) as error:
        return str(error)


def main(wheel: str) -> int:
    """Print each address with what became of it; return 1 if one does not answer."""
    troubles = {address: find_trouble(address) for address in read_addresses(wheel)}
    for address, trouble in troubles.items():
        print(f"{trouble or 'ok'}: {address}")
    return int(any(troubles.values()))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
