// What is done for a page whose kernel or server is lost: it is told in one banner, and brought back without its person.
const LOOK_MS = 500; // first look whether the server answers; then less and less often
const RARELY_MS = 5_000;
const TELL_MS = 1_200; // a line that is back by then was not worth a word
const GONE_MS = 2_500; // a server that was silent for so long has lost what ran
const MOST = 3; // kernels that are asked for within WHILE_MS: a page that ends every kernel is not to end them all
const WHILE_MS = 120_000;
const READY_MS = 10_000; // a server that has no kernel ready for so long is asked all the same
const STAY_MS = 6_000; // how long it is told that the page is back
const WANTED_MS = 30_000; // and that somebody has to press again

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Watches the line of a page.
 *
 * @param {object} page
 * @param {string} page.base        base URL of the server
 * @param {() => object} page.kernel  the KernelConnection of now
 * @param {() => Promise<object | false>} page.renew  gives the page another kernel; false where the server is full
 */
export class Mender {
  constructor(page) {
    this.page = page;
    this.open = true;
    this.busy = false;
    this.renewed = []; // when kernels were asked for
    this.settled = []; // cards that were told to be lost
    this.missed = null; // news that came while something was being mended
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
    } else if (this.busy) {
      this.missed = [news, socket]; // looked at afterwards: it may be that of a line which is ours no longer
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
    const missed = this.missed;
    this.missed = null;
    if (missed) this.heard(...missed);
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
    let given = null;
    this.tell(says);
    while (!given) {
      const now = performance.now();
      this.renewed = this.renewed.filter((then) => now - then < WHILE_MS);
      if (this.renewed.length >= MOST) {
        this.gaveUp = true;
        return this.tell("session_ended");
      }
      this.renewed.push(now);
      try {
        given = await this.given();
      } catch (error) { // its kernel may have ended too, or the server: another one
        console.warn(error);
      }
    }
    this.open = true;
    this.back(true, given);
  }

  /** Return what a page has that was given another kernel, once the server has one for it. */
  async given() {
    while (true) {
      await this.readiness();
      const given = await this.page.renew();
      if (given) return given;
      this.tell("server_full_wait");
      await pause(RARELY_MS);
    }
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

  /** Say for a while that the page is back, and whether somebody has to press again, or to look what was missed. */
  passing({ look, missed }) {
    this.tell(look ? "press_again" : missed ? "act_again" : "page_back", { button: false, role: "status" });
    this.telling = setTimeout(() => window.etolib.tell(null), look || missed ? WANTED_MS : STAY_MS);
  }

  back(renewed, news = {}) {
    for (const [badge, html] of this.settled) if (badge.isConnected) badge.outerHTML = html;
    this.settled = [];
    if (renewed) this.passing(news);
    else this.tell(null);
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
