"""The recorder and the api of the tests of answers, one of each for all tests of a file."""

from tests.api.conftest import api, recorder

__all__ = ["api", "recorder"]
