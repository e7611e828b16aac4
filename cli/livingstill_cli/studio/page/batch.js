// The batch: photos as a contact sheet that fills with clips, one recipe for all, and the report.

import {el, unique} from "./dom.js";
import {control, field, fields, fold, part} from "./fields.js";
import {commandLine, fileList, progressOf} from "./files.js";
import * as link from "./link.js";
import {Store} from "./store.js";
import {bytes, humanise, words} from "./words.js";

const text = words.batch;
const SETTINGS = ["size", "duration", "fps", "loop", "camera", "wind", "amount", "quality", "title"];
// What a photo's settings say of that photo alone.
const OWN = new Set(["mask", "hold", "brush", "depth", "background", "alpha", "codec"]);

export class Batch {
  constructor(studio) {
    this.studio = studio;
    this.socket = studio.socket;
    this.store = new Store(studio.about.settings);
    this.recipe = {preset: "", shapes: "", suffix: "", name: "batch"};
    this.uploaded = [];
    this.photos = [];
    this.cards = new Map();
    [this.progress, this.outcome, this.cancelled] = [null, null, false];
    this.#build();
    this.#listen();
  }

  #build() {
    const {recipe, studio} = this;
    const {presets} = studio.about;
    this.sheet = el("ul", {class: "sheet"});
    this.about = el("p", {class: "status", role: "status"});
    this.empty = el("div", {class: "drop"}, el("h2", {}, text.title), el("p", {class: "muted"}, text.drop),
      el("button", {type: "button", class: "primary", onclick: () => this.file.click()}, text.choose));
    this.file = el("input", {type: "file", accept: "image/*", multiple: true, hidden: true, tabIndex: -1, onchange: () => {
      const files = [...this.file.files];
      this.file.value = "";
      this.take(files);
    }});
    this.making = progressOf(this.socket, text.stages);
    this.go = el("button", {type: "button", class: "primary", onclick: () => this.run()}, text.start);
    this.sources = el("div", {class: "stack"});
    this.outcomePlace = el("div", {class: "result"});
    const plain = (label, declared, key) => control({
      label, declared: {unit: "", help: "", default: null, choices: [], ...declared}, key,
      read: () => recipe[key], write: (value) => { recipe[key] = value ?? ""; hint(); },
    });
    const help = el("p", {class: "muted"});
    const hint = () => { help.textContent = presets.find((one) => one.name === recipe.preset)?.help ?? ""; };
    const preset = el("select", {id: unique("preset"), onchange: () => { recipe.preset = preset.value; hint(); }},
      el("option", {value: ""}, text.noPreset), presets.map((one) => el("option", {value: one.name}, humanise(one.name))));
    const format = el("select", {id: unique("format"), onchange: () => { recipe.suffix = format.value; }},
      el("option", {value: ""}, text.byPreset), studio.store.formats.map((one) => el("option", {value: one.suffix}, `${one.suffix.slice(1)}, ${one.help}`)));
    this.mine = el("button", {type: "button", class: "small", onclick: () => this.#takeSettings()}, text.take);
    document.getElementById("batch").append(
      el("section", {class: "watch", "aria-label": words.places.batch}, this.empty, this.sheet, this.about, this.file),
      el("aside", {class: "side", "aria-label": text.recipe}, el("div", {class: "panel", tabIndex: -1},
        this.sources,
        part(text.recipe, [
          el("div", {class: "field inline"}, el("div", {class: "head"}, el("label", {class: "label", htmlFor: preset.id}, text.preset), el("span", {class: "gap"}), preset)), help,
          plain(text.shapes, {type: "text", form: text.shapesHint, help: text.shapesHelp}, "shapes"),
          el("div", {class: "field"}, el("div", {class: "head"}, el("label", {class: "label", htmlFor: format.id}, text.format)), format),
          fold(text.settings, [this.mine, ...fields(this.store, SETTINGS, studio.fail)]),
          plain(text.name, {type: "text"}, "name"),
        ]),
        el("section", {class: "part"}, el("div", {class: "row actions"}, this.go, this.making.cancel), this.making.bar, this.making.line, this.outcomePlace))));
    this.#shown();
  }

  #listen() {
    const {socket} = this;
    socket.addEventListener("plan", ({detail}) => {
      this.photos = detail.photos;
      this.count = detail.count;
      this.source = detail.source;
      this.#shown();
    });
    socket.addEventListener("record", ({detail}) => this.#record(detail));
    socket.addEventListener("progress", ({detail}) => detail.op === "batch" && this.#made({progress: detail, cancelled: false}));
    socket.addEventListener("cancelled", ({detail}) => detail.op === "batch" && this.#made({progress: null, cancelled: true}));
    socket.addEventListener("error", ({detail}) => detail.op === "batch" && this.#made({progress: null}));
    socket.addEventListener("batched", ({detail}) => this.#made({progress: null, outcome: detail}));
  }

  // photos

  opened() {
    this.mine.hidden = !this.studio.store.photo;
    if (!this.asked) this.plan();
    this.asked = true;
  }

  plan() {
    this.socket.send({op: "plan", photos: this.uploaded});
  }

  async take(files) {
    for (const [index, file] of files.entries()) {
      this.about.textContent = text.sending(index + 1, files.length);
      try {
        this.uploaded.push((await link.sendFile(file, "photo")).handle);
      } catch (error) {
        this.studio.fail(`${file.name}: ${error.message}`);
      }
    }
    this.about.textContent = "";
    this.plan();
  }

  // what is seen

  #shown() {
    const {photos} = this;
    this.empty.hidden = photos.length > 0;
    this.sheet.hidden = !photos.length;
    for (const handle of this.cards.keys()) if (!photos.some((one) => one.handle === handle)) this.cards.delete(handle);
    for (const photo of photos) if (!this.cards.has(photo.handle)) this.cards.set(photo.handle, this.#card(photo));
    this.sheet.replaceChildren(...photos.map((one) => this.cards.get(one.handle).node));
    this.about.textContent = this.count > photos.length ? text.shown(photos.length, this.count) : "";
    const from = this.source && !this.uploaded.length ? text.from(this.source) : "";
    this.sources.replaceChildren(
      el("p", {class: "lead"}, photos.length ? text.count(this.count) : text.title),
      from ? el("p", {class: "muted"}, from) : "",
      el("div", {class: "row"},
        el("button", {type: "button", class: "small", onclick: () => this.file.click()}, photos.length ? text.add : text.choose),
        this.uploaded.length ? el("button", {type: "button", class: "small", onclick: () => { this.uploaded = []; this.plan(); }}, text.forget) : ""));
    this.go.disabled = !photos.length;
  }

  #card(photo) {
    const image = el("img", {alt: "", loading: "lazy", decoding: "async"});
    const state = el("span", {class: "state muted"});
    const acts = el("span", {class: "card-acts"});
    const name = photo.group ? `${photo.group}/${photo.name}` : photo.name;
    const node = el("li", {class: "card", dataset: {state: "new"}}, el("div", {class: "card-picture"}, image),
      el("div", {class: "card-words"}, el("span", {class: "card-name", title: name}, name), state), acts);
    new IntersectionObserver(([seen], observer) => {
      if (!seen.isIntersecting) return;
      observer.disconnect();
      link.thumbnailOf(photo.handle).then((blob) => { if (blob.size) image.src ||= URL.createObjectURL(blob); }).catch(() => {});
    }).observe(node);
    return {node, image, state, acts};
  }

  #state(handle, state, line = text.states[state]) {
    const card = this.cards.get(handle);
    if (!card) return;
    card.node.dataset.state = state;
    card.state.textContent = line;
  }

  #record({photo, clips}) {
    const card = this.cards.get(photo);
    if (!card) return;
    const failed = clips.find((clip) => clip.state === "failed");
    if (failed) this.#state(photo, "failed", failed.error);
    else {
      const size = clips.reduce((sum, clip) => sum + (clip.bytes ?? 0), 0);
      this.#state(photo, "done", `${humanise(clips[0].camera.split(":")[0])}, ${bytes(size)}`);
      const picture = clips.find((clip) => clip.thumbnail)?.thumbnail;
      if (picture) card.image.src = URL.createObjectURL(jpegOf(picture));
      card.acts.replaceChildren(...clips.map((clip) => el("button", {
        type: "button", class: "small", "aria-label": `${text.check}: ${clip.output}`, onclick: () => this.studio.rescueClip({handle: clip.handle, name: clip.output.split("/").at(-1)}),
      }, clips.length > 1 ? clip.aspect ?? "" : text.check)));
    }
    this.#working();
  }

  // Photos are made in their order, so the first that is not over is being made.
  #working() {
    if (!this.progress) return;
    const next = this.photos.find((one) => ["waiting", "working"].includes(this.cards.get(one.handle).node.dataset.state));
    if (next) this.#state(next.handle, "working");
  }

  // the work

  #takeSettings() {
    const values = Object.fromEntries(Object.entries(this.studio.store.values).filter(([key, value]) => !OWN.has(key) && !String(value).startsWith("@")));
    this.store.set(values);
  }

  run() {
    for (const {handle} of this.photos) {
      this.#state(handle, "waiting");
      this.cards.get(handle).acts.replaceChildren();
    }
    this.#made({progress: {stage: "", done: 0, total: 0}, outcome: null, cancelled: false});
    const {preset, shapes, suffix, name} = this.recipe;
    const aspects = shapes.split(",").map((one) => one.trim()).filter(Boolean);
    this.socket.send({op: "batch", photos: this.uploaded, preset, aspects, suffix, name, settings: this.store.values});
  }

  #made(change) {
    Object.assign(this, change);
    this.go.hidden = this.progress !== null;
    this.making.show(this.progress, this.cancelled ? text.cancelled : "");
    this.#working();
    if (!this.progress) {
      for (const [handle, card] of this.cards) if (["waiting", "working"].includes(card.node.dataset.state)) this.#state(handle, "new", "");
    }
    const {outcome} = this;
    this.outcomePlace.replaceChildren(...(outcome ? [
      el("h2", {}, text.done), ...outcome.lines.map((line) => el("p", {class: "muted"}, line)),
      el("p", {class: "muted"}, words.export.where(outcome.folder)), fileList(outcome.files),
      el("p", {class: "muted"}, text.again), commandLine(outcome.command),
    ] : []));
  }
}

function jpegOf(base64) {
  const bytesOf = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  return new Blob([bytesOf], {type: "image/jpeg"});
}
