// What the cells of the notebook gave, drawn where the template has left it.
import { Widget } from "@lumino/widgets";
import { MessageLoop } from "@lumino/messaging";

const VIEW = "application/vnd.jupyter.widget-view+json";

/** Draw every output that `cells` holds, with all that stands in it; return a function that takes it off the page. */
export async function drawOutputs(manager, cells) {
  const drawn = [];
  for (const script of cells.querySelectorAll('script[type="application/vnd.voila.cell-output+json"]')) {
    const output = JSON.parse(script.textContent);
    const host = document.createElement("div");
    host.className = "etolib-output";
    script.after(host);
    const data = output.data ?? {};
    if (output.output_type === "error") {
      drawFailure(host);
    } else if (VIEW in data) {
      drawn.push(await drawWidget(manager, data[VIEW].model_id, host));
    } else {
      drawPlain(output, data, host);
    }
  }
  return () => {
    for (const takeAway of drawn) takeAway();
    cells.remove();
  };
}

async function drawWidget(manager, id, host) {
  const view = await manager.create_view(await manager.get_model(id));
  const widget = view.luminoWidget ?? view.pWidget;
  Widget.attach(widget, host);
  // In JupyterLab panels tell their widgets of a new size.
  const watch = new ResizeObserver(() => MessageLoop.postMessage(widget, Widget.ResizeMessage.UnknownSize));
  watch.observe(host);
  await whole(view);
  return () => {
    watch.disconnect();
    MessageLoop.clearData(widget); // what is on its way to it
    widget.dispose();
  };
}

/** Wait for the views that stand in a view: it is there before they are. */
async function whole(view) {
  const inner = await Promise.all(view.children_views?.views ?? []);
  await Promise.all(inner.map(whole));
}

/** A cell that has failed: Voila's sentence about it is English, and for who runs the server; that stands in its log. */
function drawFailure(host) {
  const text = host.appendChild(document.createElement("p"));
  text.className = "etolib-cell-failed";
  text.setAttribute("role", "alert");
  text.textContent = window.etolib.say("page_failed");
}

function drawPlain(output, data, host) {
  const several = (text) => (Array.isArray(text) ? text.join("") : String(text ?? ""));
  if (data["text/html"]) {
    host.innerHTML = several(data["text/html"]);
  } else if (data["image/svg+xml"]) {
    host.innerHTML = several(data["image/svg+xml"]);
  } else if (data["image/png"]) {
    const image = host.appendChild(document.createElement("img"));
    image.src = `data:image/png;base64,${several(data["image/png"]).trim()}`;
    image.alt = several(data["text/plain"]);
  } else {
    const text = host.appendChild(document.createElement("pre"));
    const said = output.text ?? data["text/plain"];
    text.textContent = several(said).replace(/\x1b\[[\d;]*m/g, "");
  }
}
