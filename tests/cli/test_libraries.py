"""A library that cannot be imported is one sentence with the remedy, through the real entry point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run(folder: Path, *args: object, **modules: str) -> tuple[int, str]:
    """Run ``livingstill ARGS`` with modules of these texts before all others."""
    fakes = folder / "fakes"
    fakes.mkdir()
    for name, text in modules.items():
        (fakes / f"{name}.py").write_text(text)
    paths = [str(fakes), str(ROOT / "engine"), str(ROOT / "cli")]
    done = subprocess.run(
        [sys.executable, "-c", "from livingstill_cli.entry import run; run()", *map(str, args)],
        check=False, cwd=folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip
    return done.returncode, done.stderr


LIBGL = 'raise ImportError("{}: cannot open shared object file: No such file or directory")'
OLD_NUMBA = 'raise ImportError("Numba needs NumPy 2.3 or less. Got NumPy 2.9.")'


@pytest.mark.parametrize(
    ("module", "text", "says"),
    [
        ("cv2", LIBGL.format("libGL.so.1"), ["libgl1", "opencv-contrib-python-headless"]),
        ("cv2", LIBGL.format("libgthread-2.0.so.0"), ["libglib2.0-0", "headless"]),
        ("cv2", LIBGL.format("libweird.so.7"), ["libweird.so.7", "install the package"]),
        (
            "cv2",
            "raise ModuleNotFoundError(\"No module named 'cv2'\", name='cv2')",
            ["cv2 is not installed", "pip install 'opencv-contrib-python"],
        ),
        ("cv2", "__version__ = '9.0.0'", ["pip install 'opencv-contrib-python"]),
        ("numba", OLD_NUMBA, ["NumPy 2.9", "pip install --upgrade 'numba"]),
        (
            "numba",
            "raise ImportError('undefined symbol: x', name='numba.core')",
            ["library numba cannot be imported", "--force-reinstall 'numba"],
        ),
        (
            "click",
            "raise ModuleNotFoundError(\"No module named 'click'\", name='click')",
            ["click is not installed", "pip install 'click"],
        ),
        (
            "av",
            "raise AttributeError(\"module 'av' has no attribute 'VideoFrame'\")",
            ["no av.VideoFrame", "too old, too new", "'av"],
        ),
    ],
)  # fmt: skip
def test_a_library_that_fails_is_one_sentence_with_the_remedy(
    tmp_path, samples, module, text, says
):
    code, err = run(tmp_path, samples / "lake.jpg", "--size", "64x42", **{module: text})
    assert code == 2, err
    assert err.startswith("livingstill: ") and err.count("\n") == 1
    assert all(words in err for words in says), err
    assert [path.name for path in tmp_path.iterdir()] == ["fakes"]


def test_an_opencv_that_lacks_a_feature_is_refused_at_once(tmp_path, samples):
    paths = [p for p in sys.path if (Path(p) / "cv2" / "__init__.py").is_file()]
    plain = (
        f"import sys; mine = sys.path.pop(0); sys.path.insert(0, {paths[0]!r})\n"
        "del sys.modules['cv2']; import cv2; sys.path[0] = mine\n"
        "del cv2.createLineSegmentDetector\n"
    )
    code, err = run(tmp_path, samples / "lake.jpg", cv2=plain)
    assert code == 2, err
    assert (
        "OpenCV" in err and "createLineSegmentDetector" in err and "'opencv-contrib-python" in err
    )


def test_a_module_of_ours_that_is_missing_stays_a_fault():
    from livingstill_cli.libraries import remedy

    own = ModuleNotFoundError("No module named 'livingstill.x'", name="livingstill.x")
    assert remedy(own) == ""
    assert remedy(AttributeError("'NoneType' object has no attribute 'x'")) == ""
    assert remedy(ValueError("libGL.so.1")) == ""
