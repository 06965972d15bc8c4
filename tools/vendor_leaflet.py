"""Fetch Leaflet once and lay it under planner/ui/static/vendor, pinned by version and by digest.

    python tools/vendor_leaflet.py            fetch with npm and write the files
    python tools/vendor_leaflet.py --check    compare what is committed with SHA256SUMS (no network)

The output is committed: neither an installation nor a page ever fetches it. Needs npm for the first form only.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.9.4"
TARBALL_SHA512 = "nxS1ynzJOmOlHp+iL3FyWqK89GtNL8U8rvlMOsQdTTssxZwCXh8N2NB3GDQOL+YR3XnWyZAxwQixURb+FA74PA=="
"""The integrity that the npm registry states for leaflet 1.9.4 (base64)."""
WANTED = {"package/dist/leaflet.js": "leaflet.js", "package/dist/leaflet.css": "leaflet.css", "package/LICENSE": "LICENSE"}
TARGET = Path(__file__).resolve().parents[1] / "planner" / "ui" / "static" / "vendor" / f"leaflet-{VERSION}"


def fetch() -> None:
    """Download the pinned package, verify it, and write the three files with their digests."""
    import base64

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"leaflet@{VERSION}"], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607 - a constant
        packed = next(Path(folder).glob("leaflet-*.tgz"))
        found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if found != TARBALL_SHA512:
            sys.exit(f"leaflet {VERSION}: expected sha512 {TARBALL_SHA512}, came {found}")
        TARGET.mkdir(parents=True, exist_ok=True)
        with tarfile.open(packed) as archive:
            for member, name in WANTED.items():
                part = archive.extractfile(member)
                assert part is not None
                (TARGET / name).write_bytes(part.read())
    lines = [f"{hashlib.sha256((TARGET / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(WANTED.values())]
    (TARGET / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def changed() -> list[str]:
    """Names of vendored files whose bytes are not those of SHA256SUMS."""
    wrong = []
    for line in (TARGET / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        if not (TARGET / name).is_file() or hashlib.sha256((TARGET / name).read_bytes()).hexdigest() != digest:
            wrong.append(name)
    return wrong


def main() -> int:
    """Fetch or check."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        fetch()
    if wrong := changed():
        print(f"leaflet {VERSION}: changed or missing: {', '.join(wrong)}")
        return 1
    print(f"leaflet {VERSION}: as pinned, in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
