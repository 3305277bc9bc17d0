"""The same as `test_homes`, about every message of every home."""

import pytest

from tests.reads import test_homes
from tests.reads.conftest import living
from tests.support.shared_data import shared_data

pytestmark = pytest.mark.soak


@pytest.mark.timeout(3_600)
async def test_every_read_of_the_whole_homes_is_what_their_files_say(tmp_path):
    shared_data("open-smart-home")
    async with living(tmp_path, whole=True) as homes:
        assert sum(len(told.rows) for told in homes.homes.values()) > 400_000
        for asked in test_homes.WINDOWS:
            if asked.home in homes.homes:
                await test_homes.test_every_function_of_every_bucket(homes, asked)
                await test_homes.test_every_pixel_of_a_plot(homes, asked, 600)
                await test_homes.test_history_is_every_row_of_the_window_by_pages_too(homes, asked)
                await test_homes.test_the_newest_and_what_stood_before_a_window(homes, asked)
        for asked in test_homes.DENSE:
            if asked.home in homes.homes:
                for fn, fill in test_homes.FILLS:
                    await test_homes.test_every_cell_of_a_wide_table(homes, asked, fn, fill)
