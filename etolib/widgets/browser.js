// What only the browser knows: what it has kept, what theme its system has, where it stands; and its address line.
const NAME = "etolib";

function kept(store) {
  try {
    const value = JSON.parse(store.getItem(NAME));
    return value && typeof value === "object" && !Array.isArray(value) ? value : {};
  } catch {
    return {}; // storage may be forbidden, or hold what others wrote
  }
}

function keep(store, value) {
  try {
    store.setItem(NAME, JSON.stringify(value));
  } catch {
    // forbidden or full: the page works without
  }
}

function locate(model) {
  const tell = (found) => {
    model.set("found", { ...found, asked: model.get("asked") });
    model.save_changes();
  };
  if (!navigator.geolocation) return tell({ error: "unsupported" });
  navigator.geolocation.getCurrentPosition(
    (at) => tell({ latitude: at.coords.latitude, longitude: at.coords.longitude }),
    (error) => tell({ error: { 1: "denied", 3: "timeout" }[error.code] || "unavailable" }),
    { timeout: 10000, maximumAge: 60000 },
  );
}

const inJupyter = () => Boolean(document.querySelector(".jp-LabShell, .jp-NotebookShell"));

// JupyterLab has a theme of its own, that counts more than the system's.
function isDark(system) {
  const light = inJupyter() && document.body.dataset.jpThemeLight;
  return light ? light === "false" : system.matches;
}

// Only the fields of the form are changed; whatever else stands in the address (a token, a task) is left alone.
function address(model) {
  if (inJupyter()) return; // the address is JupyterLab's
  const now = new URL(location.href);
  for (const [name, value] of Object.entries(model.get("fields"))) {
    if (value) now.searchParams.set(name, value);
    else now.searchParams.delete(name);
  }
  history.replaceState(history.state, "", now);
}

function render({ model, el }) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const themed = () => {
    model.set("dark", isDark(dark));
    model.save_changes();
  };
  const local = () => keep(localStorage, model.get("local"));
  const session = () => keep(sessionStorage, model.get("session"));
  // What another tab keeps is known here too: else the next thing this one keeps would undo it.
  const elsewhere = (event) => {
    if (event.storageArea !== localStorage || event.key !== NAME) return;
    model.set("local", kept(localStorage));
    model.save_changes();
  };
  const asked = () => locate(model);
  const moved = () => address(model);
  const copy = ({ target }) => {
    const button = target.closest?.(".etolib-copy");
    if (!button || !el.closest(".etolib-page")?.contains(button)) return;
    const link = button.previousElementSibling;
    Promise.resolve().then(() => navigator.clipboard.writeText(link.href)).then(
      () => { button.textContent = button.dataset.done; },
      () => prompt(link.textContent, link.href),
    );
  };
  const seen = () => {
    model.set("visible", !document.hidden);
    model.save_changes();
  };
  model.set("visible", !document.hidden);
  model.set("dark", isDark(dark));
  model.set("languages", [...navigator.languages]);
  model.set("local", kept(localStorage));
  model.set("session", kept(sessionStorage));
  model.set("address", location.search);
  model.set("ready", true);
  model.save_changes();
  dark.addEventListener("change", themed);
  const theme = new MutationObserver(themed);
  theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  addEventListener("storage", elsewhere);
  addEventListener("click", copy);
  document.addEventListener("visibilitychange", seen);
  model.on("change:local", local);
  model.on("change:session", session);
  model.on("change:asked", asked);
  model.on("change:fields", moved);
  // A map learns from the window alone that its size has changed.
  const watch = new ResizeObserver(() => window.dispatchEvent(new Event("resize")));
  let waiting = requestAnimationFrame(function look() {
    const page = el.closest(".etolib-page"); // there once the widget stands in its document
    const frame = page && page.querySelector(".etolib-map-frame");
    if (frame) watch.observe(frame);
    else waiting = requestAnimationFrame(look);
  });
  return () => {
    cancelAnimationFrame(waiting);
    watch.disconnect();
    theme.disconnect();
    dark.removeEventListener("change", themed);
    removeEventListener("storage", elsewhere);
    removeEventListener("click", copy);
    document.removeEventListener("visibilitychange", seen);
    model.off("change:local", local);
    model.off("change:session", session);
    model.off("change:asked", asked);
    model.off("change:fields", moved);
  };
}

export default { render };
