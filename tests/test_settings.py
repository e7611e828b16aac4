"""Settings: one declaration, one sentence for each mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livingstill.core.errors import InputError
from livingstill.settings.shot import Job, Shot, split
from livingstill.settings.shot_file import dump_shot_file, load_shot_file


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"duration": 700}, "duration is 700; it must be at most 600 seconds"),
        ({"size": "15x33"}, "size is 15x33; it must have sides from 16 to 8192 pixels"),
        ({"size": "8193"}, "size is 8193; it must have sides from 16 to 8192 pixels"),
        ({"size": "x"}, "size is x; it must be WxH, a long side such as 640"),
        ({"size": "640x426", "aspect": "16:9"}, "size 640x426 is not 16:9; give one of them"),
        ({"loop": "x"}, "loop is x; it must be 'seamless', 'bounce', 'none' or 'hold'"),
        ({"wind": "left,40"}, "wind.speed is 40.0; it must be at most 12"),
        ({"fps": "many"}, "fps is many; it must be a number"),
        ({"camra": "orbit"}, "no setting is called 'camra'; did you mean 'camera'?"),
        ({"brush": ["flow:0,0,2,2"]}, "it must have points in 0..1, fractions of the photo"),
    ],
)
def test_a_mistake_names_thing_value_and_remedy(values, sentence):
    with pytest.raises(InputError, match=r"\w") as caught:
        split(values)
    assert sentence in str(caught.value)


def test_a_saved_shot_file_reads_back_as_the_same_shot(tmp_path):
    shot = Shot(
        camera="push-in:amount=1.5,focus=0.2,0.3", wind="left,5", motion="water,cloud", seed=7
    )
    file = tmp_path / "shot.toml"
    file.write_text(dump_shot_file(shot, "lake.jpg"), encoding="utf-8")
    read, job = split(load_shot_file(file))
    assert read == shot
    assert job == Job(photo=tmp_path / "lake.jpg")


def test_paths_in_a_shot_file_start_at_its_folder(tmp_path):
    file = tmp_path / "shot.toml"
    file.write_text('mask = ["water=m.png"]\ncamera = "@path.toml"\nhold = "h.png"\n')
    values = load_shot_file(file)
    assert values["mask"] == [f"water={tmp_path / 'm.png'}"]
    assert values["camera"] == f"@{tmp_path / 'path.toml'}"
    assert values["hold"] == str(tmp_path / "h.png")


@given(
    st.dictionaries(
        st.sampled_from(sorted({*Shot.model_fields, *Job.model_fields, "colour"})),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(),
            st.lists(st.text(max_size=5)),
        ),
    )
)
def test_any_values_give_settings_or_one_sentence(values):
    try:
        split(values)
    except InputError as error:
        assert "\n" not in str(error).strip() or any("\n" in str(v) for v in values.values())
