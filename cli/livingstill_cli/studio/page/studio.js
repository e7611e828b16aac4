// Puts the page together: starts, keeps the socket and the store in step, and knows the keyboard.

import {Batch} from "./batch.js";
import {debounce, el, iconButton} from "./dom.js";
import * as link from "./link.js";
import {panels} from "./panels.js";
import {Player} from "./player.js";
import {Reel} from "./reel.js";
import {Rescue} from "./rescue.js";
import {Stage} from "./stage.js";
import {Store, forget, read, restore} from "./store.js";
import {humanise, words} from "./words.js";

const byId = (id) => document.getElementById(id);
const NAMES = Object.keys(words.tabs);
const PLACES = Object.keys(words.places);
// Settings that change no frame of a preview.
const UNSEEN = new Set(["codec", "crf", "bitrate", "budget", "alpha", "audio", "audio_start", "audio_fade", "audio_level", "shutter", "max_upscale"]);

class Studio {
  constructor(about) {
    this.about = about;
    this.store = Object.assign(new Store(about.settings), {
      kinds: about.kinds, moves: about.moves, formats: about.formats, sizes: about.sizes,
      windRange: about.wind, directions: about.directions,
    });
    for (const [name, declared] of Object.entries(about.settings)) declared.name = name;
    this.socket = new link.Socket();
    this.player = new Player(byId("picture"), {play: byId("play"), scrub: byId("scrub"), clock: byId("clock"), ready: byId("ready")});
    this.stage = new Stage(this.store, this.player);
    this.kept = {};
    this.tiles = new Map();
    this.thumb = null;
    this.serial = 0;
    this.panel = null;
    this.name = null;
    this.times = {};
    this.fail = (message) => toast(message);
    this.soon = debounce(() => this.ask(), 50);
    this.place = "photo";
    this.#listen();
    this.#chrome();
    this.rescue = new Rescue(this);
    this.batch = new Batch(this);
    this.reel = new Reel(this);
  }

  // places

  go(place) {
    const was = this.place;
    this.place = place;
    byId("start").hidden = place !== "photo" || Boolean(this.store.photo);
    byId("studio").hidden = place !== "photo" || !this.store.photo;
    byId("rescue").hidden = place !== "rescue";
    byId("batch").hidden = place !== "batch";
    byId("reel").hidden = place !== "reel";
    for (const id of ["undo", "redo", "open"]) byId(id).hidden = place !== "photo";
    for (const button of byId("places").children) button.setAttribute("aria-current", button.dataset.place === place ? "page" : "false");
    byId("name").textContent = place === "photo" && this.store.photo ? this.store.photo.name.replace(/\.[^.]+$/, "") : "";
    if (place !== "photo" && was === "photo") this.player.toggle(false);
    if (place !== "rescue" && was === "rescue") this.rescue.player.toggle(false);
    if (place === "rescue") this.rescue.fit();
    if (place === "batch") this.batch.opened();
    if (place === "reel") this.reel.opened();
    this.stage.fit();
  }

  rescueClip(clip) {
    this.go("rescue");
    this.rescue.open(clip);
  }

  // the engine

  ask() {
    if (!this.store.photo) return;
    this.serial += 1;
    const settings = {...this.store.values};
    // while masks are worked on, the camera rests, so that the picture lies still under the brush
    if (this.panel?.rest) settings.camera = "static";
    this.times.asked = performance.now();
    const start = this.player.index;
    this.socket.send({op: "look", serial: this.serial, photo: this.store.photo.handle, settings, start});
    this.status(words.status.looking, true);
  }

  quietly(work) {
    this.silent = true;
    work();
    this.silent = false;
    this.soon();
  }

  take() {
    this.store.set({seed: (Number(this.store.get("seed")) + 1) % 2 ** 32});
  }

  async tileOf(move) {
    const key = `${this.store.photo.handle}/${move}`;
    if (!this.tiles.has(key)) {
      const asked = this.socket.ask({op: "tile", move}, "tile", (answer) => answer.move === move)
        .then(({handle}) => link.fileOf(handle)).then((blob) => URL.createObjectURL(blob))
        .catch(() => { this.tiles.delete(key); return null; });
      this.tiles.set(key, asked);
    }
    return this.tiles.get(key);
  }

  status(text, busy = false) {
    byId("status").textContent = text;
    document.body.classList.toggle("busy", busy);
  }

  #listen() {
    const {socket, store, player} = this;
    store.addEventListener("change", ({detail}) => {
      byId("undo").disabled = !store.past.length;
      byId("redo").disabled = !store.future.length;
      if (["mask", "hold", "brush"].some((key) => detail.has(key))) this.ask(); // a stroke is whole
      else if ([...detail].some((key) => !UNSEEN.has(key))) this.soon();
      if (!this.silent) this.panel?.refresh();
    });
    socket.addEventListener("look", ({detail}) => {
      if (detail.serial !== this.serial) return;
      player.begin({...detail, regions: player.look?.regions ?? [], notes: player.look?.notes ?? []});
      this.stage.fit();
      this.panel?.refresh();
      this.status(detail.final ? "" : words.status.closer, !detail.final);
      const readAs = JSON.stringify([store.get("upright"), store.get("background")]);
      if (detail.final && this.readAs && readAs !== this.readAs) this.#seePhoto(store.photo);
    });
    socket.addEventListener("regions", ({detail}) => {
      if (detail.serial !== this.serial || !player.look) return;
      Object.assign(player.look, {regions: detail.regions, notes: detail.notes});
      this.panel?.refresh();
      this.stage.draw();
    });
    socket.addEventListener("frame", ({detail}) => {
      player.receive(detail);
      if (detail.serial !== this.serial || !player.look?.final) return;
      const {count} = player;
      const all = player.look.frames;
      if (count < all) this.status(words.status.rendering(count, all), true);
      else this.status(this.panel?.rest ? words.status.resting : words.status.ready);
    });
    socket.addEventListener("done", ({detail}) => detail.serial === this.serial && this.panel?.looked?.());
    player.addEventListener("moving", () => { this.times.moving = performance.now(); });
    player.addEventListener("first", () => { this.times.first = performance.now(); });
    player.addEventListener("wanted", ({detail}) => socket.send({op: "frame", ...detail}));
    player.addEventListener("drawn", () => { this.times.drawn = performance.now(); });
    socket.addEventListener("error", ({detail}) => {
      if (["tile", "estimate", "prompt", "pose"].includes(detail.op)) return;
      if (["watch", "reel_plan"].includes(detail.op)) return; // said where the clip or the rooms are
      this.player.held = false;
      if (detail.op === "export" && this.kept.export) this.kept.export.progress = null;
      this.status("");
      this.panel?.refresh();
      toast(detail.message);
    });
    socket.addEventListener("progress", ({detail}) => detail.op === "export" && this.#export({progress: detail, cancelled: false}));
    socket.addEventListener("cancelled", ({detail}) => detail.op === "export" && this.#export({progress: null, cancelled: true}));
    socket.addEventListener("exported", ({detail}) => {
      this.#export({progress: null, result: detail});
      store.saved();
    });
    socket.addEventListener("lost", () => toast(words.status.lost, true));
    socket.addEventListener("found", () => {
      if (this.wasLost) this.ask();
      this.wasLost = true;
      toast("");
    });
    this.stage.addEventListener("stroke", () => socket.send({op: "stop"})); // its mask will be asked for
    this.stage.addEventListener("fail", ({detail}) => toast(detail));
  }

  #export(change) {
    if (!this.kept.export) return;
    Object.assign(this.kept.export, change);
    if (this.name === "export") this.panel.refresh();
  }

  // photos

  async begin(photo, values = {}) {
    this.kept = {};
    this.thumb = null;
    for (const asked of this.tiles.values()) asked.then((url) => url && URL.revokeObjectURL(url));
    this.tiles.clear();
    this.player.look = null;
    this.store.begin(photo, values);
    this.go("photo");
    this.open(this.about.view === "player" ? null : "direct");
    await this.#seePhoto(photo);
    if (!this.player.look) {
      this.player.show(this.photo);
      this.player.before = null;
    }
  }

  // The photo as it is read: at rest for comparing, and small for the pictures of the moves.
  async #seePhoto(photo) {
    this.photo = await createImageBitmap(await link.photoOf(photo.handle));
    this.readAs = JSON.stringify([this.store.get("upright"), this.store.get("background")]);
    this.thumb = await thumbnail(this.photo);
    if (this.name === "direct") for (const image of document.querySelectorAll(".thumb img")) image.src ||= this.thumb;
  }

  async load(blob, name) {
    const busy = byId("start").querySelector(".reading");
    if (busy) busy.hidden = false;
    this.status(words.start.reading, true);
    this.times.dropped = performance.now();
    this.socket.send({op: "stop"}); // the engine is free for the new photo
    try {
      await this.begin(await link.sendPhoto(blob, name));
    } catch (error) {
      toast(error.message);
      this.status("");
      this.ask();
    } finally {
      if (busy) busy.hidden = true;
    }
  }

  async start() {
    const text = words.start;
    const kept = await read();
    const choose = el("button", {type: "button", class: "primary", onclick: () => byId("pick").click()}, text.choose);
    const samples = el("div", {class: "samples"}, this.about.samples.map((name) => el("button", {type: "button", class: "sample", onclick: async () => {
      this.times.dropped = performance.now();
      try {
        await this.begin(await link.sendSample(name));
      } catch (error) {
        toast(error.message);
      }
    }}, this.#sampleImage(name), humanise(name))));
    byId("start").replaceChildren(el("div", {class: "drop"},
      el("h2", {}, text.title), el("p", {class: "muted"}, text.lead), choose,
      el("p", {class: "reading muted", role: "status", hidden: true}, text.reading),
      this.about.samples.length ? el("p", {class: "muted or"}, text.samples) : null, samples,
      kept ? this.resume(kept) : null));
    this.go(this.place);
  }

  #sampleImage(name) {
    const image = el("img", {alt: "", width: 130, height: 87});
    link.sampleOf(name).then((blob) => { image.src = URL.createObjectURL(blob); }).catch(() => {});
    return image;
  }

  resume(kept) {
    const text = words.start;
    const box = el("div", {class: "resume"}, el("p", {class: "muted"}, text.resumeHint), el("div", {class: "row"},
      el("button", {type: "button", onclick: async () => {
        try {
          const {photo, values} = await restore(kept);
          await this.begin(photo, values);
          this.store.unsaved = true;
          this.store.keep();
          toast("");
        } catch (error) {
          toast(error.message);
        }
      }}, text.resume(kept.name.replace(/\.[^.]+$/, ""))),
      el("button", {type: "button", class: "small", onclick: () => { forget(); box.remove(); toast(""); }}, text.forget)));
    return box;
  }

  // the page around the picture

  open(name, ask = true) {
    const rested = this.panel?.rest ?? false;
    const focused = document.activeElement?.closest?.("#panel") ? document.activeElement : null;
    const place = focused ? [...byId("panel").querySelectorAll("button, input, select")].indexOf(focused) : -1;
    this.panel?.leave();
    const same = this.name === name;
    this.name = name;
    for (const tab of byId("tabs").children) {
      const on = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    if (!name) return;
    this.panel = panels[name](this);
    const top = byId("panel").scrollTop;
    byId("panel").replaceChildren(...this.panel.body);
    byId("panel").scrollTop = same ? top : 0;
    byId("panel").setAttribute("aria-labelledby", `tab-${name}`);
    if (same && place >= 0) byId("panel").querySelectorAll("button, input, select")[place]?.focus();
    this.panel.refresh();
    if (ask && rested !== (this.panel.rest ?? false)) this.ask();
  }

  #chrome() {
    iconButton(byId("undo"), "undo", words.undo, `${words.undo} (Ctrl Z)`).addEventListener("click", () => this.store.undo());
    iconButton(byId("redo"), "redo", words.redo, `${words.redo} (Ctrl Shift Z)`).addEventListener("click", () => this.store.redo());
    iconButton(byId("open"), "open", words.open, `${words.open} (Ctrl O)`).addEventListener("click", () => byId("pick").click());
    iconButton(byId("theme"), "theme", words.theme).addEventListener("click", turnTheme);
    iconButton(byId("keys"), "keys", words.keys, `${words.keys} (?)`).addEventListener("click", help);
    byId("undo").disabled = byId("redo").disabled = true;
    byId("picture").setAttribute("aria-label", words.picture);
    byId("overlay").setAttribute("aria-label", words.overlay);
    byId("tabs").append(...NAMES.map((name) => el("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", dataset: {name}, onclick: () => this.open(name),
    }, words.tabs[name])));
    byId("tabs").addEventListener("keydown", (event) => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      this.open(NAMES[(NAMES.indexOf(this.name) + by + NAMES.length) % NAMES.length]);
      byId(`tab-${this.name}`).focus();
    });
    for (const name of Object.keys(words.views)) {
      byId("views").append(el("button", {type: "button", class: "small", "aria-pressed": "false", title: words.viewsHelp[name], dataset: {view: name},
        onclick: () => this.view(name)}, words.views[name]));
    }
    byId("pick").addEventListener("change", () => {
      const [file] = byId("pick").files;
      if (file) this.load(file, file.name);
      byId("pick").value = "";
    });
    addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
    addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
    addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      const files = [...(event.dataTransfer?.files ?? [])];
      if (!files.length) return;
      if (this.place === "batch" || this.place === "reel") this[this.place].take(files);
      else if (this.place === "rescue") this.rescue.drop(files[0]);
      else if (files[0].type.startsWith("video/")) {
        this.go("rescue");
        this.rescue.drop(files[0]);
      } else this.load(files[0], files[0].name);
    });
    byId("places").append(...PLACES.map((place) => el("button", {
      type: "button", dataset: {place}, "aria-current": "false", onclick: () => this.go(place),
    }, words.places[place])));
    addEventListener("keydown", (event) => this.#key(event));
  }

  view(name) {
    const button = byId("views").querySelector(`[data-view=${name}]`);
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (name === "compare") this.player.show(on ? this.#framed() : null);
    else if (name === "seam") this.player.around(on);
    else this.stage.show[name] = on;
    this.stage.draw();
  }

  // The photo in the frame of the clip, at rest.
  #framed() {
    const {look} = this.player;
    const canvas = new OffscreenCanvas(...look.size);
    const [left, top, width, height] = look.picture;
    const [x0, y0, x1, y1] = look.box;
    const {width: w, height: h} = this.photo;
    const g = canvas.getContext("2d");
    g.drawImage(this.photo, x0 * w, y0 * h, (x1 - x0) * w, (y1 - y0) * h, left, top, width, height);
    return canvas;
  }

  #rescueKey(event, key) {
    const {player} = this.rescue;
    const act = {" ": () => player.toggle(), arrowleft: () => player.step(-1), arrowright: () => player.step(1),
      home: () => player.seek(0), end: () => player.seek(Infinity)}[key];
    if (!act || event.target.matches?.("button, summary, input, select")) return false;
    event.preventDefault();
    act();
    return true;
  }

  #key(event) {
    const typing = event.target.closest?.("input:not([type=range],[type=radio],[type=checkbox]), textarea, select, dialog");
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (event.altKey && PLACES[Number(key) - 1] && this.about.view !== "player") {
      event.preventDefault();
      this.go(PLACES[Number(key) - 1]);
      return;
    }
    if (this.place === "rescue" && !typing && !command && this.#rescueKey(event, key)) return;
    if (byId("studio").hidden && !(command && key === "o") && key !== "?") return;
    const act = command
      ? {z: () => (event.shiftKey ? this.store.redo() : this.store.undo()), y: () => this.store.redo(),
        o: () => byId("pick").click(), e: () => { this.open("export"); this.panel.run(); }}[key]
      : {" ": () => this.player.toggle(), arrowleft: () => this.player.step(-1), arrowright: () => this.player.step(1),
        home: () => this.player.seek(0), end: () => this.player.seek(Infinity), b: () => this.view("compare"),
        j: () => this.view("seam"), s: () => this.view("safe"), c: () => this.view("crop"), t: () => this.take(), "?": help,
        p: () => this.panel?.tool?.("paint"), e: () => this.panel?.tool?.("erase"), d: () => this.panel?.tool?.("arrow"),
        l: () => this.panel?.tool?.("lasso"), n: () => this.panel?.tool?.("pin"),
        v: () => this.panel?.tool?.("select"), "[": () => this.panel?.brushSize?.(1 / 1.15), "]": () => this.panel?.brushSize?.(1.15),
        ...Object.fromEntries(NAMES.map((name, index) => [String(index + 1), () => this.about.view !== "player" && this.open(name)]))}[key];
    if (!act || event.altKey || (typing && !(command && (key === "o" || key === "e")))) return;
    const onControl = event.target.matches?.("button, summary, input, [role=slider]");
    if (onControl && [" ", "arrowleft", "arrowright", "home", "end"].includes(key)) return;
    event.preventDefault();
    act();
  }
}

let toastTimer = 0;
function toast(message, stays = false) {
  const node = byId("toast");
  clearTimeout(toastTimer);
  node.replaceChildren(message);
  node.hidden = !message;
  if (message && !stays) toastTimer = setTimeout(() => { node.hidden = true; }, 9000);
}

function help() {
  const node = byId("help");
  node.setAttribute("aria-label", words.help.title);
  node.replaceChildren(el("h2", {}, words.help.title),
    el("dl", {}, words.help.rows.map(([keys, what]) => [el("dt", {}, keys.split(", ").map((one) => el("kbd", {}, one))), el("dd", {}, what)])),
    el("button", {type: "button", onclick: () => node.close()}, words.help.close));
  if (!node.open) node.showModal();
}

function turnTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
  dispatchEvent(new Event("theme"));
}

async function thumbnail(bitmap) {
  const height = Math.round((192 * bitmap.height) / bitmap.width);
  const canvas = new OffscreenCanvas(192, height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, 192, height);
  return URL.createObjectURL(await canvas.convertToBlob({type: "image/jpeg", quality: 0.8}));
}

async function main() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (dark ? "dark" : "light");
  try {
    const studio = new Studio(await link.about());
    globalThis.livingstill = studio; // for measuring and tests
    document.body.classList.toggle("player", studio.about.view === "player");
    if (studio.about.clip) {
      await studio.start();
      studio.rescueClip(studio.about.clip);
    } else if (studio.about.photos) {
      await studio.start();
      studio.go("batch");
    } else if (studio.about.photo) {
      await studio.begin(studio.about.photo, studio.about.values);
      const kept = await read();
      if (kept && studio.about.view !== "player") {
        byId("toast").replaceChildren(studio.resume(kept));
      }
    } else await studio.start();
  } catch (error) {
    toast(error.message, true);
  }
}

main();
