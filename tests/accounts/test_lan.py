"""A home that serves the network does it with TLS, by an authority of its own that devices can trust."""

import contextlib
import hashlib
import json
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import paho.mqtt.publish as mqtt
import pytest

from compose.accounts import tell_broker
from compose.addresses import Address
from compose.authority import ends, fingerprint, make_authority, make_server, names_of
from compose.certificates import adopt, renew
from compose.datadir import DataDirectory, open_directory
from compose.errors import CertificateError, SettingsError
from compose.network import own_names
from compose.plan import Addresses
from compose.settings import UpSettings
from hearthlog.welcome import warnings
from tests.accounts.conftest import add, hearthlog
from tests.support.broker import free_port
from tests.support.home import Home

NOW = datetime(2026, 11, 24, tzinfo=UTC)
YEAR = timedelta(days=365)


def trusting(home: Home) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=home.data / "tls" / "authority.pem")


def shown(port: int) -> bytes:
    """The certificate that a listener shows."""
    return ssl.get_server_certificate(("127.0.0.1", port)).encode()


def test_a_device_that_trusts_the_authority_publishes_and_reads_over_tls(lan: Home):
    secret = add(lan, "oven", read=("lan/#",), publish=("lan/#",))
    tls = {"ca_certs": str(lan.data / "tls" / "authority.pem")}
    login = {"username": "oven", "password": secret}
    mqtt.single(
        "lan/oven", b"180", qos=1, hostname="localhost", port=lan.ports["lan_mqtt"], auth=login, tls=tls, retain=True
    )
    lan.wait_for(lambda: lan.get("/v1/latest", filter="lan/#").json()["observations"], "the message")
    with httpx.Client(
        verify=trusting(lan), trust_env=False, timeout=60, headers={"Authorization": f"Bearer {secret}"}
    ) as client:
        answer = client.get(f"https://localhost:{lan.ports['lan_http']}/v1/latest")
        assert [each["value"] for each in answer.json()["observations"]] == [180.0]
        login = client.get(f"https://localhost:{lan.ports['lan_http']}/?token={secret}")
        assert "Secure" in login.headers["set-cookie"]


def test_who_does_not_trust_it_or_speaks_in_the_clear_gets_nothing(lan: Home):
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(f"https://localhost:{lan.ports['lan_http']}/healthz", trust_env=False, timeout=60)
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://localhost:{lan.ports['lan_http']}/healthz", trust_env=False, timeout=60)
    with socket.create_connection(("127.0.0.1", lan.ports["lan_mqtt"]), timeout=60) as plain:
        plain.sendall(bytes.fromhex("100c00044d5154540402003c0000"))
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = plain.recv(100)
        assert not answer.startswith(b"\x20"), "no CONNACK in the clear"


def test_a_crowd_of_clients_does_not_take_the_last_open_file_of_the_api(lan: Home):
    limits = Path(f"/proc/{lan.pid('api')}/limits").read_text()
    assert re.search(r"Max open files +(\d+) +(\d+)", limits)[0].split()[-2:] == ["4096", "4096"]


def test_the_authority_is_open_to_all_and_the_code_names_its_fingerprint(lan: Home):
    pem = httpx.get(
        f"https://localhost:{lan.ports['lan_http']}/authority.pem", verify=trusting(lan), trust_env=False, timeout=60
    )
    assert ssl.PEM_cert_to_DER_cert(pem.text)
    secret = add(lan, "phone", read=("lan/#",))
    told = hearthlog(lan, "account", "qr", "phone").stdout
    code = json.loads(told.strip().splitlines()[-1])
    assert code["account"] == "phone"
    assert code["mqtt"] == f"mqtts://127.0.0.1:{lan.ports['lan_mqtt']}"
    assert code["http"] == f"https://127.0.0.1:{lan.ports['lan_http']}"
    assert code["authority_sha256"] == hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.text)).hexdigest()
    assert "secret" not in code
    assert "█" in told
    code = json.loads(hearthlog(lan, "account", "qr", "phone", "--new-secret").stdout.strip().splitlines()[-1])
    assert code["secret"] != secret
    assert lan.ask("/v1/latest", code["secret"]).status_code == 200
    assert lan.ask("/v1/latest", secret).status_code == 401


def test_a_renewed_certificate_is_shown_by_broker_and_api_without_a_restart(lan: Home):
    directory = DataDirectory(lan.data)
    before = {port: shown(port) for port in lan.ports.values()}
    assert not renew(directory, own_names(), now=datetime.now(UTC)), "it holds for a while"
    assert renew(directory, own_names(), now=datetime.now(UTC) + YEAR + timedelta(days=10))
    assert tell_broker(directory)
    for port, old in before.items():
        lan.wait_for(lambda port=port, old=old: shown(port) != old, "the new certificate")
    assert lan.ready_status() == 200


def test_a_certificate_is_renewed_before_it_ends_and_when_a_name_is_new_and_the_authority_stays(tmp_path: Path):
    with open_directory(tmp_path / "data") as directory:
        assert renew(directory, ["home.local", "192.0.2.7"], now=NOW)
        first, authority = ((directory.tls / name).read_bytes() for name in ("server.pem", "authority.pem"))
        assert names_of(first) == {"home.local", "192.0.2.7"}
        assert not renew(directory, ["home.local"], now=NOW + timedelta(days=300))
        assert renew(directory, ["home.local", "192.0.2.7"], now=NOW + timedelta(days=370))
        assert renew(directory, ["home.local", "192.0.2.99"], now=NOW + timedelta(days=371))
        second = (directory.tls / "server.pem").read_bytes()
        assert ends(second) > NOW + 2 * YEAR
        assert (directory.tls / "authority.pem").read_bytes() == authority, "devices go on trusting it"
        assert renew(directory, ["home.local"], now=NOW + 10 * YEAR)
        assert (directory.tls / "authority.pem").read_bytes() != authority
        (directory.tls / "server.key").write_bytes((directory.tls / "authority.key").read_bytes())
        assert renew(directory, ["home.local"], now=NOW + 10 * YEAR), "writing was broken off after the key"
        assert not renew(directory, ["home.local"], now=NOW + 10 * YEAR)
        (directory.tls / "server.pem").write_text("nonsense")
        with pytest.raises(CertificateError, match="Delete the directory"):
            renew(directory, ["home.local"], now=NOW + 10 * YEAR)


def test_a_certificate_that_is_given_is_used_and_one_that_has_ended_is_refused(tmp_path: Path):
    pair = make_server(make_authority("elsewhere", now=NOW), ["home.example"], now=NOW)
    given = tmp_path / "given.pem", tmp_path / "given.key"
    for path, content in zip(given, pair, strict=True):
        path.write_bytes(content)
    with open_directory(tmp_path / "data") as directory:
        assert adopt(directory, *given, now=NOW)
        assert not adopt(directory, *given, now=NOW)
        assert fingerprint((directory.tls / "server.pem").read_bytes()) == fingerprint(pair.certificate)
        with pytest.raises(CertificateError, match="ended on"):
            adopt(directory, *given, now=NOW + 2 * YEAR)
        with pytest.raises(CertificateError, match="cannot be used"):
            adopt(directory, tmp_path / "none.pem", given[1], now=NOW)
        given[1].write_bytes(make_authority("another", now=NOW).key)
        with pytest.raises(CertificateError, match="do not belong together"):
            adopt(directory, *given, now=NOW)


@pytest.mark.parametrize("option", ["http", "mqtt", "gdp"])
def test_an_address_without_tls_beyond_this_machine_is_refused_unless_said_so_and_then_warned_of(option: str):
    addresses = Addresses.of(UpSettings(**{option: "0.0.0.0:1234"}))
    with pytest.raises(SettingsError, match=rf"--{option} 0.0.0.0:1234 would be reachable.*say --lan"):
        addresses.check_protected(insecure=False)
    addresses.check_protected(insecure=True)
    (warning,) = warnings(addresses.unprotected)
    assert f"--{option} {Address('0.0.0.0', 1234)} can be reached from other machines" in warning
    Addresses.of(UpSettings()).check_protected(insecure=False)


def test_a_home_that_is_reachable_in_the_clear_says_so_as_long_as_it_is(tmp_path: Path):
    with Home(tmp_path / "home", options=("--insecure", "--mqtt", f"0.0.0.0:{(port := free_port())}")) as home:
        assert f"Warning: --mqtt 0.0.0.0:{port} can be reached from other machines" in home.output
        needs = home.get("/v1/health").json()["needs"]
        (fact,) = [each for each in needs if each["id"] == "home.unencrypted"]
        assert f"0.0.0.0:{port}" in fact["sentence"]
        assert "--lan" in fact["remedy"]
