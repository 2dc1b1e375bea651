// Sliders, levels, presets and labels: from the state to the controls and back.

import { labelled } from "../plot.js";
import { changed } from "./answers.js";
import { showRecord } from "./record.js";
import { $, LEVEL_NAMES, page, state } from "./state.js";

const STEPS = 1000; // of a slider

function toSlider(p, value) {
  const at = p.scale === "log" ? Math.log(value / p.low) / Math.log(p.high / p.low) : (value - p.low) / (p.high - p.low);
  return Math.round(STEPS * Math.min(Math.max(at, 0), 1));
}

function fromSlider(p, at) {
  const raw = p.scale === "log" ? p.low * (p.high / p.low) ** (at / STEPS) : p.low + ((p.high - p.low) * at) / STEPS;
  const value = Number(raw.toPrecision(p.scale === "log" ? 3 : 4));
  return p.whole ? Math.round(value) : value;
}

export function buildControls() {
  for (const p of page.about.parameters) {
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
  for (const level of page.about.levels) {
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
  select("labels", page.about.labels, (l) => l.name);
  $("preset").append(new Option("…", ""), ...page.about.presets.map((p, i) => new Option(p.name, i)));
  $("preset").addEventListener("change", () => {
    const preset = page.about.presets[$("preset").value];
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
}

const on = (level) => level.sets.length ? level.sets.some((name) => Number(state.values[name]) > 0) : LEVEL_NAMES.every((name) => Number(state.values[name]) === 0);

/** Balanced labels need whole classes. */
function wholeClasses() {
  const [N, C] = ["N", "C"].map((name) => Number(state.values[name]));
  if (N > 0 && C > 0) state.values.N = String(Math.max(1, Math.round(N / C)) * C);
}

/** Show the state in the controls, but for the field that is being typed in. */
export function show(typing) {
  for (const p of page.about.parameters) {
    const value = Number(state.values[p.name]);
    if (Number.isFinite(value)) $(`slide-${p.name}`).value = toSlider(p, value);
    const field = $(`value-${p.name}`);
    if (field !== typing) field.value = state.values[p.name];
  }
  $("row-margin").hidden = state.labels !== "margin";
  $("row-margin").style.display = state.labels === "margin" ? "" : "none";
  $("labels").value = state.labels;
  $("labels-assume").textContent = page.about.labels.find((l) => l.name === state.labels)?.assumes ?? "";
  if (typing !== $("preset")) $("preset").value = "";
  $("given").checked = state.given;
  for (const name of ["seed", "d", "degree"]) if ($(name) !== typing) $(name).value = state[name];
  for (const button of $("levels").children) button.setAttribute("aria-pressed", on(page.about.levels.find((l) => l.name === button.dataset.level)));
  $("assumes").replaceChildren(...page.about.levels.filter(on).map((l) => Object.assign(document.createElement("li"), { textContent: l.assumes })));
  $("of").textContent = Number(state.values.sigma_H) > 0 ? "H = G + K" : "G";
  if (page.about.record) showRecord();
}
