"""Spells: how long a state stood, out of the records that told it; never across a time nobody watched. Pure."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

State = TypeVar("State", bound=Hashable)


class Spell(NamedTuple, Generic[State]):
    """A state that stood. Ns."""

    start: int
    end: int
    state: State
    ended: bool
    """Whether another state was told at its end; else the window, or what is known, ends there."""

    @property
    def lasted(self) -> int:
        """Ns."""
        return self.end - self.start


Told = tuple[int, State]
"""When it was told, ns, and what."""


def spells(told: Sequence[Told[State]], until: int, unwatched: Iterable[tuple[int, int]] = ()) -> list[Spell[State]]:
    """Equal states in a row are one spell.

    Args:
        told: ascending.
        until: ns; up to when the last one stood.
        unwatched: from and until, ascending: what was told before is not known to have stood through them.
    """
    found: list[Spell[State]] = []
    breaks = sorted(unwatched)
    for place, (start, state) in enumerate(told):
        last = place + 1 == len(told)
        follows = until if last else told[place + 1][0]
        cut = next((begin for begin, end in breaks if begin < follows and end > start), None)
        end = follows if cut is None else max(cut, start)
        if found and found[-1].state == state and found[-1].end == start:
            found[-1] = found[-1]._replace(end=end, ended=cut is None and not last)
        else:
            found.append(Spell(start, end, state, ended=cut is None and not last))
    return found


class Stay(NamedTuple, Generic[State]):
    """Spells of one state, with short breaks in between."""

    spells: list[Spell[State]]

    @property
    def start(self) -> int:
        """Ns."""
        return self.spells[0].start

    @property
    def end(self) -> int:
        """Ns."""
        return self.spells[-1].end

    @property
    def breaks(self) -> list[tuple[int, int]]:
        """From and until, ns."""
        return [(one.end, two.start) for one, two in zip(self.spells, self.spells[1:], strict=False)]


def stays(found: Sequence[Spell[State]], *, break_max: int) -> list[Stay[State]]:
    """Spells put together with the ones of the same state that follow within `break_max` (ns), ascending."""
    open_: dict[State, Stay[State]] = {}
    done: list[Stay[State]] = []
    for each in found:
        known = open_.get(each.state)
        if known is not None and each.start - known.end <= break_max:
            known.spells.append(each)
        else:
            open_[each.state] = Stay([each])
            done.append(open_[each.state])
    return sorted(done, key=lambda each: each.start)
