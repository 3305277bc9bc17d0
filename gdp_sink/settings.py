"""The sink's settings: environment (HEARTHLOG_…), then hearthlog.toml, then these defaults."""

import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from gdp.address import split_address
from gdp_sink.errors import SettingsUnusable
from ingest.errors import FilterError
from ingest.filters import TopicFilter

CONFIG_VARIABLE = "HEARTHLOG_CONFIG"
FILTERS_BYTES_MAX = 8192
"""Those of two runs must fit into each record of the own log."""


class SinkSettings(BaseSettings):
    """What can be set for the sink. Keys of other processes in the same file are ignored."""

    model_config = SettingsConfigDict(env_prefix="HEARTHLOG_", extra="ignore", frozen=True)

    data: Path = Field(Path("data"), description="Directory of everything that is kept.")
    mqtt: str = Field("127.0.0.1:1883", description="HOST:PORT of the MQTT broker.")
    gdp: str = Field("127.0.0.1:8009", description="HOST:PORT on which the log server listens; it knows no accounts.")
    sink_metrics: str = Field("127.0.0.1:8010", description="HOST:PORT of the sink's Prometheus metrics; empty is off.")
    log_filter: Annotated[tuple[str, ...], NoDecode] = Field(
        ("#",),
        min_length=1,
        max_length=100,
        description="MQTT topic filters, comma-separated in the environment: what is logged.",
    )
    mqtt_user: str = Field("sink", description="The sink's account at the broker; used if there is a token.")
    mqtt_client_id: str = Field("hearthlog-sink", min_length=1, description="Names the sink's session at the broker.")
    sink_token_file: str = Field(
        "secrets/sink.token",
        description="File with the sink's password at the broker, below the data directory; no file, no password.",
    )
    sink_session_file: str = Field(
        "secrets/sink.session",
        description="File with a secret that is added to mqtt_client_id, below the data directory; no file, nothing.",
    )
    keepalive_s: int = Field(30, ge=1, le=3600, description="Silence after which sink and broker probe each other.")
    connect_timeout_s: float = Field(10.0, gt=0, le=120, description="Longest wait for the broker to accept.")
    reconnect_delay_min_s: float = Field(0.25, gt=0, le=60, description="First delay before connecting again.")
    reconnect_delay_max_s: float = Field(15.0, gt=0, le=600, description="Longest delay before connecting again.")
    receive_maximum: int = Field(
        1000, ge=1, le=16384, description="Messages that the broker may send before the first is acknowledged."
    )
    receive_pace_ms: float = Field(
        5.0,
        ge=0,
        le=50,
        description="While messages come quickly, time between two reads, so that they share wake-ups and commits.",
    )
    topic_bytes_max: int = Field(
        1024, ge=1, le=8192, description="Longest topic that is kept; longer ones are refused and counted."
    )
    payload_bytes_max: int = Field(
        4_194_304, ge=0, le=67_108_864, description="Largest payload that is kept; larger ones are refused and counted."
    )
    backlog_messages_max: int = Field(
        20_000, ge=1, le=1_000_000, description="Messages received and not yet in the store at which reading pauses."
    )
    backlog_bytes_max: int = Field(
        33_554_432, ge=65_536, description="Payload bytes received and not yet in the store at which reading pauses."
    )
    retained_lookback_records: int = Field(
        64,
        ge=1,
        le=10_000,
        description="Records of a topic searched for its last retained message after the broker forgot the session.",
    )
    heartbeat_s: float = Field(10.0, gt=0, le=3600, description="Interval of the heartbeat in the sink's own log.")
    refused_interval_s: float = Field(
        60.0, ge=0, le=86_400, description="Least time between two own-log records of refusals for the same reason."
    )
    broker_database: str = Field(
        "broker/mosquitto.db",
        description="The broker's database, below the data directory, watched to see that it saves; empty is unknown.",
    )
    broker_starts: str = Field(
        "broker/starts.json",
        description="What `hearthlog up` notes of the broker's starts, below the data directory; empty is unknown.",
    )
    broker_saving_lag_max_s: float = Field(
        15.0, gt=0, le=86_400, description="Age of the broker's last save from which it counts as not saving."
    )
    clock_step_s: float = Field(
        1.0, gt=0, description="Change of the offset between logged time and wall clock that is told in the own log."
    )
    signature_interval_s: float = Field(
        10.0, gt=0, le=3600, description="Longest time that a record may stay without a signature or seal."
    )
    commit_log_mib: int = Field(
        512,
        ge=1,
        description="Budget of the commit log, MiB; beyond it log files are written, four times over it first.",
    )
    commit_log_keep_mib: int = Field(128, ge=0, description="Part of the commit log that is kept for followers, MiB.")
    glog_lag_max_s: float = Field(
        3600.0, gt=0, description="Longest time that a record may be in the commit log only, not in its log's file."
    )
    stop_s_max: float = Field(3.0, ge=1, le=60, description="Time for an orderly stop; the rest can wait.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then the file that HEARTHLOG_CONFIG names."""
        file = Path(os.environ.get(CONFIG_VARIABLE, "hearthlog.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    @field_validator("log_filter", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(each.strip() for each in value.split(",")) if isinstance(value, str) else value

    @field_validator("log_filter")
    @classmethod
    def _check_filters(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                TopicFilter.parse(text)
            except FilterError as fault:
                raise ValueError(str(fault)) from fault
            if text.startswith("$"):
                raise ValueError(f"{text!r}: topics that begin with $ are the broker's own and are not logged")
        if sum(len(text.encode()) for text in value) > FILTERS_BYTES_MAX:
            raise ValueError(f"all filters together may have {FILTERS_BYTES_MAX} bytes")
        return tuple(dict.fromkeys(value))

    @field_validator("mqtt", "gdp", "sink_metrics")
    @classmethod
    def _check_address(cls, value: str) -> str:
        if value:
            split_address(value)
        return value

    @classmethod
    def load(cls) -> Self:
        """Read all sources.

        Raises:
            SettingsUnusable: in one sentence, which setting and why.
        """
        try:
            return cls()
        except ValidationError as fault:
            first = fault.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise SettingsUnusable(f"setting {name}: {first['msg'].removeprefix('Value error, ')}") from fault
        except (SettingsError, ValueError, OSError) as fault:
            raise SettingsUnusable(f"the settings cannot be read: {fault}") from fault

    @property
    def token_path(self) -> Path:
        """Where the sink's password at the broker lies, if there is one."""
        return self.data / self.sink_token_file

    @property
    def broker_database_path(self) -> Path | None:
        """The broker's database; None if it is not ours to watch."""
        return self.data / self.broker_database if self.broker_database else None

    @property
    def broker_starts_path(self) -> Path | None:
        """Where the broker's starts are noted; None if it is not ours."""
        return self.data / self.broker_starts if self.broker_starts else None
