"""Settings come from the environment and one file, and a wrong one is refused in a sentence that names it."""

import pytest

from gdp.address import split_address
from gdp_sink.errors import SettingsUnusable
from gdp_sink.settings import SinkSettings


@pytest.fixture(autouse=True)
def _no_other_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("HEARTHLOG_CONFIG", str(tmp_path / "hearthlog.toml"))


def test_every_setting_says_what_it_is():
    assert all(field.description for field in SinkSettings.model_fields.values())


def test_the_environment_wins_over_the_file_and_other_processes_keys_are_ignored(monkeypatch, tmp_path):
    (tmp_path / "hearthlog.toml").write_text('log_filter = ["a/#"]\nkeepalive_s = 7\nhttp = "127.0.0.1:1"\n')
    monkeypatch.setenv("HEARTHLOG_KEEPALIVE_S", "9")
    settings = SinkSettings.load()
    assert settings.log_filter == ("a/#",)
    assert settings.keepalive_s == 9


def test_filters_in_the_environment_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("HEARTHLOG_LOG_FILTER", "a/#, b/+/c,a/#")
    assert SinkSettings.load().log_filter == ("a/#", "b/+/c")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LOG_FILTER", "a/#/b", "# must be the last level"),
        ("LOG_FILTER", "$SYS/#", "not logged"),
        ("LOG_FILTER", "", "empty"),
        ("MQTT", "localhost", "HOST:PORT"),
        ("GDP", "h:99999", "HOST:PORT"),
        ("RECEIVE_MAXIMUM", "0", "receive_maximum"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(monkeypatch, name, value, words):
    monkeypatch.setenv(f"HEARTHLOG_{name}", value)
    with pytest.raises(SettingsUnusable, match=words) as caught:
        SinkSettings.load()
    assert name.lower() in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    (tmp_path / "hearthlog.toml").write_text("= 1")
    with pytest.raises(SettingsUnusable):
        SinkSettings.load()


def test_metrics_can_be_turned_off(monkeypatch):
    monkeypatch.setenv("HEARTHLOG_SINK_METRICS", "")
    assert SinkSettings.load().sink_metrics == ""


def test_addresses_may_be_ipv6():
    assert split_address("[::1]:1883") == ("::1", 1883)
