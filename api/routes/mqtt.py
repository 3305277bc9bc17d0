"""`/mqtt`: MQTT over WebSocket (MQTT 5 §6), a tunnel of bytes to the broker, which authenticates by itself."""

import asyncio

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from api.accounts.guard import same_origin
from api.services import Services
from gdp.address import split_address

SUBPROTOCOL = "mqtt"
CHUNK_BYTES = 65_536
CONNECT_TIMEOUT_S = 5.0
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
NOT_BINARY = 1003
log = structlog.get_logger()
router = APIRouter()


@router.websocket("/mqtt")
async def mqtt(socket: WebSocket) -> None:
    """Carry bytes both ways until either side ends. Frames need not match MQTT packets."""
    services: Services = socket.app.state.services
    welcome = same_origin(socket.headers) or socket.headers["origin"] in services.settings.origins
    if SUBPROTOCOL not in socket.scope["subprotocols"] or not welcome:
        await socket.close(POLICY_VIOLATION)
        return
    if services.tunnels >= services.settings.mqtt_tunnels_max:
        await socket.close(TRY_AGAIN_LATER)
        return
    services.tunnels += 1
    try:
        await _tunnel(socket, *split_address(services.settings.mqtt))
    finally:
        services.tunnels -= 1


async def _tunnel(socket: WebSocket, host: str, port: int) -> None:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, port, limit=CHUNK_BYTES)
    except (OSError, TimeoutError) as fault:
        log.warning("tunnel_without_broker", fault=str(fault))
        await socket.close(TRY_AGAIN_LATER)
        return
    await socket.accept(SUBPROTOCOL)
    both = {
        asyncio.create_task(_to_broker(socket, writer), name="tunnel to broker"),
        asyncio.create_task(_to_client(socket, reader), name="tunnel to client"),
    }
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        writer.close()


async def _to_broker(socket: WebSocket, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            if data is None:
                # MQTT 5 §6.0: other than binary frames end the connection.
                await socket.close(NOT_BINARY)
                return
            writer.write(data)
            await writer.drain()
    except OSError:
        return


async def _to_client(socket: WebSocket, reader: asyncio.StreamReader) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            await socket.send_bytes(data)
        await socket.close()
    except (OSError, WebSocketDisconnect, RuntimeError):
        # The other side went first; starlette says so with a RuntimeError.
        return
