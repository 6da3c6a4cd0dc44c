// The front end of a dashboard: a line to the kernel that rendered the page, its widgets, and a farewell.
// The template (etolib/serve/voila/slim) has painted the shell by now; `etolib` is what it has defined for us.
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";
import { CommsOverSubshells } from "@jupyterlab/services/lib/kernel/comm";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection";
import { Manager } from "./manager.js";
import { drawOutputs } from "./outputs.js";
import "./page.css";

const PATIENCE_MS = 45_000;
const WISHES_MS = 1500;
const { config, line } = window.etolib;

function connect() {
  const serverSettings = ServerConnection.makeSettings(line ? { WebSocket: line.WebSocket } : {});
  return new KernelConnection({
    model: { id: config.kernelId, name: "python3" },
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
    if (status === "connected" && cut) manager.load().catch(console.error);
    cut = status !== "connected";
  });
}

async function start() {
  const kernel = connect();
  const manager = new Manager(kernel);
  await manager.load();
  catchUp(kernel, manager);
  // Drawn behind the shell, which goes when the page is whole.
  const shell = document.getElementById("loading");
  shell.classList.add("etolib-in-front");
  document.getElementById("rendered_cells").hidden = false;
  await drawOutputs(manager);
  await dressed(window.etolib.wished);
  shell.remove();
}

// The kernel hears from the browser which language and theme are wished and which results its tab had, and that takes a
// moment: nobody shall see the page change. Until then the shell keeps the place of the results.
async function dressed({ language, dark, working }) {
  const page = document.querySelector(".etolib-page");
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

takeLeave();
const late = setTimeout(() => window.etolib.didNotStart(), PATIENCE_MS);
try {
  await start();
  window.etolib.started();
} catch (error) {
  console.error(error);
  window.etolib.didNotStart();
} finally {
  clearTimeout(late);
}
