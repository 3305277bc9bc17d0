"""The certificate that a home shows to its network: its files under DIR/tls, made anew before it ends."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from compose.authority import Pair, belongs, ends, make_authority, make_server, names_of
from compose.datadir import PRIVATE_DIRECTORY, DataDirectory, write_private
from compose.errors import CertificateError
from compose.owner import give_to_owner

AUTHORITY = "authority.pem"
SERVER = "server.pem"
RENEWED_BEFORE = timedelta(days=30)


class Files(NamedTuple):
    """Where the certificate, its key and the authority's certificate lie; None where others made the certificate."""

    certificate: Path
    key: Path
    authority: Path | None


def files_of(directory: DataDirectory, *, given: bool) -> Files:
    """The files that broker and api use; the same places whether we made them or they were given."""
    folder = directory.tls
    return Files(folder / SERVER, folder / "server.key", None if given else folder / AUTHORITY)


def renew(directory: DataDirectory, names: Sequence[str], *, now: datetime) -> bool:
    """Make sure that there is a certificate for all of `names` that holds for a while; True if it is a new one.

    The authority is made on the first call, and again only when it ends: then every device has to be told anew.

    Raises:
        CertificateError: what lies there cannot be read.
    """
    folder, files = _folder(directory), files_of(directory, given=False)
    own = folder / AUTHORITY, folder / "authority.key"
    try:
        authority = _read(*own)
        if authority is None or now > ends(authority.certificate) - RENEWED_BEFORE:
            host = next((name for name in names if name != "localhost"), names[0])
            authority = make_authority(f"Hearthlog at {host}, {now:%Y-%m-%d}", now=now)
            _write(directory, *own, authority)
        elif (server := _read(files.certificate, files.key)) is not None:
            held = set(names) <= names_of(server.certificate) and now < ends(server.certificate) - RENEWED_BEFORE
            if held:
                return False
        _write(directory, files.certificate, files.key, make_server(authority, names, now=now))
    except (ValueError, TypeError) as error:
        raise CertificateError(
            f"{folder} holds no usable certificate ({error}). Delete the directory, and a new authority is made; "
            "devices have to be told of it"
        ) from error
    return True


def adopt(directory: DataDirectory, certificate: Path, key: Path, *, now: datetime) -> bool:
    """Take over a certificate that others made, for the broker can read only what is its own; True if it is new.

    Raises:
        CertificateError: it cannot be read, is not one, or has ended.
    """
    files = files_of(directory, given=True)
    try:
        found = Pair(certificate.read_bytes(), key.read_bytes())
        until = ends(found.certificate)
        if not belongs(found):
            raise ValueError("they do not belong together")  # noqa: TRY301  # one way out for all that is wrong
    except (OSError, ValueError, TypeError) as error:
        raise CertificateError(f"tls_certificate {certificate} or tls_key {key} cannot be used: {error}") from error
    if until < now:
        raise CertificateError(f"tls_certificate {certificate} ended on {until:%Y-%m-%d}: renew it")
    _folder(directory)
    if _read(files.certificate, files.key) == found:
        return False
    _write(directory, files.certificate, files.key, found)
    return True


def now_utc() -> datetime:
    """Wall time."""
    return datetime.now(UTC)


def _folder(directory: DataDirectory) -> Path:
    folder = directory.tls
    folder.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    give_to_owner(directory.root, folder)
    return folder


def _read(certificate: Path, key: Path) -> Pair | None:
    """The pair that lies there; None where none does, or its writing was broken off between key and certificate."""
    try:
        found = Pair(certificate.read_bytes(), key.read_bytes())
    except FileNotFoundError:
        return None
    return found if belongs(found) else None


def _write(directory: DataDirectory, certificate: Path, key: Path, pair: Pair) -> None:
    # The key first: who sees a new certificate finds its key.
    write_private(key, pair.key.decode("ascii"))
    write_private(certificate, pair.certificate.decode("ascii"))
    give_to_owner(directory.root, certificate, key)
