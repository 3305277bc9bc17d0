"""What a server has done so far, as plain numbers that a process exports."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts since the server started, except the first three, which are of now.

    Attributes:
        connections: clients connected now.
        subscriptions: subscriptions to single logs now.
        feeds: followers of the feed now.
        turned_away: clients refused because of `connections_max`.
        requests: requests answered.
        refused: requests answered with a refusal.
        malformed: messages dropped because they could not be read (gdp-protocol §12).
        skipped: PDUs dropped because nobody speaks their form: fragments, compact addresses, source routes.
        garbled: connections closed because their bytes were no PDUs.
        forwarded: PDUs passed from one client to another.
        no_route: "no route" answers.
        appended: records appended over the wire.
        sent: records sent, all readers together.
        fell_behind: times that a subscription or feed went from live to reading from the store.
        overflowed: connections closed because forwarded PDUs piled up.
        expired: subscriptions ended because they were not refreshed.
        failed: connections closed because of an error that nobody expected; the log has its trace.
    """

    connections: int = 0
    subscriptions: int = 0
    feeds: int = 0
    turned_away: int = 0
    requests: int = 0
    refused: int = 0
    malformed: int = 0
    skipped: int = 0
    garbled: int = 0
    forwarded: int = 0
    no_route: int = 0
    appended: int = 0
    sent: int = 0
    fell_behind: int = 0
    overflowed: int = 0
    expired: int = 0
    failed: int = 0
