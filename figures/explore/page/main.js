// The page's state, its controls, and what is asked when: a preview as a slider moves, all at rest.

import * as panels from "./panels.js";
import { labelled, number, say, standalone } from "./plot.js";

const $ = (id) => document.getElementById(id);
const REST = 160; // ms without a move after which the numbers of predict are asked for
const KNOTS = 13;
const STEPS = 1000; // of a slider
const LEVEL_NAMES = ["sigma_y", "T_exponent", "sigma_H"];

let about = null;
const state = { values: {}, labels: "uniform", given: false, seed: "0", d: "50", degree: "3", curves: null, drawn: false, epoch: 0, level: "", overlay: true };
const told = { spectrum: null, shares: null, phase: null, energies: null, zone: null, along: null, record: null };
const tables = {};
let draws = [];
let version = 0, began = 0, asking = false, sampling = null, knot = null, brush = "z";

class Refused extends Error {}
class Gone extends Error {}

/** Ask the server; a refusal is in its words. */
async function ask(name, query, signal) {
  let response;
  try {
    response = await fetch(`${name}?${query}`, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Gone();
  }
  gone(false);
  if (!response.ok) throw new Refused((await response.json().catch(() => ({ error: `the server answered ${response.status}` }))).error);
  return response;
}
const json = async (...all) => (await ask(...all)).json();

function gone(is) {
  $("gone").hidden = !is;
  if (is) $("gone").textContent = "The program that answers this page has ended. Start fort-ganguli explore again; the pictures are its last answers.";
  document.body.classList.toggle("stale", is);
}

function problem(message) {
  $("problem").hidden = !message;
  $("problem").textContent = message ?? "";
  for (const field of document.querySelectorAll("#controls input, .inline input")) {
    const wrong = Boolean(message) && message.split(/[^A-Za-z_]/)[0] === (field.dataset.name ?? field.id);
    field.setAttribute("aria-invalid", wrong);
  }
}

function query(extra = {}) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(state.values)) if (name !== "margin" || state.labels === "margin") asked.set(name, value);
  asked.set("labels", state.labels);
  if (state.given) asked.set("seed", state.seed);
  for (const [name, value] of Object.entries(extra)) asked.set(name, value);
  return asked;
}

/** The address that brings this state back. */
function address() {
  const asked = query({ d: state.d, degree: state.degree });
  if (!state.given && state.seed !== "0") asked.set("draws_seed", state.seed);
  if (state.drawn) for (const [name, values] of Object.entries(state.curves)) asked.set(`${name}s`, values.join(","));
  if (about.record) { asked.set("epoch", state.epoch); asked.set("level", state.level); if (!state.overlay) asked.set("overlay", "0"); }
  return `?${asked}`;
}

function restore() {
  const asked = new URLSearchParams(location.search);
  for (const p of about.parameters) state.values[p.name] = asked.get(p.name) ?? String(p.standard);
  state.labels = asked.get("labels") ?? "uniform";
  state.given = asked.has("seed");
  state.seed = asked.get("seed") ?? asked.get("draws_seed") ?? "0";
  for (const name of ["d", "degree"]) state[name] = asked.get(name) ?? state[name];
  const grown = (from, to) => Array.from({ length: KNOTS }, (_, i) => Number((from * (to / from) ** (i / (KNOTS - 1))).toPrecision(3)));
  state.curves = { z: grown(0.3, 12), c: grown(0.6, 2.4), E: grown(0.42, 1.7) };
  const drawn = ["z", "c", "E"].map((name) => (asked.get(`${name}s`) ?? "").split(",").map(Number));
  if (drawn.every((c) => c.length === drawn[0].length && c.length >= 3 && c.every((v) => v > 0))) {
    state.drawn = true;
    [state.curves.z, state.curves.c, state.curves.E] = drawn;
  }
  if (about.record) {
    state.epoch = Math.min(Math.max(Number(asked.get("epoch")) || 0, 0), about.record.epochs.length - 1);
    state.level = asked.get("level") ?? about.record.levels.at(-1).name;
    state.overlay = asked.get("overlay") !== "0";
  }
}

// --- controls ---------------------------------------------------------------------------------

const parameter = (name) => about.parameters.find((p) => p.name === name);

function toSlider(p, value) {
  const at = p.scale === "log" ? Math.log(value / p.low) / Math.log(p.high / p.low) : (value - p.low) / (p.high - p.low);
  return Math.round(STEPS * Math.min(Math.max(at, 0), 1));
}

function fromSlider(p, at) {
  const raw = p.scale === "log" ? p.low * (p.high / p.low) ** (at / STEPS) : p.low + ((p.high - p.low) * at) / STEPS;
  const value = Number(raw.toPrecision(p.scale === "log" ? 3 : 4));
  return p.whole ? Math.round(value) : value;
}

function build() {
  for (const p of about.parameters) {
    const row = Object.assign(document.createElement("div"), { className: "slider", id: `row-${p.name}` });
    const symbol = labelled(p.symbol);
    symbol.className = "symbol";
    symbol.title = p.meaning;
    const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: STEPS, id: `slide-${p.name}` });
    const field = Object.assign(document.createElement("input"), { type: "text", inputMode: "decimal", id: `value-${p.name}` });
    for (const each of [range, field]) each.setAttribute("aria-label", p.meaning + (p.unit ? `, in ${p.unit}` : ""));
    field.dataset.name = p.name;
    const more = document.createElement("details");
    more.append(Object.assign(document.createElement("summary"), { textContent: p.meaning + (p.unit ? ` (${p.unit})` : "") }), p.assumes);
    row.append(symbol, range, field, more);
    $("sliders").append(row);
    range.addEventListener("input", () => {
      state.values[p.name] = String(fromSlider(p, Number(range.value)));
      if (state.labels === "balanced" && (p.name === "N" || p.name === "C")) wholeClasses();
      changed();
    });
    field.addEventListener("input", () => { state.values[p.name] = field.value.trim(); changed(field); });
  }
  for (const level of about.levels) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: level.name, title: level.assumes });
    button.dataset.level = level.name;
    button.addEventListener("click", () => {
      if (!level.sets.length) for (const name of LEVEL_NAMES) state.values[name] = "0";
      for (const name of level.sets) state.values[name] = on(level) ? "0" : String(level.starts[name]);
      changed();
    });
    $("levels").append(button);
  }
  const select = (id, options, from) => $(id).replaceChildren(...options.map((o) => new Option(from(o), o.name)));
  select("labels", about.labels, (l) => l.name);
  $("preset").append(new Option("…", ""), ...about.presets.map((p, i) => new Option(p.name, i)));
  $("preset").addEventListener("change", () => {
    const preset = about.presets[$("preset").value];
    if (!preset) return;
    for (const [name, value] of Object.entries(preset.sets)) if (name === "labels") state.labels = value; else state.values[name] = String(value);
    changed($("preset"));
  });
  $("labels").addEventListener("change", () => {
    state.labels = $("labels").value;
    if (state.labels === "balanced") wholeClasses();
    if (state.labels === "margin" && Number(state.values.margin) === 0) state.values.margin = "3";
    changed();
  });
  $("given").addEventListener("change", () => { state.given = $("given").checked; changed(); });
  for (const name of ["seed", "d", "degree"]) $(name).addEventListener("input", () => { state[name] = $(name).value.trim(); changed($(name)); });
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  const words = { z: "σ$_{z}$", c: "σ$_{c}$", E: "σ$_{E}$" };
  for (const name of Object.keys(words)) {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "brush", value: name, checked: name === brush });
    radio.addEventListener("change", () => { brush = name; drawSchedule(); });
    label.append(radio, " draw ", labelled(words[name]));
    $("brush").append(label);
  }
  if (about.record) buildRecord();
  buildSchedule();
  buildSaving();
}

const on = (level) => level.sets.length ? level.sets.some((name) => Number(state.values[name]) > 0) : LEVEL_NAMES.every((name) => Number(state.values[name]) === 0);

/** Balanced labels need whole classes. */
function wholeClasses() {
  const [N, C] = ["N", "C"].map((name) => Number(state.values[name]));
  if (N > 0 && C > 0) state.values.N = String(Math.max(1, Math.round(N / C)) * C);
}

/** Show the state in the controls, but for the field that is being typed in. */
function show(typing) {
  for (const p of about.parameters) {
    const value = Number(state.values[p.name]);
    if (Number.isFinite(value)) $(`slide-${p.name}`).value = toSlider(p, value);
    const field = $(`value-${p.name}`);
    if (field !== typing) field.value = state.values[p.name];
  }
  $("row-margin").hidden = state.labels !== "margin";
  $("row-margin").style.display = state.labels === "margin" ? "" : "none";
  $("labels").value = state.labels;
  $("labels-assume").textContent = about.labels.find((l) => l.name === state.labels)?.assumes ?? "";
  if (typing !== $("preset")) $("preset").value = "";
  $("given").checked = state.given;
  for (const name of ["seed", "d", "degree"]) if ($(name) !== typing) $(name).value = state[name];
  for (const button of $("levels").children) button.setAttribute("aria-pressed", on(about.levels.find((l) => l.name === button.dataset.level)));
  $("assumes").replaceChildren(...about.levels.filter(on).map((l) => Object.assign(document.createElement("li"), { textContent: l.assumes })));
  $("of").textContent = Number(state.values.sigma_H) > 0 ? "H = G + K" : "G";
  if (about.record) showRecord();
}

function changed(typing = null) {
  version += 1;
  delete document.body.dataset.settled;
  began = performance.now();
  wake();
  if (draws.length || sampling) forget();
  show(typing);
  answer();
}

// --- asking -----------------------------------------------------------------------------------

const waited = (ms) => new Promise((done) => setTimeout(done, ms));

let wake = () => {};

/** Answer the latest state: a preview while it moves, everything once it rests. */
async function answer() {
  if (asking) return;
  asking = true;
  try {
    for (let at = -1; at !== version;) {
      at = version;
      const left = new AbortController(), moves = new Promise((done) => { wake = () => { left.abort(); done("moved"); }; });
      const unless = (step) => { step.catch(() => {}); return Promise.race([step, moves]); };
      if (told.spectrum && !state.given) {
        try {
          told.spectrum = await json("spectrum", query({ preview: 1 }));
          drawMoved(at);
          problem(null);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
        }
        await unless(waited(REST));
        if (at !== version) continue;
      }
      history.replaceState(null, "", address());
      let refused = null;
      try {
        const found = await unless(json("spectrum", query(), left.signal));
        if (at !== version) continue;
        told.spectrum = found;
        problem(null);
        drawMoved(at);
        drawNumbers(false);
        $("spectrum").dataset.exact = at;
      } catch (error) {
        if (at !== version) continue;
        if (!(error instanceof Refused)) throw error;
        problem((refused = error.message));
      }
      $("spectrum").classList.toggle("stale", refused !== null);
      $("numbers").classList.toggle("preview", refused !== null);
      for (const name of ["shares", "phase", "energies", "zone", "along"]) {
        if (at === version) await unless(panel(name, query(extras(name)), { refused, signal: left.signal }));
      }
      if (at === version) document.body.dataset.settled = at;
    }
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
    gone(true);
  } finally {
    asking = false;
  }
}

function extras(name) {
  if (name === "zone") return { d: state.d, degree: state.degree };
  return name === "along" ? Object.fromEntries(Object.entries(state.curves).map(([k, v]) => [`${k}s`, v.join(",")])) : {};
}

async function panel(name, asked, { refused = null, signal } = {}) {
  try {
    told[name] = await json(name, asked, signal);
    $(name).classList.remove("stale");
    drawPanel(name);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refused)) throw error;
    $(name).classList.add("stale");
    $(name).querySelector(".note").textContent = error.message === refused ? "" : error.message;
  }
}

// --- drawing ----------------------------------------------------------------------------------

const here = () => ({
  ratio: Number(state.values.sigma_c) > 0 ? Number(state.values.sigma_E) / Number(state.values.sigma_c) : null,
  aspect: (Number(state.values.N) * (Number(state.values.C) - 1)) / Number(state.values.D),
});

/** What follows a slider at once: the spectrum, its numbers, and the present points. */
function drawMoved(at) {
  drawSpectrum();
  drawNumbers(true);
  for (const name of ["phase", "energies"]) if (told[name]) drawPanel(name);
  const took = performance.now() - began;
  requestAnimationFrame(() => { $("spectrum").dataset.took = took.toFixed(1); $("spectrum").dataset.drawn = at; });
}

function drawSpectrum() {
  if (!told.spectrum) return;
  tables.spectrum = panels.spectrum($("spectrum"), { told: told.spectrum, draws, record: told.record, overlay: state.overlay, wide: innerWidth >= 900 });
}

function drawPanel(name) {
  if (!told[name]) return;
  const numbers = told.spectrum?.numbers;
  const given = { told: told[name], draws, point: name === "phase" ? here() : { sigma_z: Number(state.values.sigma_z), participation: numbers?.participation ?? told.energies?.point.participation }, strength: told.spectrum?.spike_strength ?? null };
  tables[name] = panels[name]($(name), given);
}

function drawNumbers(preview) {
  const { numbers, spike_strength } = told.spectrum, rows = [];
  const several = numbers.outliers.length;
  rows.push(["lambda_max", number(numbers.lambda_max)]);
  rows.push(["outliers", several ? numbers.outliers.slice(0, 12).map((v) => number(v)).join(", ") + (several > 12 ? ` … (${several})` : "") : "none"]);
  rows.push(["bulk_edges", numbers.bulk_edges ? numbers.bulk_edges.map((v) => number(v)).join(" to ") : "no bulk"]);
  rows.push(["gradient_share", number(numbers.gradient_power) + (numbers.gradient_power_std === undefined ? "" : ` ± ${number(numbers.gradient_power_std, 2)}`)]);
  for (const name of ["trace", "frobenius", "participation"]) rows.push([name, number(numbers[name])]);
  rows.push(["spike_strength", number(spike_strength)]);
  $("numbers").querySelector("dl").replaceChildren(...rows.map(([name, text]) => {
    const box = document.createElement("div"), { label, meaning } = about.observables[name];
    const value = Object.assign(document.createElement("dd"), { textContent: text });
    value.dataset.name = name;
    const term = document.createElement("dt");
    const symbol = labelled(label);
    symbol.className = "label";
    term.append(symbol, " ", labelled(meaning));
    box.append(term, value);
    return box;
  }));
  $("numbers").classList.toggle("preview", preview);
}

function drawAll() {
  drawSpectrum();
  for (const name of ["shares", "phase", "energies", "zone", "along"]) drawPanel(name);
  drawSchedule();
}

// --- samples ----------------------------------------------------------------------------------

function forget() {
  sampling?.abort();
  sampling = null;
  draws = [];
  $("drawing").textContent = "";
  $("drawn").hidden = $("clear").disabled = true;
  $("draw").disabled = false;
}

async function sample() {
  forget();
  const own = (sampling = new AbortController()), count = Number($("count").value);
  $("drawn").hidden = $("clear").disabled = false;
  $("drawn").value = 0;
  $("draw").disabled = true;
  $("drawing").textContent = "drawing …";
  try {
    const response = await ask("samples", query({ seed: state.seed, count }), own.signal);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const draw = JSON.parse(line);
        if (draw.error) throw new Refused(draw.error);
        draws.push(draw);
      }
      $("drawn").value = draws.length / count;
      $("drawing").textContent = `${draws.length} of ${count} draws, logits and labels of seed ${state.seed}`;
      drawSpectrum();
      drawPanel("shares");
    }
    const mean = draws.reduce((sum, d) => sum + d.eigenvalues[0], 0) / draws.length;
    const share = draws.reduce((sum, d) => sum + d.share, 0) / draws.length;
    say($("drawing"), `${draws.length} draws, logits and labels of seed ${state.seed}: mean λ_max ${number(mean)}, mean share ${number(share, 3)}`);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof Refused) $("drawing").textContent = error.message;
    else gone(true);
  }
  if (sampling === own) { $("draw").disabled = false; $("drawn").hidden = true; sampling = null; }
}

// --- the schedule -----------------------------------------------------------------------------

let scales = null;
function drawSchedule() {
  scales = panels.schedule($("schedule"), { curves: state.curves, active: brush, knot });
}

let tracing = false;
async function trace() {
  drawSchedule();
  if (tracing || asking) return;
  tracing = true;
  try {
    for (let shown = ""; shown !== JSON.stringify(state.curves);) {
      shown = JSON.stringify(state.curves);
      await panel("along", query({ ...extras("along"), preview: 1 }));
    }
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
    gone(true);
  } finally {
    tracing = false;
  }
}

function buildSchedule() {
  const box = $("schedule");
  let last = null;
  const paint = (event) => {
    const svg = box.querySelector("svg"), frame = svg.getBoundingClientRect(), unit = svg.viewBox.baseVal.width / frame.width;
    const at = Math.round(scales.x.back((event.clientX - frame.left) * unit));
    const value = Number(Math.min(Math.max(scales.y.back((event.clientY - frame.top) * unit), 0.02), 100).toPrecision(3));
    const curve = state.curves[brush], i = Math.min(Math.max(at, 0), curve.length - 1);
    const [from, to] = last === null ? [i, i] : [Math.min(i, last + 1), Math.max(i, last - 1)];
    for (let j = Math.min(from, to); j <= Math.max(from, to); j++) curve[j] = value;
    last = i;
    state.drawn = true;
    trace();
  };
  box.addEventListener("pointerdown", (event) => { box.setPointerCapture(event.pointerId); last = null; paint(event); });
  box.addEventListener("pointermove", (event) => { if (box.hasPointerCapture(event.pointerId)) paint(event); });
  box.addEventListener("pointerup", () => { last = null; changed(); });
  box.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 1], ArrowRight: [1, 1], ArrowUp: [0, 1.1], ArrowDown: [0, 1 / 1.1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const curve = state.curves[brush];
    knot = Math.min(Math.max((knot ?? 0) + move[0], 0), curve.length - 1);
    curve[knot] = Number((curve[knot] * move[1]).toPrecision(3));
    if (move[1] === 1) drawSchedule();
    else { state.drawn = true; drawSchedule(); changed(); }
  });
  box.addEventListener("blur", () => { knot = null; drawSchedule(); });
}

// --- the record -------------------------------------------------------------------------------

function buildRecord() {
  $("record").hidden = false;
  $("record-name").textContent = about.record.name;
  $("epoch").max = about.record.epochs.length - 1;
  $("record-level").replaceChildren(...about.record.levels.map((l) => new Option(l.name, l.name)));
  $("epoch").addEventListener("input", () => { state.epoch = Number($("epoch").value); showRecord(); lookUp(); });
  $("record-level").addEventListener("change", () => { state.level = $("record-level").value; showRecord(); lookUp(); });
  $("overlay").addEventListener("change", () => { state.overlay = $("overlay").checked; history.replaceState(null, "", address()); drawSpectrum(); });
  $("adopt").addEventListener("click", () => {
    if (!told.record) return;
    for (const [name, value] of Object.entries(told.record.parameters)) state.values[name] = String(Number(value.toPrecision(4)));
    for (const name of LEVEL_NAMES) state.values[name] = "0";
    changed();
  });
}

function showRecord() {
  $("epoch").value = state.epoch;
  $("epoch-value").textContent = about.record.epochs[state.epoch];
  $("record-level").value = state.level;
  const level = about.record.levels.find((l) => l.name === state.level);
  say($("record-assumes"), level ? `${level.meaning}; assumes ${level.assumes}.` : "");
  $("overlay").checked = state.overlay;
}

let looking = false;
async function lookUp() {
  if (looking) return;
  looking = true;
  try {
    for (let shown = ""; shown !== `${state.epoch} ${state.level}`;) {
      shown = `${state.epoch} ${state.level}`;
      told.record = await json("record", new URLSearchParams({ epoch: state.epoch, level: state.level }));
      const { eigenvalues, predicted, share, test_accuracy } = told.record;
      say($("record-told"), `λ_max ${number(eigenvalues[0])}, predicted ${predicted.outliers.length ? number(predicted.outliers[0]) : "none"}; share ${number(share, 3)}, predicted ${number(predicted.share, 3)}${test_accuracy === null ? "" : `; test accuracy ${number(test_accuracy, 3)}`}.`);
      history.replaceState(null, "", address());
      drawSpectrum();
    }
  } catch (error) {
    if (error instanceof Refused) $("record-told").textContent = error.message;
    else gone(true);
  } finally {
    looking = false;
  }
}

// --- taking things along ----------------------------------------------------------------------

/** Copy a text; where the browser does not let us, show it to be copied by hand. */
async function copy(text, what) {
  $("copied").dataset.text = $("taken").value = text;
  try {
    await navigator.clipboard.writeText(text);
    $("copied").textContent = `${what} copied`;
    $("taken").hidden = true;
  } catch {
    $("copied").textContent = `${what}, to copy by hand:`;
    $("taken").hidden = false;
    $("taken").select();
    return;
  }
  setTimeout(() => { $("copied").textContent = ""; }, 2500);
}

function save(name, blob) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function png(svg, name) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(name, blob));
}

function csv(name) {
  const quoted = (v) => (/[",\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v ?? ""));
  const head = [["# fort-ganguli explore"], [`# ${told.spectrum?.command ?? ""}`], ["series", "x", "y"]];
  return [...head, ...tables[name]].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

function buildSaving() {
  for (const name of ["spectrum", "shares", "phase", "energies", "zone", "along"]) {
    const bar = Object.assign(document.createElement("span"), { className: "save" }), title = $(name).querySelector("h2").textContent;
    const box = () => $(name).querySelector(name === "along" ? "#sharpness" : ".plot");
    const ways = { SVG: () => save(`${name}.svg`, new Blob([standalone(box())], { type: "image/svg+xml" })), PNG: () => png(standalone(box()), `${name}.png`), CSV: () => tables[name] && save(`${name}.csv`, new Blob([csv(name)], { type: "text/csv" })) };
    for (const [way, go] of Object.entries(ways)) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: way, title: `Save ${way === "CSV" ? "the data" : "the picture"}` });
      button.setAttribute("aria-label", `Save as ${way}: ${title}`);
      button.addEventListener("click", go);
      bar.append(button);
    }
    $(name).prepend(bar);
  }
  $("copy-command").addEventListener("click", () => copy(told.spectrum?.command ?? "", "command"));
  $("copy-python").addEventListener("click", () => copy(told.spectrum?.python ?? "", "Python"));
  $("copy-link").addEventListener("click", () => copy(location.origin + location.pathname + address(), "link"));
  $("draw").addEventListener("click", sample);
  $("clear").addEventListener("click", () => { forget(); drawSpectrum(); drawPanel("shares"); });
}

// --- the start --------------------------------------------------------------------------------

async function start() {
  try {
    about = await json("about", "");
  } catch {
    gone(true);
    return;
  }
  restore();
  build();
  drawSchedule();
  changed();
  setTimeout(() => {
    if (!told.spectrum && $("problem").hidden) say($("spectrum").querySelector(".note"), "Working: the first answer after an installation takes up to a minute, while its kernels are compiled.");
  }, 1500);
  if (about.record) lookUp();
  addEventListener("resize", drawAll);
  addEventListener("popstate", () => { restore(); changed(); });
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const was = !$("gone").hidden;
      await ask("about", "");
      if (was) changed();
    } catch (error) {
      if (error instanceof Gone) gone(true);
    }
  }, 2500);
}

start();
