// The pictures and numbers, drawn from what the server has told last.

import * as panels from "../panels.js";
import { labelled, number } from "../plot.js";
import { $, page, PANELS, state, tables, told } from "./state.js";

const here = () => ({
  ratio: Number(state.values.sigma_c) > 0 ? Number(state.values.sigma_E) / Number(state.values.sigma_c) : null,
  aspect: (Number(state.values.N) * (Number(state.values.C) - 1)) / Number(state.values.D),
});

/** What follows a slider at once: the spectrum, its numbers, and the present points. */
export function drawMoved(at, began) {
  drawSpectrum();
  drawNumbers(true);
  for (const name of ["phase", "energies"]) if (told[name]) drawPanel(name);
  const took = performance.now() - began;
  requestAnimationFrame(() => { $("spectrum").dataset.took = took.toFixed(1); $("spectrum").dataset.drawn = at; });
}

export function drawSpectrum() {
  if (!told.spectrum) return;
  tables.spectrum = panels.spectrum($("spectrum"), { told: told.spectrum, draws: page.draws, record: told.record, overlay: state.overlay, wide: innerWidth >= 900 });
}

export function drawPanel(name) {
  if (!told[name]) return;
  const numbers = told.spectrum?.numbers;
  const given = { told: told[name], draws: page.draws, point: name === "phase" ? here() : { sigma_z: Number(state.values.sigma_z), participation: numbers?.participation ?? told.energies?.point.participation }, strength: told.spectrum?.spike_strength ?? null };
  tables[name] = panels[name]($(name), given);
}

export function drawNumbers(preview) {
  const { numbers, spike_strength } = told.spectrum, rows = [];
  const several = numbers.outliers.length;
  rows.push(["lambda_max", number(numbers.lambda_max)]);
  rows.push(["outliers", several ? numbers.outliers.slice(0, 12).map((v) => number(v)).join(", ") + (several > 12 ? ` … (${several})` : "") : "none"]);
  rows.push(["bulk_edges", numbers.bulk_edges ? numbers.bulk_edges.map((v) => number(v)).join(" to ") : "no bulk"]);
  rows.push(["gradient_share", number(numbers.gradient_power) + (numbers.gradient_power_std === undefined ? "" : ` ± ${number(numbers.gradient_power_std, 2)}`)]);
  for (const name of ["trace", "frobenius", "participation"]) rows.push([name, number(numbers[name])]);
  rows.push(["spike_strength", number(spike_strength)]);
  $("numbers").querySelector("dl").replaceChildren(...rows.map(([name, text]) => {
    const box = document.createElement("div"), { label, meaning } = page.about.observables[name];
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

export function drawAll() {
  drawSpectrum();
  for (const name of PANELS) drawPanel(name);
}
