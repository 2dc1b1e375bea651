// The schedule of σ_z, σ_c and σ_E, drawn with the pointer or by arrow keys.

import * as panels from "../panels.js";
import { labelled } from "../plot.js";
import { answering, changed, extras, panel } from "./answers.js";
import { Gone, gone } from "./server.js";
import { $, query, state } from "./state.js";

let scales = null, knot = null, brush = "z", tracing = false;

export function drawSchedule() {
  scales = panels.schedule($("schedule"), { curves: state.curves, active: brush, knot });
}

async function trace() {
  drawSchedule();
  if (tracing || answering()) return;
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

export function buildSchedule() {
  const words = { z: "σ$_{z}$", c: "σ$_{c}$", E: "σ$_{E}$" };
  for (const name of Object.keys(words)) {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "brush", value: name, checked: name === brush });
    radio.addEventListener("change", () => { brush = name; drawSchedule(); });
    label.append(radio, " draw ", labelled(words[name]));
    $("brush").append(label);
  }
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
