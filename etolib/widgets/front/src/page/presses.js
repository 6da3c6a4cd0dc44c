// The button that begins a calculation: a press is kept until the kernel has answered it. Of a kernel that is lost before
// that nobody knows whether it has heard; then the next one is given the press, once. What else somebody clicks or chooses
// is counted until the kernel has answered: the next kernel does not do it, but the page says so.
const BUTTON = ".etolib-calculate";
// What a press asks for, as it is seen, stands in the button's column: the left one, or the right one beside a map of a
// region. What only helps to fill it in is left out.
const COLUMN = ".etolib-left, .etolib-right";
const FILLED_IN = ".etolib-field:not(.etolib-search, .etolib-places, .etolib-basemap)";
const TICKED = ".etolib-auto, .etolib-source, .etolib-station-use";
// Two dates show the period that is typed; the kernel sets them when it has read it, which may be after the press.
const DATES = ".etolib-start, .etolib-end";
const PERIOD = ".etolib-period";

/** Fields whose text the next kernel is given by itself. */
export const FIELDS = ["latitude", "longitude", "elevation", "period", "region-box", "region-spacing"];
/** Choices of the header, which it is given as well. */
export const CHOICES = ["language", "units", "theme"];
const CARRIED = [BUTTON, ...[...FIELDS, ...CHOICES].map((name) => `.etolib-${name}`)].join();

export class Presses {
  constructor() {
    this.last = null; // the newest press that was not answered
    this.sending = null; // one whose message is about to be sent
    this.following = ""; // fields that follow what was typed last
    this.acting = false; // whether somebody has just clicked or chosen something
    this.acts = []; // clicks and choices of which a kernel was told, or should have been, and that it has not answered
  }

  /** Take note of a click or a choice before anybody else hears of it. */
  acted(event) {
    if (!event.target.closest?.("#rendered_cells") || event.target.closest(CARRIED)) return;
    this.acting = true;
    setTimeout(() => { this.acting = false; });
  }

  /** A kernel is being told something, or will be as soon as it has answered what came before. */
  telling(kernel) {
    if (this.acting) this.acts.push({ kernel });
    this.acting = false;
  }

  /** Return whether there was something that no kernel has answered; it is forgotten. */
  missed() {
    const missed = this.acts.length > 0;
    this.acts = [];
    return missed;
  }

  /** Take note of what somebody fills in. */
  typed(event) {
    if (event.target.closest?.(PERIOD)) this.following = DATES;
    else if (event.target.closest?.(DATES)) this.following = "";
  }

  /** Take note of a click before anybody else hears of it; one more for the same, while no answer is there, is none. */
  clicked(event) {
    const cells = event.target.closest?.(BUTTON)?.closest("#rendered_cells");
    if (!cells) return;
    const press = { form: form(cells, this.following), tasks: tasks() };
    if (this.last?.form === press.form) {
      event.stopImmediatePropagation();
      return;
    }
    this.last = this.sending = press;
    setTimeout(() => { // a button that says nothing to its kernel
      if (this.sending !== press) return;
      this.sending = null;
      if (this.last === press) this.last = null;
    });
  }

  /** Return the callbacks of a message to a kernel, a `custom` one may be that of a press: its answer is heard. */
  listen(callbacks = {}, custom = true, kernel = null) {
    const press = custom ? this.sending : null;
    if (custom) this.sending = null;
    this.telling(kernel);
    const told = this.acts.filter((act) => act.kernel === kernel);
    if (!press && !told.length) return callbacks;
    const { status } = callbacks.iopub ?? {};
    const answered = (message) => {
      if (message.content.execution_state === "idle") {
        if (press && this.last === press) this.last = null;
        this.acts = this.acts.filter((act) => !told.includes(act));
      }
      status?.(message);
    };
    return { ...callbacks, iopub: { ...callbacks.iopub, status: answered } };
  }

  /** The line or the kernel was lost: a press whose task the browser keeps was heard, though its answer never came. */
  forgetHeard() {
    if (this.last && begun(this.last.tasks, tasks())) this.last = null;
  }

  /**
   * Press again what was not heard, on a page that hears; returns whether there was a press and the page asks something
   * else by now, so that somebody has to look.
   */
  again(cells) {
    const press = this.last;
    this.last = null;
    if (!press) return false;
    if (press.form !== form(cells, this.following)) return true;
    cells.querySelector(BUTTON)?.click();
    return false;
  }
}

/** Return what is filled in and ticked, to be compared, without what follows from it. */
function form(cells, following) {
  const column = cells.querySelector(BUTTON)?.closest(COLUMN) ?? cells;
  const seen = (selector) => [...column.querySelectorAll(selector)].filter((one) => one.offsetParent);
  const filled = seen(FILLED_IN).filter((one) => !following || !one.matches(following));
  const fields = filled.flatMap((one) => [...one.querySelectorAll("input, textarea, select")]);
  const ticks = seen(TICKED).flatMap((one) => [...one.querySelectorAll("input")]);
  const files = seen(".etolib-station-remove").length; // a file of one's own is lost with the kernel
  return JSON.stringify([fields.map((one) => one.selectedIndex ?? one.value), ticks.map((one) => one.checked), files]);
}

/** Return the tasks that the browser keeps of this tab. */
function tasks() {
  try {
    const lists = Object.values(JSON.parse(sessionStorage.getItem("etolib")) ?? {}).filter(Array.isArray);
    return lists.flat().filter((row) => "task" in row && "query" in row);
  } catch {
    return []; // forbidden, or not ours
  }
}

/** Return whether a task was begun since; one that had no name yet may have got its name meanwhile, and is none. */
function begun(before, now) {
  const left = [...before];
  return now.some(({ task, query }) => {
    const same = (one) => (one.task ? one.task === task : one.task === task && one.query === query);
    let at = left.findIndex(same);
    if (at < 0) at = left.findIndex((one) => one.open && !one.task && one.query === query);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
