// The reel: the rooms of a house in the order that was planned or chosen, on the beat, and its reels.

import {debounce, el, iconButton, unique} from "./dom.js";
import {control, field, fields, fold, part} from "./fields.js";
import {commandLine, fileList, progressOf} from "./files.js";
import * as link from "./link.js";
import {Store} from "./store.js";
import {humanise, words} from "./words.js";

const text = words.reel;
const REEL = ["duration", "pace", "order", "transition", "duplicates"];
const MORE = ["fps", "quality", "upright", "match_exposure", "seed", "disclosure"];
const MUSIC = ["music", "music_start", "music_fade"];
const CARD = ["title", "price", "address", "facts"];
const LOOK = ["accent", "font", "subtitle_font"];
const BRANDING = ["agent", "contact", "link", "logo", "watermark", "twins"];

export class Reel {
  constructor(studio) {
    this.studio = studio;
    this.socket = studio.socket;
    this.store = new Store(studio.about.reel);
    this.uploaded = [];
    this.photos = new Map(); // by handle: name, and the room that its user says
    this.sequence = null; // handles in an order of their user's own; null is the plan's order
    this.removed = new Set();
    this.cards = new Map();
    this.job = null; // what the engine does for this page: reel_plan or reel
    this.next = null; // what to do after it
    this.serial = 0;
    [this.plan, this.progress, this.outcome, this.cancelled] = [null, null, null, false];
    this.name = "reel";
    this.#build();
    this.#listen();
  }

  #build() {
    this.sheet = el("ol", {class: "sheet rooms"});
    this.time = el("div", {class: "reel-time", role: "img"});
    this.out = el("ul", {class: "left-out"});
    this.outPart = el("section", {class: "left", "aria-label": text.left}, el("h2", {}, text.left), this.out);
    this.about = el("p", {class: "status", role: "status"});
    this.foot = el("div", {class: "reel-foot"}, this.time, this.about);
    this.video = el("video", {class: "reel-video", controls: true, playsInline: true, loop: true, "aria-label": text.video});
    this.videoPart = el("div", {class: "reel-play", hidden: true}, this.video);
    this.empty = el("div", {class: "drop"}, el("h2", {}, text.title), el("p", {class: "muted"}, text.drop),
      el("button", {type: "button", class: "primary", onclick: () => this.file.click()}, text.choose));
    this.file = el("input", {type: "file", accept: "image/*", multiple: true, hidden: true, tabIndex: -1, onchange: () => {
      const files = [...this.file.files];
      this.file.value = "";
      this.take(files);
    }});
    this.scroll = el("div", {class: "reel-scroll"}, this.videoPart, this.sheet, this.outPart);
    this.making = progressOf(this.socket, text.stages);
    this.go = el("button", {type: "button", class: "primary", onclick: () => this.request("reel")}, text.start);
    this.facts = el("div", {class: "stack"});
    this.outcomePlace = el("div", {class: "result"});
    const {fail} = this.studio;
    const name = control({
      label: text.name, declared: {type: "text", unit: "", help: "", default: null, choices: []},
      read: () => this.name, write: (value) => { this.name = value ?? "reel"; },
    });
    document.getElementById("reel").append(
      el("section", {class: "watch", "aria-label": text.rooms}, this.empty, this.scroll, this.foot, this.file),
      el("aside", {class: "side", "aria-label": text.reel}, el("div", {class: "panel", tabIndex: -1},
        this.facts, this.outcomePlace,
        part(text.reel, fields(this.store, REEL, fail)),
        part(text.shapes, [this.#shapes(), field(this.store, "size"), fold(text.more, fields(this.store, MORE, fail))]),
        part(text.music, fields(this.store, MUSIC, fail)),
        part(text.card, [this.#listing(), ...fields(this.store, CARD, fail), fold(text.more, fields(this.store, LOOK, fail))]),
        part(text.branding, fields(this.store, BRANDING, fail)),
        part(text.output, name),
        el("section", {class: "make", "aria-label": text.start}, el("div", {class: "row actions"}, this.go, this.making.cancel), this.making.bar, this.making.line))));
    this.#shown();
  }

  // The shapes of frame, each a box to tick; one is always left.
  #shapes() {
    const id = unique("shapes");
    const chosen = () => this.store.get("aspect");
    const boxes = this.studio.about.shapes.map((shape) => {
      const input = el("input", {type: "checkbox", value: shape, onchange: () => {
        const next = boxes.filter(([one]) => one.checked).map(([one]) => one.value);
        if (next.length) this.store.set({aspect: next});
        refresh();
      }});
      return [input, el("label", {class: "tick"}, input, el("span", {}, shape))];
    });
    const refresh = () => { for (const [input] of boxes) input.checked = chosen().includes(input.value); };
    this.store.addEventListener("change", refresh);
    refresh();
    return el("div", {class: "field", role: "group", "aria-labelledby": id, dataset: {key: "aspect"}},
      el("div", {class: "head"}, el("span", {class: "label", id, title: this.store.settings.aspect.help}, humanise("aspect"))),
      el("div", {class: "ticks"}, boxes.map(([, label]) => label)));
  }

  // What the cards say, from a table of one row.
  #listing() {
    const said = el("p", {class: "muted", role: "status"});
    const input = el("input", {type: "file", accept: ".csv", hidden: true, tabIndex: -1, onchange: async () => {
      const [file] = input.files;
      input.value = "";
      if (!file) return;
      try {
        const {handle} = await link.sendFile(file, "listing");
        const {settings, missing} = await this.socket.ask({op: "reel_listing", handle}, "reel-listing");
        this.store.set(settings);
        const lines = [text.listingTaken(Object.keys(settings).length), ...(missing.length ? [text.listingMissing(missing.join(", "))] : [])];
        said.textContent = lines.join(" ");
      } catch (error) {
        said.textContent = error.message;
      }
    }});
    return el("div", {class: "stack tight"}, el("div", {class: "row"}, el("button", {type: "button", class: "small", title: text.listingHelp, onclick: () => input.click()}, text.listing)), input, said);
  }

  #listen() {
    const {socket} = this;
    const mine = (detail) => ["reel", "reel_plan"].includes(detail.op);
    socket.addEventListener("reel-photos", ({detail}) => {
      const before = this.photos;
      this.photos = new Map(detail.photos.map(({handle, name}) => [handle, {room: "", ...before.get(handle), name}]));
      if (this.sequence) this.sequence.push(...[...this.photos.keys()].filter((one) => !before.has(one)));
      this.#shown();
      this.request("reel_plan");
    });
    socket.addEventListener("reel-planned", ({detail}) => {
      if (detail.serial === this.serial) this.plan = detail;
      this.#over({progress: null});
      this.say("");
      this.#shown();
    });
    socket.addEventListener("reeled", ({detail}) => {
      this.plan = {...this.plan, ...detail};
      this.#over({progress: null, outcome: detail});
      this.#shown();
      if (detail.videos.length) this.play(detail.videos[0]);
    });
    socket.addEventListener("progress", ({detail}) => {
      if (detail.op === "reel_plan") this.say(text.planning(detail.done, detail.total));
      else if (detail.op === "reel") this.#made({progress: detail, cancelled: false});
    });
    socket.addEventListener("cancelled", ({detail}) => mine(detail) && this.#over({progress: null, cancelled: detail.op === "reel"}));
    socket.addEventListener("error", ({detail}) => {
      if (!mine(detail)) return;
      if (detail.op === "reel_plan") this.say(detail.message);
      this.#over({progress: null});
    });
    socket.addEventListener("lost", () => { this.job = null; });
    this.store.addEventListener("change", () => this.soon());
    this.soon = debounce(() => this.request("reel_plan"), 600);
  }

  say(line) {
    this.about.textContent = line;
  }

  // photos

  opened() {
    if (!this.asked) this.find();
    this.asked = true;
  }

  find() {
    this.socket.send({op: "reel_photos", photos: this.uploaded});
  }

  async take(files) {
    for (const [index, file] of files.entries()) {
      this.say(text.sending(index + 1, files.length));
      try {
        this.uploaded.push((await link.sendFile(file, "photo")).handle);
      } catch (error) {
        this.studio.fail(`${file.name}: ${error.message}`);
      }
    }
    this.say("");
    this.find();
  }

  forget() {
    [this.uploaded, this.sequence, this.plan, this.outcome] = [[], null, null, null];
    this.removed.clear();
    this.photos.clear();
    this.find();
  }

  // Handles as they are sent: in the order of the user, or any.
  get wanted() {
    const all = this.sequence ?? [...this.photos.keys()];
    return all.filter((one) => this.photos.has(one) && !this.removed.has(one));
  }

  // the work: one thing at a time, and what is wanted meanwhile after it

  request(work) {
    if (this.job) {
      this.next = this.next === "reel" ? "reel" : work;
      if (this.job === "reel_plan") this.socket.send({op: "cancel"});
      return;
    }
    if (!this.wanted.length) {
      this.plan = null;
      this.#shown();
      return;
    }
    this.job = work;
    this.serial += 1;
    const photos = this.wanted.map((handle) => ({handle, room: this.photos.get(handle).room}));
    const message = {op: work, serial: this.serial, photos, ordered: Boolean(this.sequence), settings: this.store.values};
    if (work === "reel") {
      message.name = this.name;
      this.#made({progress: {stage: "", done: 0, total: 0}, outcome: null, cancelled: false});
    } else this.say(text.planning(0, 0));
    this.socket.send(message);
  }

  #over(change) {
    this.job = null;
    this.#made(change);
    const {next} = this;
    this.next = null;
    if (next) this.request(next);
  }

  #made(change) {
    Object.assign(this, change);
    this.go.hidden = this.progress !== null;
    this.making.show(this.progress, this.cancelled ? text.cancelled : "");
    const {outcome} = this;
    const missing = Object.entries(outcome?.missing ?? {});
    this.outcomePlace.replaceChildren(...(outcome ? [
      el("h2", {}, text.done),
      outcome.kept ? el("p", {class: "muted"}, text.kept) : "",
      missing.length ? el("p", {class: "muted"}, text.missing) : "",
      el("ul", {class: "notes"}, missing.map(([name, reason]) => el("li", {}, `${name}: ${reason}`))),
      el("p", {class: "muted"}, words.export.where(outcome.folder)),
      el("div", {class: "row"}, outcome.videos.map((name) => el("button", {type: "button", class: "small", "aria-label": text.play(name), onclick: () => this.play(name)}, name))),
      fileList(outcome.files),
      el("p", {class: "muted"}, words.batch.again), commandLine(outcome.command),
    ] : []));
  }

  async play(name) {
    const file = this.outcome?.files.find((one) => one.name === name);
    if (!file) return;
    const before = this.video.src;
    this.video.src = URL.createObjectURL(await link.fileOf(file.handle));
    if (before) URL.revokeObjectURL(before);
    this.videoPart.hidden = false;
    this.outcomePlace.scrollIntoView({block: "nearest"});
    this.scroll.scrollTop = 0;
    for (const button of this.outcomePlace.querySelectorAll("[aria-label]")) button.setAttribute("aria-pressed", String(button.textContent === name));
  }

  // the order

  move(handle, by) {
    this.place(handle, this.shown.indexOf(handle) + by);
  }

  // Put a photo at a place among those that are shown; the others of the order follow these.
  place(handle, to) {
    const shown = this.shown.filter((one) => one !== handle);
    const at = Math.max(0, Math.min(shown.length, to));
    shown.splice(at, 0, handle);
    this.#order(shown);
    this.say(text.moved(this.photos.get(handle).name, at + 1, shown.length));
  }

  #order(shown) {
    const others = (this.sequence ?? [...this.photos.keys()]).filter((one) => !shown.includes(one));
    this.sequence = [...shown, ...others];
    this.plan.rooms.sort((a, b) => shown.indexOf(a.handle) - shown.indexOf(b.handle));
    this.#sheet();
    this.soon();
  }

  get shown() {
    return this.plan?.rooms.map((room) => room.handle) ?? [];
  }

  rename(handle, room) {
    this.photos.get(handle).room = room;
    this.#order(this.shown);
  }

  remove(handle) {
    this.removed.add(handle);
    this.plan.rooms = this.plan.rooms.filter((room) => room.handle !== handle);
    this.#shown();
    this.soon();
  }

  takeIn(handle) {
    this.removed.delete(handle);
    this.request("reel_plan");
  }

  // what is seen

  #shown() {
    const {photos, plan} = this;
    const any = photos.size > 0;
    this.empty.hidden = any;
    this.scroll.hidden = this.foot.hidden = !any;
    this.go.disabled = !plan?.rooms.length;
    this.#facts();
    this.#sheet();
    this.#left();
    this.#time();
  }

  #facts() {
    const {plan} = this;
    const any = this.photos.size > 0;
    this.facts.replaceChildren(
      el("p", {class: "lead"}, plan ? text.count(plan.rooms.length, plan.duration) : text.title),
      plan ? el("p", {class: "muted"}, this.sequence ? text.mine : text.order(plan.order)) : "",
      ...(plan?.notes ?? []).map((note) => el("p", {class: "muted"}, note)),
      plan?.music ? el("p", {class: "muted"}, text.order(plan.music)) : "",
      el("div", {class: "row"},
        el("button", {type: "button", class: "small", onclick: () => this.file.click()}, any ? text.add : text.choose),
        this.sequence ? el("button", {type: "button", class: "small", onclick: () => { this.sequence = null; for (const one of this.photos.values()) one.room = ""; this.request("reel_plan"); }}, text.byItself) : "",
        this.uploaded.length ? el("button", {type: "button", class: "small", onclick: () => this.forget()}, text.forget) : ""));
  }

  #sheet() {
    const focused = document.activeElement;
    const rooms = this.plan?.rooms ?? [...this.photos].map(([handle, {name}]) => ({handle, photo: name, room: ""}));
    for (const handle of this.cards.keys()) if (!this.photos.has(handle)) this.cards.delete(handle);
    this.sheet.replaceChildren(...rooms.map((room, index) => this.#card(room, index, rooms.length)));
    if (this.sheet.contains(focused)) focused.focus();
  }

  #card(room, index, count) {
    const {handle} = room;
    if (!this.cards.has(handle)) this.cards.set(handle, this.#newCard(handle, room.photo));
    const card = this.cards.get(handle);
    card.number.textContent = String(index + 1);
    const known = this.studio.about.rooms.some((one) => one.name === room.room && one.label);
    card.room.value = known ? room.room : "";
    card.when.textContent = room.end === undefined ? "" : `${text.span(room.start, room.end)} · ${humanise(moveOf(room.camera))}`;
    card.earlier.disabled = index === 0;
    card.later.disabled = index === count - 1;
    card.acts.hidden = !this.plan;
    return card.node;
  }

  #newCard(handle, name) {
    const image = el("img", {alt: "", decoding: "async", draggable: false});
    link.thumbnailOf(handle).then((blob) => { if (blob.size) image.src = URL.createObjectURL(blob); }).catch(() => {});
    const number = el("span", {class: "number"});
    const when = el("span", {class: "state muted"});
    const room = el("select", {"aria-label": text.room(name), onchange: () => this.rename(handle, room.value)}, el("option", {value: ""}, text.noRoom),
      this.studio.about.rooms.filter((one) => one.label).map((one) => el("option", {value: one.name}, one.label)));
    const act = (icon, label, work) => iconButton(el("button", {type: "button", class: "quiet", onclick: work}), icon, label);
    const earlier = act("earlier", text.earlier(name), () => this.move(handle, -1));
    const later = act("later", text.later(name), () => this.move(handle, 1));
    const acts = el("span", {class: "card-acts"}, earlier, later, el("span", {class: "gap"}), act("without", text.without(name), () => this.remove(handle)));
    const node = el("li", {class: "card room", draggable: true, dataset: {handle}},
      el("div", {class: "card-picture"}, image, number), el("div", {class: "card-words"}, room, el("span", {class: "card-name muted", title: name}, name), when), acts);
    this.#drag(node, handle);
    return {node, number, when, room, earlier, later, acts};
  }

  // A card is dragged onto another one's place.
  #drag(node, handle) {
    const mark = (on) => node.classList.toggle("onto", on);
    node.addEventListener("dragstart", (event) => {
      this.dragged = handle;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", handle);
    });
    node.addEventListener("dragend", () => { this.dragged = null; });
    node.addEventListener("dragover", (event) => {
      if (!this.dragged || this.dragged === handle) return;
      event.preventDefault();
      event.stopPropagation();
      mark(true);
    });
    node.addEventListener("dragleave", () => mark(false));
    node.addEventListener("drop", (event) => {
      mark(false);
      if (!this.dragged) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.dragged !== handle) this.place(this.dragged, this.shown.indexOf(handle));
    });
  }

  #left() {
    const {plan} = this;
    const row = (name, reason, handle) => el("li", {}, el("span", {class: "card-name"}, name), el("span", {class: "muted"}, reason),
      handle ? el("button", {type: "button", class: "small", "aria-label": `${text.takeIn}: ${name}`, onclick: () => this.takeIn(handle)}, text.takeIn) : "");
    const rows = [
      ...[...this.removed].filter((one) => this.photos.has(one)).map((one) => row(this.photos.get(one).name, text.removed, one)),
      ...(plan?.duplicates ?? []).map((one) => row(one.name, text.duplicate(one.kept))),
      ...(plan?.unused ?? []).map((one) => row(one.name, text.unused)),
      ...(plan?.failed ?? []).map((one) => row(one.name, one.reason)),
    ];
    this.outPart.hidden = !rows.length;
    this.out.replaceChildren(...rows);
  }

  // The reel over time: its rooms, its closing card, and the beats of its music.
  #time() {
    const {plan, time} = this;
    time.hidden = !plan?.rooms.length;
    if (time.hidden) return;
    const {duration, rooms, beats, closing} = plan;
    const at = (node, start, end) => {
      node.style.setProperty("--from", `${(start / duration) * 100}%`);
      node.style.setProperty("--wide", `${((end - start) / duration) * 100}%`);
      return node;
    };
    time.setAttribute("aria-label", text.timeline(rooms.length, duration, beats.length));
    time.replaceChildren(
      ...rooms.map((room, index) => at(el("span", {class: "stop", title: `${this.photos.get(room.handle)?.name ?? ""}, ${text.span(room.start, room.end)}`}, String(index + 1)), room.start, room.end)),
      closing < duration - 0.01 ? at(el("span", {class: "stop closing"}, text.closing), closing, duration) : "",
      ...beats.filter((beat) => beat <= duration).map((beat) => at(el("span", {class: "beat"}), beat, beat)));
  }
}

// The camera's move by name, of the first shape.
function moveOf(cameras) {
  return String(Object.values(cameras ?? {})[0] ?? "").split(":")[0] || "static";
}
