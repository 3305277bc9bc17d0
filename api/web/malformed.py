"""What is no HTTP: answered with a problem like any other mistake, not with the server's own plain words."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.web.problem import Problem

WHAT_WOULD_DO = (
    "this is no HTTP/1.1 request; in an address, blanks and letters beyond ASCII are written as %XX of their UTF-8"
)


class Http(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it; the connection ends after what cannot be read, for nobody knows where it ends."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the signature is uvicorn's
        """Answer what the parser refused."""
        answer = Problem(400, "bad-request", WHAT_WOULD_DO).response()
        headers = b"".join(name + b": " + value + b"\r\n" for name, value in answer.raw_headers)
        self.transport.write(STATUS_LINE[400] + headers + b"connection: close\r\n\r\n" + bytes(answer.body))
        self.transport.close()
