"""What to do about a library that cannot be imported, or is too old or too new, in one sentence."""

from __future__ import annotations

import re
from importlib import metadata

_DISTRIBUTIONS = {
    "cv2": "opencv-contrib-python",
    "PIL": "pillow",
    "av": "av",
    "click": "click",
    "llvmlite": "llvmlite",
    "numba": "numba",
    "numpy": "numpy",
    "pydantic": "pydantic",
    "pydantic_core": "pydantic",
    "rich": "rich",
    "scipy": "scipy",
}
"""The libraries we cannot do without, by the names they are imported by."""

_PACKAGES = {
    "libGL.so": "libgl1",
    "libgthread-2.0.so": "libglib2.0-0",
    "libglib-2.0.so": "libglib2.0-0",
}
"""Libraries of the system that OpenCV's windows need, and their packages in Debian and Ubuntu."""

_OPENCVS = "opencv-python opencv-python-headless opencv-contrib-python"
_HEADLESS = (
    f"or use OpenCV without windows: `pip uninstall -y {_OPENCVS}`, "
    "then `pip install opencv-contrib-python-headless`"
)


def remedy(error: BaseException) -> str:
    """Return what is wrong with a library and what to do; empty if the error is another one."""
    text = " ".join(str(error).split())
    if isinstance(error, AttributeError):
        lacks = re.match(
            r"(?:partially initialized )?module '([\w.]+)' has no attribute '(\w+)'", text
        )
        top = lacks.group(1).partition(".")[0] if lacks else ""
        return (
            _incompatible(top, f"{lacks.group(1)}.{lacks.group(2)}")
            if lacks and top in _DISTRIBUTIONS
            else ""
        )
    if isinstance(error, OSError) and "llvmlite" in text:
        return _broken("llvmlite", text)
    if not isinstance(error, ImportError):
        return ""
    missing = re.search(r"(lib[\w.+-]+\.so[\w.]*): cannot open shared object", text)
    if missing:
        return _system(missing.group(1))
    if "needs NumPy" in text:
        return (
            f"Numba {_version('numba')} and NumPy {_version('numpy')} do not go together ({text}); "
            f"install versions that do: `pip install --upgrade '{_requirement('numba')}' "
            f"'{_requirement('numpy')}'`"
        )
    top = (error.name or "").partition(".")[0]
    if top not in _DISTRIBUTIONS:
        return ""
    if isinstance(error, ModuleNotFoundError) and error.name == top:
        return f"the library {top} is not installed; `pip install '{_requirement(top)}'`"
    if isinstance(error, ModuleNotFoundError):
        return _incompatible(top, error.name or top)
    lacks = re.match(r"cannot import name '(\w+)' from '([\w.]+)'", text)
    if lacks:
        return _incompatible(top, f"{lacks.group(2)}.{lacks.group(1)}")
    return _broken(top, text)


def _system(library: str) -> str:
    package = next((p for name, p in _PACKAGES.items() if library.startswith(name)), None)
    if package is None:
        return f"the system lacks {library}, which a library needs; install the package that has it"
    return (
        f"the system lacks {library}, which OpenCV needs for its windows; install the Debian "
        f"package {package} (`apt-get install {package}`), {_HEADLESS}"
    )


def _incompatible(module: str, feature: str) -> str:
    name = "OpenCV" if module == "cv2" else _DISTRIBUTIONS[module]
    version = _version(module)
    installed = f"{name} {version}".rstrip()
    remedy = f"install one that fits: `pip install --force-reinstall '{_requirement(module)}'`"
    if module == "cv2":
        remedy = f"`pip uninstall -y {_OPENCVS}`, then `pip install '{_requirement(module)}'`"
    return f"{installed} has no {feature}: it is too old, too new, or not whole; {remedy}"


def _broken(module: str, text: str) -> str:
    return (
        f"the library {module} cannot be imported ({text}); install it anew: "
        f"`pip install --force-reinstall '{_requirement(module)}'`"
    )


def _version(module: str) -> str:
    """Return the installed version of a library, empty if it is not known."""
    names = [_DISTRIBUTIONS[module]]
    if module == "cv2":
        names += ["opencv-contrib-python-headless", "opencv-python", "opencv-python-headless"]
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return ""


def _requirement(module: str) -> str:
    """Return what pip should install for a library: its name and the versions we ask for."""
    name = _DISTRIBUTIONS[module]
    try:
        required = metadata.requires("livingstill") or []
    except metadata.PackageNotFoundError:  # run from its sources
        required = []
    for line in required:
        match = re.match(rf"{re.escape(name)}(?:\[\w+\])?([^;]*)$", line.strip(), re.IGNORECASE)
        if match:
            return f"{name}{match.group(1).strip()}"
    return name
