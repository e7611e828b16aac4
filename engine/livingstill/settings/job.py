"""Where results go and how the work behaves: parameters that never change a pixel."""

from __future__ import annotations

from pathlib import Path

from livingstill.settings.declare import Group, param


class FileSettings(Group):
    """The photo of a shot file, and the files that are written."""

    photo: Path | None = param(None, "the photo, for shot files", group="Input", metavar="FILE")
    output: tuple[str, ...] = param(
        (),
        "file to write, format by suffix; repeatable; - writes Y4M to stdout; .html is a page that moves "
        "with the pointer; "
        "by default <photo>.mp4 in the current folder, or the next free name (<photo>-2.mp4)",
        group="Output",
        metavar="PATH",
    )
    manifest: Path | None = param(
        None, "write what was done, with a hash of every frame", group="Output", metavar="FILE.json"
    )
    poster: Path | None = param(
        None, "write the first frame too (.png, .jpg or .webp)", group="Output", metavar="FILE"
    )
    sidecar: Path | None = param(
        None,
        "write where the clip came from: photo, settings, files, and that nothing is generated",
        group="Output",
        metavar="FILE.json|.xmp",
    )


class SigningSettings(Group):
    """The user's own certificate and key, by which files are signed."""

    c2pa_cert: Path | None = param(
        None,
        "sign each file by C2PA with this certificate chain, PEM, leaf first (extra: c2pa)",
        group="Truth",
        metavar="FILE",
    )
    c2pa_key: Path | None = param(
        None,
        "private key of the certificate, PEM without a passphrase",
        group="Truth",
        metavar="FILE",
    )


class RunSettings(Group):
    """How work on any clip behaves."""

    report: Path | None = param(
        None,
        "write what the frames show of flicker, jumps and other faults",
        group="Output",
        metavar="FILE.html|.json",
    )
    overwrite: bool = param(False, "replace files that exist", group="Output")
    threads: int | None = param(
        None, "threads; all cores by default; never changes a pixel", group="Job", ge=1, le=1024
    )
