// The start: what the page is about is asked for, and everything is built and answered.

import { say } from "../plot.js";
import { changed, following } from "./answers.js";
import { buildControls, show } from "./controls.js";
import { drawAll } from "./drawing.js";
import { buildRecord, lookUp } from "./record.js";
import { buildSampling, forgetOld } from "./samples.js";
import { buildSaving } from "./saving.js";
import { buildSchedule, drawSchedule } from "./schedule.js";
import { ask, Gone, gone, json } from "./server.js";
import { $, page, restore, told } from "./state.js";

async function start() {
  try {
    page.about = await json("about", "");
  } catch {
    gone(true);
    return;
  }
  restore();
  following.push(forgetOld, show);
  buildControls();
  buildSampling();
  buildSchedule();
  buildSaving();
  if (page.about.record) buildRecord();
  drawSchedule();
  changed();
  setTimeout(() => {
    if (!told.spectrum && $("problem").hidden) say($("spectrum").querySelector(".note"), "Working: the first answer after an installation takes up to a minute, while its kernels are compiled.");
  }, 1500);
  if (page.about.record) lookUp();
  addEventListener("resize", () => { drawAll(); drawSchedule(); });
  addEventListener("popstate", () => { restore(); changed(); });
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const was = !$("gone").hidden;
      await ask("about", "");
      if (was) changed();
    } catch (error) {
      if (error instanceof Gone) gone(true);
    }
  }, 2500);
}

start();
