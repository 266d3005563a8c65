"""Front-end files are named, locked and fetched; the lock names no registry."""

import json
from pathlib import Path

from coverage_map.export.assets import asset

FRONT_END = Path(__file__).parents[3] / "frontend"


def test_lock_holds_exact_versions_and_no_registry() -> None:
    wanted = json.loads((FRONT_END / "package.json").read_text("utf-8"))["dependencies"]
    text = (FRONT_END / "package-lock.json").read_text("utf-8")
    locked = json.loads(text)["packages"]
    assert locked[""]["dependencies"] == wanted
    assert all(locked[f"node_modules/{name}"]["version"] == wanted[name] for name in wanted)
    assert all(entry["integrity"].startswith("sha512-") for name, entry in locked.items() if name)
    assert "resolved" not in text
    assert "://" not in text


def test_files_and_licences_are_there() -> None:
    assert "1.9.4" in asset("vendor/leaflet/leaflet.js").read_text("utf-8")[:200]
    assert "protomapsL" in asset("vendor/protomaps/protomaps-leaflet.js").read_text("utf-8")[:200]
    for name in ("leaflet/LICENSE", "protomaps/LICENSE", "fonts/LICENSE_FONT"):
        assert len(asset(f"vendor/{name}").read_text("utf-8")) > 1000
    for weight in ("400Regular", "700Bold"):
        font = asset(f"vendor/fonts/NotoSansSC_{weight}.ttf").read_bytes()
        assert font[:4] == b"\x00\x01\x00\x00"
