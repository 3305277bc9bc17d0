"""The broker as a part: its files written under DIR/broker, its account, its command line."""

import os
import secrets
import shutil
from collections.abc import Mapping
from functools import partial

import broker_config
from compose.accounts import write_broker_files
from compose.addresses import Address
from compose.child import ChildSpec
from compose.datadir import SECRET_BYTES, DataDirectory, write_private
from compose.errors import DirectoryError, ProgramMissing
from compose.owner import give_to_owner, owner_of
from compose.ready import no_connection
from compose.settings import UpSettings
from compose.starts import note_start

INSTALL_LINE = "apt-get install --yes mosquitto mosquitto-clients && systemctl disable --now mosquitto"


def find_mosquitto() -> str:
    """The path of the broker's program.

    Raises:
        ProgramMissing: with the line that installs it.
    """
    # Debian keeps it where a user's PATH does not look.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    if program := shutil.which("mosquitto", path=path):
        return program
    sudo = "" if os.geteuid() == 0 else "sudo "
    message = (
        "The MQTT broker Mosquitto is not installed. Install it, without leaving one running on its own:\n\n"
        f"    {sudo}sh -c '{INSTALL_LINE}'\n"
    )
    raise ProgramMissing(message)


def prepare_broker(
    settings: UpSettings,
    directory: DataDirectory,
    address: Address,
    environment: Mapping[str, str],
    *,
    lan: Address | None = None,
) -> ChildSpec:
    """Writes configuration, accounts and rules, and says how to start the broker on them.

    Raises:
        ProgramMissing: Mosquitto is not installed.
        DirectoryError: a path that Mosquitto's configuration cannot carry.
    """
    program = find_mosquitto()
    owner = owner_of(directory.root)
    options = _options(settings, directory, address, owner, lan)
    try:
        configuration = broker_config.configuration(options)
    except ValueError as error:
        raise DirectoryError(f"{error}. Choose another: --data DIR") from error
    _name_session(directory)
    write_broker_files(directory)
    write_private(directory.broker / "mosquitto.conf", configuration)
    give_to_owner(directory.root, directory.broker, *directory.broker.iterdir())
    return ChildSpec(
        name="mosquitto",
        argv=(program, "-c", str(directory.broker / "mosquitto.conf")),
        environment=environment,
        missing=partial(no_connection, address),
        stop_share=0.15,
        before=partial(note_start, directory),
        # Not by Mosquitto itself: a process that changes its user forgets whose death it should follow.
        user=owner,
    )


def _options(
    settings: UpSettings, directory: DataDirectory, address: Address, owner: str | None, lan: Address | None
) -> broker_config.BrokerOptions:
    return broker_config.BrokerOptions(
        host=address.host,
        port=address.port,
        directory=directory.broker,
        owner=owner,
        lan=lan,
        certificates=directory.tls,
        save_interval_s=settings.broker_save_interval_s,
        inflight_messages_max=settings.broker_inflight_messages_max,
        queued_messages_max=settings.broker_queued_messages_max,
        queued_bytes_max=settings.broker_queued_bytes_max,
        packet_bytes_max=settings.broker_packet_bytes_max,
    )


def _name_session(directory: DataDirectory) -> None:
    """Gives the sink's session a name that no account can guess: whoever connects by it ends what waits for the sink.

    Only where there is no session yet, for under another name the sink would not find it again.
    """
    path = directory.sink_session
    if not path.exists() and not (directory.broker / broker_config.DATABASE).exists():
        write_private(path, secrets.token_urlsafe(SECRET_BYTES) + "\n")
