"""What made the rows is stamped; on a change the model is built anew while the old one serves, and nobody notices."""

import asyncio
import json
import sys
from pathlib import Path

import httpx
import orjson

from api.readmodel import manifest
from api.readmodel.place import Place
from tests.api.recorder import Recorder
from tests.api.served import Api
from tests.engine.test_sharing import say, value_of
from tests.support.waiting import poll

ASKED = [
    ("history", {"limit": 50_000}),
    ("history", {"by": "logged", "order": "desc", "limit": 7}),
    ("latest", {}),
    ("topics", {}),
    ("aggregate", {"every": "1d", "fn": "count", "start": "-2d"}),
]


class Later(Api):
    """An api whose decoder set has another id, and which begins to build anew when it may."""

    command = (sys.executable, "-m", "tests.engine.launch_api")

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"OTHER_DECODERS": "later", "HELPERS": str(self.helpers)}

    @property
    def helpers(self) -> Path:
        """The file without which no helper begins."""
        return self.data / "helpers"


async def answers(api: Api, at: str) -> list[dict]:
    """What is said at a position, without what names the decoders."""
    found = []
    for path, parameters in ASKED:
        answer = await api.get(f"/v1/{path}", at=at, **parameters)
        assert answer.status_code == 200, answer.text
        found.append(orjson.loads(answer.content) | {"decoder_set": None, "next": None})
    return found


async def pinned(api: Api) -> httpx.Response:
    """What would be pinned now."""
    body = {"query": "history", "parameters": {"filter": "s/#"}}
    return await api.client.post("/v1/datasets", json=body, params={"dry_run": "true"})


async def test_another_decoder_set_rebuilds_in_the_background_and_streams_go_on(tmp_path):
    async with Recorder(tmp_path) as recorder:
        async with Api(tmp_path, recorder.port, tail_rows_max=1_000) as before:
            at = await before.reached(await say(recorder, 0, 1_000))
            expected = await answers(before, at)
            decoders = (await before.json("/v1/store"))["decoder_set"]
            await poll(lambda: value_of(before, "segments"), until=lambda count: count >= 1)
            assert await before.stop() == 0
        async with Later(tmp_path, recorder.port, tail_rows_max=1_000) as api:
            await api.reached(int(at.partition(".")[2]))
            assert (await api.json("/v1/store"))["decoder_set"] == f"{decoders}+later"
            refused = await pinned(api)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "30"), refused.text
            assert refused.json()["type"].endswith(":rebuilding")
            assert await answers(api, at) == expected
            api.helpers.touch()
            async with api.live(filter="s/#", since=at) as events:
                seen, number = [], 1_000
                while (await api.json("/v1/store"))["decoder_set"] != "later":
                    await say(recorder, number, 50)
                    number += 50
                    assert await answers(api, at) == expected
                    # Asked without a pause, all this would take the time that the helper needs.
                    await asyncio.sleep(0.2)
                await say(recorder, number, 50)
                while len(seen) < number + 50 - 1_000:
                    _, data = await events.message()
                    seen.append(next(int(each["value"]) for each in data["observations"] if each["field"] == "n"))
            assert seen == list(range(1_000, number + 50)), "each once, in order, over the change"
            assert await answers(api, at) == expected
            assert await value_of(api, "rebuilds") == 1
            assert (await pinned(api)).json()["pin"]["decoder_set"] == "later"
            now = await api.reached(0)
            await poll(lambda: [path.name for path in (tmp_path / "read-model").glob("*.arrow")], until=lambda x: not x)
            async with Later(tmp_path, recorder.port, read_model=tmp_path / "fresh") as fresh:
                await fresh.reached(int(now.partition(".")[2]))
                for path, parameters in ASKED:
                    one, two = [(await each.get(f"/v1/{path}", at=now, **parameters)).content for each in (api, fresh)]
                    assert one == two


async def test_each_part_of_the_stamp_counts_and_a_process_that_shares_follows(tmp_path):
    async with Recorder(tmp_path) as recorder, Api(tmp_path, recorder.port, tail_rows_max=1_000) as api:
        at = await api.reached(await say(recorder, 0, 600))
        expected = await answers(api, at)
        model = tmp_path / "read-model"
        await poll((model / manifest.FILE).exists)
        assert await api.stop() == 0
        entries = json.loads((model / manifest.FILE).read_bytes())
        (model / manifest.FILE).write_text(json.dumps(entries | {"kernels": "0", "format": 1}))
        await api.start()
        async with Api(tmp_path, recorder.port, tail_rows_max=1_000) as sharer:
            for each in (api, sharer):
                await each.reached(int(at.partition(".")[2]))
                assert await answers(each, at) == expected
            await poll(lambda: value_of(api, "rebuilds"), until=bool)
            assert (await api.json("/v1/store"))["read_model"]["rebuild"] is None
            segments = [path.name for path in Place(model).current().glob("*.arrow")]
            assert segments
            await poll(lambda: mapped(sharer, segments), until=bool)
            for each in (api, sharer):
                assert await answers(each, at) == expected
        assert await api.stop() == 0
        said = await api.said()
        assert "kernels 0 → " in said
        assert "format 1 → " in said
        assert "event=rebuilt" in said


def mapped(api: Api, names: list[str]) -> bool:
    maps = Path(f"/proc/{api.process.pid}/maps").read_text()
    return all(name in maps for name in names)


def test_a_rebuild_that_was_killed_goes_on_where_it_was(tmp_path):
    place = Place(tmp_path / "model")
    begun = place.rebuilding()
    assert place.rebuilding() == begun
    assert place.current() == place.root
    place.use(begun)
    assert Place(tmp_path / "model").current() == begun
    following = place.rebuilding()
    assert following > begun
    place.use(following)
    assert not begun.exists()
