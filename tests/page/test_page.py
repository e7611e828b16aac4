"""A page: one file that holds its layers, and looks in a browser as the engine renders it."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from livingstill.core.model import Pose
from livingstill.jobs import animate
from livingstill.jobs.page import textures
from livingstill.jobs.page import write as page
from livingstill.jobs.page.view import plan_view
from livingstill.render.frames import Renderer, unpack
from livingstill.settings.shot import Job, Shot
from PIL import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--no-first-run", "--disable-quic", "--use-gl=angle",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
QUICK = {"duration": 1.0, "fps": 5.0, "size": "320"}
WATER = {"motion": "water", "amount": 4.0, "smooth": 0.0, "alt_text": "A <lake> & its “bush”"}


@pytest.fixture(scope="module")
def made(samples, tmp_path_factory):
    """A page of a lake whose water moves, and the clip it is made of."""
    shot = Shot(**QUICK, **WATER)
    path = tmp_path_factory.mktemp("page") / "lake.html"
    job = Job(photo=samples / "lake.jpg", output=(str(path),))
    return path, animate.animate_file(shot, job, hashes=True)


def content(path: Path) -> dict[str, Any]:
    found = re.search(r'id="livingstill-scene">(.*?)</script>', path.read_text(), re.S)
    assert found is not None
    return json.loads(found[1])


def test_a_page_is_one_file_of_ascii_that_asks_for_nothing(made):
    text = made[0].read_bytes().decode("ascii")
    viewer = text[text.index("(() => {") :]
    assert not re.search(r"https?://|\bfetch\b|\bimport\b|XMLHttpRequest", viewer)
    assert "A &lt;lake&gt; &amp; its &#8220;bush&#8221;" in text
    assert text.count("</script>") == 2
    assert len(text) < 400_000


def test_a_page_holds_the_layers_of_the_scene(made):
    path, result = made
    scene, said = result.clip.scene, content(path)
    width, height = said["texture"]
    columns, rows = said["grid"]
    assert len(said["layers"]) == len(scene.layers)
    for layer in said["layers"]:
        picture = Image.open(io.BytesIO(base64.b64decode(layer["colour"].partition(",")[2])))
        assert picture.size == (width, height)
        assert len(base64.b64decode(layer["depth"])) == columns * rows
        assert len(base64.b64decode(layer["cells"])) == -(-(columns - 1) * (rows - 1) // 8)
    assert len(base64.b64decode(said["motion"])) == columns * rows
    assert said["loop"]["type"] == "video/mp4"
    assert len(result.render.frames) == 5 and len(set(result.render.frames)) > 1


def test_the_same_photo_gives_the_same_page(made, tmp_path, samples):
    again = tmp_path / "again.html"
    shot = Shot(**QUICK, **WATER)
    animate.animate_file(shot, Job(photo=samples / "lake.jpg", output=(str(again),)))
    assert again.read_bytes() == made[0].read_bytes()


def test_cells_are_left_out_where_nothing_of_a_layer_can_be_seen(made):
    scene = made[1].clip.scene
    box = (0, 0, scene.size[0] // 2 * 2, scene.size[1] // 2 * 2)

    def cells(reach):
        found = textures.layers(scene, box, (reach, reach))
        return [
            np.unpackbits(np.frombuffer(base64.b64decode(f["cells"]), np.uint8)).sum()
            for f in found
        ]

    near, far = cells(2), cells(40)
    assert near[0] == far[0] > 0
    assert sum(near) < sum(far)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("-o", "a.html", "--size", "4k"), "size 4k makes a page too heavy for browsers; give at most 1920"),
        (("-o", "a.html", "--size", "source"), "size source makes a page too heavy"),
        (("-o", "a.html", "-o", "b.mp4"), "page a.html is written by itself"),
        (("-o", "a.html", "--stereo", "sbs"), "stereo is sbs, but page a.html has one view"),
        (("-o", "a.html", "--title", "Lake"), "title is Lake, which page a.html cannot carry"),
        (("-o", "a.html", "--audio", "wind"), "audio is wind, which page a.html cannot carry"),
        (("-o", "a.html", "--fit", "pad"), "fit is pad; the picture of page a.html fills it"),
        (("-o", "a.html", "--report", "r.json"), "report is of clips, and a.html is a page"),
        (("-o", "a.html", "--codec", "prores"), "codec prores does not play in browsers"),
        (("-o", "a.html", "--aspect", "1:1,16:9"), "page a.html has one shape"),
        (("-o", "a.html", "--page-parallax", "9"), "page_parallax is 9; it must be at most 8 percent"),
        (("-o", "a.html", "--budget", "20kB", "--size", "320", "--duration", "0.2"), "budget is 20000 bytes, but"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(livingstill, samples, tmp_path, options, sentence):
    answer = livingstill(samples / "lake.jpg", "-q", *options)
    assert answer.code == 2
    assert sentence in answer.err and answer.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


# in a browser


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def opened(browser):
    """Return a function that opens a page of 320 pixels; it fails the test on any complaint."""
    complaints: list[str] = []

    def start(path: Path, state: str = "live", **context: Any) -> Any:
        one = browser.new_context(viewport={"width": 320, "height": 240}, **context).new_page()
        one.on("pageerror", lambda error: complaints.append(str(error)))
        one.on("console", lambda line: complaints.append(line.text))
        one.on(
            "request",
            lambda r: r.url.startswith(("file:", "data:", "blob:")) or complaints.append(r.url),
        )
        one.goto(path.as_uri())
        one.wait_for_selector(f"figure[data-state={state}]", timeout=60_000)
        return one

    yield start
    assert not complaints


def picture(one: Any) -> np.ndarray:
    """Return what is on the page, after two more frames: (h, w, 3)."""
    one.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    shot = one.locator("figure").screenshot(animations="disabled")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def look(one: Any, x: float, y: float) -> np.ndarray:
    one.evaluate(f"document.querySelector('figure').livingstill.look({x}, {y}, true)")
    return picture(one)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    inner = np.s_[8:-8, 8:-8]
    return float(10 * np.log10(255**2 / np.square(a[inner].astype(float) - b[inner]).mean()))


@pytest.mark.slow
def test_a_browser_shows_from_every_side_what_the_engine_renders(opened, samples, tmp_path):
    path, shot = tmp_path / "p.html", Shot(**QUICK, motion="none", page_parallax=4.0)
    clip = animate.animate_file(shot, Job(photo=samples / "house.jpg", output=(str(path),))).clip
    view = plan_view(clip.scene, clip.window, clip.framing, page._plane(clip), 4.0)
    renderer = Renderer(clip.scene, view.window, view.size)
    focal = clip.scene.focal * clip.scene.size[0] / (view.window.scale * view.size[0])
    one = opened(path)
    one.evaluate("document.querySelector('figure').livingstill.pause(true)")
    rest = unpack(renderer.frame(Pose())).copy()
    for x, y in ((0, 0), (1, 0), (-1, 0), (0, 1), (1, -1)):
        across, down = (k * r / focal for k, r in zip((x, y), view.reach))
        wanted = unpack(renderer.frame(Pose(x=across, y=down, pivot=view.plane)))
        seen = look(one, x, y)
        assert psnr(seen, wanted) > 29
        if x or y:
            assert psnr(seen, wanted) > psnr(rest, wanted) + 5


@pytest.mark.slow
def test_the_loop_moves_the_water_alone(opened, made):
    one = opened(made[0])
    one.wait_for_function("document.querySelector('figure').livingstill.moving", timeout=60_000)
    one.evaluate("document.querySelector('figure').livingstill.look(0, 0, true)")
    frames = []
    for time in (0.1, 0.5):
        one.evaluate(
            "(time) => new Promise((done) => {"
            "const video = document.querySelector('video');"
            "document.querySelector('figure').livingstill.pause(true);"
            "video.requestVideoFrameCallback(() => requestAnimationFrame(done));"
            "video.currentTime = time; })", time,
        )  # fmt: skip
        frames.append(look(one, 0, 0))
    change = np.abs(frames[1] - frames[0]).mean(axis=2)
    region = made[1].clip.regions[0].mask
    rows = np.linspace(0, region.shape[0] - 1, change.shape[0]).astype(int)
    columns = np.linspace(0, region.shape[1] - 1, change.shape[1]).astype(int)
    water = region[np.ix_(rows, columns)] > 127
    assert change[water].mean() > 0.5
    assert change[:80].max() <= 1, "the sky stands still"


@pytest.mark.slow
def test_pointer_and_keys_look_around_and_settle_smoothly(opened, made):
    one = opened(made[0])
    one.mouse.move(319, 100)
    one.wait_for_function("document.querySelector('figure').livingstill.at[0] > 0.5")
    one.mouse.move(10, 100)
    early = one.evaluate("document.querySelector('figure').livingstill.at[0]")
    assert early > -0.9, "the view follows the pointer, it does not jump"
    one.wait_for_function("document.querySelector('figure').livingstill.at[0] < -0.8")
    one.focus("figure")
    one.keyboard.press("Home")
    one.wait_for_function("Math.abs(document.querySelector('figure').livingstill.at[0]) < 0.1")
    one.keyboard.press("ArrowRight")
    one.wait_for_function("document.querySelector('figure').livingstill.at[0] > 0.15")


@pytest.mark.slow
def test_nothing_moves_by_itself_where_motion_is_unwanted(opened, made):
    one = opened(made[0], reduced_motion="reduce")
    draws = one.evaluate("document.querySelector('figure').livingstill.draws")
    one.mouse.move(10, 100)
    one.wait_for_timeout(600)
    assert one.evaluate("document.querySelector('figure').livingstill.draws") <= draws + 1
    assert one.evaluate("document.querySelector('video').paused")
    one.focus("figure")
    one.keyboard.press("ArrowRight")
    assert one.evaluate("document.querySelector('figure').livingstill.at[0]") == 0.25


@pytest.mark.slow
def test_without_webgl_the_poster_stays(opened, made, tmp_path):
    text = made[0].read_text().replace('getContext("webgl2"', 'getContext("webgl9"')
    (tmp_path / "old.html").write_text(text)
    one = opened(tmp_path / "old.html", "poster")
    one.wait_for_selector("figure[data-reason]")
    assert one.evaluate("document.querySelector('img').complete")
    assert picture(one).std() > 20
