"""Screenshots of every panel of the studio, in the sizes and colours of docs/studio.md.

    pip install -e ".[studio]" playwright
    python docs/make_studio_pictures.py [FOLDER] [--all]

Chromium is the system's own. Without ``--all`` only the pictures of the page are made.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
import uvicorn
from livingstill_cli.studio import server
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
SIZES = {"small": (1280, 720), "large": (1920, 1080), "phone": (390, 844)}
THEMES = ("light", "dark")
PANELS = ("see", "correct", "direct", "finish", "export")
PLACES = ("rescue", "batch", "reel")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_TOKEN = "pictures-of-the-docs"
_READY = (
    "globalThis.livingstill?.player.look?.final && livingstill.player.look.serial === livingstill.serial"
    " && livingstill.player.count === livingstill.player.look.frames"
)


@contextmanager
def served(**settings: Any) -> Iterator[str]:
    """Serve a studio in a thread; give the address to open."""
    with tempfile.TemporaryDirectory() as folder:
        session = Path(folder) / "session"
        session.mkdir()
        studio = server.Studio(
            server.Settings(**{"folder": Path(folder) / "clips", **settings}), session
        )
        listening = server.listen("127.0.0.1", 0)
        port = listening.getsockname()[1]
        app = server.application(studio, server.hosts("127.0.0.1", port), _TOKEN)
        one = uvicorn.Server(server.config(app))
        thread = threading.Thread(target=one.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}/#token={_TOKEN}"
        finally:
            one.should_exit = True
            thread.join()
            studio.close()


def wait(page: Page, what: str = _READY, seconds: float = 300) -> None:
    """Wait until an expression is true in the page, whose policy lets nothing wait inside it."""
    end = time.monotonic() + seconds
    page.wait_for_timeout(250)
    while not page.evaluate(what):
        if time.monotonic() > end:
            raise TimeoutError(what)
        page.wait_for_timeout(50)


def prepare(page: Page, panel: str) -> None:
    """Bring a panel into the state that its picture shows."""
    page.click(f"#tab-{panel}")
    wait(page)
    if panel == "correct":
        page.click(".region[data-kind=water]")
        page.evaluate("livingstill.panel.tool('arrow')")
        page.evaluate("document.getElementById('panel').scrollTop = 0")
    page.evaluate("livingstill.player.seek(12)")
    page.mouse.move(2, 2)
    page.wait_for_timeout(600)


def pictures(folder: Path, everything: bool) -> None:
    """Write the screenshots into ``folder``."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    values = {"duration": 3, "brush": ["water:0.15,0.8,0.3,0.84,0.45,0.83"], "wind": "160,5,0.5"}
    values |= {"title": "Morning at the lake", "vignette": 0.2}
    with (
        served(source=ROOT / "samples" / "lake.jpg", values=values) as address,
        sync_playwright() as p,
    ):
        browser = p.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for size, (width, height) in SIZES.items():
            for theme in THEMES:
                wanted = [p for p in PANELS if everything or (p, size, theme) in _SHOWN]
                if not wanted:
                    continue
                page = browser.new_page(
                    viewport={"width": width, "height": height}, color_scheme=theme
                )
                page.goto(address)
                wait(page)
                for panel in wanted:
                    prepare(page, panel)
                    save(page, folder / f"studio-{panel}-{size}-{theme}.jpg")
                page.close()
        browser.close()
    for place in PLACES:
        place_pictures(place, folder, everything)
    with served() as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for theme in THEMES if everything else ("light",):
            page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme=theme)
            page.goto(address)
            page.wait_for_selector("#start .drop")
            save(page, folder / f"studio-start-small-{theme}.jpg")
        browser.close()


def place_pictures(place: str, folder: Path, everything: bool) -> None:
    """Write the screenshots of the rescue, the batch or the reel into ``folder``."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    sizes = SIZES if everything else {_SHOWN_PLACES[place][0]: SIZES[_SHOWN_PLACES[place][0]]}
    themes = THEMES if everything else (_SHOWN_PLACES[place][1],)
    make, show = _MADE_PLACES[place]
    with tempfile.TemporaryDirectory() as made, sync_playwright() as p:
        source = make(Path(made))
        browser = p.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for size in sizes:
            for theme in themes:
                with served(source=source) as address:
                    width, height = SIZES[size]
                    page = browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=theme
                    )
                    page.goto(address)
                    show(page)
                    page.mouse.move(2, 2)
                    page.wait_for_timeout(400)
                    save(page, folder / f"studio-{place}-{size}-{theme}.jpg")
                    page.close()
        browser.close()


def spoiled_clip(folder: Path) -> Path:
    """Write a clip of a sample with what generators do to clips: a flicker and a part that melts."""
    from livingstill import animate

    frames = [np.array(f) for f in animate(_RIVER, size="960x", duration=2, fps=24).frames()]
    for index in (11, 12):
        frames[index] = np.clip(frames[index].astype(np.int16) + 30, 0, 255).astype(np.uint8)
    height, width = frames[0].shape[:2]
    part = (slice(height // 3, 2 * height // 3), slice(width // 4, width // 2))
    frames[36][part] = np.roll(frames[36][part], 55, axis=0)[:, ::-1]
    path = folder / "generated.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "14"})
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        for rgb in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def folder_of_photos(folder: Path) -> Path:
    """Return a folder of samples."""
    photos = folder / "photos"
    photos.mkdir()
    for name in ("campfire", "forest", "kitchen", "lake", "living-room", "meadow", "river"):
        shutil.copy(ROOT / "samples" / f"{name}.jpg", photos)
    return photos


def folder_of_rooms(folder: Path) -> Path:
    """Return a folder of a listing's photos: samples, by names that say what they show."""
    rooms = folder / "rooms"
    rooms.mkdir()
    names = {"house": "front", "living-room": "living", "kitchen": "kitchen", "river": "garden",
             "lake": "view", "meadow": "view-2"}  # fmt: skip
    for sample, name in names.items():
        shutil.copy(ROOT / "samples" / f"{sample}.jpg", rooms / f"{name}.jpg")
    with Image.open(ROOT / "samples" / "kitchen.jpg") as picture:
        picture.resize((900, 600)).save(rooms / "kitchen-again.jpg")
    return rooms


def song(folder: Path) -> Path:
    """Write half a minute of drum beats, two a second."""
    rate = 22050
    beat = np.sin(2 * np.pi * 90 * np.arange(rate // 8) / rate) * np.exp(
        -np.arange(rate // 8) / 600
    )
    track = np.tile(np.concatenate([beat, np.zeros(rate // 2 - beat.size)]), 60)
    path = folder / "song.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((track * 30000).astype("<i2").tobytes())
    return path


def show_reel(page: Page) -> None:
    """Plan a reel on the beat of a song."""
    wait(page, "globalThis.livingstill?.place === 'batch'")
    page.keyboard.press("Alt+4")
    page.evaluate("livingstill.reel.store.set({duration: 20, title: 'A house by the lake'})")
    with tempfile.TemporaryDirectory() as made:
        page.set_input_files("#reel [data-key=music] input", str(song(Path(made))))
        page.wait_for_timeout(1500)
        wait(page, "!!livingstill.reel.plan?.beats.length && !livingstill.reel.job")
    page.evaluate("document.activeElement.blur()")


def show_rescue(page: Page) -> None:
    """Watch the clip beside its still, and select the part that melts."""
    wait(page, "!!globalThis.livingstill?.rescue.verdict")
    page.evaluate("livingstill.rescue.picking = 'still'")
    page.set_input_files("#rescue section > input[type=file]", str(_RIVER))
    page.wait_for_timeout(500)
    wait(page, "!!(livingstill.rescue.verdict && livingstill.rescue.stillPicture)")
    wait(page, "livingstill.rescue.player.count === livingstill.rescue.player.look.frames")
    page.click(".fault:has-text('Melt')")
    page.evaluate("document.activeElement.blur()")


def show_batch(page: Page) -> None:
    """Make small clips of the folder, and stop half-way through."""
    wait(page, "globalThis.livingstill?.batch.photos.length")
    page.evaluate("livingstill.batch.store.set({size: '320x', duration: 0.5, fps: 8})")
    page.select_option("#batch select >> nth=0", "calm")
    page.click("#batch .primary:visible")
    wait(page, "document.querySelectorAll('.card[data-state=done]').length >= 4")
    page.evaluate("scrollTo(0, 0)")


_RIVER = ROOT / "samples" / "river.jpg"
_SHOWN_PLACES = {
    "rescue": ("small", "light"),
    "batch": ("small", "dark"),
    "reel": ("small", "light"),
}
"""Size and theme of the pictures of the rescue, the batch and the reel in the page."""

_MADE_PLACES = {
    "rescue": (spoiled_clip, show_rescue),
    "batch": (folder_of_photos, show_batch),
    "reel": (folder_of_rooms, show_reel),
}
"""What each of them is shown with, and what is done before the picture is taken."""

_PHONE = (
    ("see", "phone", "light"),
    ("direct", "phone", "light"),
    ("correct", "phone", "dark"),
    ("export", "phone", "dark"),
)
_SHOWN = {
    *((panel, "small", "light") for panel in ("see", "correct", "finish")),
    ("direct", "large", "dark"),
    ("export", "large", "dark"),
    *_PHONE,
}
"""Pictures of the page: panel, size and theme; those of a phone stand side by side in one."""


def join_phones(folder: Path) -> None:
    """Write the pictures of a phone side by side, and remove them one by one."""
    paths = [folder / f"studio-{'-'.join(one)}.jpg" for one in _PHONE]
    pictures = [Image.open(path) for path in paths]
    gap, height = 16, pictures[0].height
    joined = Image.new("RGB", (sum(p.width + gap for p in pictures) - gap, height), "#888")
    left = 0
    for picture in pictures:
        joined.paste(picture, (left, 0))
        left += picture.width + gap
    joined.save(folder / "studio-phone.jpg", quality=82, optimize=True)
    for path in paths:
        path.unlink()


def save(page: Page, path: Path) -> None:
    """Write a screenshot as a JPEG of at most 1280 pixels' width."""
    raw = path.with_suffix(".png")
    page.screenshot(path=raw)
    with Image.open(raw) as image:
        picture = image.convert("RGB")
        if picture.width > 1280:
            picture = picture.resize(
                (1280, 1280 * picture.height // picture.width), Image.Resampling.LANCZOS
            )
        picture.save(path, quality=82, optimize=True)
    raw.unlink()


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    target = Path(words[0]) if words else ROOT / "docs" / "pictures" / "studio"
    target.mkdir(parents=True, exist_ok=True)
    pictures(target, "--all" in sys.argv)
    if "--all" not in sys.argv:
        join_phones(target)
