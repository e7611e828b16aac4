// The shot that is being made: its photo and its settings, with undo, kept in the browser until saved.

import {debounce} from "./dom.js";
import * as link from "./link.js";

const MOST_STEPS = 100;
const TOGETHER = 700; // milliseconds in which changes of one setting are one step

export class Store extends EventTarget {
  constructor(settings) {
    super();
    this.settings = settings; // the declarations
    this.photo = null;
    this.values = {};
    this.past = [];
    this.future = [];
    this.lastKey = "";
    this.lastTime = 0;
    this.unsaved = false;
    this.keep = debounce(() => this.#keep(), 600);
  }

  get(key) {
    return this.values[key] ?? this.settings[key]?.default ?? null;
  }

  // Change settings; null is the default. Changes of the same keys in quick succession are one step.
  set(changes, {step = true} = {}) {
    const next = {...this.values};
    for (const [key, value] of Object.entries(changes)) {
      const usual = JSON.stringify(this.settings[key]?.default ?? null);
      if (value === null || value === undefined || JSON.stringify(value) === usual) delete next[key];
      else next[key] = value;
    }
    if (JSON.stringify(next) === JSON.stringify(this.values)) return;
    const key = Object.keys(changes).join();
    const now = performance.now();
    if (step && !(key === this.lastKey && now - this.lastTime < TOGETHER)) {
      this.past = [...this.past.slice(1 - MOST_STEPS), this.values];
      this.future = [];
    }
    [this.lastKey, this.lastTime] = [key, now];
    this.#become(next);
  }

  undo() {
    if (!this.past.length) return;
    this.future.push(this.values);
    this.lastKey = "";
    this.#become(this.past.pop());
  }

  redo() {
    if (!this.future.length) return;
    this.past.push(this.values);
    this.lastKey = "";
    this.#become(this.future.pop());
  }

  begin(photo, values) {
    this.photo = photo;
    this.past = [];
    this.future = [];
    this.values = values;
    this.unsaved = false;
    this.dispatchEvent(new Event("photo"));
    this.dispatchEvent(new CustomEvent("change", {detail: new Set(Object.keys(this.settings))}));
  }

  saved() {
    this.unsaved = false;
    forget();
  }

  #become(values) {
    const keys = new Set([...Object.keys(values), ...Object.keys(this.values)]);
    const changed = [...keys].filter((key) => JSON.stringify(values[key]) !== JSON.stringify(this.values[key]));
    this.values = values;
    this.unsaved = true;
    this.keep();
    this.dispatchEvent(new CustomEvent("change", {detail: new Set(changed)}));
  }

  async #keep() {
    if (!this.unsaved || !this.photo) return;
    const {photo, values} = this;
    try {
      const before = await read();
      const known = before?.handle === photo.handle ? before : {files: {}};
      const blob = known.blob ?? (await link.fileOf(photo.handle));
      const files = {};
      for (const handle of handlesIn(values)) {
        files[handle] = known.files[handle] ?? (await link.fileOf(handle));
      }
      if (this.unsaved && photo === this.photo) {
        await write({handle: photo.handle, name: photo.name, blob, values, files, time: Date.now()});
      }
    } catch {
      // a full or forbidden store: nothing is kept, and nothing else is lost
    }
  }
}

const HANDLE = /\bf[0-9a-f]{16}\b/g;

export function handlesIn(values) {
  return [...new Set(JSON.stringify(values).match(HANDLE) ?? [])];
}

// Return the work that was left unsaved, its files sent to the server again.
export async function restore(kept) {
  const photo = await link.sendPhoto(kept.blob, kept.name);
  let text = JSON.stringify(kept.values);
  for (const [handle, blob] of Object.entries(kept.files)) {
    const key = Object.keys(kept.values).find((name) => JSON.stringify(kept.values[name]).includes(handle));
    const again = key === "mask" || key === "hold"
      ? await link.sendMask(blob)
      : (await link.sendFile(blob, key)).handle;
    text = text.replaceAll(handle, again);
  }
  return {photo, values: JSON.parse(text)};
}

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("livingstill", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("work");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function transact(mode, act) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const done = act(base.transaction("work", mode).objectStore("work"));
    done.onsuccess = () => resolve(done.result);
    done.onerror = () => reject(done.error);
  }).finally(() => base.close());
}

const write = (value) => transact("readwrite", (table) => table.put(value, "last"));
export const read = () => transact("readonly", (table) => table.get("last")).catch(() => null);
export const forget = () => transact("readwrite", (table) => table.delete("last")).catch(() => null);
