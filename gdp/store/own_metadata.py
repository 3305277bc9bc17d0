"""The metadata of an own log: what its name is made of (docs/formats.md, "Catalogue record"). Pure."""

from datetime import UTC, datetime

from gdp.catalogue import Kind
from gdp.datum import NS_PER_S
from gdp.incarnation import FIRST, Incarnation
from gdp.metadata import CTM, HCAT, HGEN, HINC, HKND, NON, SYN, WPK, XID, Metadata
from gdp.names import GdpName

SYNTAX = b"hearthlog/1"


def own_metadata(
    *,
    catalogue: GdpName | None,
    kind: Kind,
    generation: int,
    topic: str,
    created: int,
    nonce: bytes,
    key: bytes,
    incarnation: Incarnation = FIRST,
) -> Metadata:
    """Return the metadata of an own log, in the order that its name depends on; the catalogue has no catalogue."""
    moment = datetime.fromtimestamp(created // NS_PER_S, UTC)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{created % NS_PER_S // 1_000_000:03d}Z"
    home = [] if catalogue is None else [(HCAT, catalogue)]
    history = [] if incarnation == FIRST else [(HINC, incarnation.text.encode())]
    return Metadata.build(
        [
            *home,
            (HKND, kind.value.encode()),
            (HGEN, str(generation).encode()),
            *history,
            (XID, topic.encode()),
            (CTM, text.encode()),
            (NON, nonce),
            (SYN, SYNTAX),
            (WPK, key),
        ]
    )
