"""Colours mean what a file's data say: profiles by what they do, PNG's chunks, code points, HDR."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from livingstill.core.errors import InputError
from livingstill.photo import cicp, hdr, icc
from livingstill.photo.cicp import Cicp
from livingstill.photo.read import read_photo
from PIL import Image, ImageCms, TiffImagePlugin

P3 = Cicp(12, 13).chromaticities
SWATCHES = np.kron(
    np.array([[(200, 60, 40), (60, 180, 90), (40, 70, 190)], [(30, 30, 30), (128, 128, 128), (255, 255, 255)]]),
    np.ones((16, 16, 1)),
).astype(np.uint8)  # fmt: skip
"""Six even colours inside sRGB's gamut, the lower three grey: (32, 48, 3)."""


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rgb: np.ndarray, *extra: bytes) -> bytes:
    """Return a PNG of 8-bit RGB with chunks before its pixels."""
    height, width = rgb.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in rgb)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels


def tiff(samples: np.ndarray, photometric: int = 1) -> bytes:
    """Return a TIFF of (H, W, S) samples of any type."""
    height, width, count = samples.shape
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    bits = 8 * samples.dtype.itemsize
    long = 8 + 2 + 12 * 10 + 4
    body = struct.pack(f"<{count}H", *[bits] * count) + struct.pack(f"<{count}H", *[kind] * count)

    def several(tag: int, value: int, offset: int) -> bytes:
        if count > 2:
            return struct.pack("<HHII", tag, 3, count, offset)
        return struct.pack("<HHIHH", tag, 3, count, value, value)

    entries = [
        struct.pack("<HHII", 256, 4, 1, width), struct.pack("<HHII", 257, 4, 1, height),
        several(258, bits, long), struct.pack("<HHII", 259, 3, 1, 1),
        struct.pack("<HHII", 262, 3, 1, photometric), struct.pack("<HHII", 273, 4, 1, long + len(body)),
        struct.pack("<HHII", 277, 3, 1, count), struct.pack("<HHII", 278, 4, 1, height),
        struct.pack("<HHII", 279, 4, 1, samples.nbytes), several(339, kind, long + 2 * count),
    ]  # fmt: skip
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    return head + b"".join(entries) + bytes(4) + body + samples.tobytes()


def linear(codes: np.ndarray) -> np.ndarray:
    """Return light 0..1 from sRGB codes of 8 bits."""
    c = codes / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def encoded(light: np.ndarray) -> np.ndarray:
    """Return sRGB codes of 8 bits from light."""
    c = np.clip(light, 0, 1)
    return np.rint(
        255 * np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)
    ).astype(np.uint8)


def as_codes(primaries: cicp.Primaries, gamma: float | None) -> np.ndarray:
    """Return the swatches as a file of other primaries and curve has them."""
    change = np.linalg.inv(icc.rgb_to_xyz(primaries)) @ icc.rgb_to_xyz(cicp.SRGB)
    light = linear(SWATCHES) @ change.T
    if gamma is None:
        return encoded(light)
    return np.rint(255 * np.clip(light, 0, 1) ** (1 / gamma)).astype(np.uint8)


def photo(tmp_path: Path, data: bytes):
    path = tmp_path / "photo"
    path.write_bytes(data)
    return read_photo(path)


def saved(rgb: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, kind, **options)
    return buffer.getvalue()


def named(profile: bytes, name: str) -> bytes:
    """Return a profile that calls itself ``name``."""
    text = name.encode("utf-16-be")
    body = b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(text), 28) + text
    body += bytes(-len(body) % 4)
    count = int.from_bytes(profile[128:132], "big")
    table, shift = b"", 12
    for i in range(count):
        tag, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * i)
        table += struct.pack(">4sII", tag, offset + shift, size)
    table += struct.pack(">4sII", b"desc", len(profile) + shift, len(body))
    out = profile[4:128] + struct.pack(">I", count + 1) + table + profile[132 + 12 * count :] + body
    return struct.pack(">I", len(out) + 4) + out


OTHERS = [(P3, None), (cicp.SRGB, 1.0), (cicp.SRGB, 1.8), (P3, 2.6)]


def near(found: np.ndarray, most: int) -> bool:
    return np.abs(found.astype(int) - SWATCHES).max() <= most


@pytest.mark.parametrize(("primaries", "gamma"), OTHERS)
@pytest.mark.parametrize("name", ["sRGB", "sRGB IEC61966-2.1", "anything"])
def test_a_profile_is_known_by_what_it_does_and_not_by_its_name(tmp_path, primaries, gamma, name):
    profile = named(icc.make_profile(primaries, gamma), name)
    found = photo(tmp_path, saved(as_codes(primaries, gamma), "PNG", icc_profile=profile))
    assert near(found.rgb, 5 if gamma == 1.0 else 3)
    assert found.notes == (f"colours are converted from {name} to sRGB",)


@pytest.mark.parametrize("made", [True, False])
def test_srgb_by_any_name_leaves_the_pixels_alone(tmp_path, made):
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = named(icc.make_profile(cicp.SRGB, None), "Camera RGB") if made else plain
    found = photo(tmp_path, saved(SWATCHES, "PNG", icc_profile=profile))
    np.testing.assert_array_equal(found.rgb, SWATCHES)
    assert found.notes == ()


def test_grey_with_a_profile_of_rgb_is_converted(tmp_path):
    grey = as_codes(cicp.SRGB, 1.0)[16:, :, 1]
    profile = icc.make_profile(cicp.SRGB, 1.0)
    found = photo(tmp_path, saved(grey, "PNG", icc_profile=profile))
    assert np.abs(found.rgb.astype(int) - SWATCHES[16:]).max() <= 5


def gama(gamma: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(1e5 / gamma)))


def chrm(primaries: cicp.Primaries) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(1e5 * v) for v in primaries)))


@pytest.mark.parametrize(("primaries", "gamma"), OTHERS)
def test_gama_and_chrm_are_honoured(tmp_path, primaries, gamma):
    extra = [gama(gamma or 2.2), chrm(primaries)]
    found = photo(tmp_path, png(as_codes(primaries, gamma), *extra))
    assert near(found.rgb, 5 if gamma == 1.0 else 3)
    assert found.notes == ("colours are converted by gAMA and cHRM to sRGB",)


@pytest.mark.parametrize(
    "extra",
    [
        [gama(2.2)],
        [gama(2.2), chrm(cicp.SRGB)],
        [chunk(b"sRGB", b"\0"), gama(1.0), chrm(P3)],
        [chunk(b"cICP", bytes([1, 13, 0, 1])), gama(1.0)],
    ],
)
def test_what_means_srgb_leaves_the_pixels_alone(tmp_path, extra):
    found = photo(tmp_path, png(SWATCHES, *extra))
    np.testing.assert_array_equal(found.rgb, SWATCHES)
    assert found.notes == ()


@pytest.mark.parametrize("body", [bytes(4), b"\xff" * 4])
def test_a_gama_of_no_sense_is_ignored_and_said(tmp_path, body):
    found = photo(tmp_path, png(SWATCHES, chunk(b"gAMA", body)))
    np.testing.assert_array_equal(found.rgb, SWATCHES)
    assert found.notes == ("the chunks gAMA and cHRM make no colours and are ignored",)


def test_primaries_on_a_line_are_ignored_and_said(tmp_path):
    line = (0.31, 0.33, 0.2, 0.3, 0.3, 0.3, 0.4, 0.3)
    found = photo(tmp_path, png(SWATCHES, gama(2.2), chrm(line)))
    np.testing.assert_array_equal(found.rgb, SWATCHES)
    assert "ignored" in found.notes[0]


def test_code_points_of_png_go_before_its_profile(tmp_path):
    tag = chunk(b"cICP", bytes([12, 13, 0, 1]))
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(icc.make_profile(cicp.SRGB, 1.0)))
    found = photo(tmp_path, png(as_codes(P3, None), tag, profile))
    assert near(found.rgb, 3)
    assert found.notes == ("colours are converted from Display P3 to sRGB",)


def test_codes_of_a_narrow_range_are_spread(tmp_path):
    narrow = np.rint(16 + SWATCHES * (219 / 255)).astype(np.uint8)
    found = photo(tmp_path, png(narrow, chunk(b"cICP", bytes([1, 13, 0, 0]))))
    assert near(found.rgb, 1)
    assert "16 to 235" in found.notes[0]


def test_code_points_that_are_not_known_are_said(tmp_path):
    found = photo(tmp_path, png(SWATCHES, chunk(b"cICP", bytes([77, 13, 0, 1]))))
    np.testing.assert_array_equal(found.rgb, SWATCHES)
    assert found.notes == ("colour tags 77/13 of H.273 are not known and are ignored",)


def test_the_curves_of_hdr_have_their_known_values():
    codes = hdr.light_to_pq(np.array([0.0, 100, 203, 1000, 10000]))
    np.testing.assert_allclose(codes, [0, 0.5081, 0.5807, 0.7518, 1], atol=1e-4)
    np.testing.assert_allclose(hdr.pq_to_light(codes), [0, 100, 203, 1000, 10000], atol=1e-6)
    white = hdr.hlg_to_light(np.array([[0.75] * 3, [1.0] * 3]))
    np.testing.assert_allclose(white[:, 0], [203, 1000], rtol=2e-3)


def test_the_tone_curve_keeps_darks_rises_and_ends_at_white():
    light = np.linspace(0, 1000, 2001)
    shown = hdr.eetf(light)
    np.testing.assert_allclose(shown[light <= 85], light[light <= 85], rtol=1e-6, atol=1e-9)
    assert (np.diff(shown) > 0).all()
    assert shown[-1] == pytest.approx(hdr.WHITE)
    assert hdr.eetf(np.array(10000.0)) == pytest.approx(hdr.WHITE)


def hdr_codes(transfer: int, nits: float = 80) -> np.ndarray:
    """Return the swatches as BT.2020 PQ or HLG, white at ``nits``, below the knee of the curve."""
    change = np.linalg.inv(icc.rgb_to_xyz(Cicp(9, 16).chromaticities)) @ icc.rgb_to_xyz(cicp.SRGB)
    light = nits * np.clip(linear(SWATCHES) @ change.T, 0, None)
    if transfer == cicp.PQ:
        return np.rint(255 * hdr.light_to_pq(light)).astype(np.uint8)
    luminance = (light @ [0.2627, 0.6780, 0.0593] / 1000)[..., None]
    scene = light / 1000 * luminance ** (1 / 1.2 - 1)
    low = np.sqrt(3 * np.minimum(scene, 1 / 12))
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-6)) + 0.55991073
    return np.rint(255 * np.where(scene <= 1 / 12, low, high)).astype(np.uint8)


def tagged_avif(rgb: np.ndarray, primaries: int, transfer: int) -> bytes:
    """Return an AVIF whose code points are these."""
    data = saved(rgb, "AVIF", quality=100, subsampling="4:4:4")
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


@pytest.mark.parametrize(("transfer", "name"), [(cicp.PQ, "PQ"), (cicp.HLG, "HLG")])
@pytest.mark.parametrize("kind", ["PNG", "AVIF", "ICC"])
def test_hdr_below_the_knee_shows_its_very_light(tmp_path, transfer, name, kind):
    codes = hdr_codes(transfer)
    if kind == "AVIF":
        data = tagged_avif(codes, 9, transfer)
    elif kind == "PNG":
        data = png(codes, chunk(b"cICP", bytes([9, transfer, 0, 1])))
    else:
        data = saved(codes, "PNG", icc_profile=with_cicp(icc.make_profile(P3, 2.2), 9, transfer))
    found = photo(tmp_path, data)
    want = encoded(linear(SWATCHES) * 80 / hdr.WHITE)
    centre = found.rgb[8::16, 8::16].astype(int) - want[8::16, 8::16]
    assert np.abs(centre).max() <= (10 if kind == "AVIF" else 6)
    (note,) = found.notes
    assert f"BT.2020 with {name}" in note and "EETF of BT.2390, 1000 to 203 cd/m2" in note


def with_cicp(profile: bytes, primaries: int, transfer: int) -> bytes:
    """Return a profile with a ``cicp`` tag, in the place of its white point's."""
    body = b"cicp\0\0\0\0" + bytes([primaries, transfer, 0, 1])
    at = profile.index(b"wtpt")
    entry = struct.pack(">4sII", b"cicp", len(profile), len(body))
    out = profile[:at] + entry + profile[at + 12 :] + body
    return struct.pack(">I", len(out)) + out[4:]


def test_avif_of_wide_gamut_is_converted(tmp_path):
    found = photo(tmp_path, tagged_avif(as_codes(P3, None), 12, 13))
    assert np.abs(found.rgb[8::16, 8::16].astype(int) - SWATCHES[8::16, 8::16]).max() <= 5
    assert found.notes == ("colours are converted from Display P3 to sRGB",)
    assert photo(tmp_path, tagged_avif(SWATCHES, 1, 1)).notes == ()


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@pytest.mark.parametrize(
    ("marker", "body", "base"),
    [
        (0xE1, b'http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version="1.0"/>', "SDR"),
        (0xE1, b'http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version="1.0" '
               b'hdrgm:BaseRenditionIsHDR="True"/>', "HDR"),
        (0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0", "SDR"),
    ],
)  # fmt: skip
def test_a_photo_with_a_gain_map_is_read_as_its_base_and_it_is_said(tmp_path, marker, body, base):
    plain = saved(SWATCHES, "JPEG", quality=95)
    found = photo(tmp_path, with_segment(plain, marker, body) + plain)
    np.testing.assert_array_equal(found.rgb, photo(tmp_path, plain).rgb)
    assert found.notes == (f"the gain map for HDR screens is left out; the {base} base is used",)


DEEP = (np.add.outer(np.arange(20), np.arange(30)) / 48)[..., None]
"""Grey from 0 to 1, (20, 30, 1)."""


@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize(
    "samples",
    [
        (DEEP * 65535).astype("<u2"),
        DEEP.astype("<f4"), (DEEP * 255).astype("u1"),
    ],
    ids=["16 bits", "float", "8 bits"],
)  # fmt: skip
def test_grey_is_positive_whatever_its_depth_and_the_meaning_of_0(tmp_path, samples, photometric):
    want = DEEP if photometric else 1 - DEEP
    found = photo(tmp_path, tiff(samples, photometric))
    assert np.abs(found.rgb / 255 - want).max() <= 1.01 / 255
    assert found.notes == ()


def test_grey_of_32_bits_keeps_its_tones(tmp_path):
    found = photo(tmp_path, tiff((DEEP * (2**32 - 1)).astype("<u4")))
    assert np.abs(found.rgb / 255 - DEEP).max() <= 1.01 / 255
    assert found.notes == ()


def test_16_bits_of_grey_and_transparency_are_read_from_png(tmp_path):
    grey = np.repeat(DEEP, 2, 2)
    grey[..., 1] = 1
    rows = b"".join(b"\0" + row.tobytes() for row in (grey * 65535).astype(">u2"))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30, 20, 16, 4, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert np.abs(photo(tmp_path, data).rgb / 255 - DEEP).max() <= 1.01 / 255
    deep = np.rint(DEEP[..., 0] * 48).astype(np.uint16) * 1000
    rows = b"".join(b"\0" + row.tobytes() for row in deep.astype(">u2"))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 30, 20, 16, 0, 0, 0, 0))
    clear = chunk(b"tRNS", struct.pack(">H", 5000))
    data = b"\x89PNG\r\n\x1a\n" + header + clear + chunk(b"IDAT", zlib.compress(rows))
    found = photo(tmp_path, data + chunk(b"IEND", b""))
    np.testing.assert_array_equal(
        found.rgb[..., 0], np.where(deep == 5000, 255, np.rint(deep / 257))
    )


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros((20, 30, 3), "<f4"), "3 samples per pixel, 32-bit floating point"),
        (np.zeros((20, 30, 1), "<f2"), "1 sample per pixel, 16-bit floating point"),
        (np.zeros((20, 30, 2), "<u2"), "2 samples per pixel, 16-bit integer"),
        (np.zeros((20, 30, 1), "<f8"), "1 sample per pixel, 64-bit floating point"),
    ],
)
def test_a_tiff_that_cannot_be_read_is_told_what_it_is(tmp_path, samples, words):
    with pytest.raises(InputError, match=words):
        photo(tmp_path, tiff(samples))


def planar_tiff(samples: np.ndarray) -> bytes:
    """Return a TIFF of (H, W, 3) unsigned samples in a plane each."""
    height, width, _ = samples.shape
    size, first = height * width * samples.itemsize, 8 + 2 + 12 * 10 + 4
    body = struct.pack("<3H", *[8 * samples.itemsize] * 3) + struct.pack("<3I", *[size] * 3)
    offsets = (first + len(body) + 12 + size * plane for plane in range(3))
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, first), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 3, first + len(body)), (277, 3, 1, 3), (278, 4, 1, height), (279, 4, 3, first + 6),
        (284, 3, 1, 2),
    ]  # fmt: skip
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    planes = np.moveaxis(samples, -1, 0).tobytes()
    return head + table + body + struct.pack("<3I", *offsets) + planes


def test_a_tiff_of_planes_is_read_or_refused_and_never_wrong(tmp_path):
    values = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)
    np.testing.assert_array_equal(photo(tmp_path, planar_tiff(values)).rgb, values)
    with pytest.raises(InputError, match="16-bit integer, each in a plane of its own"):
        photo(tmp_path, planar_tiff(values.astype("<u2") * 257))


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"%PDF-1.7", "a PDF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG"),
        (b"\0\0\0\x18ftypcrx ", "a camera's raw file"),
        (b"FUJIFILMCCD-RAW 0201", "a camera's raw file"),
    ],
)
def test_a_format_that_is_not_read_is_named(tmp_path, start, name):
    with pytest.raises(InputError, match=f"is {name}, which cannot be read; save it as JPEG"):
        photo(tmp_path, start + bytes(64))


def test_a_raw_file_is_not_taken_for_its_preview(tmp_path):
    for tag, value in ((254, 1), (50706, b"\1\4\0\0")):
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[tag] = value
        file = io.BytesIO()
        Image.new("RGB", (32, 24)).save(file, "TIFF", tiffinfo=tags)
        with pytest.raises(InputError, match="is a camera's raw file, of which only a preview"):
            photo(tmp_path, file.getvalue())


NOISE = cv2.GaussianBlur(
    np.random.default_rng(2).integers(0, 256, (64, 80, 3), np.uint8), (0, 0), 1.0
)


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 30}]
)
def test_a_jpeg_that_lacks_only_its_end_is_read_and_any_that_lacks_more_is_not(tmp_path, options):
    whole = saved(NOISE, "JPEG", **options)
    want = photo(tmp_path, whole).rgb
    for cut in (1, 2):
        found = photo(tmp_path, whole[:-cut])
        np.testing.assert_array_equal(found.rgb, want)
        assert found.notes == ("the file lacks its end marker; its picture is whole",)
    for cut in (6, 20, len(whole) // 10, len(whole) // 3):
        with pytest.raises(InputError, match="cut short"):
            photo(tmp_path, whole[:-cut])


def test_what_follows_the_end_of_a_jpeg_does_not_matter(tmp_path):
    whole = saved(NOISE, "JPEG")
    assert photo(tmp_path, whole + b"trailer" * 9).notes == ()


def test_a_long_strip_is_said_in_words(tmp_path):
    strip = np.tile(SWATCHES[:16], (1, 14, 1))
    (note,) = photo(tmp_path, png(strip)).notes
    assert "672x16" in note and "strip" in note


def test_photos_that_went_wrong_once_look_as_their_like(shared_data):
    cases = shared_data / "cases"
    if not cases.is_dir():
        pytest.skip("the cases are not here")
    lake = read_photo(cases / "cut2.jpg").rgb.mean((0, 1))
    for name in ("xiaomi-p3.jpg", "linear.png", "gama1.png"):
        found = read_photo(cases / name)
        np.testing.assert_allclose(found.rgb.mean((0, 1)), lake, atol=2.5)
        assert "converted" in found.notes[0]
    positive = read_photo(cases / "l16white0.tif").rgb[..., 0]
    like = cv2.cvtColor(read_photo(cases / "gama1.png").rgb, cv2.COLOR_RGB2GRAY)
    assert np.corrcoef(positive.ravel(), like.ravel())[0, 1] > 0.95


def survives(tmp_path: Path, data: bytes) -> None:
    """Check that a file gives a photo with notes of one line, or one sentence."""
    try:
        found = photo(tmp_path, data)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert all("\n" not in note for note in found.notes)
        assert min(found.size) >= 16


fuzz = settings(
    max_examples=80, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
KINDS = st.sampled_from([b"cICP", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"tRNS"])


@fuzz
@given(st.lists(st.tuples(KINDS, st.binary(max_size=40)), max_size=4), st.booleans())
@example([(b"gAMA", b"")], True)
@example([(b"cHRM", b"\0" * 32)], True)
@example([(b"cICP", b"\x09\x10\0")], True)
def test_chunks_of_any_bytes_give_a_photo_or_one_sentence(tmp_path, chunks, whole):
    data = png(SWATCHES, *(chunk(kind, body) for kind, body in chunks))
    survives(tmp_path, data if whole else data[: len(data) // 2])


EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=10)


def edited(data: bytes, edits: list[tuple[float, int]]) -> bytes:
    out = bytearray(data)
    for place, value in edits:
        out[int(place * len(out))] = value
    return bytes(out)


@fuzz
@given(EDITS, st.sampled_from(["PNG", "JPEG", "TIFF", "WEBP"]), st.floats(0.02, 1))
def test_profiles_of_any_bytes_give_a_photo_or_one_sentence(tmp_path, edits, kind, keep):
    profile = edited(with_cicp(named(icc.make_profile(P3, 2.2), "odd"), 9, 16), edits)
    profile = profile[: int(keep * len(profile))]
    survives(tmp_path, saved(SWATCHES, kind, icc_profile=profile))


@fuzz
@given(EDITS)
def test_boxes_of_any_bytes_give_no_trouble(edits):
    head = tagged_avif(SWATCHES, 9, 16)[:400]
    found = cicp.of_heif(edited(head, edits))
    assert found is None or isinstance(found, Cicp)


@fuzz
@given(EDITS, st.floats(0.3, 1))
def test_tiffs_of_any_tags_give_a_photo_or_one_sentence(tmp_path, edits, keep):
    data = tiff((DEEP * 65535).astype("<u2"), 0)
    survives(tmp_path, edited(data[:160], edits) + data[160 : int(keep * len(data))])
