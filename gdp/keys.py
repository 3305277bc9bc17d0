"""Signing and verifying keys, their metadata entries (gdp-protocol §7) and their PEM files."""

import os
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from gdp.disk import DISK, Disk
from gdp.errors import KeyUnusable
from gdp.metadata import OPK, WPK, Metadata

_ENTRY_HEAD_BYTES = 4
_HASH_SHA256 = 3
_P256_ENTRY_HEAD = bytes.fromhex("03030000")  # SHA-256, EC, bits 0 for EC
_PREHASHED = Prehashed(hashes.SHA256())
_ECDSA = ec.ECDSA(_PREHASHED)
_ECDSA_DETERMINISTIC = ec.ECDSA(_PREHASHED, deterministic_signing=True)


class WriterKey:
    """A P-256 secret key that signs records."""

    __slots__ = ("_algorithm", "_key", "entry")

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, deterministic: bool = False) -> None:
        """Wrap a key; `deterministic` signs by RFC 6979, so that equal records have equal signatures."""
        self._key = key
        self._algorithm = _ECDSA_DETERMINISTIC if deterministic else _ECDSA
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.entry = _P256_ENTRY_HEAD + public

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_scalar(cls, scalar: int, *, deterministic: bool = False) -> Self:
        """Return the key with this secret scalar (test vectors, reproducible stores)."""
        return cls(ec.derive_private_key(scalar, ec.SECP256R1()), deterministic=deterministic)

    @classmethod
    def load(cls, path: Path, *, deterministic: bool = False) -> Self:
        """Read an unencrypted PEM file, PKCS #8 or SEC 1.

        Raises:
            KeyUnusable: unreadable, encrypted, or not a P-256 key.
        """
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusable(f"cannot read the writer key {path}: {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise KeyUnusable(f"{path} is not a P-256 key")
        return cls(key, deterministic=deterministic)

    def save(self, path: Path, *, disk: Disk = DISK) -> None:
        """Write PKCS #8 PEM, mode 0400, durably; an existing file is never overwritten.

        Raises:
            FileExistsError: there is a file of this name.
        """
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        disk.write_file(path, pem, 0o400, flags=os.O_EXCL)
        disk.sync_directory(path.parent)

    def sign(self, digest: bytes) -> bytes:
        """Return the DER ECDSA signature over a SHA-256 digest of 32 bytes (a record's hash, §8)."""
        return self._key.sign(digest, self._algorithm)

    def verify_key(self) -> "VerifyKey":
        """Return the public half."""
        return VerifyKey(self._key.public_key())


class VerifyKey:
    """A public key that checks records: EC on any curve known here, or RSA (PKCS #1 v1.5)."""

    __slots__ = ("_key",)

    def __init__(self, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> None:
        self._key = key

    @classmethod
    def from_entry(cls, entry: bytes) -> Self:
        """Read a metadata key entry.

        Raises:
            KeyUnusable: not SHA-256, or a key that cannot be loaded (keys made by gdp-create itself have hash id 0).
        """
        if len(entry) <= _ENTRY_HEAD_BYTES or entry[0] != _HASH_SHA256:
            raise KeyUnusable("a key entry that does not say SHA-256 cannot be used")
        try:
            key = serialization.load_der_public_key(entry[_ENTRY_HEAD_BYTES:])
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnusable(f"cannot load the public key: {error}") from error
        if not isinstance(key, (ec.EllipticCurvePublicKey, rsa.RSAPublicKey)):
            raise KeyUnusable("only EC and RSA keys sign records")
        return cls(key)

    @classmethod
    def of(cls, metadata: Metadata) -> Self | None:
        """Return the key that a log's records are signed with (writer's before owner's), None if none is usable."""
        for number in (WPK, OPK):
            entry = metadata.get(number)
            if entry is not None:
                try:
                    return cls.from_entry(entry)
                except KeyUnusable:
                    continue
        return None

    def verify(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's over the 32-byte digest; malformed signatures are simply not."""
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(signature, digest, padding.PKCS1v15(), _PREHASHED)
            else:
                self._key.verify(signature, digest, _ECDSA)
        except InvalidSignature:
            return False
        return True
