"""The settings of `hearthlog up`: options, environment, hearthlog.toml."""

import os
from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

CONFIG_VARIABLE = "HEARTHLOG_CONFIG"
CONFIG_DEFAULT = "hearthlog.toml"


def config_path() -> Path:
    """Where the file of settings is looked for."""
    return Path(os.environ.get(CONFIG_VARIABLE) or CONFIG_DEFAULT)


class UpSettings(BaseSettings):
    """What `hearthlog up` itself reads; its children read their own from the same places."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="HEARTHLOG_", extra="ignore", frozen=True
    )

    data: Path = Field(default=Path("data"), description="Directory that holds everything: logs, keys, secrets.")
    http: str = Field(default="127.0.0.1:8080", description="HOST:PORT of page and API.")
    mqtt: str = Field(default="127.0.0.1:1883", description="HOST:PORT of the MQTT broker.")
    gdp: str = Field(
        default="127.0.0.1:8009", description="HOST:PORT of the log server. Loopback only: it knows no accounts."
    )
    lan: bool = Field(default=False, description="Serve sensors, phones and browsers of the network as well, with TLS.")
    lan_http: str = Field(default="0.0.0.0:8443", description="HOST:PORT of page and API for the network, HTTPS.")
    lan_mqtt: str = Field(default="0.0.0.0:8883", description="HOST:PORT of the broker for the network, MQTT over TLS.")
    tls_certificate: Path | None = Field(
        default=None, description="Certificate for the network, PEM, with its chain; not set: the home makes its own."
    )
    tls_key: Path | None = Field(default=None, description="Key of that certificate, PEM.")
    tls_names: str = Field(
        default="", description="Further names of this machine for the home's own certificate, comma-separated."
    )
    insecure: bool = Field(
        default=False, description="Let http, mqtt or gdp be reached from other machines without TLS."
    )
    sink_metrics: str = Field(
        default="127.0.0.1:8010", description="HOST:PORT of the sink's metrics; empty turns them off."
    )
    demo: bool = Field(default=False, description="Replay the sample home as live messages.")
    broker_save_interval_s: int = Field(
        default=1,
        ge=1,
        description="Seconds until the broker saves its database again, and one more: what a crash of it can cost.",
    )
    broker_inflight_messages_max: int = Field(
        default=5_000, ge=1, le=65_535, description="Messages on their way from the broker to one client."
    )
    broker_queued_messages_max: int = Field(
        default=1_000_000, ge=1_000, description="Messages that the broker keeps for one client that is away."
    )
    broker_queued_bytes_max: int = Field(
        default=268_435_456, ge=1_048_576, description="Bytes that the broker keeps for one client that is away."
    )
    broker_packet_bytes_max: int = Field(
        default=4_194_304,
        ge=65_536,
        le=268_435_455,
        description="Largest MQTT packet that the broker takes; not more than payload_bytes_max.",
    )
    ready_timeout_s: float = Field(
        default=120.0, gt=0, description="How long `up` waits for each part before it says that something is wrong."
    )
    restart_delay_min_s: float = Field(default=0.2, gt=0, description="Wait before a part that died is started again.")
    restart_delay_max_s: float = Field(default=15.0, gt=0, description="The wait doubles with each death up to this.")
    stop_timeout_s: float = Field(
        default=5.0, gt=0, description="Time for all parts together to stop in order; then they are killed."
    )
    child_log_bytes_max: int = Field(
        default=8_388_608,
        ge=65_536,
        description="Size at which a part's log file in DIR/run is set aside and begun anew.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options win over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_path())
