"""What a clip carries beside RGB frames is found, and nothing of it is lost silently."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.media import carried
from livingstill.media.clip_reader import ClipReader
from livingstill.media.write.remux import Remuxer
from PIL import Image

FRAMES = [
    np.roll(np.arange(64 * 48 * 3, dtype=np.uint32).reshape(48, 64, 3), 2 * t, axis=1).astype(
        np.uint8
    )
    for t in range(4)
]


def video(path: Path, codec: str, pixels: str, *, alpha: bool = False, **tags: object) -> Path:
    """Write a clip whose codec context has these attributes."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for rgb in FRAMES:
            half = np.full((48, 64, 1), 128, np.uint8)
            picture, format_ = (np.dstack([rgb, half]), "rgba") if alpha else (rgb, "rgb24")
            frame = av.VideoFrame.from_ndarray(picture, format=format_)
            container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode(None))
    return path


def pictures(path: Path) -> Path:
    """Write an animated picture with a hole."""
    hole = np.full((48, 64, 1), 255, np.uint8)
    hole[10:20, 10:20] = 0
    first, *rest = [Image.fromarray(np.dstack([rgb, hole])) for rgb in FRAMES]
    first.save(path, save_all=True, append_images=rest, duration=100, disposal=2)
    return path


def of(path: Path) -> carried.Carried:
    return carried.carried(ClipReader(path))


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_transparent_pictures_are_not_rewritten(tmp_path, name):
    clip = pictures(tmp_path / name)
    assert of(clip).alpha
    with pytest.raises(InputError, match="transparency"):
        Remuxer(ClipReader(clip), tmp_path / f"out{clip.suffix}", len(FRAMES))


def test_numbered_pictures_with_alpha_are_not_rewritten(tmp_path):
    for index, rgb in enumerate(FRAMES):
        faint = np.full((48, 64, 1), 200, np.uint8)
        Image.fromarray(np.dstack([rgb, faint])).save(tmp_path / f"a_{index:04d}.png")
    assert of(tmp_path / "a_%04d.png").alpha


def test_transparent_video_is_told_from_opaque_video(tmp_path):
    assert of(video(tmp_path / "a.mov", "prores_ks", "yuva444p10le", alpha=True)).alpha
    assert of(video(tmp_path / "v.webm", "libvpx-vp9", "yuva420p", alpha=True)).alpha
    assert of(video(tmp_path / "b.mov", "prores_ks", "yuv422p10le")) == carried.Carried(bits=10)
    opaque = tmp_path / "o.gif"
    first, *rest = [Image.fromarray(rgb) for rgb in FRAMES]
    first.save(opaque, save_all=True, append_images=rest, duration=100)
    assert of(opaque) == carried.Carried()


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_by_its_transfer_function(tmp_path, transfer, name):
    clip = video(tmp_path / "h.mkv", "libx265", "yuv420p10le", color_trc=transfer)
    assert of(clip).hdr == name
    with pytest.raises(InputError, match=f"HDR \\({name}\\)"):
        carried.refuse_rewriting(ClipReader(clip))


def test_what_is_left_out_is_said(tmp_path):
    aspect = Fraction(4, 3)
    clip = video(tmp_path / "s.mkv", "libx265", "yuv420p10le", sample_aspect_ratio=aspect)
    notes = Remuxer(ClipReader(clip), tmp_path / "out.mkv", len(FRAMES)).notes
    assert notes == [
        "its 10-bit frames are rewritten from 8 bits",
        "its pixels of 4:3 are made square",
    ]


def upright(rgb: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:
    """Place each pixel (p, q) at (a p + c q, b p + d q), as ISO 14496-12 says of a display matrix."""
    q, p = np.indices(rgb.shape[:2])
    x, y = a * p + c * q, b * p + d * q
    out = np.zeros((np.ptp(y) + 1, np.ptp(x) + 1, 3), np.uint8)
    out[y - y.min(), x - x.min()] = rgb
    return out


TURNS = [(0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)]
MIRRORED = [(-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0), (0, -1, -1, 0)]


@pytest.mark.parametrize("matrix", [*TURNS, *MIRRORED])
def test_a_clip_is_read_as_its_display_matrix_turns_and_mirrors_it(tmp_path, matrix):
    a, b, c, d = (65536 * value for value in matrix)
    plain = ClipReader(video(tmp_path / "plain.mp4", "libx264", "yuv444p"))
    turned = tmp_path / "turned.mp4"
    with av.open(str(plain.path)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    reader = ClipReader(turned)
    (first, *_), (shown, *_) = list(plain), list(reader)
    np.testing.assert_array_equal(shown.rgb, upright(first.rgb, *matrix))
    assert (reader.info.width, reader.info.height) == shown.rgb.shape[1::-1]
    out = tmp_path / "out.mp4"
    with Remuxer(reader, out, len(FRAMES)) as target:
        for frame in reader:
            target.write(frame.rgb)
    written = ClipReader(out)
    assert written.info.rotation == 0 and next(iter(written)).rgb.shape == shown.rgb.shape


def test_pixels_that_are_no_squares_give_an_even_width(tmp_path):
    clip = video(tmp_path / "s.mp4", "libx264", "yuv420p", sample_aspect_ratio=Fraction(16, 15))
    reader = ClipReader(clip)
    assert reader.info.width == 68 and next(iter(reader)).rgb.shape == (48, 68, 3)
    with Remuxer(reader, tmp_path / "out.mp4", len(FRAMES)) as target:
        for frame in reader:
            target.write(frame.rgb)
    assert target.notes == ["its pixels of 16:15 are made square"]


def test_subtitles_and_chapters_are_left_out_and_said(tmp_path):
    text = tmp_path / "s.srt"
    text.write_text("1\n00:00:00,100 --> 00:00:00,300\nHello\n")
    plain, clip = video(tmp_path / "p.mkv", "ffv1", "yuv420p"), tmp_path / "c.mkv"
    unit = Fraction(1, 1000)
    with (
        av.open(str(plain)) as source,
        av.open(str(text)) as titles,
        av.open(str(clip), "w") as target,
    ):
        target.set_chapters([{"id": 1, "start": 0, "end": 500, "time_base": unit, "metadata": {}}])
        pairs = [
            (track, target.add_stream_from_template(track))
            for track in (source.streams.video[0], titles.streams.subtitles[0])
        ]
        for track, stream in pairs:
            for packet in track.container.demux(track):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
    found = of(clip)
    assert (found.subtitles, found.chapters) == (1, 1)
    with Remuxer(ClipReader(clip), tmp_path / "out.mkv", len(FRAMES)) as target:
        for frame in ClipReader(clip):
            target.write(frame.rgb)
    assert target.notes == ["its subtitle track is left out", "its chapter is left out"]
    assert of(tmp_path / "out.mkv") == carried.Carried()
