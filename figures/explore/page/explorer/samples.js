// Draws of the model beside its prediction, one by one.

import { number, say } from "../plot.js";
import { drawPanel, drawSpectrum } from "./drawing.js";
import { ask, gone, Refused } from "./server.js";
import { $, page, query, state } from "./state.js";

let sampling = null;

function forget() {
  sampling?.abort();
  sampling = null;
  page.draws = [];
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
        page.draws.push(draw);
      }
      $("drawn").value = page.draws.length / count;
      $("drawing").textContent = `${page.draws.length} of ${count} draws, logits and labels of seed ${state.seed}`;
      drawSpectrum();
      drawPanel("shares");
    }
    const mean = page.draws.reduce((sum, d) => sum + d.eigenvalues[0], 0) / page.draws.length;
    const share = page.draws.reduce((sum, d) => sum + d.share, 0) / page.draws.length;
    say($("drawing"), `${page.draws.length} draws, logits and labels of seed ${state.seed}: mean λ_max ${number(mean)}, mean share ${number(share, 3)}`);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof Refused) $("drawing").textContent = error.message;
    else gone(true);
  }
  if (sampling === own) { $("draw").disabled = false; $("drawn").hidden = true; sampling = null; }
}

/** Draws of other parameters are put away. */
export function forgetOld() {
  if (page.draws.length || sampling) forget();
}

export function buildSampling() {
  $("draw").addEventListener("click", sample);
  $("clear").addEventListener("click", () => { forget(); drawSpectrum(); drawPanel("shares"); });
}
