"""The whole story in a real browser: from a photo to a file whose frames are those of `render`."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
client = pytest.importorskip("studio_client")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """A page of a new profile, offline but for this machine, which fails the test on any error."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    complaints: list[str] = []
    one = context.new_page()
    one.on("pageerror", lambda error: complaints.append(str(error)))
    one.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    outside: list[str] = []
    one.on("request", lambda request: outside.append(request.url))
    yield one
    context.close()
    assert not complaints
    assert all(url.startswith(("http://127.0.0.1:", "blob:", "ws://127.0.0.1:")) for url in outside)


def wait(page: Any, what: str, seconds: float = 240) -> None:
    """Wait until a JavaScript expression is true: the page's policy lets nothing wait inside it."""
    end = time.monotonic() + seconds
    while not page.evaluate(what):
        assert time.monotonic() < end, (
            f"{what} did not become true; {page.inner_text('body')[-300:]}"
        )
        time.sleep(0.05)


LOOKED = (
    "globalThis.livingstill?.player.look?.final && livingstill.player.look.serial === livingstill.serial"
    " && livingstill.player.count === livingstill.player.look.frames"
)


def looked(page: Any) -> None:
    """Wait until the newest look is rendered whole."""
    page.wait_for_timeout(150)
    wait(page, LOOKED)


def value(page: Any, key: str) -> Any:
    return page.evaluate(f"livingstill.store.get('{key}')")


def kinds(page: Any) -> list[str]:
    found: list[str] = page.evaluate("livingstill.player.look.regions.map((region) => region.kind)")
    return found


SHORT = {"size": "480x", "duration": 0.5, "fps": 10}


def test_a_photo_is_seen_corrected_directed_and_exported(serve, page, samples, tmp_path):
    studio = serve(values=SHORT)
    page.goto(studio.address)
    assert "token" not in page.url
    page.wait_for_selector("#start .drop")
    page.set_input_files("#pick", str(samples / "lake.jpg"))
    looked(page)
    page.evaluate(f"livingstill.store.set({SHORT})".replace("'", '"'))
    looked(page)
    assert set(kinds(page)) == {"water", "cloud", "foliage", "grass"}

    # see: depth and layers are shown
    page.click("#tab-see")
    looked(page)
    for what in ("depth", "layers"):
        page.click(f"#panel .segments input[value={what}]")
        page.wait_for_timeout(300)
    wait(
        page,
        "document.querySelectorAll('.layers button').length === livingstill.player.look.layers",
    )

    # correct: grass is removed and comes back, foliage becomes grass, a stroke paints water
    page.click("#tab-correct")
    looked(page)
    box = page.locator("#overlay").bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.click(*at(0.25, 0.8))
    assert page.get_attribute(".region[data-kind=water]", "aria-pressed") == "true"
    page.click(".region[data-kind=grass]")
    page.click("text=Remove")
    looked(page)
    assert "grass" not in kinds(page)
    page.keyboard.press("Control+z")
    looked(page)
    assert "grass" in kinds(page)
    page.keyboard.press("Control+Shift+z")
    looked(page)
    assert "grass" not in kinds(page) and value(page, "motion") != ["auto"]
    page.click(".region[data-kind=water]")
    page.keyboard.press("p")
    page.wait_for_timeout(300)
    page.mouse.move(*at(0.75, 0.9))
    page.mouse.down()
    page.mouse.move(*at(0.85, 0.92), steps=6)
    page.mouse.up()
    wait(page, "livingstill.store.get('mask').length === 1")
    looked(page)
    page.keyboard.press("d")
    page.mouse.move(*at(0.2, 0.8))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.82), steps=6)
    page.mouse.up()
    wait(page, "livingstill.store.get('brush').length === 1")
    looked(page)
    page.select_option("#panel .acts select >> nth=1", "flow")
    wait(page, "livingstill.store.get('mask').some((mask) => mask.startsWith('flow='))")
    looked(page)
    assert "flow" in kinds(page) and "water" not in kinds(page)

    # direct: a move, its amount, another take, the wind
    page.click("#tab-direct")
    page.click(".tile input[value=orbit]")
    page.click("text=Another take")
    looked(page)
    assert value(page, "camera").startswith("orbit") and value(page, "seed") == 1
    page.fill("#panel .wind .exact >> nth=1", "6")
    page.keyboard.press("Tab")
    looked(page)
    assert value(page, "wind").split(",")[1] == "6"

    # finish: a title and a grade
    page.click("#tab-finish")
    page.fill("[data-key=title] input", "At the lake")
    page.keyboard.press("Tab")
    page.fill("[data-key=saturation] .exact", "1.3")
    page.keyboard.press("Tab")
    looked(page)
    assert value(page, "title") == "At the lake" and value(page, "saturation") == 1.3

    # export, and render the saved shot
    page.click("#tab-export")
    page.select_option("[id^=format]", ".png")
    page.click("#panel .primary")
    wait(page, "document.querySelectorAll('.result .files li').length === 2")
    assert "livingstill render lake.toml -o lake.png" in page.inner_text(".result")
    exported, shot = studio.folder / "lake.png", studio.folder / "lake.toml"
    assert frames(exported) == frames(rendered(shot, tmp_path / "again.png"))
    assert not [path for path in studio.folder.iterdir() if path.name.startswith(".")]
    command = page.inner_text(".result .code >> nth=1").splitlines()[0]
    assert frames(exported) == frames(ran(command, studio.folder, "third.png"))


def rendered(shot: Path, target: Path) -> Path:
    from livingstill.jobs.replay import replay

    replay(shot, {"output": (str(target),)})
    return target


def ran(command: str, folder: Path, name: str) -> Path:
    """Run a command line that the page shows, with another output; return the file."""
    import shlex
    import subprocess
    import sys

    words = shlex.split(command)
    words[words.index("-o") + 1] = name
    done = subprocess.run(
        [sys.executable, "-m", "livingstill_cli", *words[1:]],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / name


def frames(path: Path) -> list[str]:
    """Return the SHA-256 of every frame of a lossless file."""
    import hashlib

    from PIL import Image, ImageSequence

    with Image.open(path) as clip:
        return [
            hashlib.sha256(frame.convert("RGB").tobytes()).hexdigest()
            for frame in ImageSequence.Iterator(clip)
        ]


@pytest.mark.parametrize("size", ["1080p", "320x"])
def test_a_preview_decides_as_the_file_will(serve, page, samples, size):
    from livingstill import animate

    values = {"duration": 0.5, "fps": 10, "size": size}
    studio = serve(source=samples / "lake.jpg", values=values)
    page.goto(studio.address)
    looked(page)
    wait(page, "livingstill.player.look.regions.length > 0")
    look = page.evaluate("livingstill.player.look")
    clip = animate(samples / "lake.jpg", **values)
    assert look["camera"] == str(clip.shot.camera)
    assert {(one["kind"], one["share"], one["confidence"]) for one in look["regions"]} == {
        (one.kind, round(one.share, 4), one.confidence) for one in clip.findings if one.moves
    }
    assert look["box"] == pytest.approx(clip.framing.box, abs=0.01)


def test_a_title_is_typed_on_the_picture_and_the_seam_is_played_around(serve, page, samples):
    studio = serve(source=samples / "product.jpg", values={"size": "240x", "duration": 4, "fps": 8})
    page.goto(studio.address)
    looked(page)
    page.keyboard.press("4")
    box = page.locator("#overlay").bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"])
    page.keyboard.type("Two words")
    page.keyboard.press("Enter")
    wait(page, "livingstill.store.get('title') === 'Two words'")
    assert value(page, "title_place") == "top-right" and page.is_hidden("#typing")
    looked(page)
    page.keyboard.press("j")
    wait(page, "livingstill.player.drawn.index >= 26")
    seen = set()
    for _ in range(40):
        page.wait_for_timeout(60)
        seen.add(page.evaluate("livingstill.player.drawn.index"))
    assert seen - {0, 1, 2, 3, 4, 5} <= set(range(26, 32)) and {31, 0} <= seen
    page.keyboard.press("j")
    assert page.evaluate("!livingstill.player.seam")


def test_rooms_become_a_reel_in_an_order_of_ones_own(serve, page, samples, tmp_path):
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    for sample, name in (("house", "front"), ("kitchen", "kitchen"), ("living-room", "living")):
        shutil.copy(samples / f"{sample}.jpg", rooms / f"{name}.jpg")
    shutil.copy(samples / "kitchen.jpg", rooms / "again.jpg")
    (rooms / "torn.jpg").write_bytes(b"torn")
    studio = serve(source=rooms)
    page.goto(studio.address)
    wait(page, "globalThis.livingstill?.place === 'batch'")  # where a folder opens
    quick = {"size": "360p", "quality": "draft", "fps": 10, "duration": 8, "twins": False}
    page.evaluate(f"livingstill.reel.store.set({json.dumps({**quick, 'aspect': ['16:9']})})")
    page.keyboard.press("Alt+4")
    planned = "livingstill.reel.plan && !livingstill.reel.job && !livingstill.reel.next"

    def names() -> list[str]:
        page.wait_for_timeout(900)  # a change is planned a moment later
        wait(page, planned)
        shown: list[str] = page.evaluate(
            "livingstill.reel.shown.map((one) => livingstill.reel.photos.get(one).name)"
        )
        return shown

    wait(page, planned)
    before = names()
    assert before[0] == "front.jpg"
    left = page.inner_text(".left-out")
    assert "shows the same as" in left and "torn.jpg" in left
    page.focus(".room >> nth=0 >> [aria-label^=Later]")
    page.keyboard.press("Enter")
    assert names() == [before[1], before[0], *before[2:]]
    page.drag_and_drop(".room >> nth=1", ".room >> nth=0")
    assert names() == before
    page.click("#reel .primary:visible")
    wait(page, "!!livingstill.reel.outcome")
    assert (studio.folder / "reel" / "reel-16x9.mp4").is_file()
    wait(page, "livingstill.reel.video.readyState >= 2")
    assert page.evaluate("livingstill.reel.video.videoWidth") == 640
    assert not [path for path in rooms.iterdir() if path.name.startswith(".")]


def test_a_keyboard_alone_makes_and_exports_a_clip(serve, page, samples):
    studio = serve(source=samples / "product.jpg", values={**SHORT, "size": "240x"})
    page.goto(studio.address)
    looked(page)

    def tab_to(selector: str) -> None:
        for _ in range(150):
            if page.evaluate(f"document.activeElement?.matches({selector!r}) ?? false"):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"Tab never comes to {selector}")

    tab_to("[role=tab]")
    page.keyboard.press("2")
    looked(page)
    tab_to(".acts select")
    page.keyboard.press("w")  # water
    wait(page, "livingstill.stage.tool === 'paint' && !!livingstill.stage.edit?.context")
    tab_to("#overlay")  # where a chosen kind brings the focus
    for key in ("ArrowDown", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    wait(page, "livingstill.store.get('mask').length === 1")
    looked(page)
    page.keyboard.press("3")
    tab_to("input[name=camera]")
    page.keyboard.press("ArrowRight")
    looked(page)
    assert value(page, "camera") != "auto"
    page.keyboard.press("Control+e")
    wait(page, "document.querySelectorAll('.result .files li').length === 2")
    assert (studio.folder / "product.mp4").is_file() and (studio.folder / "product.toml").is_file()


def test_lasso_pins_amounts_keyframes_and_a_brand_are_settings_of_the_shot(
    serve, page, samples, tmp_path
):
    studio = serve(source=samples / "lake.jpg", values=SHORT)
    page.goto(studio.address)
    looked(page)
    page.keyboard.press("2")
    looked(page)
    box = page.locator("#overlay").bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.click(".region[data-kind=water]")
    page.keyboard.press("l")
    page.wait_for_timeout(300)
    page.mouse.move(*at(0.6, 0.8))
    page.mouse.down()
    for x, y in ((0.8, 0.78), (0.9, 0.95), (0.65, 0.95)):
        page.mouse.move(*at(x, y), steps=4)
    page.mouse.up()
    wait(page, "livingstill.store.get('mask').length === 1")
    page.fill("[data-key=amount_of] .exact", "0.5")
    page.keyboard.press("Tab")
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    page.mouse.click(*at(0.3, 0.55))
    wait(page, "!!livingstill.store.get('hold')")
    looked(page)
    assert value(page, "amount_of") == ["water=0.5"]
    page.click("#tab-direct")
    looked(page)
    page.click("text=Make keyframes of this move")
    wait(page, "livingstill.store.get('camera').startsWith('@')")
    looked(page)
    page.click(".keymark >> nth=2")
    page.fill("[data-key=keyframe-pan] .exact", "3")
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    page.focus(".keymark >> nth=1")
    page.keyboard.press("Delete")
    page.wait_for_timeout(300)
    looked(page)
    assert page.locator(".keymark").count() == 4
    brand = tmp_path / "brand.toml"
    brand.write_text('camera = "orbit"\nsaturation = 1.2\n')
    page.click("#tab-finish")
    page.click("summary:has-text('Brand')")
    page.set_input_files("#panel input[type=file][multiple]", [str(brand)])
    wait(page, "livingstill.store.get('saturation') === 1.2")
    page.keyboard.press("Control+z")  # back to the keyframes
    looked(page)
    page.click("#tab-export")
    page.select_option("[id^=format]", ".png")
    page.click("#panel .primary")
    wait(page, "document.querySelectorAll('.result .files li').length === 2")
    shot = studio.folder / "lake.toml"
    assert frames(studio.folder / "lake.png") == frames(rendered(shot, tmp_path / "again.png"))
    assert "pan = 3.0" in (studio.folder / "lake-camera.toml").read_text()


def test_a_spoiled_clip_is_watched_repaired_and_compared(serve, page, samples, tmp_path):
    import numpy as np
    import rescue_clips
    from faults import swaying

    clip = swaying(rescue_clips.still(samples))
    clip[20] = np.clip(clip[20].astype(int) + 60, 0, 255).astype(np.uint8)
    studio = serve(source=rescue_clips.written(tmp_path / "generated.mp4", clip))
    page.goto(studio.address)
    wait(page, "!!globalThis.livingstill?.rescue.verdict")
    fault = page.evaluate("livingstill.rescue.verdict.faults[0]")
    assert fault["first"] == 20 and page.locator(".bar-of").count() >= 2
    page.click(".fault >> nth=0")
    assert page.evaluate("livingstill.rescue.player.index") == 20
    page.click("#rescue input[value=keep]")
    wait(page, "livingstill.rescue.plan.word === 'keep'")
    page.click("#rescue input[value=auto]")
    wait(page, "livingstill.rescue.plan.word === 'repair'")
    page.click("#rescue .primary:visible")
    wait(page, "livingstill.rescue.outcome?.decision === 'repair'")
    wait(page, "livingstill.rescue.second.count === 48")
    assert (studio.folder / "generated-rescued.mp4").is_file()
    page.evaluate("livingstill.rescue.player.seek(20)")
    wait(page, "livingstill.rescue.second.drawn.index === 20")


def test_a_folder_becomes_a_contact_sheet_of_clips(serve, page, samples, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("lake", "product"):
        shutil.copy(samples / f"{name}.jpg", folder)
    (folder / "torn.jpg").write_bytes(b"torn")
    studio = serve(source=folder)
    page.goto(studio.address)
    wait(page, "globalThis.livingstill?.batch.photos.length === 3")
    page.click("#batch summary")
    page.evaluate("livingstill.batch.store.set({size: '96x', duration: 0.3, fps: 10})")
    page.click("#batch .primary:visible")
    wait(page, "!!livingstill.batch.outcome")
    states = page.evaluate(
        "[...document.querySelectorAll('.card')].map((one) => one.dataset.state)"
    )
    assert states == ["done", "done", "failed"]
    assert "torn.jpg" in page.inner_text(".card >> nth=2")
    assert {path.name for path in (studio.folder / "batch").iterdir()} >= {
        "lake.mp4",
        "product.mp4",
        "report.html",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_fault_of_accessibility(serve, browser, samples, theme):
    """With axe-core: `npm install axe-core` somewhere, and AXE_CORE is the path of its axe.min.js."""
    import os

    if "AXE_CORE" not in os.environ:
        pytest.skip("AXE_CORE does not name axe.min.js")
    axe = Path(os.environ["AXE_CORE"]).read_text(encoding="utf-8")
    studio = serve(source=samples / "lake.jpg", values=SHORT)
    one = browser.new_page(color_scheme=theme)
    one.goto(studio.address)
    looked(one)

    def audit() -> None:
        one.evaluate(axe)
        one.evaluate(
            "document.querySelectorAll('details').forEach((part) => { part.open = true; })"
        )
        found = one.evaluate(
            "axe.run().then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes[0].target}`))"
        )
        assert found == []

    for panel in ("see", "correct", "direct", "finish", "export"):
        one.click(f"#tab-{panel}")
        looked(one)
        audit()
    for place in ("Alt+2", "Alt+3", "Alt+4"):
        one.keyboard.press(place)
        one.wait_for_timeout(300)
        audit()
    one.close()


def test_work_that_was_not_saved_is_offered_again_after_the_server_was_gone(serve, page, samples):
    studio = serve(values=SHORT)
    page.goto(studio.address)
    page.wait_for_selector("#start .drop")
    page.set_input_files("#pick", str(samples / "product.jpg"))
    looked(page)
    page.evaluate("livingstill.store.set({size: '240x', duration: 0.5, fps: 10, camera: 'orbit'})")
    looked(page)
    page.wait_for_timeout(1500)
    page.goto("about:blank")
    page.goto(studio.address)  # the page knows nothing any more but what the browser kept
    page.click("text=Go on with product")
    looked(page)
    assert value(page, "camera") == "orbit" and value(page, "size") == "240x"


def test_an_export_can_be_cancelled_and_leaves_nothing(serve, page, samples):
    studio = serve(source=samples / "product.jpg", values={"size": "320x", "duration": 8})
    page.goto(studio.address)
    looked(page)
    page.keyboard.press("Control+e")
    wait(page, "livingstill.kept.export?.progress?.done > 3")
    page.click("text=Cancel")
    wait(page, "document.querySelector('#panel [role=status]').textContent.includes('Cancelled')")
    assert not [path for path in studio.folder.iterdir() if path.suffix != ".jpg"]


def test_memory_is_bounded_over_a_hundred_edits(serve, samples):
    import resource

    studio = serve(source=samples / "product.jpg")
    handle = studio.studio.photo
    base = {"size": "480x", "duration": 0.5, "fps": 10, "motion": "none"}
    peaks = []
    with studio.connect() as socket:
        for number in range(100):
            settings = {
                **base,
                "wind": f"{number},3",
                "saturation": 1 + number / 100,
                "camera": ("orbit", "push-in")[number % 2],
            }
            look = {"op": "look", "serial": number, "photo": handle, "settings": settings}
            socket.send(json.dumps(look))
            client.receive(socket, "done")
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert peaks[-1] - peaks[20] < 40_000  # kB
    assert len(studio.studio.handles._files) <= 400


@pytest.mark.parametrize("path", ["--preview"])
def test_a_preview_of_one_clip_has_the_player_alone(serve, page, samples, path):
    studio = serve(
        source=samples / "product.jpg", values={"size": "240x", "duration": 0.5}, view="player"
    )
    page.goto(studio.address)
    looked(page)
    assert page.is_hidden("#side") and page.is_visible("#play")
    before = page.evaluate("livingstill.player.shown")
    page.wait_for_timeout(700)
    assert page.evaluate("livingstill.player.shown") > before
