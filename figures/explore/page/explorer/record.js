// A measured network over the model: its epochs, and the level that predicts it.

import { number, say } from "../plot.js";
import { changed } from "./answers.js";
import { drawSpectrum } from "./drawing.js";
import { gone, json, Refused } from "./server.js";
import { $, address, LEVEL_NAMES, page, state, told } from "./state.js";

export function buildRecord() {
  $("record").hidden = false;
  $("record-name").textContent = page.about.record.name;
  $("epoch").max = page.about.record.epochs.length - 1;
  $("record-level").replaceChildren(...page.about.record.levels.map((l) => new Option(l.name, l.name)));
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

export function showRecord() {
  $("epoch").value = state.epoch;
  $("epoch-value").textContent = page.about.record.epochs[state.epoch];
  $("record-level").value = state.level;
  const level = page.about.record.levels.find((l) => l.name === state.level);
  say($("record-assumes"), level ? `${level.meaning}; assumes ${level.assumes}.` : "");
  $("overlay").checked = state.overlay;
}

let looking = false;

export async function lookUp() {
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
