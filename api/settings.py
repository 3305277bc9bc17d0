"""The api's settings: environment (HEARTHLOG_…), then hearthlog.toml, then these defaults."""

import os
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from api.errors import StartError
from api.places import Places
from gdp.address import is_loopback, split_address

CONFIG_VARIABLE = "HEARTHLOG_CONFIG"
MIB = 1 << 20


class ApiSettings(Places):
    """What can be set for the api. Keys of other processes in the same file are ignored."""

    model_config = SettingsConfigDict(env_prefix="HEARTHLOG_", extra="ignore", frozen=True)

    http: str = Field("127.0.0.1:8080", description="HOST:PORT on which the api and the page are served.")
    lan: bool = Field(False, description="Whether `lan_http` is served as well.")
    lan_http: str = Field("0.0.0.0:8443", description="HOST:PORT on which the same is served with TLS.")
    tls_certificate: Path | None = Field(None, description="Certificate for that, PEM, with its chain.")
    tls_key: Path | None = Field(None, description="Key of that certificate, PEM.")
    tls_authority: str = Field("", description="File that /authority.pem answers, for devices to trust; empty: none.")
    mqtt: str = Field("127.0.0.1:1883", description="HOST:PORT of the MQTT broker, for MQTT over WebSocket at /mqtt.")
    gdp: str = Field("127.0.0.1:8009", description="HOST:PORT of the log server whose feed is followed.")
    catalogue: str = Field(
        "", description="Name of the store's catalogue log; empty: what store/store.json below the data directory says."
    )

    tail_rows_max: int = Field(
        262_144, ge=1_000, le=16_777_216, description="Rows in memory at which they are sealed into a segment."
    )
    segment_rows_max: int = Field(
        16_777_216, ge=1_000, description="Rows of the largest segment that others are merged into."
    )
    compaction_segments_min: int = Field(
        4, ge=2, description="Neighbouring segments that are merged into one, by a process of its own, at least."
    )
    rows_default: int = Field(1_000, ge=1, description="Rows of an answer that names no limit.")
    rows_max: int = Field(50_000, ge=1, le=1_000_000, description="Largest limit that an answer may be asked for.")
    answer_payload_bytes_max: int = Field(
        8 * MIB, ge=65_536, description="Payload bytes in one answer; it is cut there, and says so."
    )
    at_once_rows_max: int = Field(
        1_000,
        ge=0,
        description="Rows of an answer that is made between other requests, without a thread; 0: none is.",
    )
    plot_width_max: int = Field(4_000, ge=1, description="Greatest width of a plot, in buckets.")
    plot_points_max: int = Field(1_000_000, ge=1, description="Series times width of one plot.")
    plot_rows_max: int = Field(20_000_000, ge=1_000, description="Rows that one plot may look at.")
    cells_max: int = Field(
        2_000_000, ge=1, description="Cells of one aggregate or matrix: series times buckets or rows, and functions."
    )
    scan_rows_max: int = Field(20_000_000, ge=1_000, description="Rows that one aggregate, matrix or asof may look at.")
    request_bytes_max: int = Field(1 * MIB, ge=1_024, description="Largest request body.")
    requests_per_s_max: float = Field(5_000.0, gt=0, description="Requests per second and account, over time.")
    requests_burst_max: int = Field(10_000, ge=1, description="Requests per account that may come at once.")
    heavy_queries_max: int = Field(2, ge=1, le=64, description="Threads for queries that may take long.")
    queries_waiting_max: int = Field(256, ge=1, description="Queries that may wait for a thread.")
    queries_account_max: int = Field(
        128, ge=1, description="Queries of one account that may run or wait for a thread at one time."
    )
    store_reads_max: int = Field(16, ge=1, le=1_000, description="Reads that the log server is asked at one time.")
    store_read_timeout_s: float = Field(5.0, gt=0, description="Longest wait for one answer of the log server.")
    wait_s_max: int = Field(60, ge=1, le=600, description="Longest wait that Prefer: wait may ask for.")
    live_readers_max: int = Field(256, ge=1, description="Event streams at one time.")
    live_readers_account_max: int = Field(64, ge=1, description="Event streams of one account at one time.")
    live_queue_messages_max: int = Field(
        2_000, ge=1, description="Messages that wait for one slow event stream before it is behind."
    )
    live_queue_bytes_max: int = Field(
        4 * MIB, ge=65_536, description="Payload bytes that wait for one slow event stream before it is behind."
    )
    live_comment_s: float = Field(15.0, gt=0, description="Silence after which an event stream sends a comment.")
    cors_origins: str = Field(
        "",
        description="Origins, comma-separated, whose pages may read answers with a secret or a ticket: "
        "https://example.org. Empty: none.",
        pattern=r"^(https?://[^\s,/*]+(,\s*https?://[^\s,/*]+)*)?$",
    )
    frame_ancestors: str = Field(
        "'none'",
        description="Whose pages may show /embed in a frame: 'none', 'self', or origins, separated by blanks: "
        "https://example.org.",
        pattern=r"^('none'|('self'|https?://[^\s,;/*']+)( ('self'|https?://[^\s,;/*']+))*)$",
    )
    ticket_s_max: int = Field(86_400, ge=60, description="Longest life that a ticket may be asked for.")
    mqtt_tunnels_max: int = Field(256, ge=1, description="MQTT connections over WebSocket at one time.")
    dataset_rows_max: int = Field(20_000_000, ge=1, description="Rows of one dataset.")
    dataset_bytes_max: int = Field(2_048 * MIB, ge=1_024, description="Bytes of one dataset, as Arrow.")
    dataset_logs_max: int = Field(20_000, ge=1, description="Logs that one dataset may be made from.")
    dataset_pins_per_hour_max: int = Field(
        100, ge=1, description="New datasets that one account may pin in an hour; their manifests are kept for ever."
    )
    dataset_verify_records_max: int = Field(
        10_000_000, ge=1, description="Records that are read to verify one dataset; one of more is not verified."
    )
    dataset_publish_s: float = Field(
        10.0, gt=0, description="Longest wait for the broker to take the manifest of a dataset."
    )
    dataset_logged_s: float = Field(
        10.0, gt=0, description="Longest wait until that manifest is logged; then it is answered that it is not yet."
    )
    silent_min_s: float = Field(
        300.0, gt=0, description="Shortest silence of a device that is called one, beside ten of its usual intervals."
    )
    broker_save_interval_s: int = Field(
        1,
        ge=1,
        description="Seconds until the broker saves its database again, and one more: what a crash of it can cost.",
    )
    api_mqtt_user: str = Field(
        "api", description="The api's account at the broker, under which it publishes what needs attention."
    )
    look_interval_s: float = Field(
        5.0, gt=0, description="Least time between two looks at the whole home, for metrics and attention."
    )
    attention_after_s: float = Field(
        30.0, ge=0, description="How long a fault has to stand before it is published under hearthlog/attention/."
    )
    told_waiting_s: float = Field(
        5.0, gt=0, description="Age of the oldest message that waits to be acknowledged from which that is told."
    )
    told_save_ms: float = Field(40.0, gt=0, description="Time of a save from which the disk is told to be slow.")
    ready_lag_max_s: float = Field(
        10.0, gt=0, description="Age of the feed's watermark beyond which the api is not ready."
    )
    feed_reconnect_delay_max_s: float = Field(
        5.0, gt=0, description="Longest delay before connecting to the feed again."
    )
    feed_slice_ms: float = Field(
        4.0, gt=0, le=1_000, description="Time that the feed may take before requests have their turn."
    )

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

    @field_validator("http", "mqtt", "gdp", "lan_http")
    @classmethod
    def _check_address(cls, value: str) -> str:
        split_address(value)
        return value

    @model_validator(mode="after")
    def _check_certificate(self) -> Self:
        if self.lan and not (self.tls_certificate and self.tls_key):
            raise ValueError("lan needs tls_certificate and tls_key")
        return self

    @classmethod
    def load(cls) -> Self:
        """Read all sources.

        Raises:
            StartError: in one sentence, which setting and why.
        """
        try:
            return cls()
        except ValidationError as fault:
            first = fault.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise StartError(f"setting {name}: {first['msg'].removeprefix('Value error, ')}") from fault
        except (SettingsError, ValueError, OSError) as fault:
            raise StartError(f"the settings cannot be read: {fault}") from fault

    @property
    def origins(self) -> tuple[str, ...]:
        """Other origins whose pages may read answers."""
        return tuple(each.strip() for each in self.cors_origins.split(",") if each.strip())

    @property
    def unencrypted(self) -> tuple[str, ...]:
        """Addresses without TLS that other machines can reach."""
        return tuple(text for text in (self.http, self.mqtt, self.gdp) if not is_loopback(split_address(text)[0]))
