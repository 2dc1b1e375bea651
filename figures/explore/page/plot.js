// Axes and marks in SVG: one call draws a picture anew. Colours are the style sheet's variables.

const SVG = "http://www.w3.org/2000/svg";
const SUPER = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

export function element(name, attributes = {}, parent = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (parent) parent.append(made);
  return made;
}

/** A number to so many digits, with a power of ten outside 10⁻³ … 10⁵. */
export function number(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) {
    const text = value.toPrecision(digits);
    return (text.includes("e") ? String(Number(text)) : text).replace("-", "−");
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")}·10${raised(Number(exponent))}`;
}

export const raised = (n) => [...String(n)].map((c) => SUPER[c]).join("");

/** The pieces of a label with subscripts written as $_{E}$. */
export function pieces(label) {
  return label.split(/\$_\{(.*?)\}\$/).map((text, i) => ({ text, sub: i % 2 === 1 })).filter((p) => p.text);
}

/** A label in HTML. */
export function labelled(label) {
  const made = document.createElement("span");
  for (const { text, sub } of pieces(label)) {
    if (sub) made.append(Object.assign(document.createElement("sub"), { textContent: text }));
    else made.append(text);
  }
  return made;
}

function text(parent, label, attributes) {
  const made = element("text", attributes, parent);
  let dropped = 0;
  for (const { text, sub } of pieces(label)) {
    const span = element("tspan", sub ? { dy: 3 - dropped, "font-size": "9px" } : { dy: -dropped }, made);
    span.textContent = text;
    dropped = sub ? 3 : 0;
  }
  return made;
}

function tickLabel(value, log) {
  if (log) {
    const power = Math.log10(value);
    if (Math.abs(power - Math.round(power)) < 1e-9 && (power < -2.5 || power > 3.5)) return `10${raised(Math.round(power))}`;
  }
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    const [mantissa, exponent] = value.toExponential(3).split("e");
    return `${Number(mantissa)}·10${raised(Number(exponent))}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

function ticks(low, high, log, room) {
  if (log) {
    const decades = Math.log10(high / low), found = [];
    const steps = decades < 1 ? [1, 2, 3, 5, 7] : decades < 2.2 ? [1, 2, 5] : [1];
    const every = Math.max(1, Math.ceil(decades / room));
    for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) {
      if (steps.length === 1 && p % every) continue;
      for (const s of steps) {
        const value = s * 10 ** p;
        if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) found.push(value);
      }
    }
    if (found.length > 1) return found;
  }
  const raw = (high - low) / room, base = 10 ** Math.floor(Math.log10(raw));
  const step = base * [1, 2, 2.5, 5, 10].find((s) => s * base >= raw * (1 - 1e-9));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(i * step);
  return found;
}

/** How a data value becomes a place. */
function scale(axis, from, to) {
  const of = axis.log ? Math.log : (v) => v;
  const [low, high] = axis.domain.map(of);
  const place = (v) => from + ((of(v) - low) / (high - low || 1)) * (to - from);
  place.back = (at) => {
    const v = low + ((at - from) / (to - from)) * (high - low);
    return axis.log ? Math.exp(v) : v;
  };
  place.clamped = (v) => Math.min(Math.max(axis.log && v <= 0 ? Math.min(from, to) - 9 : place(v), Math.min(from, to) - 9), Math.max(from, to) + 9);
  return place;
}

const path = (xs, ys) => {
  let made = "", pen = "M";
  xs.forEach((x, i) => {
    if (x === null || ys[i] === null || !Number.isFinite(x) || !Number.isFinite(ys[i])) { pen = "M"; return; }
    made += `${pen}${x.toFixed(1)} ${ys[i].toFixed(1)}`;
    pen = "L";
  });
  return made;
};

const MARKS = {
  area(g, m, { x, y, bottom }) {
    if (!m.x.length) return;
    const xs = m.x.map(x.clamped), ys = m.y.map(y.clamped);
    const d = `${path(xs, ys)}L${xs.at(-1).toFixed(1)} ${bottom}L${xs[0].toFixed(1)} ${bottom}Z`;
    element("path", { d, fill: m.color, "fill-opacity": m.opacity ?? 0.35, stroke: m.color, "stroke-width": 1.2, class: m.name ?? "" }, g);
  },
  line(g, m, { x, y }) {
    const pick = (values, to) => values.map((v) => (v === null ? null : to.clamped(v)));
    element("path", { d: path(pick(m.x, x), pick(m.y, y)), fill: "none", stroke: m.color, "stroke-width": m.width ?? 1.8, "stroke-dasharray": m.dash ?? "none", class: m.name ?? "" }, g);
  },
  band(g, m, { x, y }) {
    const xs = m.x.map(x.clamped);
    const d = path([...xs, ...xs.toReversed()], [...m.high.map(y.clamped), ...m.low.map(y.clamped).toReversed()]);
    if (d) element("path", { d: `${d}Z`, fill: m.color, "fill-opacity": 0.22, stroke: "none" }, g);
  },
  columns(g, m, { x, top, bottom }) {
    for (const [low, high] of m.spans) {
      const a = x.clamped(low), b = x.clamped(high);
      element("rect", { x: a, width: Math.max(b - a, 0.8), y: top, height: bottom - top, fill: m.color, "fill-opacity": m.opacity ?? 0.18, class: m.name ?? "" }, g);
    }
  },
  rules(g, m, { x, top, bottom }) {
    for (const value of m.at) {
      const a = x.clamped(value).toFixed(1);
      element("line", { x1: a, x2: a, y1: top + (m.from ?? 0) * (bottom - top), y2: top + (m.to ?? 1) * (bottom - top), stroke: m.color, "stroke-width": m.width ?? 1.3, "stroke-opacity": m.opacity ?? 1, "stroke-dasharray": m.dash ?? "none", class: m.name ?? "" }, g);
    }
  },
  levels(g, m, { y, left, right }) {
    for (const value of m.at) {
      const a = y.clamped(value).toFixed(1);
      element("line", { x1: left, x2: right, y1: a, y2: a, stroke: m.color, "stroke-width": 1.2, "stroke-dasharray": m.dash ?? "none" }, g);
    }
  },
  bars(g, m, { x, y, bottom }) {
    let d = "";
    m.heights.forEach((height, i) => {
      const a = x.clamped(m.edges[i]).toFixed(1), b = x.clamped(m.edges[i + 1]).toFixed(1), top = y.clamped(height).toFixed(1);
      d += `${d ? "L" : `M${a} ${bottom}L`}${a} ${top}L${b} ${top}`;
    });
    if (d) element("path", { d: `${d}V${bottom}`, fill: m.color, "fill-opacity": m.opacity ?? 0.1, stroke: m.color, "stroke-width": 1, class: m.name ?? "" }, g);
  },
  dots(g, m, { x, y }) {
    m.x.forEach((value, i) => {
      if (value === null || m.y[i] === null) return;
      element("circle", { cx: x.clamped(value).toFixed(1), cy: y.clamped(m.y[i]).toFixed(1), r: m.r ?? 4.5, fill: m.color, "fill-opacity": m.opacity ?? 1, stroke: m.ring ?? "none", "stroke-width": 1.5, class: m.name ?? "" }, g);
    });
  },
  spans(g, m, { x, y }) {
    m.y.forEach((at, i) => {
      const [low, high] = m.spans[i];
      element("line", { x1: x.clamped(low), x2: x.clamped(high), y1: y(at), y2: y(at), stroke: m.color, "stroke-width": m.width ?? 2, "stroke-opacity": m.opacity ?? 1, class: m.name ?? "" }, g);
    });
  },
  words(g, m, { x, y }) {
    text(g, m.text, { x: x.clamped(m.x) + (m.dx ?? 0), y: y.clamped(m.y) + (m.dy ?? 0), "text-anchor": m.anchor ?? "start", style: `fill:${m.color ?? "var(--soft)"};font-size:11px` });
  },
};

/** Draw a picture in a box: axes `{domain, log, label, names}` and marks; returns its scales. */
export function draw(box, { x, y, marks, height = 230, describe = "" }) {
  const width = Math.max(box.clientWidth, 240);
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": describe });
  const heights = y.names || y.hidden ? [] : ticks(...y.domain, y.log, Math.max(2, Math.floor(height / 50)));
  const longest = Math.max(0, ...heights.map((value) => tickLabel(value, y.log).length));
  const gutter = y.gutter ?? (y.hidden ? 12 : (y.label ? 24 : 10) + 7 * longest);
  const left = gutter, right = width - 10, top = 8, bottom = height - 36;
  const place = { x: scale(x, left, right), y: scale(y, bottom, top), left, right, top, bottom };
  const axes = element("g", {}, svg);
  if (!x.names) for (const value of ticks(...x.domain, x.log, Math.max(2, Math.floor(width / 75)))) {
    const a = place.x(value);
    element("line", { x1: a, x2: a, y1: top, y2: bottom, class: "grid" }, axes);
    text(axes, tickLabel(value, x.log), { x: a, y: bottom + 14, "text-anchor": "middle", class: "tick" });
  }
  if (y.names) y.names.forEach((name, i) => text(axes, name, { x: left - 6, y: place.y(i) + 4, "text-anchor": "end", class: "tick" }));
  for (const value of heights) {
    const a = place.y(value);
    element("line", { x1: left, x2: right, y1: a, y2: a, class: "grid" }, axes);
    text(axes, tickLabel(value, y.log), { x: left - 5, y: a + 4, "text-anchor": "end", class: "tick" });
  }
  const id = `clip-${(draw.count = (draw.count ?? 0) + 1)}`;
  element("rect", { x: left, y: top, width: right - left, height: bottom - top }, element("clipPath", { id }, svg));
  const inside = element("g", { "clip-path": `url(#${id})` }, svg);
  for (const mark of marks) MARKS[mark.kind](inside, mark, place);
  element("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "frame" }, svg);
  text(svg, x.label, { x: (left + right) / 2, y: height - 5, "text-anchor": "middle" });
  if (y.label) text(svg, y.label, { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" });
  box.replaceChildren(svg);
  return place;
}

/** Say a sentence in a box, with the symbols in it set as such. */
export function say(box, sentence) {
  box.replaceChildren(labelled(sentence.replace(/([σλK])_([A-Za-z]+)/g, "$1$$_{$2}$$")));
}

/** Fill a legend: `[text, colour, class]` each. */
export function legend(box, entries) {
  box.replaceChildren(...entries.map(([words, color, kind = ""]) => {
    const made = labelled(words);
    made.className = kind;
    made.style.setProperty("--c", color);
    return made;
  }));
}

/** The picture of a box as a text of SVG with its colours and fonts written in. */
export function standalone(box) {
  const svg = box.querySelector("svg"), copy = svg.cloneNode(true);
  const from = [svg, ...svg.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((each, i) => {
    const style = getComputedStyle(each);
    for (const name of ["fill", "stroke", "font-size", "font-family"]) to[i].style.setProperty(name, style.getPropertyValue(name));
    to[i].removeAttribute("class");
  });
  const [, , width, height] = svg.getAttribute("viewBox").split(" ");
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.insertBefore(element("rect", { width, height, fill: getComputedStyle(document.body).getPropertyValue("--card") }), copy.firstChild);
  return new XMLSerializer().serializeToString(copy);
}
