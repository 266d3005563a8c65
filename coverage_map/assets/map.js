/* The map in its frame: one vector-tile layer, coloured by one character a feature.
 *
 * start(map, settings) runs once. show(view) runs on every rerun and sends states, selection and
 * markers; geometry never travels again. A click goes straight to the page, without waiting.
 */
(() => {
  "use strict";

  const FONT = '"Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif';
  const LEVELS = ["unit", "township", "area"];
  const state = { classes: {}, level: "unit", selected: "", outline: "", marked: new Set() };
  let settings, map, layer, markers, legend, tip, clicks = 0, focus = "", moved = false, painted = false, entry = null;

  /* ---- patterns: told apart without colour ---- */

  const patterns = new Map();

  function paintPattern(style) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const ink = tile.getContext("2d");
    ink.fillStyle = style.fill;
    ink.fillRect(0, 0, 8, 8);
    if (style.hatch === "dots") {
      ink.fillStyle = style.hatch_colour;
      for (const [x, y] of [[2, 2], [6, 6]]) {
        ink.beginPath();
        ink.arc(x, y, 1.3, 0, 7);
        ink.fill();
      }
    } else {
      /* On a dark class the dark line needs a light one beside it. */
      for (const [colour, width] of [[style.casing, 1.9], [style.hatch_colour, 1]]) {
        if (!colour) continue;
        ink.strokeStyle = colour;
        ink.lineWidth = width;
        for (const shift of [-8, 0, 8]) {
          ink.beginPath();
          ink.moveTo(shift - 1, 9);
          ink.lineTo(shift + 9, -1);
          ink.stroke();
        }
      }
    }
    return tile;
  }

  function fillOf(ink, style) {
    if (!style.hatch) return style.fill;
    if (!patterns.has(style)) patterns.set(style, paintPattern(style));
    return ink.createPattern(patterns.get(style), "repeat");
  }

  /* ---- drawing ---- */

  function trace(ink, rings) {
    ink.beginPath();
    for (const ring of rings) {
      for (let n = 0; n < ring.length; n++) {
        if (n) ink.lineTo(ring[n].x, ring[n].y);
        else ink.moveTo(ring[n].x, ring[n].y);
      }
    }
  }

  /* The level that is coloured at a zoom: units give way to townships where they are too small. */
  function levelAt(zoom) {
    return state.level === "unit" && zoom - 1 < settings.unit_zoom ? "township" : state.level;
  }

  const classOf = (level, feature) => (state.classes[level] || "")[feature.props.i] || ".";

  function fillRule(level) {
    return {
      dataLayer: level,
      filter: (zoom) => levelAt(zoom) === level,
      symbolizer: {
        draw(ink, rings, zoom, feature) {
          const style = settings.styles[classOf(level, feature)] || settings.styles["."];
          trace(ink, rings);
          ink.globalAlpha = style.opacity;
          ink.fillStyle = fillOf(ink, style);
          ink.fill();
          ink.globalAlpha = 1;
          ink.strokeStyle = style.outline;
          ink.lineWidth = Math.min(style.outline_px, zoom < 9 ? 0.4 : 1) * 0.8;
          ink.stroke();
        },
      },
    };
  }

  /* Gaps get their dark outline last, so that no neighbour's fill covers half of it. */
  function gapRule(level) {
    return {
      dataLayer: level,
      filter: (zoom, feature) => levelAt(zoom) === level && classOf(level, feature) === "g",
      symbolizer: {
        draw(ink, rings, zoom) {
          const style = settings.styles.g;
          trace(ink, rings);
          ink.strokeStyle = style.outline;
          ink.lineWidth = zoom < 10 ? style.outline_px * 0.6 : style.outline_px;
          ink.stroke();
        },
      },
    };
  }

  function lineRule(level, colour, width, from = 0) {
    return {
      dataLayer: level,
      minzoom: from,
      symbolizer: {
        draw(ink, rings, zoom) {
          trace(ink, rings);
          ink.strokeStyle = colour;
          ink.lineWidth = zoom < 10 ? width * 0.75 : width;
          ink.stroke();
        },
      },
    };
  }

  const matches = (key, code) => (key === "marked" ? state.marked.has(code) : state[key] !== "" && code === state[key]);

  function chosenRule(level, key, colour, width) {
    return {
      dataLayer: level,
      filter: (zoom, feature) => matches(key, feature.props.code),
      symbolizer: {
        draw(ink, rings) {
          trace(ink, rings);
          ink.lineJoin = "round";
          ink.strokeStyle = "#ffffff";
          ink.lineWidth = width + 2;
          ink.stroke();
          ink.strokeStyle = colour;
          ink.lineWidth = width;
          ink.stroke();
        },
      },
    };
  }

  function nameRule(level, size, weight, from, colour) {
    return {
      dataLayer: `${level}_name`,
      minzoom: from,
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        labelProps: ["name"], fill: colour, stroke: "rgba(255,255,255,.92)", width: 2.4,
        font: `${weight} ${size}px ${FONT}`,
      }),
    };
  }

  function rules() {
    const base = settings.base;
    return {
      paintRules: [
        ...LEVELS.map(fillRule),
        gapRule("unit"),
        lineRule("township", base.township_outline, 0.9),
        lineRule("area", base.area_outline, 1.8),
        ...LEVELS.map((level) => chosenRule(level, "outline", base.city_outline, 2.2)),
        chosenRule("unit", "marked", base.selected, 2),
        ...LEVELS.map((level) => chosenRule(level, "selected", base.selected, 3)),
      ],
      labelRules: [
        nameRule("area", 14, 600, 0, base.text),
        nameRule("township", 12, 400, 10, base.text),
        nameRule("unit", 11, 400, 12, base.muted),
      ],
    };
  }

  /* Paint every tile again; resolves when the last one is on the screen. */
  function repaint() {
    const jobs = [];
    for (const key in layer._tiles) {
      const coords = layer._wrapCoords(layer._keyToTileCoords(key));
      jobs.push(layer.renderTile(coords, layer._tiles[key].el, layer._tileCoordsToKey(coords)));
    }
    return Promise.all(jobs);
  }

  const report = () => { document.body.dataset.shown = String(Number(document.body.dataset.shown || 0) + 1); };

  /* ---- tooltip: name and state from what the page sent ---- */

  function featureAt(latlng) {
    const view = layer.views.get("");
    const found = view.queryFeatures(latlng.lng, latlng.lat, layer._tileZoom, 1);
    const level = levelAt(layer._tileZoom);
    const hit = found.find((entry) => entry.layerName === level);
    return hit && { level, feature: hit.feature };
  }

  let waiting = false;

  function hover(event) {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const hit = featureAt(event.latlng);
      tip.style.display = hit ? "block" : "none";
      if (!hit) return;
      const label = document.createElement("span");
      label.textContent = settings.words[classOf(hit.level, hit.feature)] || "";
      tip.replaceChildren(hit.feature.props.name, label);
      const box = map.getSize(), at = event.containerPoint;
      tip.style.left = `${Math.min(at.x + 14, box.x - tip.offsetWidth - 6)}px`;
      tip.style.top = `${at.y > box.y - 60 ? at.y - 36 : at.y + 16}px`;
    });
  }

  /* The frame waits a quarter of a second before it passes a click on; this does not. The counter
   * lets the same point be clicked twice; previous_data keeps the frame from sending it again. */
  function click(event) {
    const memory = window.__GLOBAL_DATA__;
    memory.previous_data = { last_clicked: event.latlng };
    clicks += 1;
    const { lat, lng } = event.latlng;
    window.Streamlit.setComponentValue({ last_clicked: { lat, lng, n: clicks, at: Date.now() } });
  }

  /* ---- legend and markers ---- */

  function swatch(style) {
    const canvas = document.createElement("canvas");
    canvas.width = 44;
    canvas.height = 26;
    const ink = canvas.getContext("2d");
    ink.scale(2, 2);
    ink.globalAlpha = style.opacity;
    ink.fillStyle = fillOf(ink, style);
    ink.fillRect(0, 0, 22, 13);
    ink.globalAlpha = 1;
    ink.strokeStyle = style.outline === "#ffffff" ? "#b9c2c8" : style.outline;
    ink.lineWidth = Math.max(1, style.outline_px);
    ink.strokeRect(0.5, 0.5, 21, 12);
    return canvas;
  }

  const SHAPES = {
    circle: '<circle r="5.5"/>',
    square: '<rect x="-5" y="-5" width="10" height="10"/>',
    triangle: '<path d="M0-6.4 6 4.6H-6Z"/>',
    plus: '<circle r="6"/><path d="M-3 0H3M0-3V3" stroke="#fff" stroke-width="1.6"/>',
    minus: '<rect x="-5.5" y="-5.5" width="11" height="11"/><path d="M-3 0H3" stroke="#fff" stroke-width="1.8"/>',
    diamond: '<path d="M0-6.6 5.8 0 0 6.6-5.8 0Z"/>',
    cross: '<path d="M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"/>',
    target: '<circle r="5.5" fill="#fff" stroke="none"/><circle r="4" fill="none" stroke="#22282d" stroke-width="2"/><circle r="1.4" stroke="none"/>',
  };

  /* Shape and colour come from the product's own tables, never from a file somebody handed in. */
  function sign(shape, colour) {
    const holder = document.createElement("span");
    holder.innerHTML = `<svg viewBox="-8 -8 16 16" width="18" height="18" stroke="#fff" stroke-width="3" paint-order="stroke">${SHAPES[shape] || SHAPES.circle}</svg>`;
    holder.firstChild.setAttribute("fill", /^#[0-9a-f]{6}$/i.test(colour) ? colour : "#3f4a54");
    return holder.firstChild;
  }

  function drawLegend() {
    if (!entry) return;
    const coarse = levelAt(layer._tileZoom) !== state.level;
    legend.replaceChildren();
    const title = document.createElement("b"), list = document.createElement("ul");
    title.textContent = entry.title;
    for (const row of coarse ? entry.coarse : entry.rows) {
      const item = document.createElement("li");
      item.append(row.sign ? sign(row.sign, row.colour) : swatch(settings.styles[row.class]), row.text || settings.words[row.class] || "");
      list.append(item);
    }
    for (const row of entry.marks) {
      const item = document.createElement("li");
      item.append(sign(row.sign, row.colour), row.text);
      list.append(item);
    }
    legend.append(title, list);
    for (const line of entry.notes) {
      const note = document.createElement("small");
      note.textContent = line;
      legend.append(note);
    }
  }

  function drawMarkers(entries) {
    markers.clearLayers();
    for (const entry of entries) {
      const icon = L.divIcon({ className: "mark", html: sign(entry.sign, entry.colour), iconSize: [18, 18] });
      const label = document.createElement("span");
      label.textContent = entry.label;
      L.marker([entry.lat, entry.lon], { icon, keyboard: false, bubblingMouseEvents: true })
        .bindTooltip(label).addTo(markers);
      if (entry.from) {
        L.polyline([entry.from, [entry.lat, entry.lon]], {
          color: settings.base.city_outline, weight: 1.2, dashArray: "4 4", interactive: false,
        }).addTo(markers);
      }
    }
  }

  /* ---- changed records: all of them, near ones joined to a count until there is room ---- */

  /* A count takes its cell of the screen, so that no two lie over each other. */
  const CELL_PX = [144, 40], SIGN_PX = 40, MOST_LINES = 400, ROOM = 60;
  const changes = { url: "", rows: [], view: null };

  function tagged(mark, text, permanent) {
    const label = document.createElement("span");
    label.textContent = text;
    return mark.bindTooltip(label, { permanent, direction: permanent ? "right" : "auto", offset: [permanent ? 12 : 0, 0] });
  }

  function joined(rows) {
    const holder = document.createElement("span");
    for (const [change, [shape, colour]] of Object.entries(changes.view.signs)) {
      const count = rows.filter((row) => row[1] === change).length;
      if (count) holder.append(sign(shape, colour), count.toLocaleString("en-US"));
    }
    return holder;
  }

  function drawOne(row) {
    const [shape, colour, said] = changes.view.signs[row[1]];
    const chosen = row[0] === changes.view.picked ? " chosen" : "";
    const icon = L.divIcon({ className: `mark${chosen}`, html: sign(shape, colour), iconSize: [18, 18] });
    const mark = L.marker([row[3], row[2]], { icon, keyboard: false, zIndexOffset: chosen ? 1000 : 0 });
    const moved = row[7] ? ` ${row[7].toLocaleString("en-US")} m` : "";
    tagged(mark, `${said}${moved} · ${row[6]}`, Boolean(chosen)).addTo(changes.layer);
    mark.on("click", () => click({ latlng: L.latLng(row[3], row[2]) }));
  }

  function drawJoined(rows) {
    const html = joined(rows);
    const icon = L.divIcon({ className: "marks", html, iconSize: null });
    const middle = map.project([3, 2].map((n) => rows.reduce((sum, row) => sum + row[n], 0) / rows.length));
    const half = [(html.children.length * SIGN_PX) / 2, CELL_PX[1] / 2];
    ["x", "y"].forEach((axis, n) => {
      const from = Math.floor(middle[axis] / CELL_PX[n]) * CELL_PX[n];
      const edge = Math.min(half[n], CELL_PX[n] / 2);
      middle[axis] = Math.min(Math.max(middle[axis], from + edge), from + CELL_PX[n] - edge);
    });
    const box = L.latLngBounds(rows.map((row) => [row[3], row[2]]));
    L.marker(map.unproject(middle), { icon, keyboard: false }).addTo(changes.layer)
      .on("click", () => { moved = true; map.fitBounds(box, { padding: [40, 40], maxZoom: 16 }); });
  }

  /* From where it was, hollow, to where it is; the longest first where there are many. */
  function drawMoves(rows) {
    const ways = rows.filter((row) => row[4] !== null)
      .map((row) => [map.latLngToContainerPoint([row[5], row[4]]).distanceTo(map.latLngToContainerPoint([row[3], row[2]])), row])
      .filter(([px]) => px > 8).sort((a, b) => b[0] - a[0]).slice(0, MOST_LINES);
    for (const [, row] of ways) {
      L.polyline([[row[5], row[4]], [row[3], row[2]]], {
        color: settings.base.city_outline, weight: 1.5, dashArray: "4 3", interactive: false,
      }).addTo(changes.layer);
      L.circleMarker([row[5], row[4]], {
        radius: 3.5, color: settings.base.city_outline, weight: 1.5, fillColor: "#fff", fillOpacity: 1, interactive: false,
      }).addTo(changes.layer);
    }
  }

  function drawChanges() {
    if (!changes.layer) return;
    changes.layer.clearLayers();
    if (!changes.view) return;
    const around = map.getBounds().pad(0.1), { only, picked } = changes.view;
    const seen = changes.rows.filter((row) => (!only || row[1] === only || row[0] === picked)
      && (around.contains([row[3], row[2]]) || (row[4] !== null && around.contains([row[5], row[4]]))));
    drawMoves(seen);
    const apart = seen.length <= ROOM || map.getZoom() >= 15, cells = new Map();
    for (const row of seen) {
      const at = map.project([row[3], row[2]]);
      const key = apart || row[0] === picked ? row[0] : `${Math.floor(at.x / CELL_PX[0])} ${Math.floor(at.y / CELL_PX[1])}`;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(row);
    }
    for (const rows of cells.values()) {
      if (rows.length > 1) drawJoined(rows);
      else drawOne(rows[0]);
    }
    document.body.dataset.changes = String(seen.length);
  }

  async function showChanges(view) {
    changes.view = view || null;
    if (view && view.url !== changes.url) {
      changes.url = view.url;
      changes.rows = [];
      const got = await fetch(new URL(view.url, window.location.origin));
      if (!got.ok || changes.url !== view.url) return;
      changes.rows = await got.json();
    }
    drawChanges();
  }

  function panel(position, element) {
    const control = L.control({ position });
    control.onAdd = () => element;
    control.addTo(map);
    L.DomEvent.disableClickPropagation(element);
    return element;
  }

  /* ---- the two verbs ---- */

  /* Classes of shares differ in their fill alone; those of which much is unknown come after. */
  function addShares({ styles, words, shares: { fills, style, unsure } }) {
    fills.forEach((fill, n) => {
      styles[n] = { ...style, fill };
      styles[n + fills.length] = { ...style, ...unsure, fill };
      words[n + fills.length] = `${words[n] || ""}${words.unsure || ""}`;
    });
  }

  function start(target, given) {
    settings = given;
    addShares(settings);
    map = target;
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(settings.texts.source);
    L.control.zoom({ zoomInTitle: settings.texts.zoom_in, zoomOutTitle: settings.texts.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    const north = document.createElement("div");
    north.className = "north";
    north.innerHTML = '<svg viewBox="0 0 22 34" width="22" height="34"><path d="M11 2 18 26 11 21 4 26Z" fill="#3f4a54" stroke="#fff"/><text x="11" y="33" text-anchor="middle" font-size="9" fill="#3f4a54">N</text></svg>';
    panel("topright", north);
    legend = panel("bottomleft", document.createElement("div"));
    legend.className = "legend leaflet-control";
    tip = document.createElement("div");
    tip.className = "tip";
    map.getContainer().append(tip);
    if (settings.hillshade) {
      map.createPane("hills").style.zIndex = 250;
      L.imageOverlay(settings.hillshade.url, settings.hillshade.bounds, {
        pane: "hills", interactive: false, opacity: 0.55,
      }).addTo(map);
    }
    layer = protomapsL.leafletLayer({
      url: settings.layer, maxDataZoom: settings.max_zoom, attribution: "", tileDelay: 0.01,
      devicePixelRatio: Math.max(window.devicePixelRatio, 1.5), ...rules(),
    });
    /* The first view is the whole layer; tiles are asked for once it is set, and painted once. */
    focus = JSON.stringify(settings.bounds);
    fit(false);
    layer.once("load", () => { painted = true; report(); });
    layer.addTo(map);
    markers = L.layerGroup().addTo(map);
    changes.layer = L.layerGroup().addTo(map);
    map.on("moveend", drawChanges);
    map.on("zoomend", drawLegend);
    map.on("mousemove", hover);
    map.on("mouseout", () => { tip.style.display = "none"; });
    map.on("click", click);
    /* Until a person moves the map, a new size of the frame is filled again. */
    map.on("dragstart", () => { moved = true; });
    map.getContainer().addEventListener("wheel", () => { moved = true; }, { passive: true });
    new ResizeObserver(() => {
      map.invalidateSize({ animate: false });
      if (!moved) fit(false);
    }).observe(map.getContainer());
  }

  function fit(animate) {
    if (focus) map.fitBounds(JSON.parse(focus), { padding: [12, 12], maxZoom: 14, animate });
  }

  /* Classes of units travel two in a letter: see pack_classes. */
  function unpack(packed) {
    const signs = "cgun.";
    return Array.from(packed, (letter) => {
      const pair = letter.charCodeAt(0) - 65;
      return signs[Math.floor(pair / 5)] + signs[pair % 5];
    }).join("");
  }

  function show(view) {
    if (view.classes.unit) view.classes.unit = unpack(view.classes.unit);
    Object.assign(state, {
      classes: view.classes, level: view.level, selected: view.selected, outline: view.outline,
      marked: new Set(view.marked),
    });
    entry = view.legend;
    drawLegend();
    drawMarkers(view.markers);
    showChanges(view.changes);
    const wanted = JSON.stringify(view.focus);
    if (view.focus && wanted !== focus) {
      map.invalidateSize({ animate: false });
      focus = wanted;
      moved = false;
      fit(painted);
    }
    if (painted) repaint().then(report);
  }

  window.CoverageMap = { start, show };
})();
