"""Every way in that is not the studio's own page is refused; broken clients harm nothing."""

from __future__ import annotations

import io
import json
import socket
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

client = pytest.importorskip("studio_client")

from livingstill_cli.studio import uploads  # noqa: E402
from studio_client import SMALL, TOKEN, receive  # noqa: E402


@pytest.fixture
def studio(serve):
    return serve()


def jpeg(width: int = 96, height: int = 64) -> bytes:
    rng = np.random.default_rng(0)
    out = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (height, width, 3), np.uint8)).save(out, "JPEG")
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """The first 64 kB of a PNG that claims to be large."""
    header = b"IHDR" + struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    whole = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return (b"\x89PNG\r\n\x1a\n" + whole + struct.pack(">I", 2**30) + b"IDAT").ljust(2**16, b"x")


@pytest.mark.parametrize("path", ["/", "/page/studio.js", "/api/about"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "", "127.0.0.1:1"]
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(studio, path, host):
    status, body, _ = studio.request("GET", path, headers={"Host": host.format(port=studio.port)})
    assert status in (400, 403) and b"token" not in body


@pytest.mark.parametrize("path", ["/", "/api/about"])
@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:1"},
     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_requests_of_other_pages_are_refused(studio, path, headers):
    assert studio.request("GET", path, headers=headers)[0] == 403


@pytest.mark.parametrize(
    "token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], "\u00e9".encode().decode("latin-1")]
)
@pytest.mark.parametrize(
    "path",
    ["/api/about", "/api/files/f00", "/api/photos/f00", "/api/thumbnails/f00", "/api/nothing"],
)
def test_without_the_token_nothing_is_told(studio, token, path):
    assert studio.request("GET", path, token=token)[0] == 401


def test_with_all_three_the_page_is_told_what_there_is(studio):
    status, body, headers = studio.request(
        "GET",
        "/api/about",
        headers={"Origin": f"http://{studio.host}", "Sec-Fetch-Site": "same-origin"},
    )
    assert status == 200 and "wind" in json.loads(body)["settings"]
    assert "access-control-allow-origin" not in headers


def test_a_page_may_not_run_or_load_what_is_not_ours(studio):
    for path in ("/", "/api/about", "/page/none"):
        _, _, headers = studio.request("GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/json-seq",
    ],
)
@pytest.mark.parametrize(
    "path", ["/api/sample", "/api/photo", "/api/mask", "/api/file?key=logo", "/api/brand"]
)
def test_bodies_that_a_form_could_send_are_refused(studio, kind, path):
    status, _, _ = studio.request("POST", path, b'{"name": "lake"}', {"Content-Type": kind})
    assert status == 415


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused_preflights_too(studio, method):
    headers = {"Access-Control-Request-Method": "POST"}
    assert studio.request(method, "/api/photo", headers=headers)[0] == 405


@pytest.mark.parametrize(
    "path",
    ["/page/", "/page", "/page/..%2fserver.py", "/page/../server.py", "/page/%2e%2e/__init__.py",
     "/page//etc/passwd", "/api/files/", "/api/files/..%2f..%2fetc%2fpasswd", "/api/files/%2fetc%2fpasswd",
     "/api/", "/fonts/", "/page/__init__.py", "/page/README.md"],
)  # fmt: skip
def test_no_folder_is_listed_and_no_path_is_followed(studio, path):
    status, body, _ = studio.request("GET", path)
    assert status in (307, 400, 404) and b"root:" not in body and b"import" not in body


@pytest.mark.parametrize(
    "settings",
    [{"logo": "/etc/passwd"}, {"lut": "x.cube"}, {"hold": "/etc/hosts"}, {"font": "f0123456789abcdef"},
     {"mask": ["water=/etc/passwd"]}, {"mask": ["water"]}, {"audio": "/etc/passwd"}, {"depth": "/etc/passwd"},
     {"camera": "@/etc/passwd"}, {"brand": "/etc/passwd"}, {"max_pixels": 10**9}, {"photo": "/etc/passwd"},
     {"output": "x.mp4"}, {"depth": "models"}, {"modulate": ["wind=/etc/passwd"]}, {"mask": "water=/etc/passwd"}],
)  # fmt: skip
def test_a_setting_that_is_a_path_is_refused(studio, settings, samples):
    handle = studio.upload("/api/photo", jpeg())[1]["handle"]
    with studio.connect() as page:
        page.send(json.dumps({"op": "look", "serial": 1, "photo": handle, "settings": settings}))
        while (answer := json.loads(page.recv(60)))["type"] != "error":
            pass
        assert "/etc" not in answer["message"] or "must be a list" in answer["message"]


def test_a_photo_is_a_handle_never_a_path(studio, samples):
    with studio.connect() as page:
        message = {"op": "look", "serial": 1, "photo": str(samples / "lake.jpg"), "settings": {}}
        page.send(json.dumps(message))
        assert json.loads(page.recv(60))["type"] == "error"


def test_what_is_saved_has_a_name_and_no_path(studio, tmp_path):
    handle = studio.upload("/api/photo", jpeg())[1]["handle"]
    with studio.connect() as page:
        look = {
            "op": "look",
            "serial": 1,
            "photo": handle,
            "settings": {**SMALL, "motion": "none", "depth": "flat"},
        }
        page.send(json.dumps(look))
        receive(page, "look")
        page.send(json.dumps({"op": "save", "name": "../../out of here.mp4", "settings": {}}))
        assert receive(page, "saved")["file"]["name"] == "out of here.toml"
    written = {
        path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()
    }
    assert written <= {"out", "session"}


@pytest.mark.parametrize(
    "message",
    [{"op": "watch", "serial": 1, "clip": "/etc/passwd", "judge": True},
     {"op": "watch", "serial": 1, "clip": "CLIP", "still": "/etc/passwd", "judge": True},
     {"op": "rescue", "clip": "/etc/passwd"}, {"op": "rescue", "clip": "CLIP", "still": "../x"},
     {"op": "rescue", "clip": "CLIP", "settings": {"report": "/tmp/x.html"}},
     {"op": "rescue", "clip": "CLIP", "settings": {"overwrite": True}},
     {"op": "rescue", "clip": "CLIP", "settings": {"mode": "nonsense"}},
     {"op": "plan", "photos": ["/etc/passwd"]}, {"op": "batch", "photos": ["/etc"]},
     {"op": "batch", "preset": "../x"}, {"op": "batch", "settings": {"logo": "/etc/passwd"}},
     {"op": "batch", "settings": {"brand": "/etc/passwd"}}, {"op": "batch", "settings": {"output": "x"}},
     {"op": "reel_photos", "photos": ["/etc/passwd"]}, {"op": "reel_listing", "handle": "/etc/passwd"},
     {"op": "reel_listing", "handle": "CLIP"}, {"op": "reel_plan"}, {"op": "reel_plan", "photos": []},
     {"op": "reel_plan", "photos": ["CLIP"]}, {"op": "reel_plan", "photos": [{"handle": "/etc/passwd"}]},
     {"op": "reel", "photos": "ROOM", "settings": {"music": "/etc/passwd"}},
     {"op": "reel", "photos": "ROOM", "settings": {"logo": "../x.png"}},
     {"op": "reel", "photos": "ROOM", "settings": {"depth": "/etc/passwd"}},
     {"op": "reel", "photos": "ROOM", "settings": {"max_pixels": 10}},
     {"op": "reel", "photos": "ROOM", "settings": {"output": "/tmp/x"}},
     {"op": "reel", "photos": "ROOM", "settings": {"duration": 10**9}},
     {"op": "reel_plan", "photos": [{"handle": "f00", "room": "kitchen"}]},
     {"op": "keyframes", "handle": "/etc/passwd", "duration": 1}, {"op": "keyframes", "handle": "CLIP", "duration": 1},
     {"op": "keyframes", "keyframe": [{"time": 0, "__class__": 1}], "interpolation": "linear"},
     {"op": "keyframes", "keyframe": [{"time": 2}], "interpolation": "linear"}],
)  # fmt: skip
def test_rescue_batch_reel_and_keyframes_take_handles_and_settings_alone(studio, message, tmp_path):
    body = b"no clip at all"
    headers = {"Content-Type": "application/octet-stream", "X-Name": "clip.mp4"}
    status, answer, _ = studio.request("POST", "/api/file?key=clip", body, headers)
    assert status == 200
    clip = json.loads(answer)["handle"]
    names = {"CLIP": clip, "ROOM": [{"handle": clip}]}
    message = {
        key: names.get(value, value) if isinstance(value, str) else value
        for key, value in message.items()
    }
    with studio.connect() as page:
        page.send(json.dumps(message))
        assert json.loads(page.recv(30))["type"] == "error"
    assert not list((tmp_path / "out").rglob("*"))


@pytest.mark.parametrize("name", ["../../up", ""])
def test_a_batch_is_written_into_a_folder_of_its_own_name(studio, name, tmp_path):
    headers = {"Content-Type": "application/octet-stream", "X-Name": "..%2F..%2Fa.jpg"}
    _, answer, _ = studio.request("POST", "/api/file?key=photo", jpeg(64, 48), headers)
    settings = {"size": "64x", "duration": 0.2, "fps": 5, "motion": "none", "depth": "flat"}
    job = {"op": "batch", "photos": [json.loads(answer)["handle"]], "name": name}
    with studio.connect() as page:
        page.send(json.dumps({**job, "settings": settings, "suffix": ".gif"}))
        assert receive(page, "record")["clips"][0]["output"] == "a.gif"
        folder = receive(page, "batched")["folder"]
    assert Path(folder).parent == tmp_path / "out"


def test_a_brand_brings_settings_and_names_no_path(studio):
    text = 'mood = "calm"\ntitle_colour = "#ffeecc"\nlogo = "../../etc/passwd"'
    status, answer = studio.post_json("/api/brand", {"text": text, "files": {}})
    assert status == 200 and answer["missing"] == ["passwd"]
    assert answer["settings"]["title_colour"] == "#ffeecc" and "logo" not in answer["settings"]
    for wrong in ('camera = "@/etc/passwd"', "nonsense = 1", "a = ", "x = {y = 1}", "size = 1"):
        assert studio.post_json("/api/brand", {"text": wrong, "files": {}})[0] == 400
    given = {"text": 'logo = "a.png"', "files": {"a.png": "/etc/passwd"}}
    assert studio.post_json("/api/brand", given)[0] == 400


# sockets


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_socket_of_another_page_is_refused(studio, origin):
    with pytest.raises(Exception, match="403"):
        studio.connect(origin=origin)


def test_a_socket_that_hides_its_origin_is_refused(studio):
    with pytest.raises(Exception, match="403"):
        studio.socket(None)


@pytest.mark.parametrize(
    "first", ['{"token": "wrong"}', "{}", "[]", "no json", '{"token": 5}', '{"op": "look"}']
)
def test_a_socket_without_the_token_is_closed(studio, first):
    page = studio.socket(f"http://{studio.host}")
    page.send(first)
    with pytest.raises(Exception, match="4401"):
        page.recv(10)


@pytest.mark.parametrize(
    "message",
    ["", "[", "5", "null", "[]", '{"op": 5}', '{"op": "__init__"}', '{"op": "look"}', '{"op": "_look"}',
     '{"op": "look", "serial": "x", "photo": 1, "settings": 2}', '{"op": "tile", "move": "auto"}',
     '{"op": "export", "settings": [], "suffix": 1}', '{"op": "picture", "what": "/etc"}', "[" * 5000],
)  # fmt: skip
def test_a_message_that_makes_no_sense_is_answered_and_the_page_goes_on(studio, message):
    with studio.connect() as page:
        page.send(message)
        assert json.loads(page.recv(10))["type"] == "error"
        page.send(json.dumps({"op": "prompt", "text": "push in slowly"}))
        assert receive(page, "prompt")["settings"]["camera"].startswith("push-in")


def test_a_message_of_a_megabyte_closes_only_its_own_socket(studio):
    with studio.connect() as other, studio.connect() as page:
        page.send("x" * 2**20)
        with pytest.raises(Exception, match="1009"):
            page.recv(10)
        other.send(json.dumps({"op": "prompt", "text": "pan left"}))
        assert receive(other, "prompt")


def test_a_page_that_is_killed_or_breaks_its_socket_leaves_the_studio_working(studio):
    handle = studio.upload("/api/photo", jpeg(300, 200))[1]["handle"]
    look = {
        "op": "look",
        "serial": 1,
        "photo": handle,
        "settings": {"motion": "none", "depth": "flat", "fps": 60},
    }
    page = studio.connect()
    page.send(json.dumps(look))
    receive(page, "look")
    page.socket.shutdown(socket.SHUT_RDWR)  # as a killed process: no closing frame
    broken = studio.connect()
    broken.socket.sendall(b"\xff\xff\xff\xff\xff\xff")  # no frame of the protocol
    with studio.connect() as again:
        again.send(json.dumps({**look, "settings": {**look["settings"], "duration": 0.5}}))
        assert receive(again, "done")


def test_two_pages_at_once_each_get_their_own_clip(studio):
    handle = studio.upload("/api/photo", jpeg(300, 200))[1]["handle"]
    plain = {"motion": "none", "depth": "flat", "duration": 0.5, "fps": 8}
    with studio.connect() as one, studio.connect() as two:
        for page, camera in ((one, "orbit"), (two, "pan-left")):
            settings = {**plain, "camera": camera}
            page.send(
                json.dumps({"op": "look", "serial": 1, "photo": handle, "settings": settings})
            )
        assert receive(one, "look")["camera"] == "orbit"
        assert receive(two, "look")["camera"] == "pan-left"


# uploads


def test_a_body_of_five_gigabytes_is_refused_before_it_is_sent(studio):
    headers = {"Content-Type": "image/jpeg", "Content-Length": str(5 * 10**9)}
    assert studio.request("POST", "/api/photo", None, headers)[0] == 413


def test_a_body_that_hides_its_length_is_cut_off(studio, monkeypatch, tmp_path):
    monkeypatch.setattr(uploads, "MOST_BYTES", 2**20)
    sent = 0
    with socket.create_connection(("127.0.0.1", studio.port)) as line:
        line.sendall(
            f"POST /api/photo HTTP/1.1\r\nHost: {studio.host}\r\nX-Livingstill-Token: {TOKEN}\r\n"
            "Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        line.settimeout(10)
        answer = b""
        with suppress(OSError):
            while sent < 2**26:
                line.sendall(b"10000\r\n" + bytes(2**16) + b"\r\n")
                sent += 2**16
        with suppress(OSError):
            answer = line.recv(100)
    assert sent < 2**26 and (not answer or b"413" in answer)
    assert not list((tmp_path / "session").iterdir())


@pytest.mark.parametrize("data", [huge_png(20000, 10000), huge_png(60000, 60000)])
def test_a_photo_of_two_hundred_megapixels_is_refused_by_its_header(studio, data, tmp_path):
    status, answer = studio.upload("/api/photo", data, "image/png")
    assert status == 400 and "million pixels" in answer["message"]
    assert not list((tmp_path / "session").iterdir())


@pytest.mark.parametrize("data", [b"", b"no picture", jpeg()[:200], b"<svg/>", b"%!PS-Adobe"])
def test_what_is_no_picture_is_one_sentence_without_a_path(studio, data, tmp_path):
    status, answer = studio.upload("/api/photo", data, "image/jpeg", **{"X-Name": "my%20photo.jpg"})
    assert (
        status == 400
        and "my photo" in answer["message"]
        and "/" not in answer["message"].split(";")[0]
    )


@pytest.mark.parametrize(
    ("key", "name"),
    [("logo", "a.svg"), ("lut", "a.toml"), ("brand", "a.toml"), ("font", "a"), ("", "a.png")],
)
def test_a_file_of_another_kind_is_refused(studio, key, name):
    status, answer = studio.upload(
        f"/api/file?key={key}", b"x", "application/octet-stream", **{"X-Name": name}
    )
    assert status == 400 and "choose another" in answer["message"]


def test_a_stroke_belongs_to_the_mask_that_was_painted_last(studio):
    photo = studio.upload("/api/photo", jpeg())[1]["handle"]
    address = f"/api/mask?photo={photo}&snap=0"
    octets = "application/octet-stream"
    status, answer = studio.upload(f"{address}&width=96", bytes(96 * 64), octets)
    assert status == 200
    mask = answer["handle"]
    stroke = f"{address}&width=4&over={mask}"
    assert studio.upload(f"{stroke}&left=92&top=62", bytes(8), octets)[0] == 200
    for wrong in (
        f"{stroke}&left=93&top=62",  # beyond it, and no longer the last
        f"{stroke}&left=-1&top=0",
        f"{stroke}&left=x&top=0",
        f"{stroke}&left=99999999999&top=99999999999",
        f"{stroke}",
        f"{address}&width=4&over=/etc/passwd&left=0&top=0",
        f"/api/mask?width=4&over={mask}&left=0&top=0&photo=f00&snap=0",
        f"{address}&width=0&over={mask}&left=0&top=0",
    ):
        assert studio.upload(wrong, bytes(8), octets)[0] == 400


def test_uploads_of_a_session_are_bounded(studio, monkeypatch, tmp_path):
    from livingstill_cli.studio import handles

    monkeypatch.setattr(handles, "MOST_FILES", 5)
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    for _ in range(12):
        assert studio.upload("/api/mask", out.getvalue(), "image/png")[0] == 200
    assert len(list((tmp_path / "session").iterdir())) <= 5


def test_pictures_of_a_page_push_out_no_upload(tmp_path):
    from livingstill_cli.studio.handles import MOST_PICTURES, Handles

    files = Handles(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(b"x")
    photo = files.keep(tmp_path / "photo.jpg", "photo.jpg")
    for _ in range(3 * MOST_PICTURES):
        files.put_picture(b"y", "water.png")
    assert files.of(photo).path.is_file()
    assert len(list(tmp_path.iterdir())) == MOST_PICTURES + 1


# addresses


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "example.org"])
def test_another_host_demands_a_token(livingstill, host):
    answer = livingstill("studio", "--host", host, "--no-browser")
    assert (
        answer.code == 2 and "lets other machines in" in answer.err and "unencrypted" in answer.err
    )


def test_a_short_token_is_refused(livingstill):
    answer = livingstill("studio", "--token", "secret", "--no-browser")
    assert answer.code == 2 and "16 or more" in answer.err
