"""Does Chromium open every format that browsers know, and show the frames that were written?

    python benchmarks/browser.py

A page in a headless Chromium plays each file in a video or img tag, draws two frames (pictures: the
first) on a canvas and sends the pixels back, which are compared with what was encoded.
"""

from __future__ import annotations

import http.server
import json
import math
import shutil
import subprocess
import sys
import tempfile
import threading
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from clip_scenes import drifting, packed  # noqa: E402
from livingstill.audio.mix import mix_beds  # noqa: E402
from livingstill.media.formats import choose  # noqa: E402
from livingstill.media.write.encoder import Encoder  # noqa: E402
from livingstill.media.write.stills import write_poster  # noqa: E402

SIZE, COUNT, FPS = (160, 96), 24, 24
FILES = (
    ("h264.mp4", "h264", False),
    ("av1.mp4", "av1", False),
    ("vp9.webm", "vp9", False),
    ("av1.webm", "av1", False),
    ("vp9-alpha.webm", "vp9", True),
    ("h264.mov", "h264", False),
    ("loop.gif", "gif", False),
    ("loop.webp", "webp", False),
    ("loop-alpha.webp", "webp", True),
    ("loop.png", "png", False),
    ("loop-alpha.png", "png", True),
)
POSTERS = ("poster.jpg", "poster.png", "poster.webp")
LEAST = 26.0
"""Decibels: GIF has 255 colours, VP9 and AV1 are coded at their defaults."""

PAGE = """<!doctype html><body><script>
const files = %s, times = %s, out = {};
const wait = (node, name) => new Promise((ok, no) => {
  node.addEventListener(name, ok, {once: true});
  node.addEventListener('error', () => no(new Error(node.error?.message || 'error')), {once: true});
});
const pixels = (node) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [%d, %d];
  const context = canvas.getContext('2d');
  context.drawImage(node, 0, 0);
  return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
};
(async () => {
  for (const file of files) {
    try {
      const video = /(mp4|webm|mov)$/.test(file);
      const node = document.body.appendChild(document.createElement(video ? 'video' : 'img'));
      const told = {frames: []};
      if (video) {
        node.muted = true; node.preload = 'auto'; node.src = file;
        await wait(node, 'loadeddata');
        for (const time of times) {
          node.currentTime = time;
          await wait(node, 'seeked');
          await new Promise((ok) => setTimeout(ok, 100));
          told.frames.push(pixels(node));
        }
        told.seconds = node.duration;
        [told.width, told.height] = [node.videoWidth, node.videoHeight];
        told.sound = node.webkitAudioDecodedByteCount;
        node.currentTime = 0; await node.play();
        await new Promise((ok) => setTimeout(ok, 400)); node.pause();
        told.sound = node.webkitAudioDecodedByteCount;
      } else {
        node.src = file; await node.decode();
        told.frames.push(pixels(node));
        [told.width, told.height] = [node.naturalWidth, node.naturalHeight];
      }
      out[file] = told;
    } catch (error) { out[file] = {error: String(error)}; }
  }
  await fetch('/done', {method: 'POST', body: JSON.stringify(out)});
})();
</script>"""


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return 10 * math.log10(255**2 / max(float(np.mean((a.astype(float) - b) ** 2)), 1e-9))


def pictures(alpha: bool) -> list[np.ndarray]:
    """Return frames; with ``alpha`` their left half fades, premultiplied."""
    frames = [frame.copy() for frame in drifting(SIZE, COUNT)]
    if alpha:
        share = np.minimum(np.arange(SIZE[0]) / (SIZE[0] / 2), 1)[None, :, None]
        frames = [np.rint(frame * share).astype(np.uint8) for frame in frames]
    return frames


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the folder with ranges left out, and takes the page's answer."""

    def do_POST(self) -> None:
        """Keep what the page found."""
        self.server.answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.done.set()

    def do_GET(self) -> None:
        """Serve a file, or the part of it that a player asks for."""
        path = Path(self.translate_path(self.path))
        if "Range" not in self.headers or not path.is_file():
            super().do_GET()
            return
        data = path.read_bytes()
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
        self.send_header("Content-Length", str(end + 1 - start))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(data[start : end + 1])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def ask(browser: str, folder: Path, seconds: float) -> dict[str, dict]:
    """Return what the page in the browser found."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(folder))
    )
    server.done, server.answer = threading.Event(), {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --mute-audio "
    flags += "--disable-background-networking --disable-component-update --disable-sync "
    flags += "--autoplay-policy=no-user-gesture-required"
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *flags.split(), f"--user-data-dir={profile}"]
        with subprocess.Popen(
            [*command, f"http://127.0.0.1:{server.server_port}/page.html"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            server.done.wait(seconds)
            process.terminate()
        shutil.rmtree(profile, ignore_errors=True)
        Path(profile).mkdir(exist_ok=True)
    server.shutdown()
    return server.answer


def main() -> int:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("Chromium is not here; nothing is checked")
        return 0
    faults = 0
    indices = (3, 17)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sound = mix_beds({"stream": 1.0}, 48_000 * COUNT // FPS)
        said = {"comment": "benchmark", "software": "livingstill"}
        for file, codec, alpha in FILES:
            with Encoder(
                folder / file, SIZE, Fraction(FPS), choose(file, codec=codec, alpha=alpha),
                sound=sound, metadata=said,
            ) as encoder:  # fmt: skip
                for frame in pictures(alpha):
                    encoder.write(packed(frame))
        for file in POSTERS:
            write_poster(folder / file, packed(pictures(False)[0]), metadata=said)
        names = [file for file, _, _ in FILES] + list(POSTERS)
        times = [(index + 0.5) / FPS for index in indices]
        (folder / "page.html").write_text(PAGE % (json.dumps(names), times, *SIZE))
        answer = ask(browser, folder, 240)
        for file in names:
            told = answer.get(file, {"error": "no answer"})
            if "error" in told:
                print(f"{file:16} FAILED: {told['error']}")
                faults += 1
                continue
            truth = pictures("alpha" in file)
            video = file.endswith(("mp4", "webm", "mov"))
            levels = []
            for index, seen in zip(indices if video else (0,), told["frames"]):
                rgba = np.array(seen, np.float64).reshape(SIZE[1], SIZE[0], 4)
                rgba[..., :3] *= rgba[..., 3:] / 255
                levels.append(min(psnr(truth[index][..., :3], rgba[..., :3]),
                                  psnr(truth[index][..., 3], rgba[..., 3])))  # fmt: skip
            good = min(levels) > LEAST and (told["width"], told["height"]) == SIZE
            if video:
                good &= abs(told["seconds"] - COUNT / FPS) < 0.03 and told["sound"] > 0
            faults += not good
            extra = f", {told['seconds']:.3f} s, sound {told['sound']} bytes" if video else ""
            print(f"{file:16} {'ok' if good else 'FAILED'}: {min(levels):.1f} dB{extra}")
    print(f"{len(names) - faults} of {len(names)} open in Chromium and show what was written")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
