"""`python -m tests.engine.launch_api`: the api as a later release would be, with another decoder set.

The set is named in the environment: OTHER_DECODERS. Only its id differs, so that the answers can be compared.
"""

import os
import sys

from api import __main__, process

process.DECODER_SET = os.environ["OTHER_DECODERS"]

if __name__ == "__main__":
    sys.exit(__main__.main())
