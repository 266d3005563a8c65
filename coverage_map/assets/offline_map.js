"use strict";
// Shows units by state, gaps as a table beside the map, and keeps the two one selection.
// Everything from the data becomes text nodes; nothing is ever parsed as markup.
function showGaps(map) {
  const data = JSON.parse(document.getElementById("gap-data").textContent);
  const CHUNK = 400;
  const NUMBERS = new Set(["households", "people", "node_distance_m", "tower_distance_m"]);
  const several = (name) => new Set(data.gaps.map((gap) => gap[name])).size > 1;
  const COLUMNS = ["indicator_name", "operator_name", "township_name", "subject_name", "people"]
    .filter((name) => !["indicator_name", "operator_name"].includes(name) || several(name));
  const number = new Intl.NumberFormat("en-US");
  const say = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children);
    return node;
  }
  const shown = (name, value) =>
    value === null || value === undefined ? "" : NUMBERS.has(name) ? number.format(value) : String(value);

  // A settlement or place is named with the unit it lies in.
  const cell = (name, gap) => name === "subject_name" && gap.unit_name && gap.unit_name !== gap.subject_name
    ? `${gap.unit_name} · ${gap.subject_name}` : shown(name, gap[name]);

  // A hatch that repeats in screen pixels; SVG, because canvas paths of Leaflet know none.
  function hatch(svg, id, style) {
    const space = "http://www.w3.org/2000/svg";
    const pattern = document.createElementNS(space, "pattern");
    const set = (node, values) => Object.entries(values).forEach(([k, v]) => node.setAttribute(k, v));
    set(pattern, { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    const ground = document.createElementNS(space, "rect");
    set(ground, { width: 6, height: 6, fill: style.fill });
    const line = document.createElementNS(space, "line");
    set(line, { x1: 0, y1: 0, x2: 0, y2: 6, stroke: style.hatch, "stroke-width": 2 });
    pattern.append(ground, line);
    svg.append(pattern);
  }
  const style = (state) => {
    const it = data.states[state] || data.states.none;
    return { color: it.outline, weight: it.width, fillColor: it.hatch ? "url(#hatch-map)" : it.fill,
      fillOpacity: it.opacity, opacity: 1 };
  };
  // Gaps and their dark outlines lie above their neighbours.
  const order = { covered: 1, unknown: 2, gap: 3 };
  data.units.features.sort((a, b) =>
    (order[a.properties.state] || 0) - (order[b.properties.state] || 0));
  const byCode = new Map();
  const units = L.geoJSON(data.units, {
    style: (feature) => style(feature.properties.state),
    onEachFeature(feature, layer) {
      byCode.set(feature.properties.code, layer);
      layer.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        pickUnit(feature.properties.code);
      });
    },
  }).addTo(map);
  const root = map.getPane("overlayPane").querySelector("svg");
  if (root) hatch(root, "hatch-map", data.states.unknown);
  units.eachLayer((layer) => {
    const it = layer.feature.properties;
    const state = data.states[it.state] || data.states.none;
    layer.bindTooltip(() => document.createTextNode(`${it.township_name} ${it.name} · ${state.name}`),
      { sticky: true });
  });
  L.geoJSON(data.outlines, {
    interactive: false,
    style: { fill: false, color: data.base.area_outline, weight: 1.6 },
  }).addTo(map);
  data.outlines.features.forEach((feature) => {
    const { name, lat, lon } = feature.properties;
    L.tooltip([lat, lon], { permanent: true, direction: "center", className: "outline-name",
      opacity: 1, content: document.createTextNode(name) }).addTo(map);
  });

  const gapStyle = data.states.gap;
  const own = L.layerGroup().addTo(map);
  // Signs grow with the zoom: a thousand large dots hide the map that they stand on.
  const radius = () => Math.min(6, Math.max(1.6, (map.getZoom() - 8) * 1.1));
  const line = () => (map.getZoom() < 11 ? 0.4 : 1.2);
  map.on("zoomend", () => data.gaps.forEach((gap) => {
    if (gap.layer) gap.layer.eachLayer((layer) => {
      if (layer.setRadius) layer.setRadius(radius()).setStyle({ weight: line() });
    });
  }));
  data.gaps.forEach((gap) => {
    if (!gap.shape) return;
    gap.layer = L.geoJSON(gap.shape, {
      style: (feature) => (feature.geometry.type === "Point" ? {} : { color: gapStyle.outline,
        weight: 2, fillColor: gapStyle.fill, fillOpacity: 0.35 }),
      pointToLayer: (_, at) => L.circleMarker(at, { radius: radius(), color: gapStyle.outline, weight: line(),
        fillColor: gapStyle.fill, fillOpacity: 1 }),
    }).on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      select(gap);
    });
  });
  map.on("click", () => { mark(null); list(); });

  // The side: filters, count, table.
  const side = document.getElementById("gap-side");
  const names = [...new Map(data.gaps.map((gap) => [gap.indicator, gap.indicator_name]))];
  const choice = make("select", { "aria-label": data.headings.indicator_name },
    make("option", { value: "" }, data.labels.all_indicators),
    ...names.map(([code, name]) => make("option", { value: code }, name)));
  choice.hidden = names.length < 2;
  const search = make("input", { type: "search", placeholder: data.labels.search });
  const count = make("div", { class: "count", role: "status" });
  const body = make("tbody");
  const more = make("button", { type: "button" }, data.labels.more);
  const head = make("tr", {}, ...COLUMNS.map((name) =>
    make("th", NUMBERS.has(name) ? { class: "number" } : {}, data.headings[name])));
  side.append(make("div", { class: "filters" }, choice, search), count,
    make("div", { class: "rows" }, make("table", {}, make("thead", {}, head), body), more));

  let listed = [];
  let selected = null;
  data.gaps.forEach((gap) => {
    gap.words = Object.keys(data.headings).map((name) => gap[name] ?? "").join(" ").toLowerCase();
  });
  function row(gap) {
    if (!gap.row) {
      gap.row = make("tr", { tabindex: 0, "data-gap": gap.gap_id }, ...COLUMNS.map((name) =>
        make("td", NUMBERS.has(name) ? { class: "number" } : {}, cell(name, gap))));
      gap.row.addEventListener("click", () => select(gap));
      gap.row.addEventListener("keydown", (event) => { if (event.key === "Enter") select(gap); });
    }
    return gap.row;
  }
  function extend(to) {
    body.append(...listed.slice(body.childElementCount, to).map(row));
    more.hidden = body.childElementCount >= listed.length;
  }
  function list(unit = "") {
    const words = search.value.trim().toLowerCase();
    listed = data.gaps.filter((gap) => (!choice.value || gap.indicator === choice.value)
      && (!words || gap.words.includes(words)) && (!unit || gap.unit_code === unit));
    body.replaceChildren();
    extend(CHUNK);
    const people = listed.reduce((sum, gap) => sum + gap.people, 0);
    count.textContent = data.gaps.length === 0 ? data.labels.no_gaps : say(data.labels.shown,
      { n: number.format(listed.length), all: number.format(data.gaps.length), people: number.format(people) });
    own.clearLayers();
    listed.forEach((gap) => { if (gap.layer) own.addLayer(gap.layer); });
  }
  more.addEventListener("click", () => extend(body.childElementCount + CHUNK));
  choice.addEventListener("change", () => list());
  search.addEventListener("input", () => list());

  function details(gap) {
    return make("table", {}, ...Object.keys(data.headings)
      .filter((name) => shown(name, gap[name]) !== "")
      .map((name) => make("tr", {}, make("th", {}, data.headings[name]),
        make("td", {}, shown(name, gap[name])))));
  }
  let marked = null;
  function mark(layer) {
    if (marked) { units.resetStyle(marked); }
    marked = layer || null;
    if (marked) { marked.setStyle({ color: data.base.selected, weight: 4 }); marked.bringToFront(); }
  }
  function select(gap) {
    if (selected && selected.row) selected.row.classList.remove("selected");
    selected = gap;
    if (!gap.row || !gap.row.isConnected) extend(listed.indexOf(gap) + 1);
    if (gap.row) {
      gap.row.classList.add("selected");
      gap.row.scrollIntoView({ block: "nearest" });
    }
    const unit = byCode.get(gap.unit_code);
    mark(unit);
    const target = gap.layer || unit;
    if (!target) return;
    const bounds = target.getBounds();
    map.fitBounds(unit ? unit.getBounds() : bounds,
      { maxZoom: 13, padding: [60, 60], animate: false });
    L.popup({ maxWidth: 380, maxHeight: 260 }).setLatLng(bounds.getCenter())
      .setContent(details(gap)).openOn(map);
  }
  function pickUnit(code) {
    search.value = "";
    const first = data.gaps.find((gap) => gap.unit_code === code
      && (!choice.value || gap.indicator === choice.value));
    if (!first) { mark(byCode.get(code)); return; }
    list(code);
    select(first);
  }

  function corner(position, build) {
    const control = L.control({ position });
    control.onAdd = () => {
      const node = build();
      L.DomEvent.disableClickPropagation(node);
      return node;
    };
    control.addTo(map);
  }
  function swatch(state, it) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", 26);
    svg.setAttribute("height", 16);
    const box = document.createElementNS("http://www.w3.org/2000/svg", state === "point" ? "circle" : "rect");
    const place = state === "point" ? { cx: 13, cy: 8, r: 5 } : { x: 1, y: 1, width: 24, height: 14 };
    if (it.hatch) hatch(svg, `hatch-${state}`, it);
    Object.entries({ ...place, stroke: it.outline === "#ffffff" ? data.base.muted : it.outline,
      "stroke-width": it.width, fill: it.hatch ? `url(#hatch-${state})` : it.fill })
      .forEach(([name, value]) => box.setAttribute(name, value));
    svg.append(box);
    return svg;
  }
  corner("bottomright", () => {
    const used = new Set(data.units.features.map((unit) => unit.properties.state || "none"));
    const lines = Object.entries(data.states)
      .filter(([state]) => state !== "none" || used.has("none"))
      .map(([state, it]) => make("div", {}, swatch(state, it), it.name));
    if (data.gaps.some((gap) => gap.shape && gap.shape.type === "Point")) {
      lines.push(make("div", {}, swatch("point", gapStyle), data.legend.point));
    }
    return make("div", { class: "legend" }, make("h2", {}, data.legend.title), ...lines,
      make("p", {}, data.legend.about));
  });
  corner("topright", () => make("div", { class: "north" }, "▲", make("br"), "N"));
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  list();
}
