"""Acknowledgements reach the broker whole and in order, also those that its socket does not take at once."""

import socket

from gdp_sink.mqtt_client import SinkClient
from gdp_sink.mqtt_socket import PassedSocket
from gdp_sink.source import Acks, Reason


def test_acknowledgements_that_the_socket_does_not_take_follow_in_order():
    ours, peer = socket.socketpair()
    with ours, peer:
        ours.setblocking(False)
        peer.setblocking(False)
        client = SinkClient("sink", PassedSocket(ours))
        client.begin("127.0.0.1", 1883, keepalive_s=30, receive_maximum=10)
        client.loop_write()
        connect = peer.recv(1000)
        assert connect[0] == 0x10
        expected, heard = bytearray(), bytearray()
        batch = Acks(1, range(1, 60_000), {7: Reason.QUOTA_EXCEEDED})
        while not client.want_write():
            client.acknowledge([batch])
            expected += written(batch)
        client.acknowledge([batch])
        expected += written(batch)
        while len(heard) < len(expected):
            heard += peer.recv(1 << 20)
            client.loop_write()
        assert heard == expected
        assert not client.want_write()


def written(acks):
    refused = [bytes((0x40, 3, *each.to_bytes(2, "big"), acks.refused[each])) for each in acks.packet_ids[6:7]]
    plain = [bytes((0x40, 2)) + each.to_bytes(2, "big") for each in acks.packet_ids]
    return b"".join(plain[:6] + refused + plain[7:])
