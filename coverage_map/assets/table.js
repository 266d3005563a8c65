/* A sheet in the page: dense, sortable, searchable; a click picks a row. Python sends values, not
 * markup: numbers are formatted here, text is always set as text. */

const CHUNK = 150;

const thousands = (value) => Math.round(value).toLocaleString("en-US");

function tenths(value) {
  return value.toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/* 100.0 and 0.0 are kept for all and none. */
function percent(part, whole) {
  const share = Math.round((1000 * part) / whole) / 10;
  if (part && part < whole) return Math.min(Math.max(share, 0.1), 99.9);
  return share;
}

const FORMATS = {
  text: (value) => value,
  int: (value) => thousands(value),
  people: (value, words) => (words.myriad && value >= 10000
    ? `${tenths(value / 10000)} ${words.myriad}` : thousands(value)),
  distance: (value) => (value < 10000 ? `${thousands(value)} m` : `${tenths(value / 1000)} km`),
  rate: ([part, whole]) => (whole ? `${tenths(percent(part, whole))}%` : "—"),
};
const SORTS = {
  rate: ([part, whole]) => (whole ? part / whole : -1),
  bar: ([covered, gap]) => (covered + gap ? covered / (covered + gap) : -1),
};
const NUMERIC = new Set(["int", "people", "distance", "rate"]);

function fillCell(cell, kind, value, words) {
  if (value === null || value === undefined || value === "") {
    cell.textContent = kind === "text" || kind === "mark" ? "" : "—";
    return;
  }
  if (kind === "bar") {
    const names = ["covered", "gap", "unknown"];
    const total = value[0] + value[1] + value[2];
    const bar = cell.appendChild(document.createElement("div"));
    bar.className = "bar";
    cell.title = names.map((name, n) => `${words.states[name]} ${thousands(value[n])}`).join(" · ");
    if (total) {
      names.forEach((name, n) => {
        const part = bar.appendChild(document.createElement("i"));
        part.className = name;
        part.style.flexGrow = value[n];
      });
    }
  } else if (kind === "mark") {
    cell.className = "mark";
    cell.textContent = value;
  } else if (kind === "state") {
    const sign = cell.appendChild(document.createElement("i"));
    sign.className = `state ${value}`;
    cell.append(words.states[value] || value);
  } else {
    cell.textContent = FORMATS[kind](value, words);
    if (kind === "rate") cell.title = `${thousands(value[0])} / ${thousands(value[1])}`;
    if (kind === "text" && value.length > 14) cell.title = value;
  }
}

function build(host, data, pick) {
  const { columns, words } = data;
  let order = data.codes.map((_, n) => n), sort = null, shown = 0;

  host.replaceChildren();
  const tools = document.createElement("div");
  tools.className = "sheet-tools";
  const title = tools.appendChild(document.createElement("b"));
  title.textContent = data.title;
  const count = tools.appendChild(document.createElement("span"));
  const search = tools.appendChild(document.createElement("input"));
  search.type = "search";
  search.placeholder = words.search;
  search.hidden = data.codes.length < 12;
  const frame = document.createElement("div");
  frame.className = "sheet-frame";
  const table = frame.appendChild(document.createElement("table"));
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  host.append(tools, frame);

  function addRows() {
    for (const end = Math.min(shown + CHUNK, order.length); shown < end; shown++) {
      const n = order[shown], row = body.insertRow();
      row.dataset.code = data.codes[n];
      row.tabIndex = 0;
      if (data.codes[n] === host.chosen) row.className = "chosen";
      columns.forEach((column, c) => {
        const cell = row.insertCell();
        if (NUMERIC.has(column.kind)) cell.className = "number";
        fillCell(cell, column.kind, data.rows[n][c], words);
      });
    }
  }

  function refresh() {
    const wanted = search.value.trim().toLowerCase();
    order = data.codes.map((_, n) => n).filter((n) => !wanted
      || columns.some((column, c) => column.kind === "text"
        && String(data.rows[n][c] ?? "").toLowerCase().includes(wanted)));
    if (sort) {
      const kind = columns[sort.column].kind, value = SORTS[kind] || ((given) => given ?? -1);
      const keys = new Map(order.map((n) => [n, value(data.rows[n][sort.column] ?? (SORTS[kind] ? [0, 0] : null))]));
      order.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        const by = typeof x === "string" && typeof y === "string" ? x.localeCompare(y, "zh") : x - y;
        return sort.down ? -by : by;
      });
    }
    body.replaceChildren();
    shown = 0;
    if (data.note && order.length === data.codes.length) count.textContent = data.note;
    else count.textContent = order.length === data.codes.length
      ? thousands(order.length) : `${thousands(order.length)} / ${thousands(data.codes.length)}`;
    if (order.length) addRows();
    else {
      const cell = body.insertRow().insertCell();
      cell.colSpan = columns.length;
      cell.className = "nothing";
      cell.textContent = words.nothing;
    }
  }

  columns.forEach((column, c) => {
    const cell = head.appendChild(document.createElement("th"));
    cell.textContent = column.label;
    cell.title = column.help || "";
    if (NUMERIC.has(column.kind)) cell.className = "number";
    cell.onclick = () => {
      const down = sort && sort.column === c ? !sort.down : NUMERIC.has(column.kind);
      sort = { column: c, down };
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      refresh();
    };
  });
  search.oninput = refresh;
  frame.onscroll = () => {
    if (frame.scrollTop + frame.clientHeight > frame.scrollHeight - 200 && shown < order.length) addRows();
  };
  const pickRow = (event) => {
    const row = event.target.closest("tr[data-code]");
    if (row) pick(row.dataset.code);
  };
  if (data.pick) {
    table.classList.add("pickable");
    body.onclick = pickRow;
    body.onkeydown = (event) => { if (event.key === "Enter") pickRow(event); };
  }
  host.mark = (code, scroll) => {
    host.chosen = code;
    for (const row of body.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    if (!code) return;
    const place = order.findIndex((n) => data.codes[n] === code);
    if (place < 0) return;
    while (shown <= place) addRows();
    const row = body.rows[place];
    row.classList.add("chosen");
    if (scroll) {
      const top = row.offsetTop - head.offsetHeight;
      if (top < frame.scrollTop || top > frame.scrollTop + frame.clientHeight - 60) frame.scrollTop = top - 40;
    }
  };
  refresh();
}

export default function sheet({ data, parentElement, setTriggerValue }) {
  let host = parentElement.querySelector(":scope > .sheet");
  if (!host) {
    host = document.createElement("div");
    host.className = "sheet";
    parentElement.append(host);
  }
  host.id = `sheet-${data.name}`;
  host.style.setProperty("--sheet-height", data.height);
  if (host.version !== data.version) {
    host.version = data.version;
    build(host, data, (code) => {
      host.mark(code, false);
      setTriggerValue("picked", code);
    });
  }
}
