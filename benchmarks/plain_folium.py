"""The same map as plain folium makes it, for comparison: GeoJSON in the page, assets from here.

Started by ``benchmarks.overview`` as ``python -m benchmarks.plain_folium WORKSPACE PORT``.
"""

import json
import os
import sys
from pathlib import Path

import folium
import streamlit as st

from coverage_map import pipeline
from coverage_map.maps import SCRIPTS, STATE_OF, STYLES, asset_address
from coverage_map.palette import state_style

FOLDER = "PLAIN_FOLIUM_WORKSPACE"


def read_features(folder: str) -> tuple[dict[str, object], tuple[float, float, float, float]]:
    """Return units with code, name and class as GeoJSON, and their bounds."""
    from coverage_map.pipeline.workspace import load_register

    workspace = pipeline.open_workspace(Path(folder))
    overview = pipeline.read_overview(workspace, pipeline.local_actor(workspace))
    units = load_register(workspace).units[["code", "name", "geometry"]].sort_values("code")
    units = units.assign(state=list(overview.classes["unit"]))
    return json.loads(units.to_json(drop_id=True)), overview.bounds


def draw() -> None:
    """Draw the page: units coloured by state, tooltip, the clicked one marked."""
    from streamlit_folium import st_folium  # registers itself with the running server

    st.set_page_config(layout="wide")
    read = st.cache_data(read_features)
    features, (west, south, east, north) = read(os.environ[FOLDER])
    chosen = st.session_state.get("chosen", "")

    def style(feature: dict[str, dict[str, str]]) -> dict[str, object]:
        look = state_style(STATE_OF[feature["properties"]["state"]])
        marked = feature["properties"]["code"] == chosen
        return {
            "fillColor": look.fill,
            "fillOpacity": look.opacity,
            "color": "#ffb000" if marked else look.outline,
            "weight": 3 if marked else look.outline_px,
        }

    drawn = folium.Map(tiles=None, prefer_canvas=True)
    drawn.default_js = [(name, asset_address(name)) for name in SCRIPTS[:1]]
    drawn.default_css = [(name, asset_address(name)) for name in STYLES[:1]]
    tooltip = folium.GeoJsonTooltip(["name", "code"])
    folium.GeoJson(features, style_function=style, tooltip=tooltip).add_to(drawn)
    drawn.fit_bounds([[south, west], [north, east]])
    given = st_folium(
        drawn,
        key="map",
        height=460,
        use_container_width=True,
        returned_objects=["last_object_clicked_tooltip"],
    )
    st.html(f"<p id='chosen'>{chosen}</p>")
    said = (given or {}).get("last_object_clicked_tooltip") or ""
    code = next((word for word in said.split() if len(word) == 12 and word.isdigit()), "")
    if code and code != chosen:
        st.session_state["chosen"] = code
        st.rerun()


def serve(folder: str, port: int) -> None:
    """Serve the page on loopback."""
    import uvicorn
    from starlette.routing import Mount

    from coverage_map.web.routes import Assets
    from coverage_map.web.server import configure

    os.environ[FOLDER] = folder
    configure()
    assets = Assets(directory=Path(__file__).parent.parent / "coverage_map" / "assets")
    app = st.App(Path(__file__), routes=[Mount("/assets", assets)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    # The server has set the folder when it runs this file as its page.
    if FOLDER in os.environ:
        draw()
    else:
        serve(sys.argv[1], int(sys.argv[2]))
