"""Bounds of the store and of the server, as frozen values that a process fills from its own settings."""

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20
PDU_DATA_BYTES_MAX = 65_000  # gdp-protocol §2, "Largest record"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Bounds of one store.

    Attributes:
        signature_interval_s: a record is signed when its log's last signature is this old; also the seal's interval.
        signature_unsigned_max: a record is signed when it would be this many after its log's last signature.
        signatures_per_s_max: records signed in a second for their log's age; the seal covers what is beyond it.
        segment_bytes: a commit-log segment that has reached this size is sealed before the next frame.
        commit_log_bytes: budget of all segments; beyond it the oldest is emptied into `.glog` files and deleted; four
            times over it `Committer.room` makes its caller wait for the files.
        commit_log_keep_bytes: sealed segments kept for followers even when all their records are in `.glog` files.
        glog_pending_max: a log with this many records that are only in the commit log is written to its file.
        glog_lag_max_s: no record stays out of its `.glog` file longer, unless the disk share forbids it.
        glog_disk_share_max: share of the time that writing `.glog` files may take (0 to 1); twice over the commit
            log's budget it is lifted, for then disk space is what is short.
        glog_records_max: records in one transaction on a `.glog` file.
        record_bytes_max: data of one record; more could be stored but not read back in one PDU (gdp-protocol §2).
        batch_bytes_max: data of one frame; what waits beyond it is the next frame.
        queue_bytes_max: data that may wait for a commit before `Committer.room` makes its caller wait.
        commit_inline_bytes_max: data of a batch that is committed at once, without the store's thread: waking that, and
            being woken by it, costs more than the commit.
        commit_inline_ms_max: commits that have taken longer lately, on average, all go through the thread.
        watermark_reserve_ms: how far ahead of the clock a frame promises that nothing older will follow; also how far
            logged time may run ahead of the wall clock after a crash.
        disk_full_retry_ms: pause before the batch that found the disk full is tried again.
    """

    signature_interval_s: float = 10.0
    signature_unsigned_max: int = 256
    signatures_per_s_max: int = 1_000
    segment_bytes: int = 64 * MIB
    commit_log_bytes: int = 512 * MIB
    commit_log_keep_bytes: int = 128 * MIB
    glog_pending_max: int = 256
    glog_lag_max_s: float = 3600.0
    glog_disk_share_max: float = 0.1
    glog_records_max: int = 4096
    record_bytes_max: int = PDU_DATA_BYTES_MAX
    batch_bytes_max: int = 8 * MIB
    queue_bytes_max: int = 32 * MIB
    commit_inline_bytes_max: int = 16 * KIB
    commit_inline_ms_max: float = 5.0
    watermark_reserve_ms: int = 2_000
    disk_full_retry_ms: int = 1_000

    def __post_init__(self) -> None:
        """Refuse what no store can work with.

        Raises:
            ValueError: no signatures at all, a share of the time that is not in (0, 1], or a record larger than a PDU.
        """
        if self.signatures_per_s_max < 1:
            raise ValueError(f"signatures_per_s_max is at least 1: {self.signatures_per_s_max}")
        if not 0.0 < self.glog_disk_share_max <= 1.0:
            raise ValueError(
                f"glog_disk_share_max is a share of the time, above 0 and up to 1: {self.glog_disk_share_max}"
            )
        if not 0 < self.record_bytes_max <= PDU_DATA_BYTES_MAX:
            raise ValueError(f"record_bytes_max is between 1 and {PDU_DATA_BYTES_MAX}: {self.record_bytes_max}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Bounds of one GDP server. The port knows no accounts: keep it on loopback or in an operator's tunnel.

    Attributes:
        host: address to listen on.
        port: TCP port, 0 = any free one.
        connections_max: clients at one time; one more is turned away.
        requests_max: requests of one client that are being answered; its next bytes are read when one is done.
        subscriptions_max: subscriptions of one client.
        subscription_lifetime_s: a subscription through another router that is not refreshed ends (gdp-protocol §5);
            one of a client that is connected here lives as long as its connection.
        write_ahead_bytes: bytes waiting for one client beyond which its subscriptions stop following live and read
            on from the store, at the client's pace. A commit that is larger by itself goes to followers of the feed PDU
            by PDU: twice as much and a PDU is all that ever waits for one. Subscriptions to single logs get it at once.
        client_buffer_bytes_max: bytes forwarded from other clients that may wait for one client before its connection
            is closed: it would lose some of them, and so it must know.
        read_threads: threads that read from the store for all clients.
        read_batch_bytes: record bytes fetched from the store at a time for one reader (about; at least one record).
        read_batch_records: records fetched from the store at a time for one reader, at most.
        feed_recent_bytes: record bytes of the last commits kept in memory, for followers that are a little behind.
        watermark_interval_s: pause between watermarks of an idle feed (gdp-protocol §17).
        answer_metadata: answer GETMETADATA; a C reader with `-M` dies of the right answer (gdp-protocol §11, 9).
    """

    host: str = "127.0.0.1"
    port: int = 8009
    connections_max: int = 256
    requests_max: int = 64
    subscriptions_max: int = 10_000
    subscription_lifetime_s: float = 180.0
    write_ahead_bytes: int = 256 * KIB
    client_buffer_bytes_max: int = 16 * MIB
    read_threads: int = 2
    read_batch_bytes: int = 256 * KIB
    read_batch_records: int = 1_000
    feed_recent_bytes: int = 4 * MIB
    watermark_interval_s: float = 1.0
    answer_metadata: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Bounds of one GDP client.

    Attributes:
        request_timeout_s: a request without an answer fails after this, the wait for a connection included.
        refresh_interval_s: subscriptions are renewed this often: a C server forgets them after 180 s (gdp-protocol §5).
        reconnect_first_s: pause before the first new attempt after a connection ended; doubles, with jitter.
        reconnect_max_s: longest pause between attempts.
        stream_buffer_bytes_max: record bytes that may wait for the consumer of one subscription; beyond it the client
            unsubscribes, and subscribes again from where the consumer is when that has caught up.
        range_records: records asked for at a time while a range is read.
    """

    request_timeout_s: float = 10.0
    refresh_interval_s: float = 60.0
    reconnect_first_s: float = 0.1
    reconnect_max_s: float = 5.0
    stream_buffer_bytes_max: int = 4 * MIB
    range_records: int = 1_000
