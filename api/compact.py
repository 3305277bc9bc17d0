"""`python -m api.compact`: merges the segments that its one line of input names, at the lowest priority, and ends.

A process of its own, so that readers do not share an interpreter with it. Killed at any moment it leaves nothing that
the read model's manifest names.
"""

import os
import sys
from pathlib import Path

import orjson
import pyarrow as pa

from api.errors import ReadModelDamaged
from api.follow.helper import FAILED, job_of_parent
from api.readmodel.merge import merge

NICE = 19


def main() -> int:
    """Do the one job; says how many rows were written, or why not."""
    os.nice(NICE)
    pa.set_cpu_count(1)
    job = job_of_parent()
    try:
        rows = merge([Path(path) for path in job["sources"]], Path(job["target"]), watermark=job["watermark"])
    except (OSError, ReadModelDamaged) as fault:
        sys.stderr.write(f"{fault}\n")
        return FAILED
    sys.stdout.buffer.write(orjson.dumps({"rows": rows}) + b"\n")
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # What waits for the parent's end would keep it.
    os._exit(status)
