"""Sharing: which of a process's own rows are not in segments that another process has named. Pure.

Within a log rows are taken in by record number without holes, so that the greatest number of each log in the segments
tells which rows are in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.readmodel.rows import Ints
from api.readmodel.run import Part
from api.readmodel.segment import Segment
from api.readmodel.tail import TailPart


class Texts(Sequence[str]):
    """The texts of a segment, looked up one by one."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __len__(self) -> int:
        return len(self._segment.dictionary)

    def __getitem__(self, index: int) -> str:  # type: ignore[override]  # nobody slices texts
        return self._segment.text(index)


class Rest(NamedTuple):
    """What remains of spilled segments and of parts in memory."""

    spilled: tuple[Segment, ...]
    left: tuple[TailPart, ...]


def tops_of(segments: Iterable[Segment]) -> dict[int, int]:
    """Per log id the greatest record number in any of them."""
    found: dict[int, int] = {}
    for each in segments:
        for log_id, recno in each.tops().items():
            found[log_id] = max(found.get(log_id, 0), recno)
    return found


def rest(spilled: Iterable[Segment], left: Iterable[TailPart], tops: Mapping[int, int], logs: Ints) -> Rest:
    """What of these is not covered by `tops`; `logs` has the log id of each series number."""
    covered = np.zeros(max([*tops, int(logs.max(initial=0))], default=0) + 1, np.int64)
    covered[list(tops)] = list(tops.values())
    whole, pieces = [], []
    for segment in spilled:
        mask = _uncovered(segment, covered, logs)
        if bool(mask.all()):
            whole.append(segment)
        elif bool(mask.any()):
            pieces.append(_masked(segment, mask, Texts(segment)))
    for part in left:
        mask = _uncovered(part, covered, logs)
        if bool(mask.all()):
            pieces.append(part)
        elif bool(mask.any()):
            pieces.append(_masked(part, mask, part.texts))
    return Rest(tuple(whole), tuple(each for each in pieces if each.columns.rows))


def _uncovered(part: Part, covered: Ints, logs: Ints) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = part.columns.recno > covered[logs[part.columns.series]]
    return mask


def _masked(part: Part, mask: NDArray[np.bool_], texts: Sequence[str]) -> TailPart:
    columns = part.columns.take(mask)
    return TailPart(columns, texts, int(columns.logged.max()))
