"""`GET /docs`: the API as a page to read, made from /openapi.json; no script, nothing from elsewhere."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter()
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hearthlog API</title><main><h1>Hearthlog API</h1>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a>. Everything under <code>/v1</code> needs
<code>Authorization: Bearer &lt;secret&gt;</code> or the page's cookie. Errors are
<code>application/problem+json</code>; every answer has the header <code>Hearthlog-Position</code>.</p>"""


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """All calls with their parameters and answers."""
    schema = request.app.openapi()
    calls = "".join(_call(path, call) for path, methods in schema["paths"].items() for call in methods.values())
    models = "".join(_model(name, model) for name, model in schema["components"]["schemas"].items())
    return HTMLResponse(f"{HEAD}{calls}<h1>Answers</h1>{models}</main></html>")


def _call(path: str, call: dict[str, Any]) -> str:
    rows = [
        (
            each["name"],
            each["schema"].get("default", ""),
            each["schema"].get("description", each.get("description", "")),
        )
        for each in call.get("parameters", [])
    ]
    content = call["responses"].get("200", {}).get("content", {})
    refs = [media["schema"]["$ref"].rpartition("/")[2] for media in content.values() if "$ref" in media["schema"]]
    answer = "".join(f'<p>Answer: <a href="#{name}">{name}</a></p>' for name in dict.fromkeys(refs))
    text = escape(call.get("description", ""))
    return f"<h2><code>GET {escape(path)}</code></h2><p>{text}</p>{_table('default', rows)}{answer}"


def _model(name: str, model: dict[str, Any]) -> str:
    rows = [(field, _type(entry), entry.get("description", "")) for field, entry in model.get("properties", {}).items()]
    return f'<h2 id="{name}">{name}</h2>{_table("type", rows)}'


def _type(entry: dict[str, Any]) -> str:
    if "anyOf" in entry:
        return " | ".join(_type(each) for each in entry["anyOf"])
    if "$ref" in entry:
        return str(entry["$ref"]).rpartition("/")[2]
    if entry.get("type") == "array":
        return f"list of {_type(entry.get('items', {}))}"
    return str(entry.get("type", "any"))


def _table(second: str, rows: list[tuple[str, Any, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(str(value))}<td>{escape(text)}" for name, value, text in rows
    )
    return f'<table border="1"><tr><th>name<th>{second}<th>meaning{cells}</table>'
