// What the page is about and what its reader has set; the address that brings it back.

export const $ = (id) => document.getElementById(id);
export const LEVEL_NAMES = ["sigma_y", "T_exponent", "sigma_H"];
export const PANELS = ["shares", "phase", "energies", "zone", "along"];
const KNOTS = 13;

/** Parameters, levels, presets and record as the server tells them; the draws so far. */
export const page = { about: null, draws: [] };
export const state = { values: {}, labels: "uniform", given: false, seed: "0", d: "50", degree: "3", curves: null, drawn: false, epoch: 0, level: "", overlay: true };
export const told = { spectrum: null, shares: null, phase: null, energies: null, zone: null, along: null, record: null };
/** The numbers of each picture, to be saved. */
export const tables = {};

export function query(extra = {}) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(state.values)) if (name !== "margin" || state.labels === "margin") asked.set(name, value);
  asked.set("labels", state.labels);
  if (state.given) asked.set("seed", state.seed);
  for (const [name, value] of Object.entries(extra)) asked.set(name, value);
  return asked;
}

/** The address that brings this state back. */
export function address() {
  const asked = query({ d: state.d, degree: state.degree });
  if (!state.given && state.seed !== "0") asked.set("draws_seed", state.seed);
  if (state.drawn) for (const [name, values] of Object.entries(state.curves)) asked.set(`${name}s`, values.join(","));
  if (page.about.record) { asked.set("epoch", state.epoch); asked.set("level", state.level); if (!state.overlay) asked.set("overlay", "0"); }
  return `?${asked}`;
}

export function restore() {
  const asked = new URLSearchParams(location.search);
  for (const p of page.about.parameters) state.values[p.name] = asked.get(p.name) ?? String(p.standard);
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
  if (page.about.record) {
    state.epoch = Math.min(Math.max(Number(asked.get("epoch")) || 0, 0), page.about.record.epochs.length - 1);
    state.level = asked.get("level") ?? page.about.record.levels.at(-1).name;
    state.overlay = asked.get("overlay") !== "0";
  }
}
