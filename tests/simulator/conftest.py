"""Fixtures of the simulator."""

from tests.gdp.conftest import memory_path

__all__ = ["memory_path"]
