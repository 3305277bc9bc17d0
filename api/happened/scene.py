"""The scene: a window, the clock on the wall in it, and facts about it as the home tells them."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.gaps.tell import Position
from api.health.facts import Fact, past_link
from api.readmodel.view import View
from api.words.quantities import NS_PER_S, counted
from api.words.say import say
from api.words.templates import EVIDENCE


class Scene(NamedTuple):
    """What happens is looked for here. Ns."""

    view: View
    start: int
    end: int
    """Never later than what is known."""
    present: bool
    """Whether it ends where all that is known ends."""
    unwatched: list[tuple[int, int]]
    """When the recorder was away: nothing is known to have stood through it."""
    zone: ZoneInfo
    position: Position

    def hour(self, moment: int) -> int:
        """By the clock on the wall."""
        return datetime.fromtimestamp(moment // NS_PER_S, self.zone).hour

    def fact(
        self, id_: str, subject: str, span: tuple[int, int | None], evidence: dict[str, int], **told: object
    ) -> Fact:
        """Something that happened.

        Args:
            id_: of its template.
            subject: its topic; empty where it is about several.
            span: since and until when; no end where it lasts.
            evidence: logged times of the records that say so, by topic.
            told: what the template takes.
        """
        said = say(id_, facts=told)
        since, until = span
        shown = [
            {"position": self.position(logged), "words": EVIDENCE["spoke"].format(topic=topic)}
            for topic, logged in evidence.items()
        ]
        link = past_link(tuple(evidence), since, self.end if until is None else until)
        return Fact(said.id, subject, said.severity, since, until, said.sentence, said.remedy, shown, link)


def times(count: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count) or counted(count, "time")


def at_hours(first: int, last: int) -> Callable[[int], bool]:
    """Whether an hour is from `first` up to, not including, `last`, which may be of the next day."""
    return lambda hour: first <= hour < last if first < last else hour >= first or hour < last
