"""The page's files over HTTP: the shell at each screen's address, everything else under the hash of the folder."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fastapi import FastAPI, Request, Response

from api.one_file import OneFile, verifier
from api.page_packs import FOLDER, packs
from api.page_shell import SCREENS, Inside, Shell

PAGE = Path(__file__).with_name("page")
SHELL = "shell.html"
SHELL_LEVEL = 4
"""Of gzip: a document differs with the selection, so it is packed each time."""
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".map": "application/json",
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
    texts: dict[str, str]
    files: dict[str, PageFile]
    at_once: dict[str, list[str]]
    """By screen: the paths of the scripts that its first values need, the first first."""
    verifier: OneFile


def read_folder(root: Path = PAGE) -> PageFolder:
    """Read the folder once; what is served later is this, whatever happens to the disk meanwhile."""
    texts = dict(_contents(root))
    packed = packs(texts, [_module(screen) for screen in SCREENS])
    every = {**texts, **{f"{FOLDER}/{name}": text for name, text in {**packed.texts, **packed.maps}.items()}}
    files = {path: _file(path, text) for path, text in every.items() if PurePosixPath(path).suffix in MEDIA_TYPES}
    at_once = {screen: [f"{FOLDER}/{name}" for name in packed.at_once[_module(screen)]] for screen in SCREENS}
    digest = hashlib.sha256(json.dumps(sorted(every.items())).encode()).hexdigest()
    return PageFolder(digest[:16], texts, files, at_once, verifier(texts))


def _module(screen: str) -> str:
    return f"screens/{screen}.js"


def _file(path: str, text: str) -> PageFile:
    data = text.encode()
    return PageFile(MEDIA_TYPES[PurePosixPath(path).suffix], data, gzip.compress(data, mtime=0))


def mount_page(app: FastAPI) -> PageFolder:
    """Add the screens and their files to an app: open without an account, since they hold no data. Gives the folder."""
    folder = read_folder()

    shells = {name: _shell(folder, name) for name in SCREENS}

    async def screen(request: Request) -> Response:
        shell, headers = shells[request.url.path.split("/")[1]]
        text = shell.text(request.query_params.getlist("filter")).encode()
        if _takes_gzip(request):
            text, headers = gzip.compress(text, SHELL_LEVEL, mtime=0), {**headers, "Content-Encoding": "gzip"}
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)

    async def page_file(path: str, request: Request) -> Response:
        found = folder.files.get(path)
        if found is None:
            return Response("No such file of the page.", 404, media_type="text/plain", headers=SECURITY)
        headers = {**SECURITY, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        headers["Access-Control-Allow-Origin"] = "*"
        if _takes_gzip(request):
            return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
        return Response(found.plain, media_type=found.media_type, headers=headers)

    async def verify_page() -> Response:
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


def _shell(folder: PageFolder, screen: str) -> tuple[Shell, dict[str, str]]:
    """A screen's document, and the headers to send it with."""
    inside = Inside(
        folder.texts["style.css"] + folder.texts[f"{screen}.css"], folder.texts["theme.js"] + folder.texts["begin.js"]
    )
    shell = Shell(folder.texts[SHELL], screen, f"/page/{folder.name}", folder.at_once[screen], inside)
    policy = inside.policy(SECURITY["Content-Security-Policy"])
    return shell, {
        **SECURITY,
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
    }


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _contents(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.read_text()
