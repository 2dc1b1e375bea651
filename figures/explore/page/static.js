// The page without a server: six sliders and the spectrum of level FG.

import { model } from "./closed.js";
import { draw, labelled, legend, number, say } from "./plot.js";

const SLIDERS = {
  N: [300, 3000, 300, "N", "examples"],
  C: [2, 12, 10, "C", "classes"],
  D: [100, 1000, 1000, "D", "weights"],
  sigma_z: [0.05, 3, 1, "σ$_{z}$", "standard deviation of the logits (nat)"],
  sigma_c: [0.05, 20, 1, "σ$_{c}$", "root-mean-square length of the mean logit gradients (nat/weight)"],
  sigma_E: [0.05, 20, 0.7, "σ$_{E}$", "root-mean-square length of the noise of a logit gradient (nat/weight)"],
};
const state = Object.fromEntries(Object.entries(SLIDERS).map(([name, [, , standard]]) => [name, standard]));

function redraw() {
  const found = model(state), C = (name) => `var(--${name})`;
  const ends = [found.low, found.edge, found.outlier ?? found.edge];
  const marks = [{ kind: "area", x: found.x, y: found.height, color: C("blue") }];
  if (found.count) marks.push({ kind: "rules", at: [found.outlier], color: C("orange"), width: 2.5 });
  draw(document.querySelector("#spectrum .plot"), {
    x: { domain: [Math.min(...ends) / 1.3, Math.max(...ends) * 1.5], log: true, label: "eigenvalue λ (nat/weight²)" },
    y: { domain: [0, 1.08 * Math.max(1, ...found.height)], label: "eigenvalues per unit of ln λ" },
    marks, height: innerWidth >= 900 ? 320 : 210, describe: "Spectrum of G at level FG",
  });
  legend(document.querySelector("#spectrum .legend"), [["bulk", C("blue")], ["common position of the C−1 outliers", C("orange"), "thin"]]);
  const options = Object.entries(state).map(([name, value]) => `--${name.replace("_", "-")} ${value}`);
  document.getElementById("command").textContent = `fort-ganguli predict ${options.join(" ")}`;
  const told = document.getElementById("told");
  Object.assign(told.dataset, { edge: found.edge, outlier: found.outlier ?? "" });
  say(told, found.count ? `${found.count} outliers about λ = ${number(found.outlier, 3)}, above a bulk that ends at ${number(found.edge, 3)}.` : `No outliers: the bulk ends at ${number(found.edge, 3)} and the means are drowned in it.`);
}

for (const [name, [low, high, standard, symbol, meaning]] of Object.entries(SLIDERS)) {
  const row = Object.assign(document.createElement("div"), { className: "slider" });
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 500, id: `slide-${name}` });
  const shown = document.createElement("output"), more = Object.assign(document.createElement("div"), { className: "hint" });
  const sign = labelled(symbol);
  sign.className = "symbol";
  more.style.gridColumn = "1 / -1";
  more.textContent = meaning;
  range.setAttribute("aria-label", meaning);
  range.value = Math.round((500 * Math.log(standard / low)) / Math.log(high / low));
  shown.value = standard;
  range.addEventListener("input", () => {
    const value = Number((low * (high / low) ** (range.value / 500)).toPrecision(3));
    shown.value = state[name] = "NCD".includes(name) ? Math.round(value) : value;
    redraw();
  });
  row.append(sign, range, shown, more);
  document.getElementById("sliders").append(row);
}
addEventListener("resize", redraw);
redraw();
