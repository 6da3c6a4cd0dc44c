// What the widgets of the page cannot say of themselves to those who do not see it or have no pointer: roles, names,
// states, the keys of the tabs, what has just happened, and where the focus goes when what had it has gone.
// Every word comes from Python.
const NOISY = ".leaflet-container, .etolib-chart, .etolib-days"; // say what they are by themselves, and change a lot
const REACHED = "a[href], button, input, select, summary, [tabindex]";

const seen = (one) => one.isConnected && one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
const reached = (one) => !one.disabled && one.tabIndex >= 0 && seen(one);

const anyId = () => `etolib-${Math.random().toString(36).slice(2)}`;

function put(one, name, value) {
  if (one.getAttribute(name) !== String(value)) one.setAttribute(name, value);
}

function describe(page, parts) {
  for (const [selector, attributes] of parts) {
    for (const one of page.querySelectorAll(selector)) {
      for (const [name, value] of Object.entries(attributes)) put(one, name, value);
    }
  }
}

// A switch of ipywidgets shows its state by a class alone.
function press(page) {
  for (const one of page.querySelectorAll(".widget-toggle-button")) {
    put(one, "aria-pressed", one.classList.contains("mod-active"));
  }
}

// ipywidgets writes what is not there.
function quiet(page) {
  for (const one of page.querySelectorAll('[title="null"]')) one.removeAttribute("title");
}

// Tabs and their panes stand in the same order.
function tabs(page) {
  const list = page.querySelector(".etolib-results > .etolib-tabs");
  if (!list) return;
  const panes = [...list.parentElement.children].filter((one) => /(^| )etolib-of-/.test(one.className));
  put(list, "role", "tablist");
  [...list.querySelectorAll(".etolib-tab")].forEach((tab, i) => {
    const open = tab.classList.contains("etolib-open");
    put(tab, "role", "tab");
    put(tab, "aria-selected", open);
    put(tab, "tabindex", open ? 0 : -1); // the arrows lead to the others
    const pane = panes[i];
    if (!pane) return;
    tab.id ||= anyId();
    pane.id ||= anyId();
    put(tab, "aria-controls", pane.id);
    put(pane, "role", "tabpanel");
    put(pane, "aria-labelledby", tab.id);
  });
}

// The arrows move the focus, Enter and the space bar open: a pane may have to ask a worker first.
function key(event) {
  const tab = event.target.closest?.(".etolib-tab");
  if (!tab || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...tab.parentElement.querySelectorAll(".etolib-tab")];
  const at = all.indexOf(tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length).focus();
}

// Whoever presses a button that goes with what it closes shall not begin again at the top of the page, nor be taken to
// another part of it: the focus goes to what follows, or else stands before, in the nearest part that has any.
function recover(page, last) {
  if (!last.length || seen(last[0])) return;
  const left = last.find((one) => one.isConnected && (one === page || seen(one) || one.parentElement));
  const all = [...page.querySelectorAll(REACHED)].filter(reached);
  const after = (one) => left.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !left.contains(one);
  for (const part of last.slice(last.indexOf(left))) {
    const near = all.filter((one) => part.contains(one));
    if (near.length) return (near.find(after) ?? near.at(-1)).focus();
  }
}

function watch(page, model) {
  const inLab = document.querySelector(".jp-LabShell, .jp-NotebookShell"); // it has a main part of its own
  let waiting = 0;
  let last = []; // what has the focus, and all that it stands in
  const apply = () => {
    waiting = 0;
    const parts = model.get("parts").map(([selector, { role, ...others }]) =>
      [selector, role && !(inLab && /^(main|banner)$/.test(role)) ? { role, ...others } : others]);
    describe(page, parts);
    press(page);
    quiet(page);
    tabs(page);
    // What has just been hidden keeps the focus until the browser has drawn.
    if ([document.body, last[0]].includes(document.activeElement)) recover(page, last);
  };
  const soon = () => { waiting ||= requestAnimationFrame(apply); };
  const changed = (records) => {
    if (records.some(({ target }) => !target.closest?.(NOISY))) soon();
  };
  const focused = ({ target }) => {
    last = [];
    for (let one = target; one && one !== page.parentElement; one = one.parentElement) last.push(one);
  };
  const pointed = () => { last = []; };
  const observer = new MutationObserver(changed);
  observer.observe(page, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "style"] });
  const listeners = [["keydown", key], ["focusin", focused], ["pointerdown", pointed]];
  for (const [event, act] of listeners) page.addEventListener(event, act);
  const bring = () => {
    requestAnimationFrame(() => page.querySelector(model.get("sought")[0])?.scrollIntoView({ block: "nearest" }));
  };
  model.on("change:parts", soon);
  model.on("change:sought", bring);
  apply();
  return () => {
    cancelAnimationFrame(waiting);
    observer.disconnect();
    model.off("change:parts", soon);
    model.off("change:sought", bring);
    for (const [event, act] of listeners) page.removeEventListener(event, act);
  };
}

function render({ model, el }) {
  const live = document.createElement("div");
  live.className = "etolib-said";
  live.setAttribute("role", "status");
  el.append(live);
  const say = () => { live.textContent = model.get("said"); };
  model.on("change:said", say);
  let end = () => {};
  let waiting = requestAnimationFrame(function look() {
    const page = el.closest(".etolib-page"); // there once the widget stands in its document
    if (page) end = watch(page, model);
    else waiting = requestAnimationFrame(look);
  });
  return () => {
    cancelAnimationFrame(waiting);
    model.off("change:said", say);
    end();
  };
}

export default { render };
