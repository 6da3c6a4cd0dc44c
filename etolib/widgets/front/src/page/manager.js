// The widgets of the page: models that live in its kernel, and the classes that draw them.
import * as base from "@jupyter-widgets/base";
import * as controls from "@jupyter-widgets/controls";
import { ManagerBase } from "@jupyter-widgets/base-manager";

// Asked for at once, not when the first widget needs them: they are read while the line to the kernel is opened.
const loading = {
  "jupyter-leaflet": import("jupyter-leaflet/lib/jupyter-leaflet.js"),
  anywidget: import("./anywidget.js"),
};

// What a page says to a kernel that is gone is said to nobody, and is no error: the page is being given another one.
class Comm extends base.shims.services.Comm {
  send(...given) {
    return this.jsServicesComm.isDisposed ? "" : super.send(...given);
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
