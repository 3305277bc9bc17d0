"""JSON samples: an object that holds several samples of its values, each with its own time, as a watch sends them.

Either `t0` and `dt` say when the first was taken and how many seconds lie between two, and every array has one entry
a sample; or the samples are objects in an array, and each says its own time.
"""

from ingest.decoders.base import Decoded, Decoder, Payload
from ingest.decoders.fields import Layout
from ingest.decoders.json_fields import claimed_time
from ingest.device_time import AHEAD_MAX, device_time

NAME = "samples"
FIRST, STEP = "t0", "dt"
STEP_MAX_S = 86_400.0


def decode(payload: Payload) -> Decoded | None:
    """A field for each value of a sample, `acc.0` or `samples.bpm`, sample by sample; the rest as in any object."""
    document = payload.document
    if not isinstance(document, dict):
        return None
    if list not in map(type, document.values()):
        return None
    layout = Layout()
    if not _even(document, payload.logged_time, layout) and not _timed(document, payload.logged_time, layout):
        return None
    return Decoded(NAME, DECODER.version, tuple(layout.observations), None, layout.note())


def _even(document: dict[str, object], logged_time: int, layout: Layout) -> bool:
    """Lay out arrays of samples that are `dt` apart, if the document has such."""
    step = document.get(STEP)
    if FIRST not in document or isinstance(step, bool) or not isinstance(step, (int, float)):
        return False
    first = device_time(document[FIRST], logged_time)
    arrays = {name: each for name, each in document.items() if isinstance(each, list)}
    counts = {len(each) for each in arrays.values()}
    if first is None or len(counts) != 1 or not 0 < step <= STEP_MAX_S:
        return False
    times = [first + round(number * step * 1_000_000) * 1_000 for number in range(counts.pop())]
    # Samples from the future mean a wrong clock or a wrong step, and then none of the times is to be believed.
    if not times or times[-1] > logged_time + AHEAD_MAX:
        return False
    rest = {name: each for name, each in document.items() if name not in (*arrays, FIRST, STEP)}
    layout.add(rest, first)
    for place, instant in enumerate(times):
        layout.add({name: each[place] for name, each in arrays.items()}, instant)
    return True


def _timed(document: dict[str, object], logged_time: int, layout: Layout) -> bool:
    """Lay out arrays of objects that all have a device time, if the document has such."""
    found = {name: times for name, each in document.items() if (times := _times(each, logged_time))}
    if not found:
        return False
    rest = {name: each for name, each in document.items() if name not in found}
    own, instant = claimed_time(rest, logged_time)
    layout.add(rest, instant, without=own)
    for name, times in found.items():
        for sample, key, taken in times:
            layout.add({name: {inner: value for inner, value in sample.items() if inner != key}}, taken)
    return True


def _times(samples: object, logged_time: int) -> list[tuple[dict[str, object], str, int]]:
    """(sample, the key of its time, that time) of each; empty if one of them is no object with a time."""
    timed = []
    for sample in samples if isinstance(samples, list) else ():
        name, instant = claimed_time(sample, logged_time)
        if not isinstance(sample, dict) or name is None or instant is None:
            return []
        timed.append((sample, name, instant))
    return timed


DECODER = Decoder(
    NAME,
    1,
    decode,
    documents=(dict,),
    takes="objects with t0, dt and arrays, or with an array of objects that have a time",
)
