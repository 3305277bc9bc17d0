"""What an analyst asks for comes as a table, whole, at a position."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
import pytest_asyncio

import hearthlog
from hearthlog import AsyncHome, Home, HomeError
from hearthlog.client import CannotVerify, NoSecret, NotReached, NotThere, Refused, TooMuch, Unavailable
from hearthlog.client.policy import Policy
from hearthlog.client.where import find_home
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api
from tests.support.broker import free_port

pytestmark = pytest.mark.asyncio(loop_scope="package")
DESK, DOOR = "r/desk/temperature", "r/door"


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def home(recorder: Recorder, api: Api):
    said = [(DESK, b'{"value": %d.5, "time": %d}' % (20 + number, 1_790_000_000 + 60 * number)) for number in range(10)]
    said += [(DOOR, b"ON"), (DOOR, b"OFF"), ("r/note", "gr\u00fcn, 21\u00a0°C".encode())]
    said += [(f"many/{number:02}/x", b"%d" % number) for number in range(12)]
    await api.reached(await recorder.say(*said))
    async with AsyncHome(api.url, TOKEN) as opened:
        yield opened


async def test_a_whole_window_comes_as_one_table_with_real_types(home: AsyncHome):
    table = await home.history("r/#")
    assert len(table) == 13
    assert table["value"].to_pylist()[:3] == [20.5, 21.5, 22.5]
    assert str(table.arrow.schema.field("device_time").type) == "timestamp[ns, tz=UTC]"
    frame = table.to_pandas()
    assert frame["device_time"][0].timestamp() == 1_790_000_000
    assert table.to_polars()["text"].to_list()[-1] == "gr\u00fcn, 21\u00a0°C"
    assert pl.DataFrame(table).height == 13
    assert "13 rows" in repr(table)


async def test_only_the_columns_that_are_asked_for_come(home: AsyncHome, api: Api):
    whole = await home.history("r/#")
    table = await home.history("r/#", columns=["text", "device_time", "value"])
    assert table.arrow.equals(whole.arrow.select(["device_time", "value", "text"]))
    assert (await home.history(DESK, columns="value")).column_names == ["value"]
    async with AsyncHome(api.url, TOKEN, verify=True) as proving:
        with pytest.raises(CannotVerify, match="whole rows"):
            await proving.history(DESK, columns="value")


async def test_pages_are_followed_to_the_end_unless_a_limit_is_named(home: AsyncHome):
    assert (await home.topics("many/#"))["topic"].to_pylist() == [f"many/{number:02}/x" for number in range(12)]
    assert len(await home.topics("many/#", limit=7)) == 7
    assert len(await home.history("r/#", limit=3)) == 3
    fields = (await home.topics(DESK))["fields"].to_pylist()
    assert fields == [[{"field": "value", "kind": "number", "unit": None}]]


async def test_the_same_call_at_its_position_gives_the_same_rows_whatever_comes(
    home: AsyncHome, recorder: Recorder, api: Api
):
    before = await home.history("late/#")
    again = await home.latest("#", at=before.position)
    await api.reached(await recorder.say(("late/one", b"1")))
    assert len(await home.history("late/#")) == 1
    assert (await home.history("late/#", at=before.position)).arrow.equals(before.arrow)
    assert (await home.latest("#", at=again.position)).arrow.equals(again.arrow)


async def test_a_position_that_is_to_come_is_waited_for(home: AsyncHome, recorder: Recorder):
    store = (await home.position()).partition(".")[0]
    logged = await recorder.say(("soon/one", b"1"))
    assert len(await home.history("soon/#", at=f"{store}.{logged + 500_000_000}")) == 1


async def test_aligned_tables_and_reductions(home: AsyncHome):
    start = datetime.fromtimestamp(1_790_000_000, UTC)
    window = {"start": start, "end": start + timedelta(minutes=10)}
    matrix = await home.matrix(DESK, every=timedelta(minutes=2), **window)
    assert matrix.column_names == ["time", f"{DESK}#value"]
    assert matrix[f"{DESK}#value"].to_pylist() == [20.5, 22.5, 24.5, 26.5, 28.5]
    bucket = await home.aggregate(DESK, fn=["count", "mean"], every="1d", **window)
    assert bucket.to_pylist()[0] | {"count": 10, "mean": 25.0} == bucket.to_pylist()[0]
    line = await home.plot(DESK, width=10, **window)
    assert line["max"].to_pylist() == [20.5 + number for number in range(10)]
    assert line["time"].cast(pa.int64())[0].as_py() == 1_790_000_000 * 10**9
    joined = await home.asof(DOOR, DESK, start="-1h", hold_for="10000d")
    assert len(joined) == 2
    assert f"{DESK}#value" in joined.column_names
    assert isinstance(await home.gaps(DESK, **window), list)
    assert isinstance(await home.notable(start="-1h"), list)


async def test_a_program_that_waits_gets_the_same(home: AsyncHome, api: Api):
    table = await home.history("r/#")

    def ask() -> pa.Table:
        with Home(api.url, TOKEN) as other:
            return other.history("r/#", at=table.position).arrow

    assert (await asyncio.to_thread(ask)).equals(table.arrow)


async def test_errors_say_what_the_home_says_and_name_the_parameter(home: AsyncHome, api: Api):
    with pytest.raises(Refused, match="is not before end") as caught:
        await home.history(start="-1h", end="-2h")
    assert (caught.value.status, caught.value.kind, caught.value.parameter) == (400, "bad-parameter", "start")
    with pytest.raises(Refused, match="has no time zone"):
        await home.history(start=datetime(2026, 11, 1))  # noqa: DTZ001  # the fault that is tested
    with pytest.raises(Refused, match="milliseconds"):
        await home.matrix(DESK, every=timedelta(microseconds=7))
    with pytest.raises(TooMuch, match="buckets"):
        await home.matrix("r/#", every="1s", start="2000-01-01T00:00:00Z")
    with pytest.raises(NotThere):
        await home.proof("B" * 42 + "A", 1)
    async with AsyncHome(api.url, "wrong") as stranger:
        with pytest.raises(NoSecret):
            await stranger.store()
    store = (await home.position()).partition(".")[0]
    async with AsyncHome(api.url, TOKEN, policy=Policy(wait_s=0)) as hasty:
        with pytest.raises(NotReached):
            await hasty.history(at=f"{store}.9000000000000000000")


async def test_a_home_that_is_not_there_is_said_after_several_tries():
    address = f"http://127.0.0.1:{free_port()}"
    async with AsyncHome(address, "x", policy=Policy(tries_max=2, backoff_s=0.01)) as nobody:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await nobody.topics()
    assert issubclass(Unavailable, HomeError)


async def test_the_home_on_this_machine_is_found_and_its_secret_goes_nowhere_else(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "admin.token").write_text("s3cret\n")
    here = find_home(None, None, {"HEARTHLOG_DATA": str(tmp_path)})
    assert (here.url, here.token, here.local) == ("http://127.0.0.1:8080", "s3cret", True)
    assert "s3cret" not in repr(here)
    named = find_home(None, None, {"HEARTHLOG_URL": "https://home.example/", "HEARTHLOG_TOKEN": "t"})
    assert (named.url, named.token, named.local) == ("https://home.example", "t", False)
    with pytest.raises(NoSecret, match="HEARTHLOG_TOKEN"):
        find_home("https://home.example", None, {"HEARTHLOG_DATA": str(tmp_path)})
    with pytest.raises(NoSecret, match="cannot be read"):
        find_home(None, None, {"HEARTHLOG_DATA": str(tmp_path / "none")})
    with pytest.raises(Refused, match="is not the address"):
        find_home("home.example", "t", {})


async def test_what_is_not_installed_is_asked_for_by_the_name_of_its_extra(home: AsyncHome, monkeypatch):
    table = await home.latest(DESK)
    for package in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(hearthlog.MissingExtra, match=r"pandas is not installed.*hearthlog\[analysts\]"):
        table.to_pandas()
    with pytest.raises(hearthlog.MissingExtra, match=r"polars is not installed.*hearthlog\[analysts\]"):
        table.to_polars()


async def test_importing_hearthlog_loads_nothing_heavy():
    code = "import hearthlog, sys; print([each for each in ('pyarrow', 'httpx', 'numpy') if each in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    assert not hasattr(hearthlog, "house")


async def test_a_table_may_be_empty(home: AsyncHome):
    table = await home.history("nothing/#")
    assert len(table) == 0
    assert list(table.to_pandas().columns) == table.column_names
    assert np.isfinite(len(await home.matrix("nothing/#", every="1h")))
