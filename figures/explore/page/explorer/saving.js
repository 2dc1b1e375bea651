// Taking things along: the command, the Python and the link; pictures and their numbers.

import { standalone } from "../plot.js";
import { $, address, PANELS, tables, told } from "./state.js";

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

export function buildSaving() {
  for (const name of ["spectrum", ...PANELS]) {
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
}
