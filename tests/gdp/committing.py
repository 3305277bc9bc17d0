"""A process that commits as fast as it can and says on stdout what was acknowledged: to be killed."""

import asyncio
import sys
from pathlib import Path

from gdp.committer import Committer
from gdp.settings import StoreSettings
from gdp.store import Store, Write

TOPICS = 7
BATCH = 20


async def main(directory: Path) -> None:
    """Commit for ever: message n of topic t is `t n`; after each acknowledgement print `t recno n` for its last."""
    settings = StoreSettings(
        segment_bytes=40_000,
        commit_log_bytes=120_000,
        commit_log_keep_bytes=50_000,
        glog_pending_max=64,
        glog_disk_share_max=0.9,
        signature_interval_s=0.05,
    )
    with Store.open(directory / "store", keys=directory / "keys", settings=settings) as store:
        numbers = [0 if info is None else info.tip_recno for info in map(store.current, map(str, range(TOPICS)))]
        async with Committer(store) as committer:
            while True:
                items = []
                for at in range(BATCH):
                    topic = at % TOPICS
                    numbers[topic] += 1
                    items.append(Write(str(topic), (b"%d %d" % (topic, numbers[topic]),), packet_id=1 + at))
                results = await committer.submit(items)
                lines = [f"{at % TOPICS} {result.recno}\n" for at, result in enumerate(results)]
                sys.stdout.write("".join(lines))
                sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
