"""Frame times of a page in Chromium, without a screen.

    python benchmarks/page.py lake.jpg|lake.html [--seconds 5] [--gpu]

Makes the page of a photo first. Needs Playwright and a Chromium on the path. Without --gpu the page is drawn by SwiftShader, WebGL
on the processor: the slowest a browser can be. The pointer circles meanwhile, so every frame is drawn.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
from livingstill.jobs.animate import animate_file
from livingstill.settings.shot import Job, Shot
from playwright.sync_api import sync_playwright

SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
COMMON = ["--no-sandbox", "--no-first-run", "--disable-quic"]
MEASURE = """(seconds) => new Promise((resolve) => {
  const page = document.querySelector("figure").livingstill, times = [], first = page.draws;
  const start = performance.now();
  requestAnimationFrame(function tick(now) {
    times.push(now);
    const phase = (now - start) / 700;
    page.look(Math.cos(phase), Math.sin(phase));
    if (now - start < 1000 * seconds) requestAnimationFrame(tick);
    else resolve([times, page.draws - first, page.moving]);
  });
})"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--gpu", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = options.page
        if page.suffix != ".html":
            page = Path(folder) / f"{page.stem}.html"
            animate_file(Shot(duration=2), Job(photo=options.page, output=(str(page),)))
        measure(page, options)


def measure(file: Path, options: argparse.Namespace) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = [*COMMON, *([] if options.gpu else SOFTWARE)]
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_page(viewport={"width": options.width, "height": options.width})
        page.goto(file.resolve().as_uri())
        page.wait_for_selector("figure[data-state=live]", timeout=60_000)
        page.wait_for_timeout(1500)
        times, draws, moving = page.evaluate(MEASURE, options.seconds)
        size = page.evaluate(
            "[document.querySelector('canvas').width, document.querySelector('canvas').height]"
        )
        browser.close()
    steps = np.diff(times)
    print(
        f"{file.name}, {file.stat().st_size / 1e6:.2f} MB: canvas {size[0]}x{size[1]}, {draws / (times[-1] - times[0]) * 1000:.1f} frames "
        f"per second, median {np.median(steps):.1f} ms, 95 % within {np.percentile(steps, 95):.1f} ms, "
        f"{'with' if moving else 'without'} its loop"
    )


if __name__ == "__main__":
    main()
