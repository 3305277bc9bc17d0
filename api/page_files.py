"""The page's files over HTTP: the shell at each screen's address, everything else under the hash of the folder."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath

from fastapi import FastAPI, Request, Response

from api.one_file import OneFile, verifier
from api.page_shell import SCREENS, Shell

PAGE = Path(__file__).with_name("page")
SHELL = "shell.html"
FIRST_MODULE = "app.js"
# As our formatter writes static imports; `import()` is for later.
IMPORTED = re.compile(r"^(?:import|export)\b[^;]*?'(\.[^']+\.js)';$", re.MULTILINE)
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file as it is sent: its media type, its bytes, and the same bytes packed."""

    media_type: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class PageFolder:
    """The whole folder in memory, named by its hash, so that an address under that name never changes its bytes."""

    name: str
    shell: str
    files: dict[str, PageFile]
    verifier: OneFile

    def modules(self, screen: str) -> list[str]:
        """What a screen imports, directly or not, for its shell to announce; not what it loads later."""
        found: list[str] = []
        waiting = [FIRST_MODULE, f"screens/{screen}.js"]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.append(path)
                folder = PurePosixPath(path).parent
                names = IMPORTED.findall(self.files[path].plain.decode())
                waiting += [normpath(folder / name) for name in names]
        return sorted(found)


def read_folder(root: Path = PAGE) -> PageFolder:
    """Read the folder once; what is served later is this, whatever happens to the disk meanwhile."""
    digest = hashlib.sha256()
    files, texts = {}, {}
    for path, data in _contents(root):
        digest.update(f"{path} {len(data)} ".encode() + data)
        texts[path] = data.decode()
        media_type = MEDIA_TYPES.get(PurePosixPath(path).suffix)
        if media_type is not None:
            files[path] = PageFile(media_type, data, gzip.compress(data, mtime=0))
    return PageFolder(digest.hexdigest()[:16], texts[SHELL], files, verifier(texts))


def mount_page(app: FastAPI) -> PageFolder:
    """Add the screens and their files to an app: open without an account, since they hold no data. Gives the folder."""
    folder = read_folder()

    shells = {name: Shell(folder.shell, name, f"/page/{folder.name}", folder.modules(name)) for name in SCREENS}

    def screen(request: Request) -> Response:
        headers = {**SECURITY, "Cache-Control": "no-cache"}
        shell = shells[request.url.path.split("/")[1]].text(request.query_params.getlist("filter"))
        return Response(shell, media_type="text/html; charset=utf-8", headers=headers)

    def page_file(path: str, request: Request) -> Response:
        found = folder.files.get(path)
        if found is None:
            return Response("No such file of the page.", 404, media_type="text/plain", headers=SECURITY)
        headers = {**SECURITY, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        headers["Access-Control-Allow-Origin"] = "*"
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(found.plain, media_type=found.media_type, headers=headers)

    def verify_page() -> Response:
        headers = {**SECURITY, "Content-Security-Policy": folder.verifier.policy, "Cache-Control": "no-cache"}
        return Response(folder.verifier.content, media_type="text/html; charset=utf-8", headers=headers)

    for name in SCREENS:
        app.add_api_route(f"/{name}", screen, methods=["GET", "HEAD"], include_in_schema=False, name=f"screen-{name}")
    app.add_api_route("/datasets/{id}", screen, methods=["GET", "HEAD"], include_in_schema=False, name="dataset")
    app.add_api_route("/verify", verify_page, methods=["GET", "HEAD"], include_in_schema=False, name="verify")
    app.add_api_route(
        f"/page/{folder.name}/{{path:path}}",
        page_file,
        methods=["GET", "HEAD"],
        include_in_schema=False,
        name="page-file",
    )
    return folder


def _contents(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_bytes()
