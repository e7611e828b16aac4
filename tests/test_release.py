"""What is released: bounds of dependencies, the lock, and what a wheel and an sdist hold and say."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import livingstill
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
SAMPLES = ("lake", "forest", "living-room")
"""Photos that the studio offers to begin with."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    name: [Requirement(line) for line in lines]
    for name, lines in PROJECT["optional-dependencies"].items()
}


def bounds(requirement: Requirement) -> dict[str, Version]:
    return {part.operator: Version(part.version) for part in requirement.specifier}


def pins(file: str) -> dict[str, Version]:
    """Return the version of every package in a constraints file."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    assert len({canonicalize_name(pin.name) for pin in found}) == len(found), "one version of each"
    return {canonicalize_name(pin.name): bounds(pin)["=="] for pin in found}


@pytest.mark.parametrize("requirement", [*chain(BASE, *EXTRAS.values())], ids=str)
def test_a_dependency_has_a_lowest_and_a_highest_release(requirement):
    if requirement.name != "livingstill":
        assert bounds(requirement).keys() == {">=", "<"}


def test_the_lock_has_every_dependency_that_does_not_bring_pytorch_within_its_bounds():
    lock = pins("constraints.txt")
    extras = ("heic", "cluster", "studio", "timeline")
    for requirement in chain(BASE, *map(EXTRAS.__getitem__, extras)):
        assert lock[canonicalize_name(requirement.name)] in requirement.specifier, requirement
    opencv = next(requirement for requirement in BASE if requirement.name.startswith("opencv"))
    assert lock[f"{opencv.name}-headless"] in opencv.specifier, "the container's"


def test_the_lowest_environment_is_made_of_the_lower_bounds():
    lowest = pins(".ci/lowest.txt")
    for requirement in (*BASE, *EXTRAS["studio"]):
        assert lowest[canonicalize_name(requirement.name)] == bounds(requirement)[">="], requirement


@pytest.mark.parametrize("file", ["constraints.txt", ".ci/lowest.txt"])
def test_a_lock_names_no_place_to_install_from(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"://|^-| @ |file:", text, re.MULTILINE)


def test_the_changelog_has_this_version_and_a_place_for_the_next():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\S+)", text, re.MULTILINE)
    assert versions[:2] == ["Unreleased", livingstill.__version__]
    assert PROJECT["version"] == livingstill.__version__


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("hatchling", reason="the extra dev brings the builder")
    pytest.importorskip("hatch_fancy_pypi_readme", reason="the extra dev brings it")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_a_wheel_holds_both_packages_and_nothing_else(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {
        "livingstill",
        "livingstill_cli",
        f"livingstill-{livingstill.__version__}.dist-info",
    }
    assert {"livingstill/py.typed", "livingstill/__main__.py", "livingstill_cli/py.typed"} <= {
        *names
    }
    assert any(name.endswith("weights/classes.npz") for name in names)
    page = {path.name for path in (ROOT / "cli/livingstill_cli/studio/page").iterdir()}
    assert {f"livingstill_cli/studio/page/{name}" for name in page} <= {*names}
    assert {f"livingstill_cli/studio/samples/{name}.jpg" for name in SAMPLES} <= {*names}


def test_an_sdist_holds_what_its_reader_looks_for(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Dockerfile",
        "constraints.txt", ".ci/run", "samples/lake.jpg", "tests/test_release.py", "docs/install.md",
    } <= names  # fmt: skip


def test_the_long_description_is_the_readme_with_links_that_work_anywhere(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("METADATA"))
        told = email.message_from_bytes(wheel.read(name))
    text = told.get_payload(decode=True).decode()
    assert told["Description-Content-Type"] == "text/markdown"
    assert text.startswith("# livingstill")
    targets = re.findall(r"\]\(([^)\s]+)|\b(?:src|srcset|href|poster)=\"([^\"]+)", text)
    assert targets
    assert [found for pair in targets if not re.match(r"https://|#", found := "".join(pair))] == []
    pictures = re.findall(r"!\[[^\]]*\]\(([^)\s]+)|\bsrc=\"([^\"]+)", text)
    assert pictures
    assert [pair for pair in pictures if "/blob/" in "".join(pair)] == []
    for found in map("".join, targets):
        _, mark, place = found.partition("/livingstill/livingstill/")
        if mark and place.startswith(("main/", "blob/main/")):
            assert ROOT.joinpath(place.split("main/", 1)[1].split("#")[0]).exists(), found


def test_python_m_livingstill_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "livingstill", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"livingstill {livingstill.__version__}\n"
