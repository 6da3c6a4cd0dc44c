// The widgets of the page: models that live in its kernel, and the classes that draw them.
import * as base from "@jupyter-widgets/base";
import * as controls from "@jupyter-widgets/controls";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { Presses } from "./presses.js";

const BROWSER = "etolib.widgets.browser.Browser"; // see etolib/widgets/browser.js
const LOOK_MS = 20;

export const presses = new Presses();

// Asked for at once, not when the first widget needs them: they are read while the line to the kernel is opened.
const loading = {
  "jupyter-leaflet": import("jupyter-leaflet/lib/jupyter-leaflet.js"),
  anywidget: import("./anywidget.js"),
};

// A press goes to the kernel at once; what is typed waits there until the kernel has taken what was typed before, and a
// press must not overtake it. So whatever waits goes first.
const waiting = new Set();
const { sync, send } = base.WidgetModel.prototype;
Object.assign(base.WidgetModel.prototype, {
  sync(...given) {
    sync.apply(this, given);
    if (this._msg_buffer === null) return;
    waiting.add(this);
    presses.telling(kernelOf(this.comm));
  },
  send(...given) {
    for (const model of waiting) sendWaiting(model);
    waiting.clear();
    return send.apply(this, given);
  },
});

const kernelOf = (comm) => comm?.jsServicesComm._kernel ?? null; // whom it tells; the class has no other name for it

function sendWaiting(model) {
  if (model._msg_buffer === null) return; // it went meanwhile
  const [state, callbacks] = [model._msg_buffer, model._msg_buffer_callbacks];
  model._msg_buffer = model._msg_buffer_callbacks = null;
  model.rememberLastUpdateFor(model.send_sync_message(state, callbacks));
}

// What a page says to a kernel that is gone is said to nobody, and is no error: the page is being given another one.
class Comm extends base.shims.services.Comm {
  send(data, callbacks, ...more) {
    const heard = presses.listen(callbacks, data?.method === "custom", kernelOf(this));
    return this.jsServicesComm.isDisposed ? "" : super.send(data, heard, ...more);
  }
  close(...given) {
    return this.jsServicesComm.isDisposed ? "" : super.close(...given);
  }
}

export class Manager extends ManagerBase {
  constructor(kernel) {
    super();
    this.kernel = kernel;
    this.loaded = false;
    kernel.registerCommTarget(this.comm_target_name, async (comm, message) => {
      const opened = this.handle_comm_open(new Comm(comm), message);
      // Messages are taken one after the other. A widget that is made while the others are being loaded may hold some of
      // them, and they come with a later message: to wait for it here would be to wait for ever.
      if (this.loaded) await opened;
    });
  }

  /** Make a model of every widget that the kernel has. */
  async load() {
    await Promise.all([this._loadFromKernel(), ...Object.values(loading)]);
    this.loaded = true;
  }

  /**
   * Wait until the page has what the browser keeps of it: the widget that tells the kernel is drawn last of all, and the
   * kernel must have answered it, and all that it said to that be on the page.
   */
  async caughtUp() {
    const models = await Promise.all(Object.values(this._models));
    for (const browser of models.filter((one) => one.get("_anywidget_id") === BROWSER)) {
      while (!browser.get("ready")) {
        if (this.kernel.isDisposed) throw new Error("the kernel has ended");
        await new Promise((done) => setTimeout(done, LOOK_MS));
      }
    }
    await this.kernel.requestCommInfo({ target_name: "etolib.caught_up" });
  }

  async loadClass(name, module) {
    if (LEFT_OUT.some((start) => name.startsWith(start))) {
      throw new Error(`${name} is left out of the slim front end; ETOLIB_FRONT=stock has it`);
    }
    const classes = { "@jupyter-widgets/base": base, "@jupyter-widgets/controls": controls }[module] ?? (await loading[module]);
    if (!classes?.[name]) throw new Error(`the slim front end has no ${name} of ${module}; ETOLIB_FRONT=stock may have it`);
    return classes[name];
  }

  async _create_comm(target, id, data, metadata, buffers) {
    const comm = this.kernel.createComm(target, id);
    if ((data || metadata) && !this.kernel.isDisposed) comm.open(data, metadata, buffers);
    return new Comm(comm);
  }

  async _get_comm_info() {
    const answer = await this.kernel.requestCommInfo({ target_name: this.comm_target_name });
    return answer.content.status === "ok" ? answer.content.comms : {};
  }
}
