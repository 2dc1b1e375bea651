// What is asked when: a preview as a slider moves, everything once it rests.

import { drawMoved, drawNumbers, drawPanel } from "./drawing.js";
import { Gone, gone, json, problem, Refused } from "./server.js";
import { $, address, PANELS, query, state, told } from "./state.js";

const REST = 160; // ms without a move after which the numbers of predict are asked for

let version = 0, began = 0, asking = false, wake = () => {};

/** What follows a change before the server is asked: functions of the field that is typed in. */
export const following = [];
export const answering = () => asking;

export function changed(typing = null) {
  version += 1;
  delete document.body.dataset.settled;
  began = performance.now();
  wake();
  for (const each of following) each(typing);
  answer();
}

const waited = (ms) => new Promise((done) => setTimeout(done, ms));

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
          drawMoved(at, began);
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
        drawMoved(at, began);
        drawNumbers(false);
        $("spectrum").dataset.exact = at;
      } catch (error) {
        if (at !== version) continue;
        if (!(error instanceof Refused)) throw error;
        problem((refused = error.message));
      }
      $("spectrum").classList.toggle("stale", refused !== null);
      $("numbers").classList.toggle("preview", refused !== null);
      for (const name of PANELS) {
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

export function extras(name) {
  if (name === "zone") return { d: state.d, degree: state.degree };
  return name === "along" ? Object.fromEntries(Object.entries(state.curves).map(([k, v]) => [`${k}s`, v.join(",")])) : {};
}

export async function panel(name, asked, { refused = null, signal } = {}) {
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
