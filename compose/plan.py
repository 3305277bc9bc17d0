"""Which parts make a home, with what environment, in what order."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from broker_config import ADMIN
from compose.addresses import Address, parse_address
from compose.broker import prepare_broker
from compose.certificates import files_of
from compose.child import ChildSpec
from compose.datadir import DataDirectory
from compose.errors import SettingsError
from compose.ready import no_answer, no_connection
from compose.settings import CONFIG_VARIABLE, UpSettings, config_path

# glibc would map and unmap each large array of a query anew, and the page faults would double its time; beyond the
# second bound it gives memory back all the same.
API_MALLOC = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "268435456"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything listens."""

    http: Address
    mqtt: Address
    gdp: Address
    sink_metrics: Address | None
    lan_http: Address | None
    lan_mqtt: Address | None

    @classmethod
    def of(cls, settings: UpSettings) -> "Addresses":
        """Reads them from the settings.

        Raises:
            SettingsError: one of them is no HOST:PORT.
        """
        return cls(
            http=parse_address(settings.http, option="--http"),
            mqtt=parse_address(settings.mqtt, option="--mqtt"),
            gdp=parse_address(settings.gdp, option="--gdp"),
            sink_metrics=parse_address(settings.sink_metrics, option="HEARTHLOG_SINK_METRICS")
            if settings.sink_metrics
            else None,
            lan_http=parse_address(settings.lan_http, option="HEARTHLOG_LAN_HTTP") if settings.lan else None,
            lan_mqtt=parse_address(settings.lan_mqtt, option="HEARTHLOG_LAN_MQTT") if settings.lan else None,
        )

    @property
    def by_option(self) -> dict[str, Address]:
        """By the name of the option that chooses each."""
        found = {
            "--http": self.http,
            "--mqtt": self.mqtt,
            "--gdp": self.gdp,
            "HEARTHLOG_SINK_METRICS": self.sink_metrics,
            "HEARTHLOG_LAN_HTTP": self.lan_http,
            "HEARTHLOG_LAN_MQTT": self.lan_mqtt,
        }
        return {option: address for option, address in found.items() if address is not None}

    @property
    def unprotected(self) -> dict[str, Address]:
        """Those that other machines reach without TLS, by option."""
        plain = {"--http": self.http, "--mqtt": self.mqtt, "--gdp": self.gdp}
        return {option: address for option, address in plain.items() if not address.is_loopback}

    def check_protected(self, *, insecure: bool) -> None:
        """Refuse addresses that would let everybody on the network listen.

        Raises:
            SettingsError: names them and what would do.
        """
        if self.unprotected and not insecure:
            told = ", ".join(f"{option} {address}" for option, address in self.unprotected.items())
            raise SettingsError(
                f"{told} would be reachable from other machines, and nothing is encrypted there. Leave it on loopback "
                "and say --lan, which serves the network with TLS; or say --insecure, if the network is yours alone"
            )


def plan_services(settings: UpSettings, directory: DataDirectory, addresses: Addresses) -> list[ChildSpec]:
    """The broker, the sink, the api, in the order of their start. Writes the broker's files.

    Raises:
        ComposeError: something that a person must see to first.
    """
    environment = child_environment(settings, directory)
    api_environment = {**environment, **API_MALLOC, **_tls(settings, directory, addresses)}
    return [
        prepare_broker(settings, directory, addresses.mqtt, environment, lan=addresses.lan_mqtt),
        ChildSpec(
            name="sink",
            argv=(sys.executable, "-m", "gdp_sink"),
            environment=environment,
            missing=partial(no_connection, addresses.gdp),
            stop_share=0.6,
        ),
        ChildSpec(
            name="api",
            argv=(sys.executable, "-m", "api"),
            environment=api_environment,
            # Ready for messages, not merely alive: this is what the person waits for.
            missing=partial(no_answer, addresses.http, "/readyz"),
            stop_share=0.15,
        ),
    ]


def _tls(settings: UpSettings, directory: DataDirectory, addresses: Addresses) -> Mapping[str, str]:
    if addresses.lan_http is None:
        return {"HEARTHLOG_LAN": "false"}
    files = files_of(directory, given=settings.tls_certificate is not None)
    return {
        "HEARTHLOG_LAN": "true",
        "HEARTHLOG_LAN_HTTP": str(addresses.lan_http),
        "HEARTHLOG_TLS_CERTIFICATE": str(files.certificate),
        "HEARTHLOG_TLS_KEY": str(files.key),
        "HEARTHLOG_TLS_AUTHORITY": "" if files.authority is None else str(files.authority),
    }


def plan_demo(settings: UpSettings, directory: DataDirectory, addresses: Addresses) -> ChildSpec:
    """The sample home, replayed through the broker."""
    return ChildSpec(
        name="demo",
        argv=(
            *(sys.executable, "-m", "ingest", "demo", "--mqtt", str(addresses.mqtt.reachable)),
            *("--user", ADMIN, "--password-file", str(directory.token_path(ADMIN))),
        ),
        environment=child_environment(settings, directory),
        missing=_nothing_missing,
        stop_share=0.05,
        once=True,
        on_terminal=True,
    )


def child_environment(settings: UpSettings, directory: DataDirectory) -> Mapping[str, str]:
    """Our own environment, with what options decided made plain for the children."""
    return {
        **os.environ,
        CONFIG_VARIABLE: str(config_path().absolute()),
        "HEARTHLOG_DATA": str(directory.root),
        "HEARTHLOG_HTTP": settings.http,
        "HEARTHLOG_MQTT": settings.mqtt,
        "HEARTHLOG_GDP": settings.gdp,
        "HEARTHLOG_SINK_METRICS": settings.sink_metrics,
        "PYTHONUNBUFFERED": "1",
    }


async def _nothing_missing() -> str | None:
    return None
