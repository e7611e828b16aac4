// The way to the server: requests with the session's token, and one WebSocket for looks and exports.

const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.has("token")) {
  sessionStorage.setItem("token", fragment.get("token"));
  history.replaceState(null, "", location.pathname);
}
const token = sessionStorage.getItem("token") ?? "";

async function request(path, options = {}) {
  const headers = {"X-Livingstill-Token": token, ...options.headers};
  const answer = await fetch(path, {...options, headers});
  if (answer.ok) return answer;
  let message = `${answer.status}`;
  try {
    message = (await answer.json()).message;
  } catch {
    if (answer.status === 401) message = "This page does not belong to the studio that runs now.";
  }
  throw new Error(message);
}

export async function about() {
  return (await request("/api/about")).json();
}

export async function fileOf(handle) {
  const answer = await request(`/api/files/${handle}`);
  const said = answer.headers.get("Content-Disposition") ?? "";
  const name = decodeURIComponent(/filename\*=utf-8''([^;]+)/i.exec(said)?.[1] ?? /filename="([^"]*)"/.exec(said)?.[1] ?? "file");
  const blob = await answer.blob();
  return new File([blob], name, {type: blob.type});
}

export async function photoOf(handle) {
  return (await request(`/api/photos/${handle}`)).blob();
}

export async function thumbnailOf(handle) {
  return (await request(`/api/thumbnails/${handle}`)).blob();
}

export async function sampleOf(name) {
  return (await request(`/api/samples/${name}`)).blob();
}

export async function sendPhoto(blob, name) {
  const type = blob.type.startsWith("image/") ? blob.type : "application/octet-stream";
  const headers = {"Content-Type": type, "X-Name": encodeURIComponent(name)};
  return (await request("/api/photo", {method: "POST", body: blob, headers})).json();
}

export async function sendSample(name) {
  const headers = {"Content-Type": "application/json"};
  return (await request("/api/sample", {method: "POST", body: JSON.stringify({name}), headers})).json();
}

export async function sendMask(blob) {
  const headers = {"Content-Type": "image/png"};
  return (await (await request("/api/mask", {method: "POST", body: blob, headers})).json()).handle;
}

// Send a mask as bare levels, row by row, or the part of the mask ``over`` that they replace. With
// ``snap`` its border is moved onto edges of the photo.
export async function sendLevels({values, width, left, top}, {photo, snap, over = null}) {
  const query = new URLSearchParams({width, photo, snap: snap ? 1 : 0, ...(over ? {over, left, top} : {})});
  const headers = {"Content-Type": "application/octet-stream"};
  return (await (await request(`/api/mask?${query}`, {method: "POST", body: values, headers})).json()).handle;
}

export async function sendFile(file, key) {
  const headers = {"Content-Type": "application/octet-stream", "X-Name": encodeURIComponent(file.name)};
  return (await request(`/api/file?key=${key}`, {method: "POST", body: file, headers})).json();
}

// Send a brand file and what lies beside it; return the settings it stands for and what is missing.
export async function sendBrand(files) {
  const toml = files.find((file) => file.name.toLowerCase().endsWith(".toml"));
  if (!toml) return null;
  const sent = {};
  for (const file of files) {
    const key = {ttf: "font", otf: "font", cube: "lut"}[file.name.split(".").pop().toLowerCase()] ?? "logo";
    if (file !== toml) sent[file.name] = (await sendFile(file, key)).handle;
  }
  const headers = {"Content-Type": "application/json"};
  const body = JSON.stringify({text: await toml.text(), files: sent});
  return (await request("/api/brand", {method: "POST", body, headers})).json();
}

// The socket opens anew when it breaks; what is sent meanwhile is sent then.
export class Socket extends EventTarget {
  constructor() {
    super();
    this.ready = false;
    this.waiting = [];
    this.pause = 300;
    this.#open();
  }

  #open() {
    const socket = new WebSocket(`ws://${location.host}/api/socket`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({token}));
    socket.onmessage = ({data}) => this.#receive(data);
    socket.onclose = ({code}) => {
      const was = this.ready;
      this.ready = false;
      if (was || this.pause === 300) this.dispatchEvent(new Event("lost"));
      if (code === 4401) return;
      setTimeout(() => this.#open(), this.pause);
      this.pause = Math.min(5000, this.pause * 1.7);
    };
    this.socket = socket;
  }

  #receive(data) {
    if (typeof data !== "string") {
      const head = new DataView(data, 0, 12);
      const detail = {
        serial: head.getUint32(0, true), index: head.getUint32(4, true), unfiltered: head.getUint32(8, true) === 1,
        jpeg: new Uint8Array(data, 12),
      };
      this.dispatchEvent(new CustomEvent("frame", {detail}));
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "welcome") {
      this.ready = true;
      this.pause = 300;
      this.dispatchEvent(new Event("found"));
      for (const text of this.waiting.splice(0)) this.socket.send(text);
      return;
    }
    this.dispatchEvent(new CustomEvent(message.type, {detail: message}));
  }

  send(message) {
    const text = JSON.stringify(message);
    if (this.ready) this.socket.send(text);
    else if (message.op !== "frame") this.waiting = [...this.waiting.slice(-20), text];
  }

  // Send a message and wait for one answer of a type that satisfies ``fits``.
  ask(message, type, fits = () => true) {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.removeEventListener(type, done);
        this.removeEventListener("error", failed);
      };
      const done = ({detail}) => {
        if (!fits(detail)) return;
        stop();
        resolve(detail);
      };
      const failed = ({detail}) => {
        if (detail.op !== message.op) return;
        stop();
        reject(new Error(detail.message));
      };
      this.addEventListener(type, done);
      this.addEventListener("error", failed);
      this.send(message);
    });
  }
}
