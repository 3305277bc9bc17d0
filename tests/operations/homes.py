"""Homes at rest for backups: a data directory with a store in it, and nobody running."""

from contextlib import contextmanager

from compose.datadir import VERSION
from compose.settings import UpSettings
from gdp.disk import DISK
from gdp.settings import StoreSettings
from gdp.store import Store, Write
from gdp.store.checking import check_store
from gdp.store.identity import read_identity, write_identity
from hearthlog.backup.make import back_up
from hearthlog.backup.restore import restore


def silent(*_):
    """Progress that nobody watches."""


def open_store(data, **settings):
    return Store.open(data / "store", keys=data / "keys", settings=StoreSettings(**settings))


def say(store, topic, *values):
    """Commit values as messages of a topic, one commit each."""
    for value in values:
        store.commit([Write(topic, (str(value).encode(),))])


def quiet_home(data, topics=("homes/h1/a", "homes/h1/b"), count=40):
    """A home that has stored some messages and was stopped."""
    data.mkdir(parents=True)
    (data / "VERSION").write_text(VERSION)
    (data / "secrets").mkdir()
    (data / "secrets" / "admin.token").write_text("a secret\n")
    with open_store(data) as store:
        for topic in topics:
            say(store, topic, *range(count))
    return data


def backed_up(data, place):
    return back_up(UpSettings(data=data), place, silent, drain_s=5.0)


def restored(backup, data):
    return restore(backup, data, silent)


def checked(data):
    return check_store(data / "store", silent)


def values_of(store, topic):
    """What a topic's logs hold, over all generations, in order."""
    logs = [log for log in store.logs() if log.topic == topic]
    return [datum.data.decode() for log in logs for datum in store.read(log.name, 1, -1)]


@contextmanager
def next_incarnation(data, mark):
    """The store of a copied directory as its next incarnation, open."""
    with open_store_as(data, mark) as store:
        yield store


def open_store_as(data, mark):
    identity = read_identity(data / "store")
    position = checked(data).position
    write_identity(data / "store", identity.restored(position, mark), DISK)
    return open_store(data)
