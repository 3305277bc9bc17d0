"""Topic names: which texts a message may be published to (MQTT 5 §4.7.3, §1.5.4)."""

from ingest.errors import TopicError

TOPIC_BYTES_MAX = 65_535
"""MQTT's own bound on a string, UTF-8 encoded (MQTT 5 §1.5.4)."""


def check_topic(text: str, bytes_max: int = TOPIC_BYTES_MAX) -> str:
    """Return `text` if it is a topic name, unchanged: levels may be empty, hold blanks, any letters, or begin with `$`.

    Raises:
        TopicError: empty, too long, holds a wildcard, a NUL, or what UTF-8 cannot encode.
    """
    if not text:
        raise TopicError("a topic may not be empty")
    encoded = encode_utf8(text, TopicError)
    if len(encoded) > bytes_max:
        raise TopicError(f"a topic may have {bytes_max} bytes, this one has {len(encoded)}")
    for wildcard in "+#":
        if wildcard in text:
            raise TopicError(f"{text!r} holds the wildcard {wildcard}: a topic names one place, a filter selects many")
    return text


def encode_utf8(text: str, error: type[TopicError] | type[Exception]) -> bytes:
    """Encode a topic or filter as MQTT does, and refuse what MQTT refuses: NUL and lone surrogates (MQTT 5 §1.5.4).

    Raises:
        error: with a text that names the fault.
    """
    if "\0" in text:
        raise error(f"{text!r} holds a NUL character, which MQTT does not allow: remove it")
    try:
        return text.encode()
    except UnicodeEncodeError as fault:
        raise error(f"{text!r} holds half a surrogate pair, which UTF-8 cannot encode: remove it") from fault
