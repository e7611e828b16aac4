"""The table of formats: what fits together and what is said when it does not."""

from __future__ import annotations

import av
import pytest
from livingstill.core.errors import InputError
from livingstill.media.formats import (
    CODECS,
    FORMATS,
    choose,
    describe,
    format_of,
    parse_rate,
    parse_size,
)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_codecs_that_are_here(name):
    for codec in FORMATS[name].codecs:
        if CODECS[codec].encoder:
            av.codec.Codec(CODECS[codec].encoder, "w")
    if FORMATS[name].muxer:
        assert av.format.ContainerFormat(FORMATS[name].muxer, "w").is_output


def test_the_name_chooses_the_format():
    assert format_of("-").suffix == ".y4m"
    assert format_of("Lake.MP4").suffix == ".mp4"
    assert format_of("x/a.apng").suffix == ".png"
    assert format_of("x/a-%04d.jpeg").suffix == "%04d.jpg"
    assert format_of("x/a.mp.JPEG").suffix == ".MP.jpg"
    assert {name for name, _ in describe()} == set(FORMATS)


@pytest.mark.parametrize(
    ("path", "settings", "said"),
    [
        ("a.mp5", {}, "did you mean '.mp4'"),
        ("a", {}, "there are .mp4"),
        ("a.jpg", {}, "frame-%04d.jpg, or a Motion Photo as a.MP.jpg"),
        ("a.webm", {"codec": "h264"}, "takes vp9 or av1"),
        ("a.gif", {"crf": 20}, "no constant quality"),
        ("a.mp4", {"crf": 60}, "0 to 51"),
        ("a.mp4", {"crf": 20, "bitrate": "4M"}, "one of the two"),
        ("a.mp4", {"bitrate": "fast"}, "as in 4M"),
        ("a.mp4", {"alpha": True}, "write .mov"),
        ("a.mov", {"codec": "prores", "alpha": True}, "no transparency"),
        ("a.webp", {"bitrate": "1M"}, "no bit rate"),
    ],
)
def test_what_does_not_fit_is_said_with_a_remedy(path, settings, said):
    with pytest.raises(InputError) as caught:
        choose(path, **settings)
    assert said in str(caught.value)


def test_rates_and_sizes_are_read_as_people_write_them():
    assert parse_rate("800k") == 800_000
    assert parse_size("1.5MB") == 1_500_000
    assert parse_size("2MiB") == 2 * 2**20
    with pytest.raises(InputError, match="budget is much"):
        parse_size("much")
