"""With verify="complete" a home can leave nothing out between a log's first record and its last, and add nothing."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import pytest_asyncio

from gdp.glog import path_of
from gdp.names import parse_name
from hearthlog import AsyncHome, CannotVerify, Home, NotProven, Progress
from hearthlog.export.months import text_of
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="package")
LATE_S = 1_790_000_000
TABLES = tuple(f"/v1/{name}" for name in ("history", "latest", "matrix", "asof"))


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def told(recorder: Recorder, api: Api) -> list[str]:
    """Positions after each of three thirds of what was said: late, early, without observations, in parts."""
    positions = []
    for third in range(3):
        said = [
            (f"c/{'ab'[n % 2]}", json.dumps({"n": n, "word": f"w{n}", "time": LATE_S + 60 * (n * 7 % 30)}).encode())
            for n in range(10 * third, 10 * third + 10)
        ]
        said += [("c/plain", b"%d" % third), ("c/empty", b""), ("c/big", b"x" * 150_000), ("other", b"1")]
        positions.append(await api.reached(await recorder.say(*said)))
    config = {"state_topic": "c/plain", "unit_of_measurement": "lx", "name": "Plain"}
    positions.append(
        await api.reached(await recorder.say(("homeassistant/sensor/plain/config", json.dumps(config).encode())))
    )
    return positions


def whole(url: str, **options: object) -> AsyncHome:
    return AsyncHome(url, TOKEN, verify="complete", **options)


def logged(position: str) -> str:
    return text_of(int(position.partition(".")[2]))


async def test_an_honest_home_is_believed(api: Api, told: list[str]):
    first, second, third, last = told
    device = {"start": "2026-09-21T14:15:00Z", "end": "2026-09-21T14:40:00Z"}
    questions = [
        (["c/#"], {}),
        (["c/#"], {"at": first}),
        (["c/+", "other"], {"at": second, "order": "desc", "limit": 7}),
        (["c/a", "c/b"], {**device, "at": last}),
        (["c/a"], {**device, "field": ["n", "word"], "order": "desc", "limit": 3}),
        (["c/#"], {"by": "logged", "start": logged(first), "end": logged(second), "at": last}),
        (["c/b"], {"by": "logged", "start": logged(second), "field": "n"}),
        (["c/#"], {"by": "logged", "start": "-1h", "end": "now", "at": third}),
        (["nobody"], {}),
    ]
    async with whole(api.url) as home, AsyncHome(api.url, TOKEN) as plain:
        for filters, options in questions:
            table = await home.history(*filters, **options)
            expected = await plain.history(*filters, **{"at": table.position, **options})
            assert table.arrow.equals(expected.arrow), (filters, options)
        assert len(await home.history("c/#", at=third)) == 2 * 30 + 3 * 3
    with Home(api.url, TOKEN, verify="complete") as home:
        # The log server answers on this very loop.
        assert len(await asyncio.to_thread(home.history, "c/plain", at=third)) == 3


WINDOW = {"start": "2026-09-21T14:13:20Z", "end": "2026-09-21T14:40:00Z"}
LATEST = [
    (["c/#"], {}),
    (["c/#"], {"by": "device", "field": ["n", "word"]}),
    (["c/+", "other"], {"limit": 3}),
]
MATRICES = [
    (["c/#"], {**WINDOW, "every": "1m"}),
    (["c/a", "c/b"], {**WINDOW, "every": "10s", "field": "n", "fill": "none"}),
    (["c/#"], {"start": "-30d", "end": "now", "every": "1w"}),
    (["c/plain"], {"start": "-2h", "every": "1h", "by": "logged", "hold_for": "30m"}),
]
JOINS = [
    ("c/plain", ["c/a", "c/b"], {"start": "-1h"}),
    ("c/a", ["c/#"], {**WINDOW, "left_field": "n", "right_field": ["n", "word"], "equal": True}),
    ("c/b", ["c/a"], {"by": "logged", "start": "-1h", "limit": 7}),
]


async def test_an_honest_home_is_believed_whatever_the_table(api: Api, told: list[str]):
    async with whole(api.url) as home, AsyncHome(api.url, TOKEN) as plain:
        at = told[1]
        for filters, options in LATEST:
            table = await home.latest(*filters, at=at, **options)
            assert table.arrow.equals((await plain.latest(*filters, at=at, **options)).arrow)
        for filters, options in MATRICES:
            table = await home.matrix(*filters, at=at, **options)
            assert table.arrow.equals((await plain.matrix(*filters, at=at, **options)).arrow)
        for left, right, options in JOINS:
            table = await home.asof(left, right, at=at, **options)
            assert table.arrow.equals((await plain.asof(left, right, at=at, **options)).arrow)
            assert len(table)


@pytest.mark.parametrize(
    ("edit", "detail"),
    [
        (lambda table: table.slice(1), "left out the row"),
        (lambda table: pa.concat_tables([table, table.slice(2, 1)]), "another order"),
        (lambda table: table.drop_columns(["c/b#word"]), "left out the column c/b#word"),
        (lambda table: table.append_column("c/z#n", [[1.0] * len(table)]), "nothing for the column c/z#n"),
    ],
    ids=["row", "twice", "column", "another column"],
)
async def test_a_matrix_lacks_no_row_and_no_column(api: Api, told: list[str], edit, detail: str):
    async with edited(api, edit) as address, whole(address) as home:
        with pytest.raises(NotProven, match=detail):
            await home.matrix("c/#", **WINDOW, every="1m", at=told[2])


async def test_an_event_and_a_newest_row_that_are_left_out_are_named(api: Api, told: list[str]):
    async with edited(api, without(1)) as address, whole(address) as home:
        with pytest.raises(NotProven, match="left it out") as caught:
            await home.asof("c/plain", ["c/a"], start="-1h", at=told[2])
        assert (caught.value.topic, caught.value.recno) == ("c/plain", 2)
        with pytest.raises(NotProven, match="left it out") as caught:
            await home.latest("c/#", at=told[2])
        assert (caught.value.topic, caught.value.recno, caught.value.field) == ("c/a", 15, "word")


async def test_something_older_is_not_taken_for_the_newest(api: Api, told: list[str]):
    async with AsyncHome(api.url, TOKEN) as plain:
        older = (await plain.latest("c/#", at=told[1])).arrow
    async with edited(api, lambda _: older) as address, whole(address) as home:
        with pytest.raises(NotProven, match="left it out") as caught:
            await home.latest("c/#", at=told[2])
    assert (caught.value.topic, caught.value.recno) == ("c/a", 15)


class Editor(BaseHTTPRequestHandler):
    """Passes on what a home says, but for what `edit` makes of a table, and `relist` of a listing's entries.

    Of these it also leaves out those with `hides`. `instead`: what is asked of the home in place of what.
    """

    upstream, hides, instead, relist = "", b"", ("", ""), None

    def do_GET(self) -> None:
        headers = {name: self.headers[name] for name in ("authorization", "accept") if name in self.headers}
        request = Request(self.upstream + self.path.replace(*self.instead), headers=headers)
        try:
            with build_opener(ProxyHandler({})).open(request) as answer:
                status, said, content = answer.status, dict(answer.headers), answer.read()
        except HTTPError as error:
            with error:
                status, said, content = error.code, dict(error.headers), error.read()
        if status == 200 and self.path.startswith(TABLES):
            with pa.ipc.open_stream(content) as stream:
                table = self.edit(stream.read_all())
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            content = sink.getvalue().to_pybytes()
        elif (self.hides or self.relist) and status == 200 and "/records" in self.path:
            body = json.loads(content)
            body["records"] = self.relist(body["records"]) if self.relist else body["records"]
            hides = self.hides or b"\0"
            body["records"] = [each for each in body["records"] if hides not in each.get("data", "").encode()]
            content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in said.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@asynccontextmanager
async def edited(api: Api, edit, **others: object) -> AsyncIterator[str]:
    """The address of a server between us and the home, which edits its tables."""
    handler = type("OwnEditor", (Editor,), {"upstream": api.url, "edit": staticmethod(edit), **others})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            await asyncio.to_thread(server.shutdown)
            thread.join()


def without(place: int):
    return lambda table: pa.concat_tables([table.slice(0, place), table.slice(place + 1)])


def changed(table: pa.Table) -> pa.Table:
    cells = table["recno"].to_pylist()
    return table.set_column(
        table.schema.get_field_index("recno"), table.schema.field("recno"), [[cells[0] + 1, *cells[1:]]]
    )


def of_another_unit(table: pa.Table) -> pa.Table:
    """The same numbers, a thousand times as far from 1970."""
    where = table.schema.get_field_index("logged_time")
    times = table["logged_time"].cast(pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    return table.set_column(where, pa.field("logged_time", times.type), times)


@pytest.mark.parametrize(
    ("place", "options"),
    [
        (4, {}),
        (0, {"by": "logged", "start": "-1h"}),
        (-1, {"field": "n"}),
        (4, {"limit": 9, "order": "desc"}),
    ],
)
async def test_a_row_that_is_left_out_is_named(api: Api, told: list[str], place: int, options: dict):
    async with AsyncHome(api.url, TOKEN) as plain:
        rows = (await plain.history("c/#", at=told[2], **options)).to_pylist()
    place %= len(rows)
    async with edited(api, without(place)) as address:
        if not options.get("limit"):
            async with AsyncHome(address, TOKEN, verify=True) as believer:
                assert len(await believer.history("c/#", at=told[2], **options)) == len(rows) - 1
        async with whole(address) as home:
            with pytest.raises(NotProven, match="left it out") as caught:
                await home.history("c/#", at=told[2], **options)
    gone = rows[place]
    fault = caught.value
    assert (fault.topic, fault.recno, fault.field) == (gone["topic"], gone["recno"], gone["field"])
    assert fault.log == (await api.json("/v1/topics", filter=gone["topic"]))["topics"][0]["log"]


@pytest.mark.parametrize(
    ("edit", "detail"),
    [
        (lambda table: table.slice(0, 0), "left it out"),
        (lambda table: pa.concat_tables([table, table.slice(len(table) - 1)]), "added it"),
        (lambda table: pa.concat_tables([table.slice(1), table.slice(0, 1)]), "order"),
        (changed, "left it out"),
        (of_another_unit, r"times as timestamp\[us"),
    ],
    ids=["all", "added", "order", "number", "unit"],
)
async def test_whatever_else_is_done_to_the_rows_is_told(api: Api, told: list[str], edit, detail: str):
    async with edited(api, edit) as address, whole(address) as home:
        with pytest.raises(NotProven, match=detail):
            await home.history("c/#", at=told[2], by="logged")


async def test_a_row_from_outside_the_window_is_no_part_of_the_answer(api: Api, told: list[str]):
    async with AsyncHome(api.url, TOKEN) as plain:
        every = (await plain.history("c/#", at=told[2], by="logged")).arrow
    async with edited(api, lambda _: every) as address, whole(address) as home:
        with pytest.raises(NotProven, match="added it"):
            await home.history("c/#", at=told[2], by="logged", start=logged(told[1]))


async def test_a_topic_cannot_be_hidden_with_its_rows(api: Api, told: list[str]):
    def hide(table: pa.Table) -> pa.Table:
        return table.filter(pc.not_equal(table["topic"].cast(pa.string()), "c/plain"))

    async with edited(api, hide, hides=b"c/plain") as address, whole(address) as home:
        with pytest.raises(NotProven, match="left it out") as caught:
            await home.history("c/#", at=told[2])
    assert (caught.value.topic, caught.value.recno) == ("c/plain", 1)


async def test_an_answer_of_another_position_than_was_asked_is_told(api: Api, told: list[str]):
    async with edited(api, lambda table: table, instead=(told[2], told[0])) as address, whole(address) as home:
        with pytest.raises(NotProven, match="was asked as of"):
            await home.history("c/#", at=told[2])


async def test_what_complete_does_not_cover_is_said(api: Api, told: list[str]):
    async with whole(api.url) as home:
        window = {"start": "2026-09-21T14:15:00Z", "end": "2026-09-21T14:40:00Z", "at": told[2]}
        means = home.matrix("c/#", **window, fn="mean")
        for call in (means, home.matrix("c/#", **window, tz="Europe/Berlin"), home.aggregate("c/#")):
            with pytest.raises(CannotVerify, match=r"verify=True|leave out tz"):
                await call
        with pytest.raises(CannotVerify, match="verify=True"):
            await anext(home.live("c/#"))
        for options in ({"state_at_start": True, "start": "-1h"}, {"field": ""}, {"at": "-1h"}):
            with pytest.raises(CannotVerify, match=r"leave out|needs at="):
                await home.history("c/#", **options)


async def test_how_far_a_proof_is_is_told_while_it_is_made(api: Api, told: list[str]):
    steps: list[Progress] = []
    async with whole(api.url, progress=steps.append) as home:
        table = await home.history("c/#", at=told[2])
    assert max(each.rows for each in steps) == len(table)
    assert steps[0].note == "the home is at work"
    assert any("records proven" in each.note and each.total == 15 for each in steps)
    assert [each.received_bytes for each in steps] == sorted(each.received_bytes for each in steps)
    assert {each.what for each in steps} == {"history"}


async def test_a_flipped_byte_is_found_though_no_row_is_of_its_record(recorder: Recorder, api: Api, told: list[str]):
    log = (await api.json("/v1/topics", filter="c/a"))["topics"][0]["log"]
    await recorder.stop()
    path = path_of(recorder.data / "store" / "glogs", parse_name(log))
    with closing(sqlite3.connect(path)) as file, file:
        (stored,) = file.execute("SELECT value FROM log_entry WHERE recno = 3").fetchone()
        file.execute("UPDATE log_entry SET value = ? WHERE recno = 3", (bytes([stored[0] ^ 1]) + stored[1:],))
    await recorder.start()
    async with whole(api.url) as home:
        with pytest.raises(NotProven, match="record 3") as caught:
            await home.history("c/a", end="2026-09-21T13:00:00Z", at=told[2])
        assert (caught.value.log, caught.value.field) == (log, "contents")
