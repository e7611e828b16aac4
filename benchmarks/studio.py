"""How soon the studio answers: drives its page in a headless Chromium and prints seconds.

    pip install -e ".[studio]" playwright
    python benchmarks/studio.py

A photo of 12 megapixels is dropped on a page whose engine is warm. Times are the page's own, from the
event to the frame that is drawn; CPU seconds are those of the server's process meanwhile, which other
programs cannot add to. Chromium takes a part of the same cores.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from make_studio_pictures import FLAGS, served, wait  # noqa: E402

BARS = {
    "first moving picture": 1.0,
    "first picture with final decisions": None,
    "scrub, rendered frame (median)": 0.060,
    "scrub, frame not rendered yet (median)": 0.060,
    "first stroke seen": None,
    "painted mask seen (median)": 0.3,
    "stroke upon stroke seen (median)": 0.3,
    "wind seen": None,
}
"""What is measured, and the most seconds that it may take."""

_SEEK = """async (indices) => {
  const {player} = livingstill, taken = [];
  for (const index of indices) {
    const start = performance.now();
    player.seek(index);
    while (player.drawn.index !== index || player.drawn.serial !== player.look.serial) {
      await new Promise((done) => player.addEventListener('drawn', done, {once: true}));
    }
    taken.push((performance.now() - start) / 1000);
  }
  return taken;
}"""


def photo_of_12_megapixels(folder: Path, name: str) -> Path:
    """Write a sample enlarged to 4242 x 2828 pixels; return its path."""
    path = folder / f"{name}-12mp.jpg"
    with Image.open(ROOT / "samples" / f"{name}.jpg") as image:
        image.resize((4242, 2828), Image.Resampling.LANCZOS).save(path, quality=92)
    return path


def drop(page: Page, photo: Path) -> dict[str, float]:
    """Give the page a photo; return the seconds to its first moving picture and to the final one."""
    page.evaluate("livingstill.player.look = null, livingstill.times = {}")
    page.set_input_files("#pick", str(photo))
    wait(page, "livingstill.times.moving > 0")
    moving = page.evaluate("(livingstill.times.moving - livingstill.times.dropped) / 1000")
    wait(
        page,
        "livingstill.player.look.final && livingstill.player.shown > 0",
    )
    final = page.evaluate("(livingstill.times.drawn - livingstill.times.dropped) / 1000")
    return {"first moving picture": moving, "first picture with final decisions": final}


def paint(page: Page, left: float = 0.2) -> float:
    """Paint a stroke of water; return the seconds from its end to the first frame drawn with it."""
    box = page.locator("#overlay").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + left * box["width"], box["y"] + 0.88 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + (left + 0.2) * box["width"], box["y"] + 0.9 * box["height"], steps=5)
    page.mouse.up()
    serial = page.evaluate("livingstill.serial")
    wait(
        page,
        f"livingstill.serial > {serial} && livingstill.player.drawn.serial === livingstill.serial",
    )
    seen: float = page.evaluate("(livingstill.times.first - livingstill.stage.painted) / 1000")
    return seen


def report(found: dict[str, float]) -> None:
    """Print seconds beside their bars."""
    for name, seconds in found.items():
        bar = BARS[name]
        print(f"{name}: {seconds:.3f} s" + (f" (bar {bar:g} s)" if bar else ""), flush=True)


def main() -> None:
    """Measure and print everything."""
    with tempfile.TemporaryDirectory() as made, served() as address, sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=list(FLAGS),
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(address)
        page.wait_for_selector("#start .drop")
        drop(page, photo_of_12_megapixels(Path(made), "river"))  # warms the engine
        start = time.process_time()
        report(drop(page, photo_of_12_megapixels(Path(made), "lake")))
        wait(page)
        loop = time.process_time() - start

        page.evaluate("livingstill.player.toggle(true), livingstill.player.shown = 0")
        page.wait_for_timeout(4000)
        rate = page.evaluate("livingstill.player.shown") / 4
        taken = page.evaluate(_SEEK, [7 * i % 150 for i in range(1, 40)])
        print(f"playback: {rate:.1f} frames per second drawn, of a clip of 30 (bar 24)", flush=True)
        report({"scrub, rendered frame (median)": statistics.median(taken)})

        start = time.process_time()
        page.evaluate("livingstill.store.set({wind: '200,6,0.5'})")
        wait(page, "livingstill.player.drawn.serial === livingstill.serial")
        wind = time.process_time() - start
        seen = page.evaluate("(livingstill.times.first - livingstill.times.asked) / 1000")
        taken = page.evaluate(_SEEK, [140, 120, 130, 110, 90])
        report(
            {"wind seen": seen, "scrub, frame not rendered yet (median)": statistics.median(taken)}
        )

        page.click("#tab-correct")
        wait(page, "livingstill.player.drawn.serial === livingstill.serial")
        page.click(".region[data-kind=water]")
        page.keyboard.press("p")
        page.wait_for_timeout(500)
        report({"first stroke seen": paint(page)})
        rested = []
        for left in (0.15, 0.25, 0.35, 0.2, 0.3):
            wait(page)  # the whole loop, as who looks before painting on
            rested.append(paint(page, left))
        report({"painted mask seen (median)": statistics.median(rested)})
        quick = [paint(page, left) for left in (0.2, 0.3, 0.25, 0.15, 0.35)]
        report({"stroke upon stroke seen (median)": statistics.median(quick)})
        browser.close()
    print(
        f"CPU of the server: drop to whole loop {loop:.1f} s, change of wind to a frame {wind:.2f} s"
    )


if __name__ == "__main__":
    main()
