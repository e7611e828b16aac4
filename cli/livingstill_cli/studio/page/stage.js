// The picture: its size on the page, what lies over it, and the tools that work on it.

import * as link from "./link.js";
import {placeAt} from "./title.js";

const TINT = 0.42;
const UNSURE = [26, 190]; // levels of a mask between which it is hatched
const PAINTS = ["paint", "erase", "lasso", "pin"]; // tools that change a mask
const HELD = [235, 235, 235];
const SHAPES = {"16:9": 16 / 9, "1:1": 1, "9:16": 9 / 16};

export class Stage extends EventTarget {
  constructor(store, player) {
    super();
    [this.store, this.player] = [store, player];
    this.box = document.getElementById("frame");
    this.canvas = document.getElementById("overlay");
    this.context = this.canvas.getContext("2d");
    this.show = {regions: false, picture: null, arrows: false, focus: false, safe: false, crop: false};
    this.tool = "none";
    this.kind = null;
    this.brush = {size: 0.08, softness: 0.5, snap: true};
    this.cursor = {x: 0.5, y: 0.5, shown: false};
    this.tints = new Map();
    this.edit = null;
    this.drag = null;
    this.keyTail = null;
    this.corners = null; // of a lasso that is set by the keyboard
    this.sent = null;
    new ResizeObserver(() => this.fit()).observe(document.getElementById("stage"));
    player.addEventListener("resized", () => this.fit());
    store.addEventListener("change", ({detail}) => {
      const mine = JSON.stringify([store.get("mask"), store.get("hold")]) === this.sent;
      if ((detail.has("mask") || detail.has("hold") || detail.has("motion")) && !mine) this.edit = null;
      this.draw();
    });
    this.#listen();
  }

  get look() {
    return this.player.look;
  }

  // sizes

  fit() {
    const room = document.getElementById("stage").getBoundingClientRect();
    const below = document.getElementById("transport").getBoundingClientRect().height + 34;
    const narrow = matchMedia("(max-width: 860px)").matches;
    const pad = narrow ? 0 : 28;
    const width = Math.max(80, room.width - 2 * pad);
    const height = Math.max(80, narrow ? innerHeight * 0.46 : room.height - below - pad);
    const [w, h] = [this.player.canvas.width || 3, this.player.canvas.height || 2];
    const scale = Math.min(width / w, height / h);
    this.box.style.width = `${Math.round(w * scale)}px`;
    this.box.style.height = `${Math.round(h * scale)}px`;
    const ratio = Math.min(2, devicePixelRatio || 1);
    this.canvas.width = Math.round(w * scale * ratio);
    this.canvas.height = Math.round(h * scale * ratio);
    this.unit = ratio;
    this.draw();
  }

  // Return where a point of the photo (fractions) lies on the overlay, in its pixels, and back.
  place(x, y) {
    const [left, top, width, height] = this.#picture();
    const box = this.look?.box ?? [0, 0, 1, 1];
    return [left + ((x - box[0]) / (box[2] - box[0])) * width, top + ((y - box[1]) / (box[3] - box[1])) * height];
  }

  point(px, py) {
    const [left, top, width, height] = this.#picture();
    const box = this.look?.box ?? [0, 0, 1, 1];
    const clamp = (n) => Math.min(1, Math.max(0, n));
    return [clamp(box[0] + ((px - left) / width) * (box[2] - box[0])), clamp(box[1] + ((py - top) / height) * (box[3] - box[1]))];
  }

  #picture() {
    const {width, height} = this.canvas;
    const {size = [1, 1], picture = [0, 0, 1, 1]} = this.look ?? {};
    const [sx, sy] = [width / size[0], height / size[1]];
    return [picture[0] * sx, picture[1] * sy, picture[2] * sx, picture[3] * sy];
  }

  // what lies over the picture

  draw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.#draw();
    });
  }

  #draw() {
    const {context: g, canvas} = this;
    g.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.look) return;
    const [x0, y0] = this.place(0, 0);
    const [x1, y1] = this.place(1, 1);
    const [left, top, width, height] = this.#picture();
    g.save();
    g.beginPath();
    g.rect(left, top, width, height);
    g.clip();
    if (this.show.alone) this.#chequers(left, top, width, height);
    if (this.show.picture) g.drawImage(this.show.picture, x0, y0, x1 - x0, y1 - y0);
    if (this.show.regions) this.#regions(x0, y0, x1 - x0, y1 - y0);
    if (this.show.arrows) this.#arrows();
    if (this.drag?.lasso ?? this.corners) this.#outline(this.drag?.lasso ?? [...this.corners, [this.cursor.x, this.cursor.y]]);
    if (this.show.focus) this.#focus();
    g.restore();
    if (this.show.safe) this.#safe();
    if (this.show.crop) this.#crops();
    if (this.tool === "title" && this.cursor.shown) this.#places();
    if (this.cursor.shown && [...PAINTS, "arrow"].includes(this.tool)) this.#cursor();
  }

  #regions(x, y, w, h) {
    const {context: g} = this;
    for (const region of this.#masks()) {
      if (this.edit?.kind === region.kind) continue;
      const tint = this.tints.get(region.mask);
      if (!tint) {
        this.#load(region);
        continue;
      }
      g.globalAlpha = this.kind && this.kind !== region.kind ? 0.45 : 1;
      g.drawImage(tint, x, y, w, h);
    }
    if (this.edit) {
      g.globalAlpha = 1;
      g.drawImage(this.edit.tint(), x, y, w, h);
    }
    g.globalAlpha = 1;
  }

  // The regions, and what is held still as one of them.
  #masks() {
    const hold = this.store.get("hold");
    return [...this.look.regions, ...(hold ? [{kind: "hold", mask: hold, colour: HELD}] : [])];
  }

  // What lies under a layer that is shown alone.
  #chequers(left, top, width, height) {
    const {context: g, unit} = this;
    const side = 12 * unit;
    for (let row = 0; row * side < height; row += 1) {
      for (let column = 0; column * side < width; column += 1) {
        g.fillStyle = (row + column) % 2 ? "#c9c8c3" : "#dddcd8";
        g.fillRect(left + column * side, top + row * side, side, side);
      }
    }
  }

  async #load(region) {
    if (this.tints.has(region.mask)) return;
    this.tints.set(region.mask, null);
    const live = new Set(this.#masks().map((one) => one.mask));
    for (const key of this.tints.keys()) if (!live.has(key)) this.tints.delete(key);
    try {
      const bitmap = await createImageBitmap(await link.fileOf(region.mask));
      this.tints.set(region.mask, tinted(levels(bitmap), region.colour));
      this.draw();
    } catch {
      this.tints.delete(region.mask);
    }
  }

  #arrows() {
    for (const stroke of this.store.get("brush") ?? []) {
      const [kind, numbers] = stroke.split(":");
      const values = numbers.split(",").map(Number);
      const points = [];
      for (let i = 0; i + 1 < values.length; i += 2) points.push(this.place(values[i], values[i + 1]));
      this.#arrow(points, this.colourOf(kind), !this.kind || kind === this.kind);
    }
    if (this.drag?.arrow) this.#arrow(this.drag.arrow.map(([x, y]) => this.place(x, y)), this.colourOf(this.kind), true);
    if (this.keyTail) this.#arrow([this.place(...this.keyTail), this.place(this.cursor.x, this.cursor.y)], this.colourOf(this.kind), true);
  }

  #arrow(points, colour, strong) {
    const {context: g, unit} = this;
    if (points.length < 2) return;
    const [ax, ay] = points.at(-2);
    const [bx, by] = points.at(-1);
    const angle = Math.atan2(by - ay, bx - ax);
    const head = 11 * unit;
    g.lineCap = g.lineJoin = "round";
    g.globalAlpha = strong ? 1 : 0.5;
    for (const [style, extra] of [["rgb(0 0 0 / 55%)", 3], [`rgb(${colour})`, 0], ["#fff", -1.4]]) {
      g.strokeStyle = style;
      g.lineWidth = (4 + extra) * unit;
      g.beginPath();
      points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
      for (const turn of [2.6, -2.6]) {
        g.moveTo(bx, by);
        g.lineTo(bx + head * Math.cos(angle + turn), by + head * Math.sin(angle + turn));
      }
      g.stroke();
    }
    g.globalAlpha = 1;
  }

  #outline(points) {
    const {context: g, unit} = this;
    for (const [style, width, dash] of [["rgb(0 0 0 / 60%)", 3.4, []], ["#fff", 1.6, [6 * unit, 4 * unit]]]) {
      g.strokeStyle = style;
      g.lineWidth = width * unit;
      g.setLineDash(dash);
      g.beginPath();
      points.map(([x, y]) => this.place(x, y)).forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
      g.closePath();
      g.stroke();
    }
    g.setLineDash([]);
  }

  #focus() {
    const {context: g, unit} = this;
    const [x, y] = this.place(...this.focus());
    for (const [style, width] of [["rgb(0 0 0 / 60%)", 4], ["#fff", 2]]) {
      g.strokeStyle = style;
      g.lineWidth = width * unit;
      g.beginPath();
      g.arc(x, y, 15 * unit, 0, 2 * Math.PI);
      g.moveTo(x + 3 * unit, y);
      g.arc(x, y, 3 * unit, 0, 2 * Math.PI);
      g.stroke();
    }
  }

  focus() {
    const key = /[:,]focus=([\d.]+),([\d.]+)/.exec(this.store.get("camera") ?? "");
    return key ? [Number(key[1]), Number(key[2])] : this.look?.subject ?? [0.5, 0.5];
  }

  #safe() {
    const {context: g, canvas, unit} = this;
    for (const [share, dash] of [[0.05, []], [0.1, [6 * unit, 5 * unit]]]) {
      for (const [style, width] of [["rgb(0 0 0 / 45%)", 2.4], ["rgb(255 255 255 / 85%)", 1.1]]) {
        g.strokeStyle = style;
        g.lineWidth = width * unit;
        g.setLineDash(dash);
        g.strokeRect(canvas.width * share, canvas.height * share, canvas.width * (1 - 2 * share), canvas.height * (1 - 2 * share));
      }
    }
    g.setLineDash([]);
  }

  #crops() {
    const {context: g, canvas, unit} = this;
    g.font = `${11 * unit}px "Open Sans", sans-serif`;
    const shape = canvas.width / canvas.height;
    for (const [name, wanted] of Object.entries(SHAPES)) {
      if (Math.abs(wanted / shape - 1) < 0.02) continue;
      const w = wanted < shape ? canvas.height * wanted : canvas.width;
      const h = wanted < shape ? canvas.height : canvas.width / wanted;
      const [x, y] = [(canvas.width - w) / 2, (canvas.height - h) / 2];
      for (const [style, width] of [["rgb(0 0 0 / 50%)", 3], ["#fff", 1.2]]) {
        g.strokeStyle = style;
        g.lineWidth = width * unit;
        g.strokeRect(x + unit, y + unit, w - 2 * unit, h - 2 * unit);
      }
      g.fillStyle = "rgb(0 0 0 / 60%)";
      g.fillRect(x + 6 * unit, y + 6 * unit, g.measureText(name).width + 10 * unit, 18 * unit);
      g.fillStyle = "#fff";
      g.fillText(name, x + 11 * unit, y + 19 * unit);
    }
  }

  // The nine places of a title, and the one that is pointed at.
  #places() {
    const {context: g, canvas, unit} = this;
    const [px, py] = this.place(this.cursor.x, this.cursor.y);
    const [w, h] = [canvas.width / 3, canvas.height / 3];
    const [column, row] = [Math.min(2, Math.max(0, Math.floor(px / w))), Math.min(2, Math.max(0, Math.floor(py / h)))];
    for (const [style, width, dash] of [["rgb(0 0 0 / 55%)", 3, []], ["#fff", 1.4, [6 * unit, 5 * unit]]]) {
      g.strokeStyle = style;
      g.lineWidth = width * unit;
      g.setLineDash(dash);
      g.strokeRect(column * w + 3 * unit, row * h + 3 * unit, w - 6 * unit, h - 6 * unit);
    }
    g.setLineDash([]);
  }

  #cursor() {
    const {context: g, unit} = this;
    const [x, y] = this.place(this.cursor.x, this.cursor.y);
    const radius = this.tool === "arrow" || this.tool === "lasso" ? 5 * unit : this.#radius();
    for (const [style, width] of [["rgb(0 0 0 / 60%)", 3], ["#fff", 1.3]]) {
      g.strokeStyle = style;
      g.lineWidth = width * unit;
      g.beginPath();
      g.arc(x, y, radius, 0, 2 * Math.PI);
      g.stroke();
    }
  }

  #radius() {
    const [x0] = this.place(0, 0);
    const [x1] = this.place(1, 1);
    return (this.brush.size / 2) * (x1 - x0);
  }

  colourOf(kind) {
    const found = this.store.kinds.find((one) => one.name === kind);
    return found ? found.colour.join(" ") : kind === "hold" ? "230 230 230" : "255 255 255";
  }

  // tools

  use(tool, kind = this.kind) {
    if (kind !== this.kind) this.edit = null;
    [this.tool, this.kind, this.keyTail, this.corners] = [tool, kind, null, null];
    this.canvas.dataset.tool = tool;
    this.draw();
    if (PAINTS.includes(tool) && kind) return this.#prepare();
    return Promise.resolve();
  }

  #listen() {
    const {canvas} = this;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return this.point((event.clientX - box.left) * this.unit, (event.clientY - box.top) * this.unit);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button || ["none", "title"].includes(this.tool)) return;
      canvas.setPointerCapture(event.pointerId);
      this.begin(...at(event));
    });
    // what a title is typed into has the focus after the click, not before
    canvas.addEventListener("click", (event) => this.tool === "title" && this.begin(...at(event)));
    canvas.addEventListener("pointermove", (event) => {
      [this.cursor.x, this.cursor.y] = at(event);
      this.cursor.shown = true;
      if (this.drag) for (const one of event.getCoalescedEvents?.() ?? [event]) this.move(...at(one));
      this.draw();
    });
    canvas.addEventListener("pointerup", (event) => this.drag && this.end(...at(event)));
    canvas.addEventListener("pointercancel", (event) => this.drag && this.end(...at(event)));
    canvas.addEventListener("pointerleave", () => { this.cursor.shown = false; this.draw(); });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  begin(x, y) {
    [this.cursor.x, this.cursor.y] = [x, y];
    if (this.tool === "select") this.dispatchEvent(new CustomEvent("select", {detail: this.kindAt(x, y)}));
    else if (this.tool === "focus") this.drag = {focus: true};
    else if (this.tool === "title") {
      const [px, py] = this.place(x, y);
      this.dispatchEvent(new CustomEvent("title", {detail: placeAt(px / this.canvas.width, py / this.canvas.height)}));
    }
    else if (!this.kind) this.dispatchEvent(new Event("nothing"));
    else if (this.tool === "arrow") this.drag = {arrow: [[x, y]]};
    else if (this.tool === "lasso") this.drag = {lasso: [[x, y]]};
    else if (this.edit?.context) {
      this.drag = {last: [x, y]};
      this.dispatchEvent(new Event("stroke"));
    }
    if (this.drag) this.move(x, y);
  }

  move(x, y) {
    const {drag} = this;
    if (drag.focus) this.dispatchEvent(new CustomEvent("focus", {detail: {x, y, done: false}}));
    else if (drag.arrow) {
      const [lx, ly] = drag.arrow.at(-1);
      if (Math.hypot(x - lx, y - ly) > 0.02) drag.arrow.push([x, y]);
    } else if (drag.lasso) {
      const [lx, ly] = drag.lasso.at(-1);
      if (Math.hypot(x - lx, y - ly) > 0.004) drag.lasso.push([x, y]);
    } else {
      this.edit.stroke(drag.last, [x, y], this.brush, this.tool === "erase");
      drag.last = [x, y];
    }
    this.draw();
  }

  end(x, y) {
    const {drag} = this;
    this.drag = null;
    if (drag.focus) this.dispatchEvent(new CustomEvent("focus", {detail: {x, y, done: true}}));
    else if (drag.arrow) {
      const points = drag.arrow;
      const [lx, ly] = points.at(-1);
      if (points.length < 2 && Math.hypot(x - lx, y - ly) > 0.005) points.push([x, y]);
      if (points.length > 1) this.dispatchEvent(new CustomEvent("arrow", {detail: points}));
    } else if (drag.lasso) this.#fill(drag.lasso);
    else this.#send();
    this.draw();
  }

  #fill(points) {
    this.corners = null;
    if (points.length < 3 || !this.edit?.context) return;
    this.dispatchEvent(new Event("stroke"));
    this.edit.fill(points, this.brush.softness);
    this.#send();
  }

  #key(event) {
    const by = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (this.tool === "none") return;
    if (by) {
      event.preventDefault();
      event.stopPropagation();
      const pace = event.shiftKey ? 0.05 : 0.015;
      this.cursor.x = Math.min(1, Math.max(0, this.cursor.x + by[0] * pace));
      this.cursor.y = Math.min(1, Math.max(0, this.cursor.y + by[1] * pace));
      this.cursor.shown = true;
      if (this.tool === "focus") {
        const {x, y} = this.cursor;
        this.dispatchEvent(new CustomEvent("focus", {detail: {x, y, done: true}}));
      }
      this.draw();
    } else if (event.key === "Enter" && this.tool === "lasso" && this.kind) {
      event.preventDefault();
      if (event.shiftKey) this.#fill(this.corners ?? []);
      else this.corners = [...(this.corners ?? []), [this.cursor.x, this.cursor.y]];
      this.draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const {x, y} = this.cursor;
      if (this.tool !== "arrow" || !this.kind) {
        this.begin(x, y);
        if (this.drag) this.end(x, y);
      } else if (this.keyTail) {
        this.dispatchEvent(new CustomEvent("arrow", {detail: [this.keyTail, [x, y]]}));
        this.keyTail = null;
      } else this.keyTail = [x, y];
    } else if (event.key === "Escape") this.keyTail = this.drag = this.corners = null;
  }

  kindAt(x, y) {
    let best = [60, null];
    for (const region of this.look?.regions ?? []) {
      const level = this.tints.get(region.mask)?.level(x, y) ?? 0;
      if (level > best[0]) best = [level, region.kind];
    }
    return best[1];
  }

  // painting

  // Begin to paint a kind: on the mask that it has, or on what was found, or on nothing.
  async #prepare() {
    const {kind} = this;
    if (this.edit?.kind === kind && this.edit.context) return;
    const edit = new Edit(kind, this.colourOf(kind), this.look);
    this.edit = edit;
    const own = (this.store.get("mask") ?? []).find((mask) => mask.startsWith(`${kind}=`))?.split("=")[1];
    const found = this.look?.regions.find((region) => region.kind === kind)?.mask;
    const handle = kind === "hold" ? this.store.get("hold") : own ?? found;
    const bitmap = handle ? await link.fileOf(handle).then(createImageBitmap).catch(() => null) : null;
    if (this.edit !== edit) return;
    edit.open(bitmap);
    this.draw();
  }

  // Send what was painted: the part that changed since the mask that the engine has, if it has one.
  async #send() {
    const {edit} = this;
    const {snap} = this.brush;
    edit.number += 1;
    this.painted = performance.now(); // for measuring
    this.player.held = true;
    const {number, base} = edit;
    const photo = this.store.photo.handle;
    const whole = () => link.sendLevels(edit.levels(), {photo, snap});
    try {
      const part = base?.snap === snap ? edit.levels(edit.touched) : null;
      const handle = part ? await link.sendLevels(part, {photo, snap, over: base.handle}).catch(whole) : await whole();
      if (number !== edit.number) return; // another stroke came meanwhile, and its mask has both
      edit.base = {handle, snap};
      edit.touched = null;
      this.put(edit.kind, handle);
    } catch (error) {
      this.player.held = false;
      this.dispatchEvent(new CustomEvent("fail", {detail: error.message}));
    }
  }

  // Make a mask the one of a kind; null removes it.
  put(kind, handle) {
    const masks = (this.store.get("mask") ?? []).filter((mask) => !mask.startsWith(`${kind}=`));
    if (kind !== "hold" && handle) masks.push(`${kind}=${handle}`);
    const hold = kind === "hold" ? handle : this.store.get("hold");
    this.sent = JSON.stringify([masks, hold]);
    this.store.set(kind === "hold" ? {hold} : {mask: masks});
  }
}

// A mask that is being painted, as the alpha of a canvas.
class Edit {
  constructor(kind, colour, look) {
    [this.kind, this.colour, this.number] = [kind, colour, 0];
    [this.base, this.touched] = [null, null]; // the mask that the engine has, and what changed since
    const wide = 960;
    const shape = look ? (look.box[2] - look.box[0]) / (look.box[3] - look.box[1]) : 1;
    const ratio = look ? (look.picture[2] / look.picture[3]) / shape : 1.5;
    this.canvas = new OffscreenCanvas(ratio >= 1 ? wide : Math.round(wide * ratio), ratio >= 1 ? Math.round(wide / ratio) : wide);
    this.shown = new OffscreenCanvas(this.canvas.width, this.canvas.height);
  }

  open(bitmap) {
    const g = this.canvas.getContext("2d", {willReadFrequently: true});
    if (bitmap) {
      const grey = levels(bitmap);
      const image = new ImageData(bitmap.width, bitmap.height);
      for (let i = 0; i < grey.values.length; i += 1) image.data[i * 4 + 3] = grey.values[i];
      const small = new OffscreenCanvas(bitmap.width, bitmap.height);
      small.getContext("2d").putImageData(image, 0, 0);
      g.drawImage(small, 0, 0, this.canvas.width, this.canvas.height);
    }
    this.context = g;
  }

  stroke(from, to, {size, softness}, erase) {
    const {context: g, canvas} = this;
    const radius = (size / 2) * canvas.width;
    const [ax, ay, bx, by] = [from[0] * canvas.width, from[1] * canvas.height, to[0] * canvas.width, to[1] * canvas.height];
    this.#touch(Math.min(ax, bx) - radius, Math.min(ay, by) - radius, Math.max(ax, bx) + radius, Math.max(ay, by) + radius);
    const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) / Math.max(1, radius / 4)));
    g.globalCompositeOperation = erase ? "destination-out" : "source-over";
    for (let i = 1; i <= steps; i += 1) {
      const [x, y] = [ax + ((bx - ax) * i) / steps, ay + ((by - ay) * i) / steps];
      const fill = g.createRadialGradient(x, y, radius * (1 - softness) * 0.98, x, y, radius);
      fill.addColorStop(0, "rgb(0 0 0 / 100%)");
      fill.addColorStop(1, "rgb(0 0 0 / 0%)");
      g.fillStyle = fill;
      g.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    }
  }

  // Fill a polygon; its border is blurred by a share of the brush that ``softness`` says.
  fill(points, softness) {
    const {context: g, canvas} = this;
    const [xs, ys] = [points.map(([x]) => x * canvas.width), points.map(([, y]) => y * canvas.height)];
    const blur = canvas.width * 0.03;
    this.#touch(Math.min(...xs) - blur, Math.min(...ys) - blur, Math.max(...xs) + blur, Math.max(...ys) + blur);
    g.globalCompositeOperation = "source-over";
    g.filter = softness > 0 ? `blur(${(softness * canvas.width * 0.008).toFixed(2)}px)` : "none";
    g.fillStyle = "#000";
    g.beginPath();
    points.forEach(([x, y], i) => (i ? g.lineTo(x * canvas.width, y * canvas.height) : g.moveTo(x * canvas.width, y * canvas.height)));
    g.closePath();
    g.fill();
    g.filter = "none";
  }

  tint() {
    const g = this.shown.getContext("2d");
    g.globalCompositeOperation = "copy";
    g.drawImage(this.canvas, 0, 0);
    g.globalCompositeOperation = "source-in";
    g.fillStyle = `rgb(${this.colour} / 55%)`;
    g.fillRect(0, 0, this.shown.width, this.shown.height);
    return this.shown;
  }

  #touch(left, top, right, bottom) {
    const {width, height} = this.canvas;
    const [l, t, r, b] = this.touched ?? [width, height, 0, 0];
    this.touched = [Math.max(0, Math.min(l, Math.floor(left))), Math.max(0, Math.min(t, Math.floor(top))),
      Math.min(width, Math.max(r, Math.ceil(right))), Math.min(height, Math.max(b, Math.ceil(bottom)))];
  }

  // The mask's levels in a box (left, top, right, bottom), row by row; null if there is nothing in it.
  levels(box = [0, 0, this.canvas.width, this.canvas.height]) {
    const [left, top, right, bottom] = box ?? [0, 0, 0, 0];
    const [width, height] = [right - left, bottom - top];
    if (width < 1 || height < 1) return null;
    const {data} = this.context.getImageData(left, top, width, height);
    const values = new Uint8Array(width * height);
    for (let i = 0; i < values.length; i += 1) values[i] = data[i * 4 + 3];
    return {values, width, height, left, top};
  }
}

export function levels(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const g = canvas.getContext("2d");
  g.drawImage(bitmap, 0, 0);
  const {data} = g.getImageData(0, 0, bitmap.width, bitmap.height);
  const values = new Uint8Array(bitmap.width * bitmap.height);
  for (let i = 0; i < values.length; i += 1) values[i] = data[i * 4];
  return {values, width: bitmap.width, height: bitmap.height};
}

// Return a mask as a canvas of its colour, hatched where it is unsure, with its levels at hand.
function tinted({values, width, height}, colour) {
  const image = new ImageData(width, height);
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 1) {
      const level = values[i];
      const hatched = level > UNSURE[0] && level < UNSURE[1];
      const line = hatched && (x + y) % 9 < 2;
      const at = i * 4;
      image.data[at] = line ? 255 : colour[0];
      image.data[at + 1] = line ? 255 : colour[1];
      image.data[at + 2] = line ? 255 : colour[2];
      image.data[at + 3] = line ? 150 : level * TINT;
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").putImageData(image, 0, 0);
  canvas.level = (x, y) => values[Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width))];
  return canvas;
}
