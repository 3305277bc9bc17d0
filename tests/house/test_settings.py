"""Settings: one place to look, one name a meaning, typing errors named."""

from pathlib import Path

import pytest

from compose.errors import SettingsError
from hearthlog.configuration import CLASSES, load_settings
from hearthlog.settings_page import settings_page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "hearthlog.toml"
    monkeypatch.setenv("HEARTHLOG_CONFIG", str(path))
    return path


def test_the_docs_list_every_setting_of_every_process():
    assert PAGE.read_text() == settings_page(), "run: .venv/bin/python -m hearthlog.settings_page > docs/settings.md"


def test_every_setting_says_what_it_means():
    for process, settings in CLASSES.items():
        for name, field in settings.model_fields.items():
            assert field.description, f"{process}: {name}"
            assert field.description.endswith("."), f"{process}: {name}"


def test_a_name_that_several_processes_read_means_the_same_to_all():
    names = {name for settings in CLASSES.values() for name in settings.model_fields}
    for name in names:
        defaults = {str(each.model_fields[name].default) for each in CLASSES.values() if name in each.model_fields}
        assert len(defaults) == 1, name


def test_an_option_wins_over_the_environment_and_that_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch):
    file.write_text('http = "127.0.0.1:1"\nmqtt = "127.0.0.1:2"\ngdp = "127.0.0.1:3"\n')
    monkeypatch.setenv("HEARTHLOG_MQTT", "127.0.0.1:20")
    monkeypatch.setenv("HEARTHLOG_GDP", "127.0.0.1:30")
    settings = load_settings({"gdp": "127.0.0.1:300", "http": None})
    assert (settings.http, settings.mqtt, settings.gdp) == ("127.0.0.1:1", "127.0.0.1:20", "127.0.0.1:300")


def test_a_key_of_the_sink_or_the_api_is_known_in_the_one_file(file: Path):
    file.write_text('log_filter = ["homes/#"]\nrows_max = 10\ndemo = true\n')
    assert load_settings({}).demo


def test_an_unknown_key_is_named_with_the_one_that_was_meant(file: Path):
    file.write_text('log_fitler = ["homes/#"]\n')
    with pytest.raises(SettingsError, match=r"hearthlog\.toml has the key 'log_fitler'.*Did you mean 'log_filter'"):
        load_settings({})


def test_a_file_that_is_no_toml_is_named(file: Path):
    file.write_text("http: 8080\n")
    with pytest.raises(SettingsError, match=r"hearthlog\.toml cannot be read as TOML: .*line 1"):
        load_settings({})


def test_a_value_of_the_wrong_kind_is_named_with_both_places_where_it_can_stand(file: Path):
    file.write_text("broker_save_interval_s = 0\n")
    with pytest.raises(
        SettingsError, match=r"HEARTHLOG_BROKER_SAVE_INTERVAL_S or broker_save_interval_s in .* is 0: .*greater"
    ):
        load_settings({})
