"""`hearthlog up` as a person meets it: what it prints works, what it cannot do it says, and it stops when told."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.house.conftest import CHILDREN, Stopped
from tests.support.broker import free_port
from tests.support.home import COMMAND, Home, HomeError, is_alive


def hearthlog(home: Home, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=home.environment | environment,
        cwd=home.directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def other_ports() -> tuple[str, ...]:
    names = ("--http", "--mqtt", "--gdp")
    return tuple(word for name in names for word in (name, f"127.0.0.1:{free_port()}"))


def pasted(home: Home, beginning: str) -> subprocess.CompletedProcess[str]:
    """Runs a printed line as a person would: in a shell, from anywhere."""
    (line,) = [line for line in home.output.splitlines() if re.match(beginning, line)]
    return subprocess.run(["bash", "-c", line], cwd="/", capture_output=True, text=True, check=True, timeout=60)


def latest_values(home: Home) -> list[object]:
    found = json.loads(pasted(home, "curl ").stdout)["observations"]
    return [each["value"] for each in found if each["topic"] == "homes/me/desk/temperature"]


@pytest.mark.parametrize(("publish", "value"), [("mosquitto_pub ", 21.5), (r"\S*python", 21.7)])
def test_the_printed_lines_work_as_they_are_pasted(running: Home, publish: str, value: float):
    assert pasted(running, publish).stderr == ""
    running.wait_for(lambda: latest_values(running) == [value], f"{value} to be served")


def test_the_printed_address_logs_in_once_and_does_not_stay_in_the_address_bar(running: Home):
    """And another one is printed by the line below it."""
    (first,) = re.findall(r"http://\S+/\?token=\S+", running.output)
    (line,) = re.findall(r"^ +Again +(.*)$", running.output, re.MULTILINE)
    second = subprocess.run(
        ["bash", "-c", line], cwd="/", capture_output=True, text=True, check=True, timeout=60
    ).stdout
    for address in (first, second.strip()):
        logs_in_once(running, address)


def logs_in_once(running: Home, address: str) -> None:
    with httpx.Client(trust_env=False, timeout=60) as browser:
        answer = browser.get(address)
        assert answer.is_redirect
        assert "token" not in answer.headers["location"]
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert browser.get(f"{running.http}/v1/topics").status_code == 200
    assert httpx.get(address, trust_env=False, timeout=60).status_code == 401
    assert httpx.get(f"{running.http}/v1/topics", trust_env=False, timeout=60).status_code == 401


def test_the_printed_catalogue_is_the_stores(running: Home):
    assert running.get("/v1/store").json()["catalogue"] in running.output


def test_a_second_home_in_the_same_directory_is_told_who_has_it(running: Home):
    done = hearthlog(running, "up", *other_ports(), HEARTHLOG_SINK_METRICS="")
    assert done.returncode == 1
    assert f"is in use by another `hearthlog up` (process {running.up.pid})" in done.stderr


@pytest.mark.parametrize("option", ["--http", "--mqtt", "--gdp"])
def test_a_taken_port_is_named_and_another_is_offered(running: Home, option: str, tmp_path: Path):
    ports = dict(zip(other_ports()[::2], other_ports()[1::2], strict=True))
    taken = {"--http": running.http_port, "--mqtt": running.mqtt_port, "--gdp": running.gdp_port}[option]
    ports[option] = f"127.0.0.1:{taken}"
    words = [word for pair in ports.items() for word in pair]
    done = hearthlog(running, "up", "--data", str(tmp_path / "data"), *words, HEARTHLOG_SINK_METRICS="")
    assert done.returncode == 1
    assert re.search(
        rf"127\.0\.0\.1:{taken} \({option}\) is taken by another program.*{option} 127\.0\.0\.1:\d+", done.stderr
    )


def test_the_doctor_finds_a_running_home_well(running: Home):
    done = hearthlog(running, "doctor")
    assert (done.returncode, "PROBLEM" in done.stdout) == (0, False), done.stdout
    assert f"running (process {running.up.pid})" in done.stdout


def test_the_doctor_says_what_is_taken_and_what_to_do(running: Home, tmp_path: Path):
    done = hearthlog(running, "doctor", "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"127.0.0.1:{running.http_port} (--http) is taken" in done.stdout


def test_an_unknown_key_in_the_file_is_named(running: Home, tmp_path: Path):
    (tmp_path / "hearthlog.toml").write_text('httpp = "127.0.0.1:8080"\n')
    done = hearthlog(running, "up", HEARTHLOG_CONFIG=str(tmp_path / "hearthlog.toml"))
    assert done.returncode == 1
    assert "has the key 'httpp', which no part of Hearthlog knows. Did you mean 'http'?" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide a program")
@pytest.mark.parametrize("command", ["up", "doctor"])
def test_a_missing_broker_is_named_with_the_line_that_installs_it(running: Home, tmp_path: Path, command: str):
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    words = [*COMMAND, command, "--data", str(tmp_path / "data"), *other_ports()]
    hidden = ["unshare", "--mount", "sh", "-c", f'mount --bind /dev/null {program} && exec "$@"', "sh", *words]
    done = subprocess.run(
        hidden, env=running.environment | {"HEARTHLOG_SINK_METRICS": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "sh -c 'apt-get install --yes mosquitto mosquitto-clients && systemctl disable --now mosquitto'" in (
        done.stdout + done.stderr
    )


def test_it_is_not_ready_while_the_broker_cannot_save(running: Home):
    # Mosquitto writes its database under this name first.
    obstacle = running.data / "broker" / "mosquitto.db.new"
    while True:
        try:
            obstacle.mkdir()
            break
        except FileExistsError:
            continue
    running.wait_for(lambda: running.ready_status() == 503, "readyz to notice")
    obstacle.rmdir()
    running.wait_ready()


def test_it_stops_all_in_order_though_a_reader_follows(stopped: Stopped):
    assert stopped.exit_code == 0
    assert not any(is_alive(pid) for pid in stopped.pids)
    assert not list((stopped.data / "run").glob("*.pid"))
    assert "Stopping api\nStopping sink\nStopping mosquitto\n" in stopped.output
    assert "killed" not in stopped.output


def test_under_nohup_it_outlives_its_terminal(tmp_path: Path):
    with Home(tmp_path / "home", through=("nohup",)) as home:
        hang_up = 1 << signal.SIGHUP - 1
        (ignored,) = re.findall(r"SigIgn:\s+([0-9a-f]+)", Path(f"/proc/{home.up.pid}/status").read_text())
        assert int(ignored, 16) & hang_up
        home.up.send_signal(signal.SIGHUP)
        home.publish([("homes/h1/later", "1")])
        home.wait_for(lambda: kept(home) == 1, "what came after the hang-up to be served")


def test_started_again_it_is_the_same_home_and_a_killed_one_starts_again_at_once(stopped: Stopped, tmp_path: Path):
    shutil.copytree(stopped.data, tmp_path / "home" / "data")
    with Home(tmp_path / "home") as home:
        assert home.token == stopped.token
        assert catalogue(home.output) == catalogue(stopped.output)
        assert kept(home) == stopped.messages
        assert_known_to_have_stopped_in_order(home)

        pids = [home.pid(name) for name in CHILDREN]
        home.publish([("homes/h1/one-more", "1")])
        home.up.kill()
        home.wait_ended()
        home.start()
        home.wait_printed("Hearthlog is ready.")
        assert not any(is_alive(pid) for pid in pids)
        home.wait_for(lambda: kept(home) == stopped.messages + 1, "the last message to be served")


def test_a_damaged_commit_log_stops_everything_with_a_sentence_and_is_not_touched(stopped: Stopped, tmp_path: Path):
    shutil.copytree(stopped.data, tmp_path / "home" / "data")
    home = Home(tmp_path / "home")
    (segment,) = (home.data / "store" / "commit").glob("*.seg")
    damaged = bytearray(segment.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    segment.write_bytes(damaged)
    with pytest.raises(HomeError, match=r"up ended \(1\)"), home:
        pass
    assert re.search(r"The sink cannot run \(exit code 78\)\. It said:\n.*" + re.escape(segment.name), home.output)
    assert segment.read_bytes() == damaged


def test_with_demo_a_real_home_lives(tmp_path: Path):
    with Home(tmp_path / "home", options=["--demo"]) as home:
        for filter_ in ("homes/osh/+/temperature", "homes/osh/phone/#", "homes/osh/watch/#"):
            home.wait_for(lambda: home.get("/v1/latest", filter=filter_).json()["observations"], filter_)  # noqa: B023
        assert home.stop() == 0


def assert_known_to_have_stopped_in_order(home: Home) -> None:
    """The broker saved what it had, and nobody is told that it may have forgotten something."""
    query = {"filter": "$hearthlog/sink", "field": "in_order", "start": "-1h"}
    noted = home.wait_for(lambda: home.get("/v1/history", **query).json()["observations"], "the sink to say so")
    assert [each["value"] for each in noted][-1:] == [True]
    outages = home.get("/v1/gaps", filter="none", start="-1h").json()["outages"]
    assert not {"broker.died", "broker.restarted", "sink.stopped_and_broker"} & {each["id"] for each in outages}


def catalogue(output: str) -> str:
    found = re.search(r"Catalogue +(\S+)", output)
    assert found
    return found[1]


def kept(home: Home) -> int:
    return len(home.get("/v1/history", filter="homes/h1/#", limit=10_000).json()["observations"])
