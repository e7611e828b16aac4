"""Content credentials: signed files verify against the user's own chain; wrong keys are told early."""

from __future__ import annotations

import datetime
import json

import cv2
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.jobs import credentials, provenance
from livingstill.jobs.animate import animate_file
from livingstill.jobs.batch.run import batch
from livingstill.media import clip_reader
from livingstill.settings.shot import Job, split

QUICK = {"size": "96x64", "duration": 0.3, "depth": "flat", "camera": "static", "truth": True}


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    """A root of our own, a leaf that it signed, and the leaf's key, each as PEM."""
    pytest.importorskip("c2pa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("chain")
    now, pem = datetime.datetime.now(datetime.UTC), serialization.Encoding.PEM
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def certificate(name, key, ca):
        subject, issuer = (
            x509.Name(
                [
                    x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Test agency"),
                    x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
                ]
            )
            for common in (name, "root")
        )
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "encipher_only", "decipher_only"), False
        )  # fmt: skip
        builder = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **usage),
                critical=True,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        if not ca:
            purpose = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purpose, False)
        return builder.sign(root, hashes.SHA256()).public_bytes(pem)

    def private(key):
        return key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    (folder / "root.pem").write_bytes(certificate("root", root, True))
    (folder / "chain.pem").write_bytes(
        certificate("agency", leaf, False) + (folder / "root.pem").read_bytes()
    )
    (folder / "key.pem").write_bytes(private(leaf))
    (folder / "other.pem").write_bytes(private(root))
    return folder


@pytest.fixture
def photo(tmp_path):
    rng = np.random.default_rng(1)
    cv2.imwrite(
        str(tmp_path / "p.jpg"), cv2.resize(rng.integers(0, 255, (6, 9, 3), np.uint8), (96, 64))
    )
    return tmp_path / "p.jpg"


def read(path, root):
    """Return the active manifest of a file and whether its signature and hashes hold."""
    import c2pa

    settings = {"trust": {"trust_anchors": root.read_text()}, "verify": {"verify_trust": True}}
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Reader(str(path), context=context) as reader,
    ):
        told = json.loads(reader.json())
        return told["manifests"][told["active_manifest"]], reader.get_validation_state()


def test_a_signed_clip_verifies_names_its_photo_and_still_plays(chain, photo, tmp_path):
    keys = {"c2pa_cert": chain / "chain.pem", "c2pa_key": chain / "key.pem"}
    outputs = tuple(
        str(tmp_path / name) for name in ("a.mp4", "a2.mov", "a3.gif", "a4.webp", "a5.png")
    )
    shot, job = split({**QUICK, "photo": photo, "output": outputs, **keys})
    animate_file(shot, job)
    for output in map(type(tmp_path), outputs):
        manifest, state = read(output, chain / "root.pem")
        assert state == "Trusted", output
        assert manifest["signature_info"]["common_name"] == "agency"
        assert manifest["ingredients"][0]["title"] == "p.jpg"
        edited = manifest["assertions"][-1]["data"]["actions"][-1]
        assert edited["digitalSourceType"] == provenance.SOURCE_TYPES + "algorithmicallyEnhanced"
        assert "nothing in the scene moves" in edited["description"]
        assert len(list(clip_reader.frames(output))) > 0  # some formats merge equal frames
        told = json.loads(output.with_name(f"{output.stem}.certificate.json").read_text())
        assert told["file"]["sha256"] == provenance.digest(output)
    damaged = bytearray((tmp_path / "a.mp4").read_bytes())
    damaged[damaged.index(b"mdat") + 200] ^= 1
    (tmp_path / "a.mp4").write_bytes(damaged)
    assert read(tmp_path / "a.mp4", chain / "root.pem")[1] == "Invalid"


def test_a_batch_signs_and_what_was_not_signed_is_made_again(chain, photo, tmp_path):
    signing = credentials.SigningFiles(chain / "chain.pem", chain / "key.pem")
    settings = {key: value for key, value in QUICK.items() if key != "truth"}
    for keys in (None, signing, signing):
        report = batch([photo], tmp_path / "out", settings, workers=1, signing=keys)
        assert not report.failures
    assert report.skipped == 1
    assert read(tmp_path / "out" / "p.mp4", chain / "root.pem")[1] == "Trusted"


@pytest.mark.parametrize(
    ("files", "output", "sentence"),
    [
        (("chain.pem", "other.pem"), "a.mp4", "is not that of certificate"),
        (("key.pem", "key.pem"), "a.mp4", "is no PEM certificate"),
        (("chain.pem", "chain.pem"), "a.mp4", "is no private key in PEM"),
        (("none.pem", "key.pem"), "a.mp4", "does not exist"),
        (("chain.pem", "key.pem"), "a.webm", "cannot carry a signature; name one of .mp4"),
    ],
)
def test_what_cannot_sign_is_told_before_any_work(chain, photo, tmp_path, files, output, sentence):
    keys = dict(zip(("c2pa_cert", "c2pa_key"), (chain / name for name in files)))
    shot, job = split({**QUICK, "photo": photo, "output": (str(tmp_path / output),), **keys})
    with pytest.raises(InputError, match=sentence):
        animate_file(shot, job)
    assert not (tmp_path / output).exists()


def test_a_photo_that_no_signature_can_hold_is_refused_before_any_work(chain, photo, tmp_path):
    picture = photo.with_suffix(".bmp")
    cv2.imwrite(str(picture), cv2.imread(str(photo)))
    signing = credentials.SigningFiles(chain / "chain.pem", chain / "key.pem")
    keys = {"c2pa_cert": signing.chain, "c2pa_key": signing.key}
    shot, job = split({**QUICK, "photo": picture, "output": (str(tmp_path / "a.mp4"),), **keys})
    with pytest.raises(InputError, match=r"p\.bmp is of a format that no signature holds"):
        animate_file(shot, job)
    report = batch([picture], tmp_path / "out", QUICK, workers=1, signing=signing)
    assert "no signature holds" in report.failures[0]["error"]


def test_a_key_alone_is_told(tmp_path):
    with pytest.raises(InputError, match="c2pa_key is given without c2pa_cert"):
        credentials.signing_files(None, tmp_path / "key.pem")
    assert credentials.signing_files(None, None) is None
    assert Job().c2pa_cert is None


def test_without_the_extra_the_remedy_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "c2pa", None)
    files = credentials.SigningFiles(tmp_path / "a", tmp_path / "b")
    with pytest.raises(InputError, match=r"pip install 'livingstill\[c2pa\]'"):
        credentials.check(files, ["a.mp4"])
