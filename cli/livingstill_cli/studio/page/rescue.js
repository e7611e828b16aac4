// The rescue: a clip beside its still, its faults over time, what to do about them, and the outcome.

import {debounce, el, icon, unique} from "./dom.js";
import {field, fields, fold, part} from "./fields.js";
import {commandLine, fileList, progressOf} from "./files.js";
import * as link from "./link.js";
import {Player} from "./player.js";
import {Store} from "./store.js";
import {humanise, noteOf, words} from "./words.js";

const FIRST_SERIAL = 2 ** 31; // looks at photos count from 1
const SIDE = 960;
const UNKNOWN = 1200; // frames to expect of a clip whose header does not say
const text = words.rescue;

export class Rescue {
  constructor(studio) {
    this.studio = studio;
    this.socket = studio.socket;
    this.store = new Store(studio.about.rescue);
    this.serial = FIRST_SERIAL;
    [this.clip, this.still, this.result] = [null, null, null];
    [this.verdict, this.plan, this.selected] = [null, null, null];
    [this.progress, this.outcome, this.cancelled] = [null, null, false];
    this.#build();
    this.#listen();
  }

  // the page

  #build() {
    const transport = {
      play: el("button", {class: "round", type: "button"}),
      scrub: el("input", {type: "range", min: 0, max: 1, step: 1, value: 0}),
      clock: el("output", {class: "clock"}),
      ready: el("progress", {max: 1, value: 0, "aria-hidden": "true"}),
    };
    const clip = el("canvas", {role: "img", "aria-label": text.picture});
    const other = el("canvas", {role: "img", "aria-label": text.otherPicture});
    this.boxes = el("canvas", {class: "boxes", "aria-hidden": "true"});
    this.player = new Player(clip, transport);
    this.second = new Player(other, null);
    this.panes = el("div", {class: "pair"},
      el("figure", {}, el("div", {class: "pane"}, clip, this.boxes), el("figcaption", {}, text.clip)),
      el("figure", {}, el("div", {class: "pane"}, other), this.caption = el("figcaption", {})));
    this.empty = el("div", {class: "drop"},
      el("h2", {}, text.title), el("p", {class: "muted"}, text.drop),
      el("button", {type: "button", class: "primary", onclick: () => this.pick("clip")}, text.choose));
    this.status = el("p", {class: "status", role: "status"});
    this.lanes = el("div", {class: "lanes", "aria-hidden": "true"});
    this.transport = el("div", {class: "transport"}, transport.play, el("div", {class: "track"}, transport.ready, transport.scrub), transport.clock);
    this.foot = el("div", {class: "foot"}, this.lanes, this.transport);
    this.file = el("input", {type: "file", hidden: true, tabIndex: -1, onchange: () => {
      const [one] = this.file.files;
      this.file.value = "";
      if (one) this.take(one, this.picking);
    }});
    this.panel = el("div", {class: "panel", tabIndex: -1});
    document.getElementById("rescue").append(
      el("section", {class: "watch", "aria-label": text.clip}, this.empty, this.panes, this.status, this.foot, this.file),
      el("aside", {class: "side", "aria-label": words.places.rescue}, this.panel));
    this.#panel();
    this.#shown();
  }

  #panel() {
    const made = (key) => field(this.store, key);
    this.facts = el("div", {class: "stack"});
    this.stillPlace = el("div", {class: "row"});
    this.stillName = el("p", {class: "muted"});
    this.planPlace = el("div", {class: "plan", role: "status"});
    this.making = progressOf(this.socket, text.stages);
    this.name = el("input", {type: "text", class: "text", id: unique("name"), spellcheck: false});
    this.go = el("button", {type: "button", class: "primary", onclick: () => this.run()}, text.start);
    this.outcomePlace = el("div", {class: "result"});
    this.panel.replaceChildren(
      part(text.found, this.facts),
      part(text.still, [this.stillName, this.stillPlace]),
      part(text.what, [
        made("mode"), this.planPlace, made("strict"),
        fold(text.more, fields(this.store, ["blend", "loop", "seed", "quality", "force"])),
      ]),
      el("section", {class: "part"},
        el("div", {class: "field"}, el("div", {class: "head"}, el("label", {class: "label", htmlFor: this.name.id}, text.name)), this.name),
        el("div", {class: "row actions"}, this.go, this.making.cancel), this.making.bar, this.making.line, this.outcomePlace));
  }

  #listen() {
    const {socket, player, second} = this;
    const mine = (act) => ({detail}) => detail.serial === this.serial && act(detail);
    socket.addEventListener("frame", ({detail}) => {
      player.receive(detail);
      second.receive(detail);
    });
    socket.addEventListener("clip", ({detail}) => this.#begin(detail));
    socket.addEventListener("clip-done", ({detail}) => {
      for (const one of [player, second]) if (one.look?.serial === detail.serial) one.end(detail.frames);
      this.#lanes();
    });
    socket.addEventListener("verdict", mine((detail) => {
      this.verdict = detail;
      this.plan = detail.decision;
      this.say("");
      this.#shown();
      if (detail.faults.length) this.select(0, false);
    }));
    socket.addEventListener("decision", mine((detail) => {
      this.plan = detail;
      this.#plan();
      this.#lanes();
    }));
    socket.addEventListener("error", ({detail}) => {
      if (detail.op === "watch" && detail.serial === this.serial) {
        this.say(detail.message);
        this.failed = detail.message;
        this.#shown();
      }
      if (detail.op === "rescue") this.#made({progress: null});
    });
    socket.addEventListener("progress", ({detail}) => {
      if (detail.op === "rescue") this.#made({progress: detail, cancelled: false});
      else if (detail.op === "watch" && !this.verdict) this.say(text.watching(detail.done, detail.total));
    });
    socket.addEventListener("cancelled", ({detail}) => detail.op === "rescue" && this.#made({progress: null, cancelled: true}));
    socket.addEventListener("rescued", ({detail}) => {
      this.#made({progress: null, outcome: detail});
      this.result = detail.files[0];
      this.compared = "rescued";
      this.#watch(this.result.handle, second, false);
      this.#other();
    });
    player.addEventListener("drawn", () => {
      const {look} = player;
      if (look) second.follow((player.drawn.index + 0.5) / look.frames);
      this.#boxes();
      this.#head();
    });
    player.addEventListener("resized", () => this.fit());
    second.addEventListener("resized", () => this.fit());
    new ResizeObserver(() => this.fit()).observe(document.getElementById("rescue"));
    this.store.addEventListener("change", ({detail}) => {
      if (detail.has("force")) this.look();
      else this.decide();
    });
    this.decide = debounce(() => {
      if (this.verdict) this.socket.send({op: "decide", serial: this.serial, ...this.#wanted()});
    }, 120);
  }

  say(line) {
    this.status.textContent = line;
  }

  // clips and stills

  pick(key) {
    this.picking = key;
    this.file.accept = key === "clip" ? "video/*,.gif,.webp,.mkv,.avi" : "image/*";
    this.file.click();
  }

  drop(file) {
    this.take(file, this.clip && file.type.startsWith("image/") && file.type !== "image/gif" ? "still" : "clip");
  }

  async take(file, key) {
    try {
      this.say(text.reading);
      const sent = await link.sendFile(file, key);
      if (key === "clip") this.open(sent);
      else this.setStill(sent, file);
    } catch (error) {
      this.say("");
      this.studio.fail(error.message);
    }
  }

  open(clip) {
    [this.clip, this.still, this.result, this.outcome] = [clip, null, null, null];
    this.compared = "still";
    this.stillPicture = null;
    this.name.value = `${clip.name.replace(/\.[^.]+$/, "")}-rescued`;
    this.look();
  }

  async setStill(sent, file) {
    this.still = sent;
    this.compared = "still";
    this.stillPicture = sent && await createImageBitmap(await this.#stillBlob(sent, file)).catch(() => null);
    this.#other();
    this.look();
  }

  // A browser shows most stills itself; of the others the engine makes a picture.
  async #stillBlob(sent, file) {
    const known = await createImageBitmap(file).then(() => true, () => false);
    return known ? file : link.thumbnailOf(sent.handle);
  }

  #wanted() {
    return {clip: this.clip.handle, still: this.still?.handle ?? null, settings: this.store.values};
  }

  look() {
    if (!this.clip) return;
    [this.verdict, this.plan, this.selected, this.failed] = [null, null, null, null];
    this.say(text.reading);
    this.#watch(this.clip.handle, this.player, true);
    this.#shown();
  }

  #watch(handle, player, judge) {
    if (judge) this.serial += 2; // the number between is the outcome's
    const serial = judge ? this.serial : this.serial + 1;
    player.serial = serial;
    this.socket.send({op: "watch", judge, ...this.#wanted(), serial, clip: handle});
  }

  #begin({serial, size, frames, fps}) {
    const player = [this.player, this.second].find((one) => one.serial === serial);
    if (!player) return;
    const scale = Math.min(1, SIDE / Math.max(...size));
    const look = {serial, final: true, frames: frames ?? UNKNOWN, fps, loop: "seamless", size: size.map((n) => Math.max(1, Math.round(n * scale)))};
    if (player === this.second) player.before = null;
    player.begin(look);
    this.fit();
  }

  // what is seen

  #shown() {
    const open = Boolean(this.clip);
    this.empty.hidden = open;
    this.panes.hidden = this.foot.hidden = !open;
    this.go.disabled = !open;
    this.#facts();
    this.#plan();
    this.#other();
    this.#lanes();
    this.fit();
  }

  #facts() {
    const {verdict} = this;
    const another = el("button", {type: "button", class: "small", onclick: () => this.pick("clip")}, text.other);
    if (!this.clip || !verdict) {
      const line = !this.clip ? text.drop : this.failed ?? text.reading;
      this.facts.replaceChildren(el("p", {class: "muted"}, line), this.clip ? el("div", {class: "row"}, another) : "");
      return;
    }
    const faults = verdict.faults.map((fault, index) => {
      const dot = el("span", {class: "swatch-dot"});
      dot.style.setProperty("--colour", verdict.hues[fault.kind]);
      const about = noteOf(fault.message.replace(/^frames? [^:]*: /, ""));
      return el("li", {}, el("button", {
        type: "button", class: "region fault", "aria-pressed": String(index === this.selected), onclick: () => this.select(index),
      }, dot, el("span", {class: "grow"}, el("span", {class: "title"}, humanise(fault.kind), el("span", {class: "muted"}, text.at(fault.first, fault.last, verdict.fps))),
        el("span", {class: "muted"}, about))));
    });
    this.facts.replaceChildren(
      el("p", {class: "lead"}, faults.length ? text.faults(faults.length) : text.clean),
      el("ul", {class: "regions"}, faults),
      ...verdict.notes.map((note) => el("p", {class: "muted"}, noteOf(note))),
      el("div", {class: "row"}, another));
  }

  #plan() {
    const plan = this.verdict && this.plan;
    this.planPlace.hidden = !plan;
    if (!plan) return;
    this.planPlace.replaceChildren(
      el("p", {class: "lead"}, text.plans[plan.word]),
      plan.rebuild.length ? el("p", {class: "muted"}, text.count(plan.rebuild.length)) : "",
      fold(text.why, el("ul", {class: "notes"}, plan.reasons.map((reason) => el("li", {}, reason))), plan.word === ""));
    this.go.disabled = plan.word === "";
  }

  #other() {
    const {still, second, result} = this;
    this.stillName.textContent = still ? still.name : text.noStill;
    this.stillPlace.replaceChildren(
      el("button", {type: "button", class: "small", disabled: !this.clip, onclick: () => this.pick("still")}, still ? text.otherStill : text.chooseStill),
      still ? el("button", {type: "button", class: "small", onclick: () => this.setStill(null)}, text.noStillNow) : "");
    const choices = [...(still ? ["still"] : []), ...(result ? ["rescued"] : [])];
    const shown = choices.includes(this.compared) ? this.compared : choices[0];
    this.panes.classList.toggle("alone", !shown);
    if (shown === "still") second.show(this.stillPicture ?? null);
    else second.show(null);
    this.caption.replaceChildren(...(choices.length < 2 ? [shown ? text[shown] : ""] : choices.map((one) => el("button", {
      type: "button", class: "small", "aria-pressed": String(one === shown), onclick: () => { this.compared = one; this.#other(); },
    }, text[one]))));
    this.fit();
  }

  select(index, seek = true) {
    this.selected = index;
    const fault = this.verdict.faults[index];
    if (seek || !this.player.playing) this.player.seek(Math.min(fault.first, this.player.look.frames - 1));
    for (const [number, one] of [...this.facts.querySelectorAll(".fault")].entries()) one.setAttribute("aria-pressed", String(number === index));
    this.#boxes();
    this.#lanes();
  }

  // The director's timeline: a lane for each kind of fault, and one for frames that would be rebuilt.
  #lanes() {
    const {verdict} = this;
    const frames = verdict?.frames ?? 0;
    const kinds = [...new Set(verdict?.faults.map((fault) => fault.kind) ?? [])];
    const bar = (first, last, colour, act, on) => {
      const node = el("span", {class: `bar-of${on ? " on" : ""}`, onclick: act});
      node.style.setProperty("--from", `${(first / frames) * 100}%`);
      node.style.setProperty("--wide", `${((last - first + 1) / frames) * 100}%`);
      node.style.setProperty("--colour", colour);
      return node;
    };
    const lane = (name, bars) => el("div", {class: "lane"}, el("span", {class: "lane-name"}, name), el("div", {class: "lane-track"}, bars));
    const rows = kinds.map((kind) => lane(humanise(kind), verdict.faults.map((fault, index) => fault.kind === kind
      && bar(fault.first, fault.last, verdict.hues[kind], () => this.select(index), index === this.selected)).filter(Boolean)));
    const rebuilt = runs(this.plan?.rebuild ?? []);
    if (frames && rebuilt.length) rows.push(lane(text.rebuild, rebuilt.map(([first, last]) => bar(first, last, "var(--accent)"))));
    this.lanes.replaceChildren(...rows, this.headLine = el("span", {class: "lane-head"}));
    this.lanes.hidden = !rows.length;
    this.#head();
  }

  #head() {
    const {look} = this.player;
    if (look && this.headLine) this.headLine.style.setProperty("--at", String((this.player.index + 0.5) / look.frames));
  }

  #boxes() {
    const {boxes, verdict, player} = this;
    const g = boxes.getContext("2d");
    g.clearRect(0, 0, boxes.width, boxes.height);
    if (!verdict) return;
    const [sx, sy] = [boxes.width / verdict.size[0], boxes.height / verdict.size[1]];
    const {index} = player.drawn;
    verdict.faults.forEach((fault, number) => {
      if (index < fault.first || index > fault.last) return;
      const [x, y, w, h] = fault.box;
      const unit = boxes.width / Math.max(1, boxes.clientWidth);
      for (const [style, width] of [["rgb(0 0 0 / 55%)", number === this.selected ? 6 : 4], [verdict.hues[fault.kind], number === this.selected ? 3 : 1.6]]) {
        g.strokeStyle = style;
        g.lineWidth = width * unit;
        g.strokeRect(x * sx + 3 * unit, y * sy + 3 * unit, w * sx - 6 * unit, h * sy - 6 * unit);
      }
    });
  }

  fit() {
    const {canvas} = this.player;
    const ratio = canvas.width / Math.max(1, canvas.height);
    const panes = [...this.panes.querySelectorAll(".pane")].filter((pane) => pane.offsetParent);
    if (!panes.length) return;
    const room = this.panes.getBoundingClientRect();
    const count = this.panes.classList.contains("alone") ? 1 : 2;
    const narrow = room.width < 620;
    const width = narrow ? room.width : (room.width - 20 * (count - 1)) / count;
    const height = narrow ? innerHeight * 0.32 : room.height - 34;
    for (const pane of panes) {
      const shape = pane.contains(canvas) ? ratio : this.second.canvas.width / Math.max(1, this.second.canvas.height) || ratio;
      const scale = Math.min(width / shape, height);
      pane.style.width = `${Math.max(40, Math.round(scale * shape))}px`;
      pane.style.height = `${Math.max(40, Math.round(scale))}px`;
    }
    const unit = Math.min(2, devicePixelRatio || 1);
    [this.boxes.width, this.boxes.height] = [Math.round(this.boxes.clientWidth * unit), Math.round(this.boxes.clientHeight * unit)];
    this.#boxes();
  }

  // the outcome

  run() {
    if (!this.clip) return;
    this.#made({progress: {stage: "", done: 0, total: 0}, outcome: null, cancelled: false});
    this.socket.send({op: "rescue", name: this.name.value, ...this.#wanted()});
  }

  #made(change) {
    Object.assign(this, change);
    this.go.hidden = this.progress !== null;
    this.making.show(this.progress, this.cancelled ? text.cancelled : "");
    const {outcome} = this;
    this.outcomePlace.replaceChildren(...(outcome ? [
      el("h2", {}, text.done[outcome.decision]),
      outcome.rebuilt.length ? el("p", {class: "muted"}, text.count(outcome.rebuilt.length)) : "",
      el("p", {class: "muted"}, words.export.where(outcome.folder)), fileList(outcome.files),
      fold(text.why, el("ul", {class: "notes"}, [...outcome.reasons, ...outcome.notes].map((line) => el("li", {}, line)))),
      el("p", {class: "muted"}, text.again), commandLine(outcome.command),
    ] : []));
  }
}

// Runs of successive numbers, each as its first and its last.
function runs(numbers) {
  const out = [];
  for (const number of numbers) {
    if (out.length && out.at(-1)[1] === number - 1) out.at(-1)[1] = number;
    else out.push([number, number]);
  }
  return out;
}
