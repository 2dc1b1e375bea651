// Questions to the server, and what is said when it refuses or has ended.

import { $ } from "./state.js";

export class Refused extends Error {}
export class Gone extends Error {}

/** Ask the server; a refusal is in its words. */
export async function ask(name, query, signal) {
  let response;
  try {
    response = await fetch(`${name}?${query}`, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Gone();
  }
  gone(false);
  if (!response.ok) throw new Refused((await response.json().catch(() => ({ error: `the server answered ${response.status}` }))).error);
  return response;
}
export const json = async (...all) => (await ask(...all)).json();

export function gone(is) {
  $("gone").hidden = !is;
  if (is) $("gone").textContent = "The program that answers this page has ended. Start fort-ganguli explore again; the pictures are its last answers.";
  document.body.classList.toggle("stale", is);
}

export function problem(message) {
  $("problem").hidden = !message;
  $("problem").textContent = message ?? "";
  for (const field of document.querySelectorAll("#controls input, .inline input")) {
    const wrong = Boolean(message) && message.split(/[^A-Za-z_]/)[0] === (field.dataset.name ?? field.id);
    field.setAttribute("aria-invalid", wrong);
  }
}
