// The front end of a dashboard: a line to the kernel that rendered the page, its widgets, and a farewell.
// The template (etolib/serve/voila/slim) has painted the shell by now; `etolib` is what it has defined for us.
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";
import { CommsOverSubshells } from "@jupyterlab/services/lib/kernel/comm";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection";
import { Manager, presses } from "./manager.js";
import { CHOICES, FIELDS } from "./presses.js";
import { drawOutputs } from "./outputs.js";
import { Mender } from "./mend.js";
import "./page.css";

const PATIENCE_MS = 45_000;
const WISHES_MS = 1500;
const { line } = window.etolib;
let { config } = window.etolib;
let now; // what the page stands on: { kernel, manager, takeAway }

function connect(kernelId, line) {
  const serverSettings = ServerConnection.makeSettings(line ? { WebSocket: line.WebSocket } : {});
  return new KernelConnection({
    model: { id: kernelId, name: "python3" },
    serverSettings,
    clientId: line?.clientId,
    // Callbacks of widgets belong on the main thread of the kernel.
    commsOverSubshells: CommsOverSubshells.Disabled,
  });
}

// What the kernel said while the line was cut was said to nobody: afterwards its widgets are asked for once more.
function catchUp(kernel, manager) {
  let cut = false;
  kernel.connectionStatusChanged.connect((_, status) => {
    if (status === "connected" && cut) manager.load().then(pressAgain).catch(console.error);
    cut = status !== "connected";
  });
}

// By now the kernel has answered whatever has reached it: a press that it did not answer has not.
function pressAgain() {
  presses.forgetHeard();
  const look = presses.again(document.getElementById("rendered_cells"));
  const missed = presses.missed();
  if (look || missed) mender.passing({ look, missed });
}

async function settle(kernelId, cells, line, wished) {
  const kernel = connect(kernelId, line);
  try {
    const manager = new Manager(kernel);
    await manager.load();
    catchUp(kernel, manager);
    cells.hidden = false;
    const takeAway = await drawOutputs(manager, cells);
    await dressed(cells.querySelector(".etolib-page"), wished);
    return { kernel, manager, takeAway };
  } catch (error) {
    kernel.dispose();
    throw error;
  }
}

async function start() {
  // Drawn behind the shell, which goes when the page is whole.
  const shell = document.getElementById("loading");
  shell.classList.add("etolib-in-front");
  now = await settle(config.kernelId, document.getElementById("rendered_cells"), line, window.etolib.wished);
  shell.remove();
}

// The page gets another kernel: what the server gives a new visitor is drawn behind what is seen, and takes its place.
// The browser has kept what was typed and which results there were, as for a page that is loaded again. Until then the
// document has two forms; that which is seen stands in #rendered_cells. Returns false where the server is full, else what
// nobody has heard: whether the press that begins a calculation wants a look (see Presses.again), and whether anything
// else was missed.
async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (answer.status === 503) return false;
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const given = new DOMParser().parseFromString(await answer.text(), "text/html");
  const script = given.querySelector('link[rel="modulepreload"]')?.getAttribute("href");
  const cells = given.getElementById("rendered_cells");
  if (!cells || !window.etolib.hasOutput(cells)) throw new Error("no output");
  // A server that was updated meanwhile has another front end as well.
  if (script !== document.querySelector('link[rel="modulepreload"]')?.getAttribute("href")) return location.reload();
  const before = document.querySelector(".etolib-page");
  const wished = {
    language: document.documentElement.lang,
    dark: before.classList.contains("etolib-dark"),
    working: before.classList.contains("etolib-working"),
  };
  const seen = document.getElementById("rendered_cells");
  presses.forgetHeard();
  const held = new Map(keepTyped(seen) ? typed(seen).map(([name, field]) => [name, field.value]) : []);
  const next = JSON.parse(given.getElementById("jupyter-config-data").textContent);
  Object.assign(cells.style, { position: "fixed", inset: "0", overflow: "hidden", visibility: "hidden" });
  cells.removeAttribute("id");
  document.body.append(cells);
  const [old, scroll, last, was] = [now, [scrollX, scrollY], document.getElementById("jupyter-config-data"), config];
  config = next;
  try {
    now = await settle(next.kernelId, cells, null, wished);
    await now.manager.caughtUp(); // with what was typed and with its tasks, and able to hear a press
  } catch (error) { // its kernel has ended as well
    [now, config] = [old, was];
    cells.remove();
    throw error;
  }
  const late = typed(seen).filter(([name, field]) => field.value !== held.get(name)).map(([name, field]) => [name, field.value]);
  const chosen = choices(seen);
  old.takeAway();
  old.kernel.dispose();
  cells.removeAttribute("style");
  cells.id = "rendered_cells";
  if (last !== document.getElementById("jupyter-config-data")) last.remove();
  typeAgain(late, cells);
  chooseAgain(chosen, cells);
  scrollTo(...scroll);
  window.etolib.followLanguage();
  return { look: presses.again(cells), missed: presses.missed() };
}

// What was typed after the kernel was gone is known to nobody but the page: it goes by what the browser keeps, and what is
// typed while the new page is being drawn, or is kept nowhere, is typed there once more.
const typed = (cells) =>
  FIELDS.map((name) => [name, cells.querySelector(`.etolib-${name} input`)]).filter(([, field]) => field);

function keepTyped(cells) {
  if (!cells.querySelector(".etolib-latitude")) return false; // a page that keeps nothing of the kind
  try {
    const kept = JSON.parse(sessionStorage.getItem("etolib"));
    for (const [name, field] of typed(cells)) kept.typed[0][name] = field.value;
    sessionStorage.setItem("etolib", JSON.stringify(kept));
    return true;
  } catch {
    return false; // forbidden, or nothing is kept yet
  }
}

function typeAgain(before, cells) {
  const fields = new Map(typed(cells));
  for (const [name, value] of before) {
    const field = fields.get(name);
    if (!field || field.value === value) continue;
    field.value = value;
    for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
  }
}

// Language, units and theme that were chosen while no kernel heard it are chosen once more.
function chooseAgain(before, cells) {
  choices(cells).forEach(({ button, on, alone }, i) => {
    const was = before[i]?.on;
    if (was !== undefined && was !== on && (was || alone)) button.click();
  });
}

const choices = (cells) => CHOICES.flatMap((name) => {
  const buttons = [...cells.querySelectorAll(`button.etolib-${name}, .etolib-${name} button`)];
  return buttons.map((button) => ({ button, on: button.classList.contains("mod-active"), alone: buttons.length === 1 }));
});

// The kernel hears from the browser which language and theme are wished and which results its tab had, and that takes a
// moment: nobody shall see the page change. Until then the shell keeps the place of the results.
async function dressed(page, { language, dark, working }) {
  const late = performance.now() + WISHES_MS;
  const has = (name) => page.classList.contains(name);
  const done = () => has(`etolib-lang-${language}`) && has("etolib-dark") === dark && (!working || has("etolib-working"));
  while (page && !done() && performance.now() < late) await new Promise(requestAnimationFrame);
}

// The kernel ends with its page. `pagehide` and not `beforeunload`: a link that saves a file asks for that one too.
function takeLeave() {
  addEventListener("pagehide", () => {
    const form = new FormData();
    form.append("_xsrf", /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? "");
    navigator.sendBeacon(`${config.baseUrl}voila/api/shutdown/${config.kernelId}`, form);
  });
  // A page that the browser has kept for its back button has no kernel any more.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

// A double click on what begins a task begins one.
addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest?.(".etolib-calculate, .etolib-retry")) event.stopImmediatePropagation();
  else presses.clicked(event);
  presses.acted(event);
}, { capture: true });
addEventListener("change", (event) => presses.acted(event), { capture: true });
addEventListener("input", (event) => presses.typed(event), { capture: true });

takeLeave();
const mender = new Mender({ base: config.baseUrl, kernel: () => now.kernel, renew });
const late = setTimeout(() => window.etolib.didNotStart(), PATIENCE_MS);
try {
  await start();
  window.etolib.heard = (news, socket) => mender.heard(news, socket);
  window.etolib.started();
} catch (error) {
  console.error(error);
  window.etolib.didNotStart();
} finally {
  clearTimeout(late);
}
