"""Command and acknowledgement codes, status words, and which error each refusal stands for (gdp-protocol §4)."""

from enum import IntEnum

from gdp import errors
from gdp.errors import GdpError


class Cmd(IntEnum):
    """Codes of layer 5; a message may carry others, which are plain numbers."""

    PING = 64
    HELLO = 65
    CREATE = 66
    OPEN_APPEND = 67
    OPEN_READ = 68
    OPEN_BOTH = 69
    CLOSE = 70
    APPEND = 71
    READ_BY_RECNO = 72
    READ_BY_TS = 73
    READ_BY_HASH = 74
    SUBSCRIBE_BY_RECNO = 75
    SUBSCRIBE_BY_TS = 76
    SUBSCRIBE_BY_HASH = 77
    UNSUBSCRIBE = 78
    GETMETADATA = 79
    DELETE = 81
    ACK_SUCCESS = 128
    ACK_CREATED = 129
    ACK_DELETED = 130
    ACK_VALID = 131
    ACK_CHANGED = 132
    ACK_CONTENT = 133
    ACK_END_OF_RESULTS = 191
    NAK_SUBSCRIPTION_LOST = 239


NAK_FIRST = 192
NAK_SERVER_FIRST = 224
COMMAND_FIRST = 64
COMMAND_LAST = 127

_REGISTRY_AND_MODULE = 0x103 << 18 | 1 << 10
_SEVERITY_WARN, _SEVERITY_ERROR, _SEVERITY_SEVERE = 4, 5, 6
_MISSING = 222  # "record missing"; our server says 196, a C server may say either

# The first error named for a code is the one that a client raises: 195 may mean either of two things.
_ERROR_OF_NAK: dict[int, type[GdpError]] = {
    error.nak: error
    for error in (
        errors.BadRequest,
        errors.BadSignature,
        errors.BadOption,
        errors.Forbidden,
        errors.NotFound,
        errors.Conflict,
        errors.TooLarge,
        errors.NotImplementedByServer,
        errors.Unavailable,
        errors.NoRoute,
    )
}
_ERROR_OF_NAK[_MISSING] = errors.NotFound
_OUT_OF_SEQUENCE = "out of sequence"


def status_word(cmd: int) -> int:
    """Return the `ep_stat` that goes with an acknowledgement: decoration for C, 0 where it sends none."""
    if cmd == Cmd.ACK_END_OF_RESULTS:
        severity, detail = _SEVERITY_WARN, cmd - 128 + 200
    elif NAK_FIRST <= cmd < NAK_SERVER_FIRST:
        severity, detail = _SEVERITY_ERROR, cmd - 192 + 400
    elif cmd >= NAK_SERVER_FIRST:
        severity, detail = _SEVERITY_SEVERE, cmd - 224 + 500
    else:
        return 0
    return severity << 29 | _REGISTRY_AND_MODULE | detail


def description_of(error: GdpError) -> str:
    """Return the words that a refusal carries, from which `error_of` makes the same error again."""
    if isinstance(error, errors.OutOfSequence):
        return f"{_OUT_OF_SEQUENCE}: {error}"
    return str(error)


def error_of(cmd: int, description: str) -> GdpError:
    """Return the error that a refusal stands for; unknown codes become a plain `GdpError` that names the code."""
    if cmd == errors.OutOfSequence.nak and description.startswith(_OUT_OF_SEQUENCE):
        return errors.OutOfSequence(description.removeprefix(_OUT_OF_SEQUENCE + ": "))
    kind = _ERROR_OF_NAK.get(cmd)
    if kind is None:
        return GdpError(f"refused with code {cmd}: {description or 'no reason given'}")
    return kind(description or f"refused with code {cmd}")
