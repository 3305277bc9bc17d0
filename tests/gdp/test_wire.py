"""The wire is byte for byte that of the C programs (§14.2, §14.3), and garbage never does harm."""

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdp import errors
from gdp import gdp_pb2 as pb
from gdp.codes import Cmd, description_of, error_of, status_word
from gdp.datum import Datum
from gdp.datumcodec import (
    CONTENT_OVERHEAD_BYTES_MAX,
    DATUM_OVERHEAD_BYTES_MAX,
    encode_content,
    encode_datum,
    encode_watermark,
)
from gdp.errors import ProtocolError
from gdp.messages import (
    Append,
    ByHash,
    ByRecno,
    ByTs,
    Content,
    Create,
    End,
    Message,
    Open,
    Record,
    Refusal,
    Success,
)
from gdp.pdu import HEADER_BYTES_MAX, PAYLOAD_BYTES_MAX, Pdu, PduType, Splitter
from gdp.wire import decode, encode
from tests.gdp import vectors as v

CLIENT = bytes.fromhex("c6286b5b46540a1b66f985d8a0d3938e5d0bcf739443651759c65a9a9fd6b48b")
C_SIGNATURE = bytes.fromhex(
    "3045022100f489664aa3f506378ed654103a1c575372e3190d55d2c6a8ae0847ddd57206e00220205bc49286d0e04f92775e252e64775c"
    "fbeab466c7a133fb4cbe9d877a5961f3"
)
C_TS = 1795518728_598338000
C_DATUM = Datum(1, C_TS, 0.0, None, b"hello", C_SIGNATURE)

APPEND_PDU = bytes.fromhex(
    "0413000f00000000" + "0000006b" + v.NAME.hex() + CLIENT.hex() + "0847ba04660a640a620801120c0888e295d80610d0d3a79d02"
    "2a0568656c6c6f32490a47" + C_SIGNATURE.hex()
)
ACK_PDU = bytes.fromhex(
    "0413000f00000000" + "00000014" + CLIENT.hex() + v.NAME.hex() + "08800182080e120c0888e295d80610d0d3a79d02"
)

BLOB = v.METADATA.blob
CAPTURED = {
    "append": (APPEND_PDU[76:], Message(71, 0, Append((C_DATUM,)))),
    "its ack": (ACK_PDU[76:], Message(128, 0, Success(ts=C_TS))),
    "create": (
        bytes.fromhex("084210019204f5010ad0010acd01") + BLOB + b"\x12\x20" + v.NAME,
        Message(66, 1, Create(BLOB, v.NAME)),
    ),
    "created": (bytes.fromhex("0881011001820800"), Message(129, 1, Success())),
    "open append-only": (bytes.fromhex("084310019a0400"), Message(67, 1, Open())),
    "open read-only": (bytes.fromhex("084410019a0400"), Message(68, 1, Open())),
    "opened": (
        bytes.fromhex("08800110018208d201080122cd01") + BLOB,
        Message(128, 1, Success(recno=1, metadata=BLOB)),
    ),
    "read one": (bytes.fromhex("0848c2040408021000"), Message(72, 0, ByRecno(1, 0))),
    "not found": (bytes.fromhex("08c401820c0808948bb0a00a1802"), Message(196, 0, Refusal("", 2))),
    "read range": (bytes.fromhex("08481002c2040408021001"), Message(72, 2, ByRecno(1, 1))),
    "end of results": (bytes.fromhex("08bf011002fa0b0808878ab0a0081801"), Message(191, 2, End(1))),
    "subscribe": (bytes.fromhex("084b1002da04021001"), Message(75, 2, ByRecno(None, 1))),
    "subscribed": (bytes.fromhex("0880011002820800"), Message(128, 2, Success())),
    "end of subscription": (bytes.fromhex("08bf011002820800"), Message(191, 2, Success())),
    "close": (bytes.fromhex("0846"), Message(70)),
    "closed": (bytes.fromhex("088001820800"), Message(128, 0, Success())),
    "append of 1": (v.APPEND_1, Message(71, 7, Append((v.DATUMS[0],)))),
    "append of 2 and 3": (v.APPEND_2_AND_3, Message(71, 8, Append((v.DATUMS[1], v.DATUMS[2])))),
}


@pytest.mark.parametrize("name", CAPTURED)
def test_captured_messages_are_read_and_written_byte_for_byte(name):
    payload, message = CAPTURED[name]
    assert decode(payload) == message
    assert encode(message) == payload


def test_the_reply_of_the_c_server_with_its_empty_prevhash_reads_as_absent():
    reply = (
        bytes.fromhex("088501aa08680a660a640801120c0888e295d80610d0d3a79d021a002a0568656c6c6f32490a47") + C_SIGNATURE
    )
    assert decode(reply) == Message(133, 0, Content((Record(b"", C_DATUM, C_TS),)))


def test_whole_pdus_captured_from_c_are_written_byte_for_byte():
    append = Pdu(PduType.REGULAR, v.NAME, CLIENT, 0, CAPTURED["append"][0])
    ack = Pdu(PduType.REGULAR, CLIENT, v.NAME, 0, CAPTURED["its ack"][0])
    no_route = Pdu(PduType.NO_ROUTE, CLIENT, v.NAME)
    assert append.encode() == APPEND_PDU
    assert ack.encode() == ACK_PDU
    assert no_route.encode() == bytes.fromhex("0413800f0000000000000000") + CLIENT + v.NAME
    assert Splitter().feed(APPEND_PDU + ACK_PDU + no_route.encode()) == [append, ack, no_route]


names = st.binary(min_size=32, max_size=32)
times = st.integers(0, 4_000_000_000_000_000_000)
accuracies = st.one_of(st.just(0.0), st.floats(width=32, min_value=0, allow_nan=False, allow_infinity=False))
accuracies = accuracies.map(abs)  # a negative zero is no accuracy
datums = st.builds(
    Datum,
    st.integers(0, 2**63 - 1),
    times,
    accuracies,
    st.none() | names,
    st.binary(max_size=300),
    st.none() | st.binary(min_size=1, max_size=300),
)
pdus = st.builds(
    Pdu, st.sampled_from([int(kind) for kind in PduType]), names, names, st.integers(0, 32767), st.binary(max_size=200)
)


@given(st.lists(pdus, max_size=8), st.randoms(use_true_random=False))
def test_a_stream_cut_anywhere_gives_the_same_pdus(sent, chance):
    stream = b"".join(pdu.encode() for pdu in sent)
    splitter, got, at = Splitter(), [], 0
    while at < len(stream):
        size = chance.randint(1, 150)
        got += splitter.feed(stream[at : at + size])
        at += size
    assert got == sent


@given(st.binary(max_size=1000), st.integers(1, 50))
def test_garbage_on_the_stream_is_accepted_or_a_protocol_error(data, size):
    splitter = Splitter()
    with contextlib.suppress(ProtocolError):
        for at in range(0, len(data), size):
            splitter.feed(data[at : at + size])


@given(st.lists(pdus, min_size=1, max_size=3), st.data())
def test_a_damaged_stream_is_accepted_or_a_protocol_error_and_holds_one_pdu_at_most(sent, data):
    stream = bytearray(b"".join(pdu.encode() for pdu in sent))
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    splitter = Splitter()
    try:
        splitter.feed(bytes(stream))
    except ProtocolError:
        return
    assert len(splitter._buffer) < HEADER_BYTES_MAX + PAYLOAD_BYTES_MAX


def test_header_options_are_skipped_and_fragments_are_dropped():
    plain = Pdu(PduType.REGULAR, v.NAME, CLIENT, 5, b"x")
    with_options = bytearray(plain.encode())
    with_options[1] = 20
    with_options[76:76] = b"opts"
    fragment = bytearray(plain.encode())
    fragment[5] |= 1
    splitter = Splitter()
    assert splitter.feed(bytes(with_options) + bytes(fragment)) == [plain]
    assert splitter.skipped == 1


@given(datums, st.none() | names, times)
def test_a_record_encoded_by_hand_is_what_protobuf_writes(datum, log, logged):
    by_hand = encode_datum(datum, log, logged)
    wire = pb.Datum.FromString(by_hand)
    assert wire.SerializeToString() == by_hand
    assert wire.log == (log or b"")


@given(st.integers(0, 2**32 - 1), times)
def test_a_watermark_encoded_by_hand_is_what_protobuf_writes(rid, ts):
    assert encode_watermark(rid, ts) == encode(Message(Cmd.ACK_SUCCESS, rid, Success(ts=ts)))


@given(st.lists(datums, min_size=1, max_size=4), st.integers(0, 2**32 - 1), names)
def test_spliced_answers_read_back_as_the_records_they_were_made_of(listed, rid, log):
    records = tuple(Record(log, datum, datum.ts + 5) for datum in listed)
    payload = encode_content(rid, [encode_datum(record.datum, log, record.logged) for record in records])
    assert decode(payload) == Message(Cmd.ACK_CONTENT, rid, Content(records))
    assert encode(Message(Cmd.ACK_CONTENT, rid, Content(records))) == payload
    assert pb.Message.FromString(payload).SerializeToString() == payload


optional_numbers = st.none() | st.integers(0, 2**63 - 1)
counts = st.none() | st.integers(-(2**31), 2**31 - 1)
recnos = st.integers(-(2**63), 2**63 - 1)
bodies = st.one_of(
    st.tuples(st.just(Cmd.READ_BY_RECNO), st.builds(ByRecno, recnos, counts, st.booleans())),
    st.tuples(st.just(Cmd.SUBSCRIBE_BY_RECNO), st.builds(ByRecno, st.none() | recnos, counts, st.booleans())),
    st.tuples(st.just(Cmd.READ_BY_TS), st.builds(ByTs, times, counts, st.booleans())),
    st.tuples(st.just(Cmd.SUBSCRIBE_BY_TS), st.builds(ByTs, st.none() | times, counts, st.booleans())),
    st.tuples(st.just(Cmd.READ_BY_HASH), st.builds(ByHash, names, st.none(), st.just(False))),
    st.tuples(st.just(Cmd.SUBSCRIBE_BY_HASH), st.builds(ByHash, names, counts, st.booleans())),
    st.tuples(
        st.just(Cmd.ACK_SUCCESS),
        st.builds(Success, optional_numbers, st.none() | times, st.none() | names, st.none() | names),
    ),
    st.tuples(st.just(Cmd.ACK_END_OF_RESULTS), st.builds(End, st.integers(0, 2**63))),
    st.tuples(st.integers(192, 240), st.builds(Refusal, st.text(max_size=20), optional_numbers)),
    st.tuples(st.just(Cmd.APPEND), st.builds(Append, st.lists(datums, min_size=1, max_size=3).map(tuple))),
)


@given(bodies, st.integers(0, 2**32 - 1))
def test_every_message_survives_its_encoding(command, rid):
    cmd, body = command
    assert decode(encode(Message(cmd, rid, body))) == Message(cmd, rid, body)


@given(st.binary(max_size=300))
def test_a_garbage_message_is_read_or_a_protocol_error(payload):
    with contextlib.suppress(ProtocolError):
        decode(payload)


def test_damaged_messages_are_read_or_a_protocol_error():
    chance = random.Random(7)
    for payload, _ in CAPTURED.values():
        for _ in range(200):
            damaged = bytearray(payload)
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            with contextlib.suppress(ProtocolError):
                decode(bytes(damaged[: chance.randint(1, len(damaged))]))


def test_an_unknown_code_survives():
    assert decode(bytes.fromhex("08ab02")) == Message(299)


def test_a_time_that_would_not_read_back_the_same_counts_as_none():
    wire = pb.Message(cmd=71)
    for seconds, nanoseconds in ((-1, 0), (1, 1_000_000_000), (2**40, 0)):
        datum = wire.append.dl.d.add(recno=1, data=b"")
        datum.ts.sec, datum.ts.nsec = seconds, nanoseconds
    wire.append.dl.d.add(recno=1, data=b"")
    body = decode(wire.SerializeToString()).body
    assert isinstance(body, Append)
    assert [datum.ts for datum in body.datums] == [-1] * 4


def test_the_largest_record_fits_one_pdu_with_everything_the_feed_adds():
    datum = Datum(2**62, 4_000_000_000_123456789, 0.5, bytes(32), bytes(65_000), bytes(72))
    encoded = encode_datum(datum, v.NAME, 4_000_000_000_123456788)
    assert len(encoded) + CONTENT_OVERHEAD_BYTES_MAX + DATUM_OVERHEAD_BYTES_MAX < PAYLOAD_BYTES_MAX
    assert len(encode_content(2**32 - 1, [encoded])) <= PAYLOAD_BYTES_MAX


def test_status_words_are_those_seen_from_c():
    assert status_word(196) == 0xA40C0594
    assert status_word(191) == 0x840C0507
    assert status_word(128) == 0


@pytest.mark.parametrize(
    "error",
    [
        errors.BadRequest("m"),
        errors.BadSignature("s"),
        errors.BadOption("o"),
        errors.Forbidden("f"),
        errors.OutOfSequence("gap"),
        errors.NotFound("n"),
        errors.Conflict("c"),
        errors.TooLarge("t"),
        errors.NotImplementedByServer("i"),
        errors.Unavailable("u"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_is_the_same_error_on_the_other_side(error):
    again = error_of(error.nak, description_of(error))
    assert (type(again), str(again)) == (type(error), str(error))


def test_a_refusal_nobody_knows_still_says_its_code():
    assert "217" in str(error_of(217, ""))
