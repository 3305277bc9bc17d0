"""systemd units for a home, as files for /opt/hearthlog and /var/lib/hearthlog, and rendered for other places."""

import re
from importlib import resources
from pathlib import Path

NAMES = ("hearthlog.service", "hearthlog-backup.service", "hearthlog-backup.timer")
INSTALLED = "/opt/hearthlog"
DATA = "/var/lib/hearthlog/data"
CONFIG = "/etc/hearthlog.toml"


def units(*, installed: Path, data: Path, config: Path, user: str) -> dict[str, str]:
    """Return each unit's text by its file name.

    Args:
        installed: the directory with docs and .venv.
        data: the data directory.
        config: the file of settings, which may be missing.
        user: who runs it.

    Raises:
        ValueError: a path or name that a unit cannot carry.
    """
    for value in (str(installed), str(data), str(config), user):
        if any(character.isspace() or character in "%\"'\\$" for character in value):
            raise ValueError(f"a systemd unit cannot carry {value!r}: blanks, quotes, %, $ or backslashes")
    return {name: _rendered(name, installed, data, config, user) for name in NAMES}


def _rendered(name: str, installed: Path, data: Path, config: Path, user: str) -> str:
    text = resources.files("compose.units").joinpath(name).read_text("utf-8")
    if str(data) != DATA:  # systemd makes a StateDirectory below /var/lib only
        text = text.replace("StateDirectory=hearthlog\nStateDirectoryMode=0700\n", f"ReadWritePaths={data}\n")
        text = text.replace("ReadWritePaths=/var/lib/hearthlog ", f"ReadWritePaths={data} ")
    # All at once: a place may hold the name of another one, as /srv/opt/hearthlog does.
    places = {DATA: str(data), CONFIG: str(config), INSTALLED: str(installed)}
    text = re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], text)
    return text.replace("User=hearthlog\nGroup=hearthlog\n", f"User={user}\n") if user != "hearthlog" else text
