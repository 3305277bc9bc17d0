"""`python -m gdp_sink`."""

import sys

from gdp_sink.process import main

if __name__ == "__main__":
    sys.exit(main())
