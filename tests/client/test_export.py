"""A whole home as Parquet files of one moment, and SQL over them."""

import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from hearthlog import Home
from hearthlog.command import main
from hearthlog.export.errors import ExportError
from hearthlog.export.manifest import File, Manifest, Request
from hearthlog.export.months import Month
from hearthlog.export.run import export
from tests.api.recorder import Recorder
from tests.api.served import TOKEN, Api

pytestmark = pytest.mark.asyncio(loop_scope="package")
MONTHS = ("2026-08", "2026-09", "2026-11")
"""Of the device times; what has none lies in the month in which it was logged."""
EVERYTHING = Request(("e/#",), None, None)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def spoken(recorder: Recorder, api: Api) -> str:
    said = [
        ("e/desk", json.dumps({"t": number, "mode": "eco", "time": f"{month}-15T12:00:{number:02}+02:00"}).encode())
        for month in MONTHS
        for number in range(20)
    ]
    # 1 September in Berlin is still August in UTC.
    said += [("e/desk", b'{"t": 99, "time": "2026-09-01T01:00:00+02:00"}'), ("e/door", b"ON"), ("e/none", b"")]
    return await api.reached(await recorder.say(*said))


class Heard:
    """Hears how far an export is; breaks off after some months."""

    def __init__(self, *, months: int = 100) -> None:
        self.months = months
        self.files: list[File] = []
        self.rows = 0

    def begun(self, rows: int, at: str) -> None:
        self.rows = rows

    def writing(self, month: str, size: int) -> None:
        if len(self.files) == self.months:
            raise InterruptedError(month)

    def wrote(self, file: File) -> None:
        self.files.append(file)


async def run(api: Api, directory: Path, request: Request = EVERYTHING, report: Heard | None = None) -> Manifest:
    def work() -> Manifest:
        with Home(api.url, TOKEN) as home:
            return export(home, directory, request, report or Heard())

    return await asyncio.to_thread(work)


async def rows_at(api: Api, position: str, *filters: str) -> pa.Table:
    def work() -> pa.Table:
        with Home(api.url, TOKEN) as home:
            return home.history(*filters, at=position).written_out()

    return await asyncio.to_thread(work)


def rows_in(directory: Path, manifest: Manifest) -> pa.Table:
    return pa.concat_tables([pq.ParquetFile(directory / each.path).read() for each in manifest.files])


async def test_every_row_is_in_the_file_of_its_month_and_in_no_other(api: Api, spoken: str, tmp_path: Path):
    heard = Heard()
    manifest = await run(api, tmp_path / "out", report=heard)
    months = sorted({*MONTHS, str(Month.of(int(spoken.partition(".")[2])))})
    assert [each.path for each in manifest.files] == [f"month={month}/observations.parquet" for month in months]
    whole = await rows_at(api, manifest.position, "e/#")
    assert rows_in(tmp_path / "out", manifest).replace_schema_metadata().equals(whole.replace_schema_metadata())
    assert manifest.rows == heard.rows == len(whole) == sum(each.rows for each in heard.files)
    for each in manifest.files:
        content = (tmp_path / "out" / each.path).read_bytes()
        assert (each.bytes, each.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert pq.read_table(tmp_path / "out" / "topics.parquet")["topic"].to_pylist() == ["e/desk", "e/door", "e/none"]
    assert Manifest.read(tmp_path / "out") == manifest


async def test_one_that_was_broken_off_goes_on_at_its_position_whatever_came_meanwhile(
    recorder: Recorder, api: Api, spoken: str, tmp_path: Path
):
    with pytest.raises(InterruptedError):
        await run(api, tmp_path, report=Heard(months=1))
    begun = Manifest.read(tmp_path)
    assert begun is not None
    assert (len(begun.files), begun.finished) == (1, False)
    late = b'{"t": 1000, "time": "2026-08-20T00:00:00Z"}'
    await api.reached(await recorder.say(("e/desk", late), ("e/desk", late.replace(b"08-20", b"09-20"))))
    manifest = await run(api, tmp_path)
    assert (manifest.position, manifest.finished) == (begun.position, True)
    whole = await rows_at(api, manifest.position, "e/#")
    assert 1000 not in whole["value"].to_pylist()
    assert rows_in(tmp_path, manifest).replace_schema_metadata().equals(whole.replace_schema_metadata())
    assert not list(tmp_path.rglob("*.part"))
    assert await run(api, tmp_path) == manifest


async def test_a_window_and_filters_narrow_it(api: Api, spoken: str, tmp_path: Path):
    request = Request(("e/desk",), "2026-08-15T10:00:05Z", "2026-09-15T10:00:10Z")
    manifest = await run(api, tmp_path, request)
    values = rows_in(tmp_path, manifest)["value"].drop_null().to_pylist()
    assert [value for value in values if value != 1000] == [*range(5, 20), 99, *range(10)]
    empty = await run(api, tmp_path / "empty", Request(("nothing/#",), "-1h", None))
    assert (empty.files, empty.finished) == ((), True)


async def test_what_does_not_fit_together_is_refused_in_a_sentence(api: Api, spoken: str, tmp_path: Path):
    out = tmp_path / "out"
    manifest = await run(api, out)
    with pytest.raises(ExportError, match="another export, of e/# from the beginning"):
        await run(api, out, Request((), None, None))
    with pytest.raises(ExportError, match="holds no export"):
        await run(api, tmp_path)
    with pytest.raises(ExportError, match="expected 2026-11-01"):
        await run(api, tmp_path / "a", Request((), "yesterday", None))
    with pytest.raises(ExportError, match="is not before"):
        await run(api, tmp_path / "b", Request((), "-1h", "-2h"))
    (out / manifest.files[0].path).write_bytes(b"other")
    with pytest.raises(ExportError, match=r"is not as manifest\.json says"):
        await run(api, out)
    with pytest.raises(ExportError, match="was upgraded"):
        manifest.with_file(manifest.files[0], "other decoders", manifest.kernel)


async def test_a_person_exports_and_asks_in_a_shell(api: Api, spoken: str, tmp_path: Path):
    tool = str(Path(sys.executable).with_name("hearthlog"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARTHLOG_")}
    environment = {**kept, "HEARTHLOG_URL": api.url, "HEARTHLOG_TOKEN": TOKEN}

    async def shell(*arguments: str) -> str:
        command = [sys.executable, tool, *arguments]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    told = await shell("export", "--out", "export", "--filter", "e/desk", "--end", "2026-10-01")
    assert "month=2026-08/observations.parquet: " in told
    assert "in 2 months" in told
    question = "select month, count(distinct recno) as messages from observations group by month order by month"
    lines = (await shell("sql", question, "--format", "csv")).splitlines()
    assert [line.partition(",")[0] for line in lines] == ["month", "2026-08", "2026-09"]


async def test_sql_answers_as_a_table_csv_and_json(api: Api, spoken: str, tmp_path: Path):
    await run(api, tmp_path, Request(("e/desk",), None, "2026-10-01"))

    def ask(statement: str, shape: str = "table") -> tuple[int, str]:
        result = CliRunner().invoke(main, ["sql", "--data", str(tmp_path), "--format", shape, statement])
        return result.exit_code, result.output

    times = "select month, device_time, recno from observations where value = 99"
    assert ask(times, "csv") == (0, "month,device_time,recno\n2026-08,2026-08-31 23:00:00.000000000,61\n")
    code, lines = ask("select logged_time from observations union all select last_logged_time from topics", "csv")
    assert code == 0
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}", each) for each in lines.split("\n")[1:-1])
    code, line = ask(times, "json")
    assert json.loads(line) == {"month": "2026-08", "device_time": "2026-08-31 23:00:00.000000000", "recno": 61}
    assert "2026-08-31 23:00:00.000000000" in ask(times)[1]
    assert ask("select topic from topics", "csv") == (0, "topic\ne/desk\n")
    assert "1,500 rows, the first 1,000 shown" in ask("select * from range(1500)")[1]
    code, told = ask("select nonsense")
    assert code == 1
    assert "nonsense" in told
    await run(api, tmp_path / "empty", Request(("nothing/#",), None, None))
    empty = CliRunner().invoke(
        main, ["sql", "--data", str(tmp_path / "empty"), "select count(month) from observations"]
    )
    assert (empty.exit_code, "0" in empty.output) == (0, True)
    elsewhere = CliRunner().invoke(main, ["sql", "--data", str(tmp_path / "elsewhere"), "select 1"])
    assert "holds no export" in elsewhere.output


async def test_without_duckdb_the_extra_is_named(tmp_path: Path, monkeypatch):
    (tmp_path / "manifest.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    result = CliRunner().invoke(main, ["sql", "--data", str(tmp_path), "select 1"])
    assert result.exit_code == 1
    assert "duckdb is not installed. It comes with the extra 'sql'" in result.output
