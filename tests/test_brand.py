"""Brand files: what they say, over what, and what they may not reach."""

from __future__ import annotations

import pytest
from livingstill.core.errors import InputError
from livingstill.settings import brand
from livingstill.settings.shot import Shot, split


def written(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "brand.toml").write_text(text)
    return folder / "brand.toml"


def test_every_key_of_a_brand_is_a_setting():
    assert not set(brand.KEYS) - set(Shot.model_fields)
    for values in brand.MOODS.values():
        Shot(**values)


def test_settings_win_over_the_prompt_and_that_over_the_brand(tmp_path):
    file = written(tmp_path, 'mood = "energetic"\ngrain = 0.2\nvignette = 0.3\nlogo = "l.png"\n')
    shot, _ = split({"brand": str(file), "prompt": "push in", "grain": 0.5})
    assert shot.camera.name == "push-in"
    assert (shot.grain, shot.vignette, shot.amount) == (0.5, 0.3, 1.3)
    assert shot.logo == tmp_path / "l.png"
    words = written(tmp_path, 'mood = "slow pan left, gentle ripples"')
    assert split({"brand": words})[0].camera.name == "pan-left"


def test_a_brand_reaches_no_file_outside_its_folder(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"x")
    for value in ("../secret.png", str(tmp_path / "secret.png"), "a/../../secret.png"):
        file = written(tmp_path / "brand", f'logo = "{value}"')
        with pytest.raises(InputError, match="which is not in its folder"):
            brand.read(file)
    (tmp_path / "brand" / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(InputError, match="which is not in its folder"):
        brand.read(written(tmp_path / "brand", 'logo = "link.png"'))
    with pytest.raises(InputError, match="which is not in its folder"):
        brand.read(written(tmp_path / "brand", 'camera = "@../path.toml"'))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("logo =", "is no TOML"),
        ('logos = "a.png"', "has a key 'logos'; did you mean 'logo'?"),
        ('photo = "a.png"', "has a key 'photo'"),
        ("mood = 3", "has mood 3; it must be words"),
        ('mood = "purple"', "prompt has 'purple'"),
        ("grain = 7", "grain is 7; it must be at most 1"),
    ],
)
def test_a_wrong_brand_is_told_in_a_sentence(tmp_path, text, sentence):
    file = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        split({"brand": file})
    assert sentence in str(caught.value)
    with pytest.raises(InputError, match="cannot read brand file"):
        split({"brand": tmp_path / "none.toml"})
