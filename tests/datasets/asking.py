"""A whole home that can be asked with headers, and be given something."""

from collections.abc import Mapping

import httpx

from tests.support.home import Home


class AskedHome(Home):
    """See `Home`."""

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, **parameters: object) -> httpx.Response:
        return self._client.get(f"{self.http}{path}", params=parameters or None, headers=self._with(headers))

    def post(self, path: str, body: object, *, secret: str | None = None, **parameters: object) -> httpx.Response:
        headers = self._with(secret and {"Authorization": f"Bearer {secret}"})
        return self._client.post(f"{self.http}{path}", json=body, params=parameters or None, headers=headers)

    def _with(self, headers: Mapping[str, str] | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **(headers or {})}
