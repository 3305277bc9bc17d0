"""Verifying a dataset: its bytes, its logs, and its bytes made anew from the logs; what differs is named."""

import asyncio
from typing import Any, NamedTuple

from api.datasets.find import Logged
from api.datasets.make import keep, position_of, recipe_of_pin
from api.datasets.manifest import Manifest
from api.datasets.pin import TRANSFORMS, Pin
from api.datasets.walk import LogFault, Walked, walk
from api.services import Home, Services
from api.web.answer import KERNEL
from api.web.windows import too_much

SAME, DIFFERS, ABSENT, IMPOSSIBLE = "same", "differs", "absent", "impossible"


class Change(NamedTuple):
    """A version that is another one now; None where there was or is none."""

    name: str
    pinned: str | None
    present: str | None


class Verdict(NamedTuple):
    """What was found.

    `stored` says how the bytes on this disk compare with what was pinned, `derived` those that were made anew. Versions
    that changed matter only where these differ.
    """

    stored: str
    derived: str
    logs: int
    records: int
    faults: tuple[LogFault, ...]
    changes: tuple[Change, ...]

    @property
    def good(self) -> bool:
        """Whether the logs are what was pinned, and give the pinned bytes."""
        return not self.faults and self.derived == SAME

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if self.faults:
            more = f"; and {len(self.faults) - 1} more" if len(self.faults) > 1 else ""
            return self.faults[0].sentence + more
        if self.derived != SAME:
            names = ", ".join(f"{each.name} {each.pinned} is {each.present} now" for each in self.changes)
            why = f"made anew by what there is now they give other bytes: {names or 'nothing explains it'}"
            return f"all {self.records} records are those that were pinned, but {why}"
        said = f"all {self.records} records of {self.logs} logs are those that were pinned, and give the same bytes"
        return said + ("; the copy on this disk was damaged and is replaced" if self.stored == DIFFERS else "")

    def as_json(self) -> dict[str, Any]:
        """As an answer has it."""
        faults = [{"log": each.log, "topic": each.topic, **each.fault._asdict()} for each in self.faults]
        return {
            "good": self.good,
            "sentence": self.sentence,
            "stored": self.stored,
            "derived": self.derived,
            "logs": self.logs,
            "records": self.records,
            "faults": faults,
            "changes": [each._asdict() for each in self.changes],
        }


async def verify(services: Services, home: Home, logged: Logged) -> Verdict:
    """Read every record again, check it, and make the bytes anew. A damaged copy on this disk is replaced.

    Raises:
        Problem: 413; the logs have more records than are read for this.
    """
    manifest = logged.manifest
    tips = (*manifest.pin.context, *manifest.pin.logs)
    records, most = sum(tip.recno for tip in tips), services.settings.dataset_verify_records_max
    if records > most:
        raise too_much("verify", f"the logs of this dataset have {records} records, {most} are read to verify one")
    check = services.shelf.files.check
    stored = {True: SAME, False: DIFFERS, None: ABSENT}[await asyncio.to_thread(check, manifest.made.sha256, anew=True)]
    async with services.shelf.turn:
        walked = await walk(services, home.model.catalogue, manifest.pin)
        derived = await _derived(services, home, manifest, walked) if walked.whole else IMPOSSIBLE
    changes = changes_of(manifest.pin, walked.rebuilt.decoders) if derived == DIFFERS else ()
    return Verdict(stored, derived, len(tips), records, walked.faults, changes)


async def _derived(services: Services, home: Home, manifest: Manifest, walked: Walked) -> str:
    recipe = recipe_of_pin(manifest.pin)
    ground = walked.rebuilt.ground(position_of(home, manifest.pin), recipe.within)
    made = await keep(services, ground, recipe, manifest.pin.id, manifest.made.sha256)
    return SAME if made.sha256 == manifest.made.sha256 else DIFFERS


def changes_of(pin: Pin, decoders: tuple[str, ...]) -> tuple[Change, ...]:
    """The versions that are others than those that were pinned: decoders of its logs, transform, kernel."""
    pinned, present = (dict(each.rpartition(" ")[::2] for each in names) for names in (pin.decoders, decoders))
    found = [Change(name, pinned.get(name), present.get(name)) for name in sorted(pinned | present)]
    transform, version = pin.transform.rpartition(" ")[::2]
    found += [
        Change(transform, version, TRANSFORMS[pin.query].rpartition(" ")[2]),
        Change("kernel", pin.kernel, KERNEL),
    ]
    return tuple(each for each in found if each.pinned != each.present)
