// One function for each picture: what the server answered becomes axes, marks, a legend and a note.

import { draw, legend, number, say } from "./plot.js";

const C = (name) => `var(--${name})`;
const LAMBDA = "eigenvalue λ (nat/weight²)";
const series = (name, xs, ys) => xs.map((x, i) => [name, x, ys[i]]);
const finite = (values) => values.filter((v) => Number.isFinite(v));

function parts(card) {
  return { box: card.querySelector(".plot"), legend: card.querySelector(".legend"), note: card.querySelector(".note") };
}

/** Eigenvalues by bins, a number for each unit of ln λ (or of λ), averaged over draws. */
function histogram(draws, domain, log, bins = 70) {
  const of = log ? Math.log : (v) => v;
  const [low, high] = domain.map(of), width = (high - low) / bins;
  const counts = new Array(bins).fill(0);
  for (const draw of draws) for (const value of draw) {
    if (log && value <= 0) continue;
    const i = Math.floor((of(value) - low) / width);
    if (i >= 0 && i < bins) counts[i] += 1;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => (log ? Math.exp(low + i * width) : low + i * width));
  return { edges, heights: counts.map((n) => n / (width * draws.length)) };
}

export function spectrum(card, { told, draws = [], record = null, overlay = false, wide = false }) {
  const { box, legend: key, note } = parts(card);
  const { numbers, bulk } = told, marks = [], entries = [], table = [];
  const outliers = numbers.outliers, std = numbers.outliers_std;
  const shown = overlay && record ? record : null;
  const ends = [...(bulk ? bulk.edges.flat() : []), ...outliers.map((v, i) => v + 2 * std[i]), ...outliers.slice(-1)];
  if (shown) ends.push(...shown.eigenvalues.slice(0, 1), shown.eigenvalues[Math.floor(0.98 * (shown.eigenvalues.length - 1))], ...shown.predicted.outliers);
  if (draws.length) ends.push(...draws.map((d) => d.eigenvalues[0]));
  const log = !bulk || bulk.log, seen = finite(ends).filter((v) => !log || v > 0);
  let low = Math.min(...seen), high = Math.max(...seen);
  if (!seen.length) [low, high] = [0.1, 1];
  if (log) [low, high] = [Math.max(low / 1.25, high * 1e-7), high * 1.35];
  else [low, high] = [low - 0.05 * (high - low), high + 0.08 * (high - low)];
  const domain = [low, high];
  let top = bulk?.height.length ? Math.max(...bulk.height) : 0;
  const drawn = draws.length ? histogram(draws.map((d) => d.eigenvalues), domain, log) : null;
  const measured = shown ? histogram([shown.eigenvalues], domain, log, 45) : null;
  if (drawn && (top === 0 || bulk.height.length === 0)) top = Math.max(...drawn.heights);
  const outline = shown ? shown.predicted.height.map((h, i) => (log ? h : h / shown.predicted.x[i])) : [];
  if (measured && log) top = Math.max(top, ...measured.heights, ...outline);
  const per = log ? "per unit of ln λ" : "per unit of λ";
  if (bulk?.height.length) {
    marks.push({ kind: "area", x: bulk.x, y: bulk.height, color: C("blue"), name: "bulk" });
    entries.push(["bulk", C("blue")]);
    table.push(...series(`bulk, eigenvalues ${per}`, bulk.x, bulk.height));
  } else if (bulk) {
    marks.push({ kind: "columns", spans: bulk.edges, color: C("blue"), opacity: 0.35, name: "bulk" });
    entries.push(["bulk, edge to edge", C("blue")]);
  }
  if (bulk) table.push(...bulk.edges.flat().map((v) => ["bulk edge", v, ""]));
  if (bulk?.largest) {
    marks.push({ kind: "columns", spans: [[bulk.largest[0], bulk.largest[2]]], color: C("green"), opacity: 0.75, name: "largest" });
    entries.push(["largest of the bulk, 5–95 %", C("green")]);
  }
  if (outliers.length) {
    const faint = Math.max(0.25, Math.min(1, 14 / outliers.length));
    marks.push({ kind: "columns", spans: outliers.map((v, i) => [log ? v * Math.exp(-std[i] / v) : v - std[i], log ? v * Math.exp(std[i] / v) : v + std[i]]), color: C("orange"), opacity: 0.16 * faint, name: "deviation" });
    marks.push({ kind: "rules", at: outliers, color: C("orange"), opacity: faint, name: "outlier" });
    entries.push(["outliers ± sd over draws", C("orange"), "thin"]);
    table.push(...series("outlier, its standard deviation", outliers, std));
  }
  if (drawn) {
    marks.push({ kind: "bars", ...drawn, color: C("grey"), opacity: 0.12, name: "drawn" });
    const edge = bulk ? bulk.edges.at(-1)[1] : 0;
    draws.slice(0, 24).forEach((d, i, all) => {
      const from = 0.03 + (0.5 * i) / Math.max(all.length, 8);
      marks.push({ kind: "rules", at: d.eigenvalues.filter((v) => v > edge).slice(0, 200), from, to: from + 0.4 / Math.max(all.length, 8), color: C("text"), width: 1, opacity: 0.8, name: "drawn" });
    });
    entries.push([`${draws.length} draws`, C("grey")]);
    table.push(...draws.flatMap((d, i) => d.eigenvalues.map((v) => [`draw ${i}`, v, ""])));
  }
  if (shown) {
    const p = shown.predicted;
    marks.push({ kind: "bars", ...measured, color: C("pink"), opacity: 0.15, name: "measured" });
    marks.push({ kind: "line", x: p.x, y: outline, color: C("gold"), dash: "5 3", name: "level" });
    marks.push({ kind: "rules", at: p.outliers, from: 0.0, to: 0.1, color: C("gold"), width: 2, name: "level" });
    marks.push({ kind: "rules", at: shown.eigenvalues.slice(0, Math.max(p.outliers.length, 9)), from: 0.11, to: 0.21, color: C("pink"), width: 2, name: "measured" });
    entries.push(["your network", C("pink")], [`its level ${shown.level}`, C("gold"), "dashed"]);
    table.push(...shown.eigenvalues.map((v) => [`network, epoch ${shown.epoch}`, v, ""]), ...p.outliers.map((v) => [`level ${shown.level}, outlier`, v, ""]), ...series(`level ${shown.level}, eigenvalues ${per}`, p.x, outline));
  }
  draw(box, {
    x: { domain, log, label: LAMBDA },
    y: { domain: [0, top > 0 ? 1.08 * top : 1], label: top > 0 ? `eigenvalues ${per}` : "", hidden: top === 0 },
    marks, height: wide ? 300 : 210,
    describe: `Spectrum: ${outliers.length} outliers, the largest at ${number(numbers.lambda_max)}`,
  });
  legend(key, entries);
  say(note, [bulk?.why ? `Bulk: ${bulk.why}.` : "", outliers.length ? "" : "No outliers: the means are drowned in the bulk."].join(" ").trim());
  return table;
}

export function shares(card, { told, draws = [] }) {
  const { box, legend: key, note } = parts(card);
  const known = told.filter((law) => law.mean !== undefined), marks = [];
  const at = (law) => told.length - 1 - told.indexOf(law);
  for (const present of [false, true]) {
    const laws = known.filter((law) => law.present === present), color = C(present ? "orange" : "grey");
    marks.push({ kind: "spans", y: laws.map(at), spans: laws.map((law) => [law.quantiles[0], law.quantiles[2]]), color, width: 2 });
    marks.push({ kind: "spans", y: laws.map(at), spans: laws.map((law) => [Math.max(law.mean - law.std, 0), Math.min(law.mean + law.std, 1)]), color, width: 7, opacity: 0.45 });
    marks.push({ kind: "dots", x: laws.map((law) => law.mean), y: laws.map(at), color, name: present ? "present" : "other" });
  }
  const own = told.find((law) => law.present);
  if (draws.length) marks.push({ kind: "dots", x: draws.map((d) => d.share), y: draws.map((_, i) => at(own) - 0.27 - 0.1 * (i % 2)), color: C("text"), r: 2, opacity: 0.6, name: "drawn" });
  draw(box, {
    x: { domain: [0, 1], label: "share of ‖g‖² on the outliers" },
    y: { domain: [-0.6, told.length - 0.4], names: told.map((law) => law.labels).toReversed(), gutter: 72 },
    marks, describe: "The gradient's share on the outliers, by the law of the labels",
  });
  legend(key, [["present labels: mean, ± sd, 5–95 % of draws", C("orange")], ["other labels", C("grey")], ...(draws.length ? [[`${draws.length} draws`, C("text"), "dot"]] : [])]);
  const refused = told.filter((law) => law.why).map((law) => `${law.labels}: ${law.why}.`);
  const margin = told.find((law) => law.labels === "margin");
  say(note, [margin?.mean !== undefined && !margin.present ? `Margin labels as if Δ = ${margin.margin}.` : "", ...refused].join(" ").trim());
  return known.map((law) => [`labels ${law.labels}: mean, standard deviation`, law.mean, law.std]);
}

export function phase(card, { told, point, strength }) {
  const { box, legend: key, note } = parts(card);
  const all = finite([...told.ratio, point.ratio ?? NaN]);
  const low = Math.min(0.1, ...all) / 1.3, high = Math.max(100, ...all) * 1.3;
  const aspects = finite([...told.aspect, point.aspect]);
  const reach = [Math.min(1e-3, ...aspects) / 1.3, Math.max(1e3, ...aspects) * 1.3];
  const inside = strength === null ? null : strength > 1;
  const marks = [
    { kind: "line", x: told.ratio, y: told.aspect, color: C("blue"), width: 2.2, name: "threshold" },
    { kind: "dots", x: [point.ratio], y: [point.aspect], color: C(inside === false ? "grey" : "orange"), ring: "var(--card)", r: 6, name: "present" },
  ];
  if (told.ratio.length) {
    const middle = Math.floor(told.ratio.length / 2), y = told.aspect[middle];
    marks.push({ kind: "words", text: "outliers", x: told.ratio[middle], y, dx: -14, anchor: "end" }, { kind: "words", text: "bulk alone", x: told.ratio[middle], y, dx: 14 });
  }
  draw(box, {
    x: { domain: [low, high], log: true, label: "noise over mean, σ$_{E}$/σ$_{c}$" },
    y: { domain: reach, log: true, label: "N(C−1)/D" },
    marks, describe: "Phase diagram of the Baik–Ben Arous–Péché transition",
  });
  legend(key, [["threshold", C("blue"), "thin"], ["you are here", C("orange"), "dot"]]);
  const beyond = told.left_out.length ? ` The line leaves out ${told.left_out.map((n) => ({ sigma_y: "σ_y", sigma_H: "σ_H" })[n]).join(" and ")}.` : "";
  const here = inside === null ? "" : inside ? "the means make outliers" : "the means make none";
  say(note, (told.why ? `No line: ${told.why}.` : "") + (strength === null ? "" : ` Strength of the means over the threshold: ${number(strength, 3)}; ${here}.`) + beyond);
  return [...series("threshold: σ_E/σ_c, N(C-1)/D", told.ratio, told.aspect), ["present", point.ratio, point.aspect]];
}

export function energies(card, { told, point }) {
  const { box, legend: key, note } = parts(card);
  const curves = [["participation", "Y = Σ p² (mean)", "orange"], ["largest", "largest output (mean)", "green"], ["entropy", "entropy over ln C", "blue"]];
  const marks = curves.map(([name, , color]) => ({ kind: "line", x: told.sigma_z, y: told[name], color: C(color), name }));
  marks.push({ kind: "line", x: told.sigma_z, y: told.limit, color: C("orange"), dash: "4 3", width: 1.2 });
  marks.push({ kind: "rules", at: [told.freezing], color: C("grey"), dash: "3 3" });
  const end = Math.max(told.sigma_z.at(-1), point.sigma_z * 1.05);
  marks.push({ kind: "rules", at: [point.sigma_z], color: C("text"), opacity: 0.35 }, { kind: "dots", x: [point.sigma_z], y: [point.participation], color: C("orange"), ring: "var(--card)", r: 6, name: "present" });
  draw(box, { x: { domain: [0, end], label: "σ$_{z}$ (nat)" }, y: { domain: [0, 1.04], label: "" }, marks, describe: "Participation, largest output and entropy of the softmax against the spread of the logits" });
  legend(key, [...curves.map(([, words, color]) => [words, C(color), "thin"]), ["Y for C → ∞", C("orange"), "dashed"], ["freezing √(2 ln C)", C("grey"), "dashed"]]);
  say(note, `C = ${told.C}: frozen above σ_z = ${number(told.freezing, 3)}; here Y = ${number(point.participation)}, about ${number(1 / point.participation, 2)} classes share an output.`);
  return curves.flatMap(([name]) => series(name, told.sigma_z, told[name]));
}

export function zone(card, { told }) {
  const { box, legend: key, note } = parts(card);
  const marks = [
    { kind: "line", x: told.radius, y: told.convexity, color: C("blue"), name: "convexity" },
    { kind: "levels", at: [told.most], color: C("grey"), dash: "3 3" },
    { kind: "rules", at: [1], color: C("text"), opacity: 0.3 },
    { kind: "dots", x: [1], y: [told.here], color: C("orange"), ring: "var(--card)", r: 6, name: "present" },
  ];
  draw(box, { x: { domain: [0.1, 10], log: true, label: "weight radius over the present one" }, y: { domain: [0, 1.08 * told.most], label: "Tr H / ‖H‖$_{F}$" }, marks, describe: "Convexity on a random hyperplane against the weight radius" });
  legend(key, [["convexity on a random plane", C("blue"), "thin"], ["its most, √d", C("grey"), "dashed"], ["present radius", C("orange"), "dot"]]);
  say(note, `Here ${number(told.here, 4)} of at most ${number(told.most, 3)}. Without curvature (σ_H = 0) the zone has an outer edge alone.${told.why ? ` Where there is no line: ${told.why}.` : ""}`);
  return series("radius, convexity", told.radius, told.convexity);
}

const CURVES = { z: ["σ$_{z}$ (nat)", "blue"], c: ["σ$_{c}$ (nat/weight)", "orange"], E: ["σ$_{E}$ (nat/weight)", "green"] };

/** The hand-drawn schedule; returns its scales, so that a pointer's place becomes a value. */
export function schedule(box, { curves, active, knot }) {
  const marks = [];
  for (const [name, values] of Object.entries(curves)) {
    const color = C(CURVES[name][1]), own = name === active, t = values.map((_, i) => i);
    marks.push({ kind: "line", x: t, y: values, color, width: own ? 2.4 : 1.3, name: `curve-${name}` });
    marks.push({ kind: "dots", x: t, y: values, color, r: own ? 4 : 2 });
  }
  if (knot !== null) marks.push({ kind: "rules", at: [knot], color: C("text"), opacity: 0.35 });
  const all = Object.values(curves).flat();
  return draw(box, {
    x: { domain: [-0.4, curves.z.length - 0.6], label: "time (steps)" },
    y: { domain: [Math.min(0.05, ...all), Math.max(20, ...all)], log: true, label: "draw here" },
    marks, height: 240, describe: "Schedule of the spread of logits and the lengths of means and noise",
  });
}

export function along(card, { told, still }) {
  const box = card.querySelector("#sharpness"), note = card.querySelector(".note");
  const low = told.mean.map((m, i) => Math.max(m - told.std[i], 1e-300)), high = told.mean.map((m, i) => m + told.std[i]);
  const marks = [{ kind: "band", x: told.t, low, high, color: C("pink") }, { kind: "line", x: told.t, y: told.mean, color: C("pink"), width: 2.2, name: "largest" }];
  if (told.peak) marks.push({ kind: "dots", x: [told.peak.time], y: [told.peak.height], color: C("pink"), ring: "var(--card)", r: 6 });
  draw(box, {
    x: { domain: [-0.4, told.t.length - 0.6], label: "time (steps)" },
    y: { domain: [0, 1.1 * Math.max(...high)], label: "λ$_{max}$ (nat/weight²)" },
    marks, height: 240, describe: "The largest eigenvalue along the schedule",
  });
  legend(card.querySelector(".legend"), [...Object.values(CURVES).map(([words, color]) => [words, C(color), "thin"]), ["largest eigenvalue ± sd over draws", C("pink"), "thin"]]);
  if (told.peak) say(note, told.peak.interior ? `Sharpest at step ${number(told.peak.time, 3)}: λ_max = ${number(told.peak.height)}. Longer means raise it, a freezing softmax lowers it.` : `Sharpest at an end, at step ${number(told.peak.time, 3)}. Let σ_z grow to make it fall.`);
  else if (!still) say(note, "…");
  return [...series("λ_max", told.t, told.mean), ...series("its standard deviation", told.t, told.std)];
}
