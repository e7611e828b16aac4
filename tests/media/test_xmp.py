"""Every format says where it came from, in the place where others look for it."""

from __future__ import annotations

import io
import struct
import xml.etree.ElementTree as ET
from fractions import Fraction

import numpy as np
import pytest
from clip_scenes import FRAMES, SIZE, drifting, packed
from livingstill.media import metadata
from livingstill.media.clip_reader import frames
from livingstill.media.write.encoder import Encoder
from livingstill.media.write.stills import name_of, write_poster
from PIL import Image

SAID = {"comment": "one photograph", "software": "livingstill", "settings": '{"title": "a & <b>"}'}


def texts(packet: bytes) -> set[str]:
    return {(node.text or "").strip() for node in ET.fromstring(packet).iter()}


def boxes(data: bytes) -> dict[bytes, bytes]:
    found, at = {}, 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found[data[at + 4 : at + 8]] = data[at + 8 : at + length]
        at += length
    assert at == len(data)
    return found


@pytest.mark.parametrize(
    "name", ["a.gif", "a.webp", "a.png", "a.mp4", "a.mov", "f-%d.jpg", "g-%d.png"]
)
def test_the_packet_is_read_back_and_the_pictures_with_it(tmp_path, name):
    path = tmp_path / name
    with Encoder(path, SIZE, Fraction(20), metadata=SAID) as encoder:
        for frame in drifting():
            encoder.write(packed(frame))
    if name in {"a.mp4", "a.mov"}:
        last = boxes(path.read_bytes())[b"uuid"]
        assert last[:16].hex().upper() == "BE7ACFCB97A942E89C71999491E3AFAC"
        packet = last[16:]
    else:
        with Image.open(name_of(path, 3) if "%" in name else path) as image:
            image.load()
            if name == "a.gif":
                told, place = image.info["extension"]
                assert told == b"XMP DataXMP"
                packet = path.read_bytes()[place:].split(b"\x01\xff\xfe")[0]
            else:
                packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"].encode()
    assert set(SAID.values()) <= texts(packet)
    assert len(list(frames(path))) == FRAMES


def test_a_poster_says_it_too(tmp_path):
    write_poster(tmp_path / "p.jpg", packed(next(drifting())), metadata=SAID)
    with Image.open(tmp_path / "p.jpg") as image:
        assert "one photograph" in texts(image.info["xmp"])


def test_other_files_stay_as_they_are():
    file = io.BytesIO(b"frames")
    metadata.embed(file, ".y4m", SAID)
    assert file.getvalue() == b"frames"


GOOGLE = "{http://ns.google.com/photos/1.0/"


def test_a_motion_photo_is_a_jpeg_that_says_where_the_clip_behind_it_is(tmp_path):
    path = tmp_path / "a.MP.jpg"
    with Encoder(path, SIZE, Fraction(20), metadata=SAID) as encoder:
        for frame in drifting():
            encoder.write(packed(frame))
    with Image.open(path) as still:
        still.load()
        told = ET.fromstring(still.info["xmp"])
        first = next(drifting())[..., :3].astype(float)
        assert still.size == SIZE and np.abs(np.asarray(still) - first).mean() < 3
    assert set(SAID.values()) <= texts(ET.tostring(told))
    camera = {
        name.removeprefix(GOOGLE + "camera/}"): value
        for node in told.iter()
        for name, value in node.attrib.items()
        if name.startswith(GOOGLE + "camera/}")
    }
    assert camera == {
        "MotionPhoto": "1",
        "MotionPhotoVersion": "1",
        "MotionPhotoPresentationTimestampUs": "0",
    }
    still_item, clip_item = (
        {name.rpartition("}")[2]: value for name, value in item.attrib.items()}
        for item in told.iter(GOOGLE + "container/}Item")
    )
    assert still_item == {
        "Mime": "image/jpeg",
        "Semantic": "Primary",
        "Length": "0",
        "Padding": "0",
    }
    length = int(clip_item.pop("Length"))
    assert clip_item == {"Mime": "video/mp4", "Semantic": "MotionPhoto", "Padding": "0"}
    data = path.read_bytes()
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(data[-length:])
    assert set(boxes(clip.read_bytes())) >= {b"ftyp", b"moov", b"mdat", b"uuid"}
    assert data[:-length].endswith(b"\xff\xd9")  # nothing lies between still and clip
    assert len(list(frames(clip))) == FRAMES
