// What is done for a page whose kernel or server is lost: it is told in one banner, and brought back without its person.
const LOOK_MS = 500; // first look whether the server answers; then less and less often
const RARELY_MS = 5_000;
const TELL_MS = 1_200; // a line that is back by then was not worth a word
const GONE_MS = 2_500; // a server that was silent for so long has lost what ran
const MOST = 3; // kernels that are asked for within WHILE_MS: a page that ends every kernel is not to end them all
const WHILE_MS = 120_000;
const READY_MS = 10_000; // a server that has no kernel ready for so long is asked all the same
const STAY_MS = 6_000; // how long it is told that the page is back

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Watches the line of a page.
 *
 * @param {object} page
 * @param {string} page.base        base URL of the server
 * @param {() => object} page.kernel  the KernelConnection of now
 * @param {() => Promise<void>} page.renew  gives the page another kernel
 */
export class Mender {
  constructor(page) {
    this.page = page;
    this.open = true;
    this.busy = false;
    this.renewed = []; // when kernels were asked for
    this.settled = []; // cards that were told to be lost
    this.telling = 0;
  }

  /** Take a piece of news of the line, as `etolib.heard` gives it; that of a line which is not ours any more is none. */
  heard(news, socket) {
    if (socket && this.line && socket !== this.line && news !== "open") return;
    if (news === "open") {
      this.line = socket;
      this.open = true;
      if (!this.busy) this.back(false);
    } else if (news === "cut") {
      this.open = false;
      this.work(() => this.reconnect());
    } else if (news === "dead") {
      this.work(() => this.renew("kernel_lost"));
    } else if (news === "ended") {
      this.work(() => this.whenWanted());
    }
  }

  async work(task) {
    if (this.busy) return;
    this.busy = true;
    try {
      await task();
    } catch (error) {
      console.error(error);
      this.tell("session_ended");
    } finally {
      this.busy = false;
    }
    if (!this.open && !this.gaveUp) this.work(() => this.reconnect());
  }

  tell(...said) {
    clearTimeout(this.telling);
    window.etolib.tell(...said);
  }

  /** Ask the server again and again, until the line is open or the kernel is known to be gone. */
  async reconnect() {
    const since = performance.now();
    let wait = LOOK_MS;
    while (!this.open) {
      await pause(wait);
      if (this.open) break;
      const status = await this.asked();
      const cut = performance.now() - since;
      if (status === 404) return this.renew("kernel_lost");
      if (status === 401 || status === 403) return location.reload(); // the door says what it wants
      if (cut > TELL_MS) this.tell(status ? "line_lost" : "server_lost");
      if (!status && cut > GONE_MS) this.settle();
      const kernel = this.page.kernel();
      if (status === 200 && kernel.isDisposed) return this.renew("kernel_lost");
      if (status === 200) kernel.reconnect().catch(() => {});
      wait = document.hidden ? RARELY_MS : Math.min(wait * 1.3, RARELY_MS);
    }
    this.back(false);
  }

  /** Return the status with which the server answers for the kernel, 0 where it says nothing. */
  async asked() {
    const answer = await this.ask(`api/kernels/${this.page.kernel().id}`);
    return answer ? answer.status : 0;
  }

  /** Return what the server answers, null where it says nothing. */
  async ask(path) {
    try {
      const limit = AbortSignal.timeout(RARELY_MS);
      return await fetch(`${this.page.base}${path}`, { signal: limit, cache: "no-store" });
    } catch {
      return null;
    }
  }

  /** A kernel that was put to rest gets its successor when somebody is there to use it. */
  async whenWanted() {
    this.tell("session_ended");
    await new Promise((done) => {
      const options = { once: true, capture: true };
      for (const sign of ["pointerdown", "keydown", "wheel"]) addEventListener(sign, done, options);
      document.addEventListener("visibilitychange", done, options);
    });
    await this.renew("kernel_renewed");
  }

  async renew(says) {
    const now = performance.now();
    this.renewed = this.renewed.filter((then) => now - then < WHILE_MS);
    if (this.renewed.length >= MOST) {
      this.gaveUp = true;
      return this.tell("session_ended");
    }
    this.renewed.push(now);
    this.tell(says);
    while (true) {
      await this.readiness();
      if (await this.page.renew()) break;
      this.tell("server_full_wait");
      await pause(RARELY_MS);
    }
    this.open = true;
    this.back(true);
  }

  /** Wait until the server has a kernel ready: one that is starting would begin one for each that asks. */
  async readiness() {
    const since = performance.now();
    while (true) {
      const answer = await this.ask("etolib/ready?page");
      if (answer && !answer.ok) return; // the page says what it is
      const told = answer ? await answer.json().catch(() => ({})) : {}; // it may end while it answers
      if (told.ready) return;
      if (answer && performance.now() - since > READY_MS) return; // it may be busy with others
      await pause(LOOK_MS);
    }
  }

  back(renewed) {
    for (const [badge, html] of this.settled) if (badge.isConnected) badge.outerHTML = html;
    this.settled = [];
    this.tell(renewed ? "page_back" : null, { button: false, role: "status" });
    if (renewed) this.telling = setTimeout(() => window.etolib.tell(null), STAY_MS);
  }

  /** Cards must not say that something runs where nobody knows of it. */
  settle() {
    for (const badge of document.querySelectorAll(".etolib-card .etolib-status")) {
      if (!["QUEUED", "PROCESSING"].includes(badge.dataset.status)) continue;
      this.settled.push([badge, badge.outerHTML]);
      const word = window.etolib.say("state_ERROR");
      badge.dataset.status = badge.textContent = "ERROR";
      badge.dataset.word = word;
      badge.setAttribute("aria-label", word);
    }
  }
}
