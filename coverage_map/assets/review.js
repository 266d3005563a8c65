/* The review queue: one doubtful row after another, its candidates by number, a map beside it.
 *
 * Keys: 1 to 9 choose a candidate, 0 says none of them, Enter takes the first where it has a confidence, arrows
 * move, U takes back, / searches; a click on the map names a village. Choices show at once; they are
 * sent when the hand rests, each time all of this visit, so that a message that is lost takes
 * nothing away. */

const REST_MS = 700;

function load(address) {
  const known = document.querySelector(`script[data-review="${address}"]`);
  if (known) return known.loaded;
  const script = document.createElement("script");
  script.src = address;
  script.dataset.review = address;
  script.loaded = new Promise((done, failed) => { script.onload = done; script.onerror = failed; });
  document.head.append(script);
  return script.loaded;
}

function style(address) {
  if (document.querySelector(`link[data-review="${address}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  link.dataset.review = address;
  document.head.append(link);
}

const element = (parent, name, kind, words) => {
  const made = parent.appendChild(document.createElement(name));
  if (kind) made.className = kind;
  if (words !== undefined) made.textContent = words;
  return made;
};

const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const metres = (value) => (value < 10000 ? `${Math.round(value).toLocaleString("en-US")} m`
  : `${(value / 1000).toLocaleString("en-US", { maximumFractionDigits: 1 })} km`);

/* ---- the map: boundaries as everywhere, candidates outlined and numbered ---- */

function startMap(host, data, pick) {
  const state = { numbers: new Map(), chosen: "" };
  const map = L.map(host, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, maxZoom: 16, fadeAnimation: false });
  L.control.scale({ imperial: false }).addTo(map);
  const trace = (ink, rings) => {
    ink.beginPath();
    for (const ring of rings) ring.forEach((at, n) => (n ? ink.lineTo(at.x, at.y) : ink.moveTo(at.x, at.y)));
  };
  const line = (level, colour, width) => ({
    dataLayer: level,
    symbolizer: { draw(ink, rings) { trace(ink, rings); ink.strokeStyle = colour; ink.lineWidth = width; ink.stroke(); } },
  });
  const candidate = {
    dataLayer: "unit",
    filter: (_, feature) => state.numbers.has(feature.props.code) || feature.props.code === state.chosen,
    symbolizer: {
      draw(ink, rings, _, feature) {
        const chosen = feature.props.code === state.chosen;
        trace(ink, rings);
        ink.globalAlpha = chosen ? 0.45 : 0.16;
        ink.fillStyle = data.colours.selected;
        ink.fill();
        ink.globalAlpha = 1;
        ink.strokeStyle = data.colours.selected;
        ink.lineWidth = chosen ? 3 : 1.4;
        ink.stroke();
      },
    },
  };
  const label = (level, size, from) => ({
    dataLayer: `${level}_name`,
    minzoom: from,
    symbolizer: new protomapsL.CenteredTextSymbolizer({
      labelProps: ["name"], fill: data.colours.text, stroke: "rgba(255,255,255,.92)", width: 2.4,
      font: `400 ${size}px "Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif`,
    }),
  });
  const layer = protomapsL.leafletLayer({
    url: data.layer, maxDataZoom: data.max_zoom, attribution: "", tileDelay: 0.01,
    devicePixelRatio: Math.max(window.devicePixelRatio, 1.5),
    paintRules: [line("unit", data.colours.township_outline, 0.5), candidate,
      line("township", data.colours.township_outline, 1.4), line("area", data.colours.area_outline, 2)],
    labelRules: [label("township", 13, 10), label("unit", 11, 12)],
  });
  map.fitBounds(data.bounds);
  layer.addTo(map);
  const signs = L.layerGroup().addTo(map);
  map.on("click", ({ latlng }) => {
    const found = layer.views.get("").queryFeatures(latlng.lng, latlng.lat, layer._tileZoom, 1);
    const hit = found.find((entry) => entry.layerName === "unit");
    if (hit) pick(hit.feature.props.code);
  });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(host);
  const repaint = () => {
    for (const key in layer._tiles) {
      const coords = layer._wrapCoords(layer._keyToTileCoords(key));
      layer.renderTile(coords, layer._tiles[key].el, layer._tileCoordsToKey(coords));
    }
  };
  return (item, choice, move) => {
    state.numbers = new Map(item.candidates.map((one, n) => [one.unit, n + 1]));
    state.chosen = choice || "";
    signs.clearLayers();
    const corners = item.candidates.flatMap((one) => (one.box ? [[one.box[1], one.box[0]], [one.box[3], one.box[2]]] : []));
    if (item.box) corners.push([item.box[1], item.box[0]], [item.box[3], item.box[2]]);
    item.candidates.forEach((one, n) => {
      if (!one.box) return;
      const icon = L.divIcon({ className: "review-number", html: "", iconSize: [20, 20], iconAnchor: [10, 30] });
      const sign = L.marker([(one.box[1] + one.box[3]) / 2, (one.box[0] + one.box[2]) / 2], { icon, interactive: false }).addTo(signs);
      sign.getElement().textContent = String(n + 1);
    });
    if (item.lon !== null) {
      const icon = L.divIcon({ className: "review-point", html: "", iconSize: [14, 14] });
      L.marker([item.lat, item.lon], { icon, interactive: false, zIndexOffset: 1000 }).addTo(signs).getElement().title = data.words.here;
      corners.push([item.lat, item.lon]);
    }
    if (move) map.fitBounds(corners.length ? corners : data.bounds, { padding: [24, 24], maxZoom: 14, animate: false });
    repaint();
  };
}

/* ---- the queue ---- */

/* Villages that only share characters with the name are never taken unseen. */
const takes_first = (item) => item.candidates.length > 0 && item.candidates[0].confidence !== null;

async function build(host, data, send, finish) {
  const { items, words, places } = data;
  const chosen = new Map(Object.entries(data.decided));
  const made = {};
  const past = [];
  let at = Math.max(items.findIndex((item) => !chosen.has(item.key)), 0), timer = 0, draw = null, finder = null;
  host.replaceChildren();
  const list = element(host, "ol", "review-list");
  const middle = element(host, "div", "review-item");
  const ground = element(host, "div", "review-map");
  const rows = items.map((item, n) => {
    const row = element(list, "li");
    element(row, "span", "review-sign");
    element(row, "span", "", item.said || item.name);
    row.onclick = () => open(n);
    return row;
  });

  function push() {
    clearTimeout(timer);
    timer = 0;
    send({ ...made });
  }

  function decide(unit) {
    const { key } = items[at];
    past.push([at, chosen.has(key) ? chosen.get(key) : null]);
    if (unit === null) chosen.delete(key); else chosen.set(key, unit);
    made[key] = unit;
    clearTimeout(timer);
    timer = setTimeout(push, REST_MS);
    const next = items.findIndex((item, n) => n > at && !chosen.has(item.key));
    const before = items.findIndex((item) => !chosen.has(item.key));
    if (unit === null || (next < 0 && before < 0)) open(at);
    else open(next < 0 ? before : next);
  }

  function undo() {
    const last = past.pop();
    if (!last) return;
    at = last[0];
    decide(last[1]);
    past.pop();
    open(last[0]);
  }

  function end() {
    clearTimeout(timer);
    finish({ ...made });
  }

  function card(one, n) {
    const item = items[at], box = document.createElement("button");
    box.type = "button";
    box.className = chosen.get(item.key) === one.unit ? "review-card chosen" : "review-card";
    element(box, "kbd", "", String(n + 1));
    const words_of = element(box, "span", "review-words");
    element(words_of, "b", "", one.name);
    element(words_of, "span", "", one.place);
    if (one.unit === item.now) element(words_of, "i", "review-now", words.now);
    const why = element(words_of, "span", "review-why");
    why.textContent = [one.why, one.away_m >= 0 ? (one.away_m ? fill(words.away, { distance: metres(one.away_m) }) : words.inside) : ""].filter(Boolean).join(" · ");
    if (one.confidence !== null) {
      const bar = element(box, "span", "review-bar");
      bar.title = `${Math.round(one.confidence * 100)}%`;
      element(bar, "i").style.width = `${Math.round(one.confidence * 100)}%`;
    }
    box.onclick = () => decide(one.unit);
    return box;
  }

  /* A search with its own list: villages of the place the row names stand first. */
  function other() {
    const box = document.createElement("div");
    box.className = "review-other";
    const label = element(box, "label", "", words.other);
    const input = element(label, "input");
    const list = element(box, "ol", "review-found");
    input.placeholder = words.search;
    let found = [], first = 0;
    const show = () => {
      list.replaceChildren();
      found.forEach((place, n) => {
        const row = element(list, "li", n === first ? "now" : "", place[1]);
        row.onmousedown = (event) => { event.preventDefault(); decide(place[0]); };
      });
      const hint = found.length ? words.found : input.value.trim() ? words.nothing : "";
      if (hint) element(list, "small", "", hint);
    };
    input.oninput = () => {
      const wanted = input.value.trim().split(/\s+/).filter(Boolean);
      const near = (items[at].said || "").split(/\s+/);
      const rank = (place) => (place[1].startsWith(wanted[0]) ? 3 : 0)
        + place[1].split(" ").slice(1).filter((part) => near.includes(part)).length;
      found = wanted.length ? places.filter((place) => wanted.every((part) => place[1].includes(part))) : [];
      found = found.map((place) => [rank(place), place]).sort((a, b) => b[0] - a[0]).slice(0, 6).map(([, place]) => place);
      first = 0;
      show();
    };
    input.onkeydown = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") host.focus({ preventScroll: true });
      else if (event.key === "Enter" && found.length) decide(found[first][0]);
      else if (step && found.length) { first = (first + step + found.length) % found.length; show(); }
      else return;
      event.preventDefault();
    };
    box.offer = (unit) => {
      const place = places.find((one) => one[0] === unit);
      if (!place) return;
      input.value = place[1];
      found = [place];
      first = 0;
      show();
      draw(items[at], unit, false);
      input.focus();
    };
    return box;
  }

  function open(n) {
    const move = n !== at || !middle.firstChild;
    at = n;
    const item = items[n], choice = chosen.get(item.key);
    rows.forEach((row, k) => {
      row.classList.toggle("now", k === n);
      row.firstChild.textContent = chosen.has(items[k].key) ? (chosen.get(items[k].key) ? "✓" : "×") : "";
    });
    rows[n].scrollIntoView({ block: "nearest" });
    const done = items.filter((one) => chosen.has(one.key)).length;
    middle.replaceChildren();
    const head = element(middle, "div", "review-head");
    element(head, "b", "", fill(words.progress, { done, all: items.length }));
    const bar = element(head, "span", "review-bar");
    element(bar, "i").style.width = `${(100 * done) / items.length}%`;
    element(middle, "h3", "", item.said || item.name);
    const lines = [item.name && item.said ? item.name : "", fill(item.rows > 1 ? words.rows : words.row, { row: item.row, rows: item.rows, sheet: item.sheet }), item.reason];
    for (const words_of of lines.filter(Boolean)) element(middle, "p", "", words_of);
    item.candidates.forEach((one, k) => middle.append(card(one, k)));
    if (!item.candidates.length) element(middle, "p", "", words.only_none);
    const elsewhere = choice && !item.candidates.some((one) => one.unit === choice);
    if (elsewhere) {
      const place = places.find((one) => one[0] === choice);
      element(middle, "div", "review-card chosen", place ? place[1] : choice);
    }
    const none = element(middle, "button", choice === "" ? "review-card chosen" : "review-card");
    none.type = "button";
    element(none, "kbd", "", "0");
    element(none, "span", "review-words").append(words.none);
    none.onclick = () => decide("");
    finder = other();
    middle.append(finder);
    const foot = element(middle, "div", "review-foot");
    element(foot, "span", "", takes_first(item) ? words.keys : item.candidates.length ? words.keys_digit : words.keys_none);
    const last = element(foot, "button", "review-end", fill(words.finish, { done }));
    last.type = "button";
    last.disabled = !done;
    last.onclick = end;
    if (draw) draw(item, choice, move);
    // What was clicked is gone with the row before: the keyboard stays with the queue.
    host.focus({ preventScroll: true });
  }

  host.tabIndex = 0;
  host.onkeydown = (event) => {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.className === "review-end") return;
    const item = items[at], number = Number(event.key);
    const whole = items.every((one) => chosen.has(one.key));
    const acts = {
      ArrowDown: () => open(Math.min(at + 1, items.length - 1)), ArrowUp: () => open(Math.max(at - 1, 0)),
      ArrowRight: () => open(Math.min(at + 1, items.length - 1)), ArrowLeft: () => open(Math.max(at - 1, 0)),
      Enter: () => (whole ? end() : takes_first(item) && decide(item.candidates[0].unit)),
      u: undo, U: undo, 0: () => decide(""), "/": () => middle.querySelector("input").focus(),
    };
    if (event.key >= "1" && event.key <= "9") {
      if (number <= item.candidates.length) decide(item.candidates[number - 1].unit);
    } else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  open(at);
  style(data.assets.css);
  for (const address of data.assets.scripts) await load(address);
  draw = startMap(ground, data, (unit) => finder.offer(unit));
  draw(items[at], chosen.get(items[at].key), true);
}

export default function review({ data, parentElement, setTriggerValue }) {
  let host = parentElement.querySelector(":scope > .review");
  if (!host) {
    host = document.createElement("div");
    host.className = "review";
    parentElement.append(host);
  }
  if (host.version === data.version) return;
  host.version = data.version;
  build(host, data, (decided) => setTriggerValue("decided", decided), (decided) => setTriggerValue("finished", decided));
}
