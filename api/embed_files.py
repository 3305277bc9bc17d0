"""What other people's pages take from here: the chart in a frame, and two modules at addresses that do not change."""

from fastapi import FastAPI, Response

from api.page_files import PAGE, SECURITY, PageFolder

EMBED = "embed/embed.html"
MODULES = {
    "hearth-chart.js": "export * from '/page/{name}/embed/chart.js';\n",
    "mqtt.js": "export {{ default }} from '/page/{name}/vendor/mqtt.js';\n",
}
"""Names of addresses, and what stands there: who imports them always gets those of this version."""


def mount_embed(app: FastAPI, folder: PageFolder, frame_ancestors: str) -> None:
    """Add `/embed` and the modules; open without an account, since the ticket is asked for by the API."""
    shell = (PAGE / EMBED).read_text().replace("{base}", f"/page/{folder.name}")
    policy = SECURITY["Content-Security-Policy"].replace("frame-ancestors 'none'", f"frame-ancestors {frame_ancestors}")
    # The address holds the ticket, and no other page shall learn it.
    framed = {
        **SECURITY,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    shared = {**SECURITY, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}

    def embed() -> Response:
        return Response(shell, media_type="text/html; charset=utf-8", headers=framed)

    def module_at(name: str, text: str) -> None:
        def module() -> Response:
            return Response(text, media_type="text/javascript; charset=utf-8", headers=shared)

        app.add_api_route(f"/{name}", module, methods=["GET", "HEAD"], include_in_schema=False, name=name)

    app.add_api_route("/embed", embed, methods=["GET", "HEAD"], include_in_schema=False, name="embed")
    for name, text in MODULES.items():
        module_at(name, text.format(name=folder.name))
