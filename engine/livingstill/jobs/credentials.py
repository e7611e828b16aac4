"""Content credentials: a finished file signed by C2PA with the user's own certificate.

After the C2PA Technical Specification 2.2 (2025), by the library c2pa-python (extra: c2pa). Nothing is
fetched and no time stamp authority is asked. Signatures differ from run to run; frames do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write
from livingstill.io.images import bytes_of, short_message
from livingstill.jobs import certificate as certificates
from livingstill.jobs import provenance
from livingstill.jobs.certificate import Certificate
from livingstill.media.formats import format_of
from livingstill.settings.shot import Shot

_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".gif": "image/gif",
    ".png": "image/png",
    ".webp": "image/webp",
}
"""Media types of the formats that carry credentials, by our suffixes."""

_PHOTO_TYPES = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "image/jpeg"),
    **dict.fromkeys((".tif", ".tiff"), "image/tiff"),
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".heif": "image/heif",
}
"""Media types of the photos that a credential can hold as its ingredient."""

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class SigningFiles:
    """The user's certificate chain, leaf first, and private key, both PEM."""

    chain: Path
    key: Path


def signing_files(chain: Path | None, key: Path | None) -> SigningFiles | None:
    """Return the files to sign with, None if none is given.

    Raises
    ------
    InputError
        If only one of them is given.
    """
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        given, missing = ("c2pa_cert", "c2pa_key") if key is None else ("c2pa_key", "c2pa_cert")
        raise InputError(f"{given} is given without {missing}; signing needs both")
    return SigningFiles(chain, key)


def check(files: SigningFiles, outputs: Iterable[str], photo: Path | None = None) -> None:
    """Refuse early what could not be signed in the end.

    Raises
    ------
    InputError
        If the extra is not installed, a file is none of PEM, the key is not the certificate's, an
        output's format carries no credentials, or none can hold the photo.
    """
    if photo is not None and (reason := refusal(photo)) is not None:
        raise InputError(reason)
    for output in outputs:
        if output == "-" or format_of(output).suffix not in _TYPES:
            raise InputError(
                f"clip {output} cannot carry a signature; name one of {', '.join(_TYPES)}"
            )
    _signer(files).close()


def refusal(photo: Path) -> str | None:
    """Return in a sentence why a photo cannot be the ingredient of a signed file, None if it can."""
    if photo.suffix.lower() in _PHOTO_TYPES:
        return None
    return (
        f"photo {photo} is of a format that no signature holds as its source; give it as JPEG, PNG "
        "or TIFF, or leave out the certificate"
    )


def sign(
    output: Path, certificate: Certificate, photos: Sequence[Path], files: SigningFiles
) -> None:
    """Replace a finished file by itself with a signed manifest: maker, what was done, and the photos.

    A photo's own credentials are kept in the chain.

    Raises
    ------
    InputError
        As ``check``, or if the file or a photo cannot be read or signed.
    """
    import c2pa

    media_type = _TYPES[format_of(str(output)).suffix]
    try:
        with (
            _signer(files) as signer,
            c2pa.Builder(_manifest(output, certificate)) as builder,
            atomic_write(output, overwrite=True) as part,
        ):
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            for index, photo in enumerate(photos):
                relationship = "componentOf" if index else "parentOf"
                described = {"title": photo.name, "relationship": relationship}
                photo_type = _PHOTO_TYPES.get(photo.suffix.lower(), "image/jpeg")
                with photo.open("rb") as stream:
                    builder.add_ingredient(described, photo_type, stream)
            with output.open("rb") as source, part.open("w+b") as target:
                builder.sign(signer, media_type, source, target)
    except c2pa.C2paError as error:
        raise InputError(
            f"{output} cannot be signed ({short_message(error)}); check certificate and photo"
        ) from None


def certify_files(
    certified: Certificate,
    shot: Shot,
    outputs: Sequence[str],
    photos: Sequence[Path],
    files: SigningFiles | None,
    overwrite: bool = False,
) -> None:
    """Sign the finished outputs of a shot and write their certificates, each where it is asked for.

    Raises
    ------
    InputError
        As ``sign`` and ``certificate.write``.
    """
    for output in outputs:
        if files is not None:
            sign(Path(output), certified, photos, files)
        if certificates.wanted(shot):
            certificates.write(certified, output, overwrite, outputs)


def _manifest(output: Path, certificate: Certificate) -> dict[str, Any]:
    """Return the manifest's definition: one action that says what was done, by IPTC's source type."""
    name, _, version = provenance.engine().partition(" ")
    action = {
        "action": "c2pa.edited",
        "digitalSourceType": provenance.SOURCE_TYPES + certificate.source_type,
        "description": certificate.statement,
        "softwareAgent": {"name": name, "version": version},
    }
    return {
        "claim_generator_info": [{"name": name, "version": version}],
        "title": output.name,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }


def _signer(files: SigningFiles) -> Any:
    """Return the library's signer of the user's certificate and key."""
    try:
        import c2pa
    except ImportError:
        raise InputError("signing needs c2pa-python; pip install 'livingstill[c2pa]'") from None
    chain, key = bytes_of(files.chain, "certificate"), bytes_of(files.key, "key")
    algorithm = _algorithm(files, chain, key)
    try:
        return c2pa.Signer.from_info(
            c2pa.C2paSignerInfo(
                alg=algorithm.encode(), sign_cert=chain, private_key=key, ta_url=None
            )
        )
    except c2pa.C2paError as error:
        raise InputError(
            f"certificate {files.chain} cannot sign ({short_message(error)}); it must be a chain "
            "for C2PA, leaf first"
        ) from None


def _algorithm(files: SigningFiles, chain: bytes, key: bytes) -> str:
    """Return C2PA's name of the key's algorithm.

    Raises
    ------
    InputError
        If a file is no PEM, the key is encrypted or of another kind, or is not the certificate's.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
    except ValueError:
        raise InputError(
            f"certificate {files.chain} is no PEM certificate; give the chain, leaf first"
        ) from None
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except (TypeError, ValueError):
        raise InputError(
            f"key {files.key} is no private key in PEM without a passphrase; convert it with openssl"
        ) from None
    if private.public_key() != leaf.public_key():
        raise InputError(f"key {files.key} is not that of certificate {files.chain}; give the pair")
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    raise InputError(
        f"key {files.key} is of a kind that C2PA does not take; use EC, RSA or Ed25519"
    )
