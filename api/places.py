"""Where the api's files lie: the data directory, and what may be set to lie elsewhere."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class Places(BaseSettings):
    """Settings of places, and the places that follow from them."""

    data: Path = Field(Path("data"), description="Directory of everything that is kept.")
    read_model: Path | None = Field(
        None, description="Directory of this api's read model; not set: read-model below the data directory."
    )
    datasets: Path | None = Field(
        None, description="Directory of the bytes of datasets; not set: datasets below the data directory."
    )
    admin_token_file: str = Field(
        "secrets/admin.token", description="File with the administrator's secret, below the data directory."
    )
    api_token_file: str = Field(
        "secrets/api.token",
        description="Password file of `api_mqtt_user`, below the data directory; no file, nothing is published.",
    )

    @property
    def read_model_path(self) -> Path:
        """Where the read model lies."""
        return self.data / "read-model" if self.read_model is None else self.read_model

    @property
    def datasets_path(self) -> Path:
        """Where the bytes of datasets lie."""
        return self.data / "datasets" if self.datasets is None else self.datasets

    @property
    def store_path(self) -> Path:
        """The file that names the store's catalogue."""
        return self.data / "store" / "store.json"

    @property
    def api_token_path(self) -> Path:
        """Where the api's password at the broker lies, if there is one."""
        return self.data / self.api_token_file

    @property
    def accounts_path(self) -> Path:
        """The file of the other accounts, hashed."""
        return self.data / "secrets" / "accounts.json"

    @property
    def signing_key_path(self) -> Path:
        """The key that cookies and tickets are signed with."""
        return self.data / "secrets" / "signing.key"

    @property
    def codes_path(self) -> Path:
        """The directory of codes that log in once."""
        return self.data / "secrets" / "codes"

    @property
    def token_path(self) -> Path:
        """Where the administrator's secret lies."""
        return self.data / self.admin_token_file
