"""The settings of all processes as one: read from options, environment and hearthlog.toml, unknown keys named."""

import difflib
import tomllib
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from api.settings import ApiSettings
from compose.errors import SettingsError
from compose.settings import UpSettings, config_path
from gdp_sink.settings import SinkSettings

# In the order of docs/settings.md.
CLASSES: Mapping[str, type[BaseSettings]] = {"up": UpSettings, "sink": SinkSettings, "api": ApiSettings}


def load_settings(options: Mapping[str, object]) -> UpSettings:
    """Reads the settings of `up` and checks the file's keys against those of all processes.

    Args:
        options: What was given on the command line, by setting name; None where nothing was.

    Raises:
        SettingsError: says which setting, where it was set, and what would do.
    """
    _check_file()
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return UpSettings(**given)  # type: ignore[arg-type]  # pydantic checks what the command line gave
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error


def known_settings() -> set[str]:
    """The names of all settings of all processes."""
    return {name for settings in CLASSES.values() for name in settings.model_fields}


def _check_file() -> None:
    path = config_path()
    try:
        keys = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from error
    known = known_settings()
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " docs/settings.md lists them all."
            raise SettingsError(f"{path} has the key {key!r}, which no part of Hearthlog knows.{hint}")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    return (
        f"The setting {name} (HEARTHLOG_{name.upper()} or {name} in {config_path()}) "
        f"is {first['input']!r}: {first['msg'].lower()}."
    )
