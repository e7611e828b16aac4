// Plays the frames of the newest look on a canvas: all of them are kept as JPEG, a few decoded.

import {iconButton} from "./dom.js";
import {words} from "./words.js";

const DECODED = 16;
const SEAM = 0.8; // seconds before and after the joint of a loop that are played around it
const SOON = 90; // milliseconds for which a frame that was asked for is waited for before another is shown

export class Player extends EventTarget {
  // ``parts`` are the button, slider, clock and bar that show and set where it is; null for a follower.
  constructor(canvas, parts) {
    super();
    this.canvas = canvas;
    this.context = canvas.getContext("2d", {alpha: false});
    this.look = null;
    this.frames = [];
    this.unfiltered = new Set(); // indices of frames that will come again, with their filter
    this.pictures = new Map(); // of frames: promises of what can be drawn
    this.position = 0;
    this.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.coming = null; // the frame that is being decoded to be drawn
    this.seam = false; // whether only what lies around the joint is played
    this.held = false; // while a stroke is worked on the cores are the engine's
    this.before = null; // a picture to show instead of the clip
    this.drawn = {serial: -1, index: -1};
    this.shown = 0; // frames drawn since the last look, for measuring
    this.last = performance.now();
    this.parts = parts;
    if (!parts) {
      this.playing = false;
      return;
    }
    parts.scrub.setAttribute("aria-label", words.scrub);
    parts.play.addEventListener("click", () => this.toggle());
    parts.scrub.addEventListener("input", () => this.seek(Number(parts.scrub.value)));
    this.#buttons();
    requestAnimationFrame((now) => this.#tick(now));
  }

  get index() {
    return this.look ? Math.min(this.look.frames - 1, Math.floor(this.position)) : 0;
  }

  // Take a new look: its frames replace the old ones as they come; the old picture stays until then.
  begin(look) {
    const same = this.look && this.look.serial === look.serial;
    const share = this.look ? this.position / this.look.frames : 0;
    this.look = look;
    this.held = false;
    if (!same || look.final) {
      this.frames = new Array(look.frames);
      this.unfiltered.clear();
      this.#drop();
    }
    this.position = Math.min(look.frames - 1, Math.round(share * look.frames));
    this.shown = 0;
    if (this.parts) this.parts.scrub.max = look.frames - 1;
    this.#label();
  }

  // The number of frames, where it was not known when they began to come.
  end(count) {
    this.look.frames = this.frames.length = count;
    this.position = Math.min(this.position, count - 1);
    if (this.parts) this.parts.scrub.max = count - 1;
    this.#label();
  }

  // Show the frame at a share of the clip, as another player does.
  follow(share) {
    if (!this.look) return;
    this.position = Math.min(this.look.frames - 1, Math.floor(share * this.look.frames + 1e-6));
    this.draw();
  }

  receive({serial, index, jpeg, unfiltered}) {
    if (!this.look || serial !== this.look.serial || index >= this.frames.length) return;
    if (unfiltered) {
      if (this.frames[index]) return;
      this.unfiltered.add(index);
    } else if (this.unfiltered.delete(index)) {
      this.#forget(`${serial}/${index}`);
      if (this.drawn.index === index) this.drawn = {serial: -1, index: -1};
    }
    this.frames[index] = jpeg;
    if (this.parts) this.parts.ready.value = this.count / this.look.frames;
    if (!this.playing || this.drawn.serial !== serial) this.draw();
  }

  // Frames that are here as they will be.
  get count() {
    return this.frames.reduce((sum, frame) => sum + (frame ? 1 : 0), 0) - this.unfiltered.size;
  }

  toggle(playing = !this.playing) {
    this.last = performance.now();
    if (playing === this.playing) return;
    this.playing = playing;
    this.#buttons();
  }

  seek(index) {
    if (!this.look) return;
    this.toggle(false);
    this.position = Math.max(0, Math.min(this.look.frames - 1, index));
    this.#label();
    if (this.frames[this.index]) {
      this.draw();
      return;
    }
    this.#want();
    clearTimeout(this.late);
    this.late = setTimeout(() => this.draw(), SOON);
  }

  // Play only around the joint, or all of it again.
  around(seam) {
    this.seam = seam;
    if (!seam || !this.look) return;
    this.toggle(true);
    this.position = this.look.frames - this.#half();
    if (!this.frames[this.index]) this.#want();
  }

  // Frames before the joint, and after it, that are played around it.
  #half() {
    const {frames, fps} = this.look;
    return Math.max(1, Math.min(Math.floor(frames / 2), Math.round(SEAM * fps)));
  }

  #want() {
    this.dispatchEvent(new CustomEvent("wanted", {detail: {serial: this.look.serial, index: this.index}}));
  }

  step(by) {
    if (!this.look) return;
    const count = this.look.frames;
    this.seek((this.index + by + count) % count);
  }

  show(picture) {
    this.before = picture;
    this.drawn = {serial: -1, index: -1};
    this.draw();
  }

  async draw() {
    if (this.before) {
      this.#paint(this.before, this.before.width, this.before.height);
      return;
    }
    const {look} = this;
    if (!look) return;
    const index = this.frames[this.index] ? this.index : this.#nearest();
    const key = `${look.serial}/${index}`;
    if (index < 0 || this.coming === key) return;
    this.coming = key;
    const picture = await this.#picture(look.serial, index);
    if (this.coming === key) this.coming = null;
    const open = picture?.displayWidth ?? picture?.width; // a closed one has no width
    if (!open || look !== this.look || this.before) return;
    this.#paint(picture, look.size[0], look.size[1]);
    if (this.drawn.serial !== look.serial) this.dispatchEvent(new Event("first"));
    if (this.drawn.serial !== look.serial || this.drawn.index !== index) {
      this.shown += 1;
      if (this.shown === 2) this.dispatchEvent(new Event("moving"));
    }
    this.drawn = {serial: look.serial, index};
    this.dispatchEvent(new Event("drawn"));
  }

  #paint(picture, width, height) {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.dispatchEvent(new Event("resized"));
    }
    this.context.drawImage(picture, 0, 0, width, height);
  }

  #nearest() {
    for (let away = 1; away < this.frames.length; away += 1) {
      if (this.frames[this.index - away]) return this.index - away;
      if (this.frames[this.index + away]) return this.index + away;
    }
    return -1;
  }

  #picture(serial, index) {
    const key = `${serial}/${index}`;
    if (!this.pictures.has(key) && this.frames[index]) {
      this.pictures.set(key, decoded(this.frames[index]).catch(() => null));
      while (this.pictures.size > DECODED) this.#forget(this.pictures.keys().next().value);
    }
    return this.pictures.get(key);
  }

  #drop() {
    for (const key of [...this.pictures.keys()]) this.#forget(key);
  }

  #forget(key) {
    this.pictures.get(key)?.then((picture) => picture?.close());
    this.pictures.delete(key);
    if (this.coming === key) this.coming = null; // it will come anew
  }

  // Run the clock; where a frame is not there yet it waits, so that what is seen is never skipped.
  #tick(now) {
    requestAnimationFrame((next) => this.#tick(next));
    const passed = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    if (!this.playing || this.held || !this.look || this.before) return;
    const {frames, fps, loop} = this.look;
    const ends = !this.seam && (loop === "none" || loop === "hold");
    let next = this.position + passed * fps;
    if (next >= frames) next = ends && next < frames + fps * 0.6 ? next : next % frames;
    if (this.seam && next >= this.#half() && next < frames - this.#half()) next = frames - this.#half();
    const index = Math.min(frames - 1, Math.floor(next));
    if (!this.frames[index]) return;
    const moved = index !== this.index;
    this.position = next;
    for (const ahead of [1, 2, 3]) {
      const coming = (index + ahead) % frames;
      if (this.frames[coming]) this.#picture(this.look.serial, coming);
    }
    if (moved || this.drawn.serial !== this.look.serial) {
      this.#label();
      this.draw();
    }
  }

  #label() {
    const {look} = this;
    if (!look || !this.parts) return;
    this.parts.scrub.value = this.index;
    const time = (this.index / look.fps).toFixed(2);
    this.parts.clock.value = `${time} / ${(look.frames / look.fps).toFixed(2)} s`;
    this.parts.scrub.setAttribute("aria-valuetext", `${time} s`);
  }

  #buttons() {
    if (!this.parts) return;
    const name = this.playing ? "pause" : "play";
    iconButton(this.parts.play, name, words[name]);
  }
}

// Return a promise of a JPEG as what can be drawn. The browser's own decoder, where there is one, is
// sooner than a bitmap of a blob.
async function decoded(jpeg) {
  if (!globalThis.ImageDecoder) return createImageBitmap(new Blob([jpeg], {type: "image/jpeg"}));
  const decoder = new ImageDecoder({data: jpeg, type: "image/jpeg"});
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
}
