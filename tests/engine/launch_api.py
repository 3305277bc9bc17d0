"""`python -m tests.engine.launch_api`: the api as a later release would be, with another decoder set.

The set is named in the environment: OTHER_DECODERS. Only its id differs, so that the answers can be compared.
No helper begins before the file HELPERS is there.
"""

import asyncio
import os
import sys
from pathlib import Path

from api import __main__, process
from api.follow import works
from api.follow.helper import run_helper

HELPERS = Path(os.environ["HELPERS"])


async def run_helper_when_told(module, job, hear):
    while not HELPERS.exists():  # noqa: ASYNC110  # another process makes it
        await asyncio.sleep(0.01)
    await run_helper(module, job, hear)


process.DECODER_SET = os.environ["OTHER_DECODERS"]
works.run_helper = run_helper_when_told

if __name__ == "__main__":
    sys.exit(__main__.main())
