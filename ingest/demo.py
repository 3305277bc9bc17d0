"""The demo's plan: the sample home and the person in it, told from yesterday on until they live. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from ingest import sample, simulator
from ingest.discovery import body_configs, home_configs, household_configs
from ingest.household import household
from ingest.replay import SECOND, CatchUp, Publish, merged

HISTORY_S = 86_400
"""How much of the past the demo begins with."""
SPEED = 1_440.0
"""How many times faster than life the past is told: a day in a minute."""
SEED = 1


class DemoPlan(NamedTuple):
    """What a demo sends; `due` of everything is the moment of sending, ns since 1970 UTC."""

    shift_s: int
    """Seconds between a recorded moment and when it is told as happening: whole weeks."""
    catch_up: CatchUp
    past: tuple[Publish, ...]
    """Discovery configs, then everything up to the moment from which the home lives."""
    life: Iterator[Publish]
    """Everything after it, without end."""

    @property
    def story(self) -> str:
        """A sentence that says what will be seen, and how its times were made."""
        recorded = datetime.fromtimestamp(self.catch_up.now // SECOND - self.shift_s, UTC)
        return (
            f"the sample home lives again: what was recorded until {recorded:%-d %B %Y, %H:%M:%S} UTC ends now, "
            f"shifted by {self.shift_s:,} s ({self.shift_s // sample.WEEK_S} weeks)"
        )


def plan_demo(now: int, *, speed: float = SPEED, seed: int = SEED) -> DemoPlan:
    """The plan of a demo that begins at `now` (ns since 1970 UTC)."""
    start_s = now // SECOND - HISTORY_S
    shift_s = sample.shift_for(now // SECOND)
    series = sample.load_series()
    catch_up = CatchUp(start_s * SECOND, now, speed)
    told = catch_up.schedule(
        merged(
            sample.home(series, sample.load_rows(), start_s=start_s, shift_s=shift_s),
            simulator.phone(seed, start_s * SECOND),
            simulator.watch(seed, start_s * SECOND),
            household(seed, start_s * SECOND),
        )
    )
    past = [*home_configs(series, now), *body_configs(now), *household_configs(now)]
    for each in told:
        if each.due >= catch_up.caught_up:
            return DemoPlan(shift_s, catch_up, tuple(past), chain((each,), told))
        past.append(each)
    raise AssertionError("the home lives without end")
