"""Reading photos: what comes out is upright sRGB, and what cannot be read is said in one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from livingstill.core.errors import InputError
from livingstill.photo.read import read_photo
from PIL import Image, ImageCms, ImageOps

GRADIENT = np.stack(
    [
        np.add.outer(np.arange(37), np.arange(53)) * 255 // 88,
        np.broadcast_to(np.arange(53) * 4, (37, 53)),
        np.broadcast_to(np.arange(37)[:, None] * 6, (37, 53)),
    ],
    axis=-1,
).astype(np.uint8)


def saved(folder: Path, name: str, image: Image.Image, **options: object) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "bmp", "ppm", "qoi"])
def test_a_lossless_file_gives_its_very_pixels(tmp_path, suffix):
    options = {"lossless": True} if suffix == "webp" else {}
    path = saved(tmp_path, f"photo.{suffix}", Image.fromarray(GRADIENT), **options)
    photo = read_photo(path)
    np.testing.assert_array_equal(photo.rgb, GRADIENT)
    assert photo.size == (53, 37)
    assert photo.notes == ()
    assert len(photo.sha256) == 64


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_exif_orientation_stands_upright(tmp_path, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = saved(tmp_path, "photo.png", Image.fromarray(GRADIENT), exif=exif)
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(read_photo(path).rgb, upright)


@pytest.mark.parametrize(("size", "turn", "focal"), [((36, 24), 1, 1.0), ((36, 24), 6, 1.5)])
def test_the_focal_length_is_in_widths_of_the_upright_frame(tmp_path, size, turn, focal):
    exif = Image.Exif()
    exif[0x0112] = turn
    exif.get_ifd(0x8769)[0xA405] = 36
    path = saved(tmp_path, "photo.jpg", Image.new("RGB", size), exif=exif)
    assert read_photo(path).focal == pytest.approx(focal)


def test_grey_of_16_bits_keeps_its_tones(tmp_path):
    deep = np.arange(20 * 256, dtype=np.uint16).reshape(20, 256) * 12
    photo = read_photo(saved(tmp_path, "deep.png", Image.fromarray(deep)))
    np.testing.assert_array_equal(photo.rgb[..., 1], np.rint(deep / 257).astype(np.uint8))


def test_colour_of_16_bits_is_read(tmp_path):
    rows = (GRADIENT.astype(">u2") * 257).reshape(37, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 53, 37, 16, 2, 0, 0, 0)
    path = tmp_path / "deep.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )  # fmt: skip
    np.testing.assert_array_equal(read_photo(path).rgb, GRADIENT)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "YCbCr", "I;16", "F", "LAB"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    source = Image.fromarray(GRADIENT)
    if mode == "LAB":
        image = ImageCms.profileToProfile(
            source, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    elif mode == "I;16":
        image = Image.fromarray(GRADIENT[..., 1].astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(GRADIENT[..., 1].astype(np.float32) / 255)
    else:
        image = source.convert(mode)
    photo = read_photo(saved(tmp_path, "photo.tif", image))
    assert photo.rgb.shape == GRADIENT.shape
    if mode in {"YCbCr", "CMYK", "LAB"}:
        assert np.abs(photo.rgb.astype(int) - GRADIENT).mean() < 3
    if mode in {"I;16", "F"}:
        np.testing.assert_array_equal(photo.rgb[..., 0], GRADIENT[..., 1])


def test_transparent_parts_take_the_background_colour_and_it_is_said(tmp_path):
    image = Image.new("RGBA", (20, 20), (10, 20, 30, 0))
    photo = read_photo(saved(tmp_path, "glass.png", image), background="#204060")
    assert (photo.rgb == (0x20, 0x40, 0x60)).all()
    assert "#204060" in photo.notes[0]
    with pytest.raises(InputError, match="background is 'whit'"):
        read_photo(tmp_path / "glass.png", background="whit")


def test_a_wide_gamut_profile_is_converted(tmp_path):
    # swapping red and green primaries: a profile whose effect nobody can miss
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")
    image = Image.new("RGB", (20, 20), (250, 10, 10))
    other = swapped.replace(b"s\0R\0G\0B", b"o\0d\0d\0B").replace(b"sRGB", b"oddB")
    photo = read_photo(saved(tmp_path, "odd.png", image, icc_profile=other))
    assert photo.rgb[5, 5, 1] > 200 > photo.rgb[5, 5, 0]
    assert "converted" in photo.notes[0]


def test_a_broken_profile_is_ignored_and_said(tmp_path):
    path = saved(tmp_path, "odd.png", Image.fromarray(GRADIENT), icc_profile=b"no profile at all")
    photo = read_photo(path)
    np.testing.assert_array_equal(photo.rgb, GRADIENT)
    assert "ignored" in photo.notes[0]


def test_the_first_frame_of_an_animation_is_used_and_it_is_said(tmp_path):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    path = saved(tmp_path, "a.gif", frames[0], save_all=True, append_images=frames[1:])
    photo = read_photo(path)
    assert tuple(photo.rgb[0, 0]) == (255, 0, 0)
    assert "first" in photo.notes[0]


def test_a_large_photo_can_be_read_at_a_fraction_of_its_size(tmp_path):
    smooth = Image.fromarray(GRADIENT).resize((1600, 1200), Image.Resampling.BICUBIC)
    for name in ("large.jpg", "large.png"):
        path = saved(tmp_path, name, smooth)
        small = read_photo(path, min_long_side=350)
        assert small.size == (400, 300)
        np.testing.assert_array_equal(small.rgb, read_photo(path, min_long_side=350).rgb)
        box = read_photo(path).rgb.reshape(300, 4, 400, 4, 3).mean((1, 3))
        assert np.abs(box - small.rgb).mean() < 1


def bad(tmp_path: Path, data: bytes, name: str = "bad.jpg") -> str:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_photo(path)
    message = str(caught.value)
    assert str(path) in message and "\n" not in message
    return message


def test_what_is_no_photo_is_refused_in_one_sentence(tmp_path):
    assert "empty" in bad(tmp_path, b"")
    assert "no picture" in bad(tmp_path, b"hello, world\n" * 40)
    assert "HEIC" in bad(tmp_path, b"\0\0\0\x18ftypheic" + b"\0" * 99)
    with pytest.raises(InputError, match="does not exist"):
        read_photo(tmp_path / "missing.jpg")
    with pytest.raises(InputError, match="folder"):
        read_photo(tmp_path)
    with pytest.raises(InputError, match="at least 16x16"):
        read_photo(saved(tmp_path, "dot.png", Image.new("RGB", (1, 1))))


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    import tracemalloc

    header = struct.pack(">IIBBBBB", 40000, 40000, 8, 2, 0, 0, 0)
    body = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = zlib.compress(b"\0" * 1000)
    png += (
        struct.pack(">I", len(data))
        + b"IDAT"
        + data
        + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    )
    tracemalloc.start()
    message = bad(tmp_path, png, "bomb.png")
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()
    assert "40000x40000" in message and "--max-pixels" in message


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(GRADIENT).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_a_file_cut_short_is_refused(tmp_path, kind):
    data = encoded(kind)
    assert "photo" in bad(tmp_path, data[: len(data) * 2 // 3])


FILES = [
    encoded("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
    encoded("JPEG", progressive=True),
    encoded("PNG"),
    encoded("WEBP"),
    encoded("TIFF", compression="tiff_lzw"),
    encoded("BMP"),
    encoded("GIF"),
    encoded("AVIF"),
]


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    st.floats(0.05, 1.0),
)
def test_damaged_bytes_give_a_photo_or_one_sentence_and_nothing_else(tmp_path, data, edits, keep):
    broken = bytearray(data)
    for place, value in edits:
        broken[int(place * len(broken))] = value
    path = tmp_path / "broken"
    path.write_bytes(broken[: max(1, int(keep * len(broken)))])
    try:
        photo = read_photo(path, max_pixels=1_000_000)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert photo.rgb.ndim == 3 and min(photo.size) >= 16
