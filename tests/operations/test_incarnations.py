"""A restored store and the one that it was copied from are two histories, and nobody takes one for the other."""

import asyncio
import json
import shutil
from types import SimpleNamespace

import pytest

from api.errors import StoreReplaced
from api.follow.progress import Progress
from api.followed import find, until_replaced
from api.services import Home
from api.web.positions import position_text, read_position
from api.web.problem import Problem
from gdp.client import GdpClient
from gdp.committer import Committer
from gdp.errors import CorruptStore
from gdp.incarnation import FIRST, Incarnation, incarnation_of, parse_incarnation
from gdp.names import printable
from gdp.server import GdpServer
from gdp.settings import ServerSettings
from gdp.store import ReadableStore
from gdp.store.identity import read_identity
from tests.api.served import Api
from tests.operations.homes import backed_up, checked, open_store, quiet_home, restored, say, values_of

TOPIC = "homes/h1/a"


@pytest.fixture
def branches(tmp_path):
    """The original, which went on after its backup, and two homes restored from that, which went on too."""
    original = quiet_home(tmp_path / "original")
    backup = backed_up(original, tmp_path / "backup").path
    homes = [original, tmp_path / "left", tmp_path / "right"]
    for home in homes[1:]:
        restored(backup, home)
    for number, home in enumerate(homes):
        with open_store(home) as store:
            say(store, TOPIC, f"of {number}")
    return homes


def last_log(home):
    return ReadableStore.open_readonly(home / "store").current(TOPIC)


def test_two_branches_name_different_incarnations_in_whatever_proves_their_records(branches):
    # A proof begins with its log's metadata, for the log's name is its hash.
    named = [incarnation_of(last_log(home).metadata) for home in branches]
    assert [each.number for each in named] == [1, 2, 2]
    assert len(set(named)) == 3
    assert [each == FIRST for each in named] == [True, False, False]


def test_no_record_number_of_a_log_means_two_records(branches):
    records = {}
    for home in branches:
        store = ReadableStore.open_readonly(home / "store")
        for log in store.logs():
            if log.topic == TOPIC:
                for datum in store.read(log.name, 1, -1):
                    assert records.setdefault((log.name, datum.recno), datum.data) == datum.data


def test_each_branch_goes_on_where_the_backup_ended_and_verifies(branches):
    for number, home in enumerate(branches):
        checked(home)
        store = ReadableStore.open_readonly(home / "store")
        assert values_of(store, TOPIC) == [*map(str, range(40)), f"of {number}"]


def test_positions_of_two_branches_differ_in_their_first_characters(branches):
    assert len({ReadableStore.open_readonly(home / "store").prefix for home in branches}) == 3


def test_a_segment_of_another_branch_is_refused(branches):
    _, left, right = branches
    segments = sorted((right / "store" / "commit").glob("*.seg"))
    shutil.copy(segments[-1], left / "store" / "commit" / segments[-1].name)
    with pytest.raises(CorruptStore, match="another incarnation"):
        ReadableStore.open_readonly(left / "store")


def test_a_store_restored_again_comes_of_all_that_came_before(branches, tmp_path):
    _, left, _ = branches
    again = restored(backed_up(left, tmp_path / "again.tar").path, tmp_path / "third")
    identity = again.checked.identity
    assert identity.incarnation.number == 3
    assert [each.incarnation.number for each in identity.ancestors] == [1, 2]
    with open_store(tmp_path / "third") as store:
        say(store, TOPIC, "once more")
        assert values_of(store, TOPIC)[-2:] == ["of 1", "once more"]
    checked(tmp_path / "third")


def test_the_restored_store_says_signed_and_first_of_all_what_it_was_restored_from(branches):
    store = ReadableStore.open_readonly(branches[1] / "store")
    log = store.current("$hearthlog/sink")
    (record,) = store.read(log.name, 1, 1)
    assert record.sig is not None
    assert b'"event":"restored"' in record.data
    assert f'"incarnation":"{store.incarnation.text}"'.encode() in record.data


def settings_of(home):
    return SimpleNamespace(catalogue="", store_path=home / "store" / "store.json", read_model_path=home / "read-model")


async def test_a_position_of_before_holds_as_far_as_the_backup_reached_and_is_refused_beyond(branches):
    original, left, _ = branches
    before = ReadableStore.open_readonly(original / "store")
    followed = await find(settings_of(left), None)
    (_, until), *_ = followed.ancestors
    model = SimpleNamespace(store="presents", position=until)
    home = Home(followed.catalogue, followed.server, model, followed.ancestors)
    assert read_position(home, f"{before.prefix}.{until}", "at") == until
    with pytest.raises(Problem) as refusal:
        read_position(home, f"{before.prefix}.{before.position}", "at")
    assert (refusal.value.status, refusal.value.kind) == (409, "restored")
    assert position_text(home, until) in refusal.value.detail
    with pytest.raises(Problem, match="another store"):
        read_position(home, f"elsewher.{until}", "at")


async def test_a_stream_resumed_over_a_restore_says_so_first_and_goes_on_where_the_new_history_begins(branches):
    original, left, _ = branches
    before = ReadableStore.open_readonly(original / "store")
    with open_store(left) as store:
        async with (
            Committer(store) as committer,
            GdpServer(committer, ServerSettings(port=0)) as server,
            Api(left, server.port) as api,
        ):
            present = await api.reached(store.position)
            (until,) = [ancestor.until for ancestor in read_identity(left / "store").ancestors]
            for position, begins in ((until, until), (before.position, until), (until - 1, until - 1)):
                lost = f"{before.prefix}.{position}"
                for way in ({"last_event_id": lost}, {"since": lost}):
                    async with api.live(filter=TOPIC, **way) as events:
                        assert await events.next() == {"retry": "1000"}
                        told = await events.next()
                        assert told["event"] == "restored"
                        assert told["id"] == f"{present.partition('.')[0]}.{begins}"
                        assert json.loads(told["data"])["position"] == told["id"]
                        _, message = await events.message()
                        assert message["observations"][0]["value"] == "of 1"


async def test_a_reader_that_runs_notices_a_restore_under_it_and_begins_anew(branches):
    original, left, _ = branches
    followed = await find(settings_of(original), None)
    watching = asyncio.create_task(until_replaced(settings_of(original), None, followed, Progress()))
    shutil.copy(left / "store" / "store.json", original / "store" / "store.json")
    with pytest.raises(StoreReplaced, match="restored from a backup"):
        await watching


async def test_a_reader_elsewhere_learns_the_incarnation_from_the_catalogue_alone(branches):
    with open_store(branches[1]) as store:
        settings = SimpleNamespace(catalogue=printable(store.catalogue), read_model_path=branches[1] / "read-model")
        async with (
            Committer(store) as committer,
            GdpServer(committer, ServerSettings(port=0)) as server,
            GdpClient.connect("127.0.0.1", server.port) as client,
        ):
            followed = await find(settings, client)
        assert (followed.catalogue, followed.server) == (store.catalogue, store.server)


@pytest.mark.parametrize("text", ["", "0", "2", "2-", "2-xyz", "1-0011223344556677x", "02-0011223344556677"])
def test_a_text_that_is_no_incarnation_is_not_taken_for_one(text):
    with pytest.raises(ValueError, match="no incarnation"):
        parse_incarnation(text)


def test_an_incarnation_is_read_as_it_was_written():
    later = FIRST.next(bytes(range(8)))
    assert later == Incarnation(2, "0001020304050607")
    assert [parse_incarnation(each.text) for each in (FIRST, later)] == [FIRST, later]
