// The plan's map on a canvas: roads become paths once, and every frame only strokes them again under another scale.
// Places are Web Mercator in units of the world's width; a view is the middle (x, y) and pixels a unit (scale).

const FONT = '13px "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';
const PATH_UNIT = 1 << 24; // paths are kept in whole-world units times this: canvas keeps float32
const CLICK_SLACK = 3; // pixels that a finger may move within a click
const MAPS = new WeakMap(); // element → its state, so that a rerun of the page keeps view and roads

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".plan-map");
  let map = MAPS.get(root);
  if (!map) {
    map = create(root);
    MAPS.set(root, map);
  }
  map.pick = (id) => setStateValue("pick", id);
  map.canvas.style.height = `${data.height}px`;
  map.marks = data.marks;
  map.colours = data.colours;
  if (map.version !== data.version) {
    map.version = data.version;
    loadRoads(map, data.roads);
    fit(map);
  }
  showLegend(map, data.legend, data.fit);
  draw(map);
}

function create(root) {
  const canvas = root.querySelector("canvas");
  const map = { root, canvas, tip: root.querySelector(".tip"), legend: root.querySelector(".legend"), marks: [], groups: [], view: null, frame: 0 };
  listen(map);
  new ResizeObserver(() => { if (!map.view) fit(map); draw(map); }).observe(canvas);
  return map;
}

// --- roads -------------------------------------------------------------------------------------------------------

function loadRoads(map, roads) {
  map.origin = roads.origin;
  map.bounds = null;
  map.groups = roads.groups.map((group) => {
    const xy = floats(group.xy);
    const path = new Path2D();
    let begun = false;
    for (let i = 0; i < xy.length; i += 2) {
      const x = xy[i], y = xy[i + 1];
      if (Number.isNaN(x)) { begun = false; continue; }
      if (begun) path.lineTo(x * PATH_UNIT, y * PATH_UNIT);
      else path.moveTo(x * PATH_UNIT, y * PATH_UNIT);
      begun = true;
    }
    return { path, colour: group.colour, width: group.width, dash: group.dash };
  });
}

function floats(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Float32Array(bytes.buffer);
}

// --- view --------------------------------------------------------------------------------------------------------

function fit(map) {
  const places = map.marks.map((mark) => local(map, mark.p));
  const width = map.canvas.clientWidth, height = map.canvas.clientHeight;
  if (!places.length || !width || !height) { map.view = null; return; }
  const xs = places.map((p) => p[0]), ys = places.map((p) => p[1]);
  const [left, right, top, bottom] = [least(xs), most(xs), least(ys), most(ys)];
  const scale = 0.86 * Math.min(width / (right - left || 1e-6), height / (bottom - top || 1e-6));
  map.view = { x: (left + right) / 2, y: (top + bottom) / 2, scale };
}

const least = (values) => values.reduce((a, b) => Math.min(a, b));
const most = (values) => values.reduce((a, b) => Math.max(a, b));
const local = (map, p) => [p[0] - map.origin[0], p[1] - map.origin[1]];

function toScreen(map, p) {
  const [x, y] = local(map, p), view = map.view;
  return [(x - view.x) * view.scale + map.canvas.clientWidth / 2, (y - view.y) * view.scale + map.canvas.clientHeight / 2];
}

function zoom(map, at, factor) {
  const view = map.view, dx = at[0] - map.canvas.clientWidth / 2, dy = at[1] - map.canvas.clientHeight / 2;
  const x = view.x + dx / view.scale, y = view.y + dy / view.scale;
  view.scale *= factor;
  view.x = x - dx / view.scale;
  view.y = y - dy / view.scale;
  draw(map);
}

// --- drawing -----------------------------------------------------------------------------------------------------

function draw(map) {
  if (map.frame || !map.version) return;
  map.frame = requestAnimationFrame(() => { map.frame = 0; if (!map.view) fit(map); if (map.view) paint(map); });
}

function paint(map) {
  const canvas = map.canvas, ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  map.groups.forEach((group) => strokeRoads(map, pen, group, width, height));
  map.marks.forEach((mark) => paintMark(map, pen, mark));
  paintNames(map, pen);
  canvas.dataset.painted = String(map.marks.length);
}

function strokeRoads(map, pen, group, width, height) {
  const view = map.view, scale = view.scale / PATH_UNIT;
  pen.save();
  pen.translate(width / 2 - view.x * view.scale, height / 2 - view.y * view.scale);
  pen.scale(scale, scale);
  pen.lineWidth = group.width / scale;
  pen.setLineDash(group.dash.map((length) => length / scale));
  pen.strokeStyle = group.colour;
  pen.lineJoin = "round";
  pen.stroke(group.path);
  pen.restore();
}

function paintMark(map, pen, mark) {
  const [x, y] = toScreen(map, mark.p);
  if (mark.halo) {
    pen.globalAlpha = 0.45;
    pen.fillStyle = map.colours.unmet;
    pen.fill(shape("circle", x, y, mark.halo));
    pen.globalAlpha = 1;
  }
  const outline = shape(mark.shape, x, y, mark.size);
  pen.fillStyle = mark.colour;
  pen.fill(outline);
  pen.lineWidth = 1;
  pen.strokeStyle = mark.colour === "#FFFFFF" ? "#7F7F7F" : "rgba(255, 255, 255, 0.9)";
  pen.stroke(outline);
  if (mark.ring) {
    pen.lineWidth = 1.8;
    pen.strokeStyle = map.colours.cut;
    pen.stroke(shape("circle", x, y, Math.max(mark.halo, 8)));
  }
}

function shape(kind, x, y, r) {
  const path = new Path2D();
  const corners = CORNERS[kind];
  if (!corners) path.arc(x, y, r, 0, 2 * Math.PI);
  else corners.forEach(([dx, dy], i) => (i ? path.lineTo(x + dx * r, y + dy * r) : path.moveTo(x + dx * r, y + dy * r)));
  path.closePath();
  return path;
}

const around = (count, radius, turn) => Array.from({ length: count }, (_, i) => {
  const angle = turn + (2 * Math.PI * i) / count, r = radius(i);
  return [r * Math.sin(angle), -r * Math.cos(angle)];
});
const ARM = 0.36; // half the width of the arms of a plus
const PLUS = [[-ARM, -1], [ARM, -1], [ARM, -ARM], [1, -ARM], [1, ARM], [ARM, ARM], [ARM, 1], [-ARM, 1], [-ARM, ARM], [-1, ARM], [-1, -ARM], [-ARM, -ARM]];
const CORNERS = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: around(4, () => 1.1, 0),
  triangle: around(3, () => 1.15, 0),
  star: around(10, (i) => (i % 2 ? 0.5 : 1.2), 0),
  plus: PLUS,
  cross: PLUS.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]),
};

function paintNames(map, pen) {
  pen.font = FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  const taken = map.marks.filter((mark) => mark.name).map((mark) => {
    const [x, y] = toScreen(map, mark.p);
    return [x - mark.size, y - mark.size, x + mark.size, y + mark.size];
  });
  // The most important mark comes last, and its name is the first to find room.
  for (const mark of [...map.marks].reverse()) {
    if (!mark.name) continue;
    const [x, y] = toScreen(map, mark.p), half = pen.measureText(mark.name).width / 2 + 2, off = mark.size + 4;
    const middles = [[x, y - off - 7], [x + off + half, y], [x, y + off + 7], [x - off - half, y]];
    const middle = middles.find(([mx, my]) => taken.every((box) => mx + half <= box[0] || box[2] <= mx - half || my + 8 <= box[1] || box[3] <= my - 8));
    if (!middle) continue;
    taken.push([middle[0] - half, middle[1] - 8, middle[0] + half, middle[1] + 8]);
    pen.lineWidth = 3.5;
    pen.strokeStyle = "#fff";
    pen.strokeText(mark.name, ...middle);
    pen.fillStyle = "#111";
    pen.fillText(mark.name, ...middle);
  }
}

function showLegend(map, entries, fitWords) {
  map.legend.replaceChildren(...entries.map(legendLine));
  const button = document.createElement("button");
  button.textContent = fitWords;
  button.onclick = () => { fit(map); draw(map); };
  map.legend.append(button);
}

function legendLine(entry) {
  const line = document.createElement("div"), icon = document.createElement("canvas"), text = document.createElement("span");
  icon.width = icon.height = 16;
  icon.style.cssText = "width:16px;height:16px;border:0;background:none";
  const pen = icon.getContext("2d"), outline = shape(entry.shape, 8, 8, 6);
  pen.fillStyle = entry.colour;
  pen.strokeStyle = entry.shape === "ring" ? entry.colour : "#7F7F7F";
  if (entry.shape !== "ring") pen.fill(outline);
  pen.stroke(outline);
  text.textContent = entry.text;
  line.append(icon, text);
  return line;
}

// --- hand --------------------------------------------------------------------------------------------------------

function listen(map) {
  const canvas = map.canvas;
  let from = null, moved = false;
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); from = place(canvas, event); moved = false; });
  canvas.addEventListener("pointermove", (event) => {
    const at = place(canvas, event);
    if (!from) { showTip(map, at); return; }
    if (!moved && Math.hypot(at[0] - from[0], at[1] - from[1]) <= CLICK_SLACK) return;
    moved = true;
    map.tip.hidden = true;
    map.view.x -= (at[0] - from[0]) / map.view.scale;
    map.view.y -= (at[1] - from[1]) / map.view.scale;
    from = at;
    draw(map);
  });
  canvas.addEventListener("pointerup", (event) => {
    const mark = moved || !from ? null : under(map, place(canvas, event));
    from = null;
    if (mark) map.pick(mark.id);
  });
  canvas.addEventListener("pointercancel", () => { from = null; });
  canvas.addEventListener("pointerleave", () => { map.tip.hidden = true; });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); if (map.view) zoom(map, place(canvas, event), Math.exp(-event.deltaY * 0.0015)); }, { passive: false });
  canvas.addEventListener("keydown", (event) => key(map, event));
}

function key(map, event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const factor = { "+": 1.3, "=": 1.3, "-": 1 / 1.3 }[event.key];
  if (!map.view || (!step && !factor)) return;
  event.preventDefault();
  if (factor) { zoom(map, [map.canvas.clientWidth / 2, map.canvas.clientHeight / 2], factor); return; }
  map.view.x += (60 * step[0]) / map.view.scale;
  map.view.y += (60 * step[1]) / map.view.scale;
  draw(map);
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function under(map, at) {
  if (!map.view) return null;
  let best = null, nearest = Infinity;
  for (const mark of map.marks) {
    const [x, y] = toScreen(map, mark.p), distance = Math.hypot(x - at[0], y - at[1]);
    if (distance <= Math.max(mark.size, 5) + 4 && distance <= nearest) { best = mark; nearest = distance; }
  }
  return best;
}

function showTip(map, at) {
  const mark = under(map, at);
  map.tip.hidden = !mark;
  map.canvas.style.cursor = mark ? "pointer" : "grab";
  if (!mark) return;
  map.tip.textContent = mark.hover;
  map.tip.style.left = `${Math.min(at[0] + 14, map.canvas.clientWidth - map.tip.offsetWidth - 6)}px`;
  map.tip.style.top = `${Math.min(at[1] + 14, map.canvas.clientHeight - map.tip.offsetHeight - 6)}px`;
}
