"""The yardstick: an ASGI application that answers one constant, under the settings of `understudy serve`.

python -m benchmarks.bare '{"status": 200, "headers": [["content-type", "text/plain"]], "body": "hello"}'
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import uvicorn


def constant(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Any:
    """Return the application; it reads the body of a request that has one."""
    start = {"type": "http.response.start", "status": status, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            while (await receive()).get("more_body"):
                pass
        await send(start)
        await send(end)

    return application


def main() -> None:
    answer = json.loads(sys.argv[1])
    raw = [(name.encode(), value.encode()) for name, value in answer["headers"]]
    serve(constant(answer["status"], raw, answer["body"].encode()), lifespan="off")


def serve(application: Any, *, lifespan: Any = "on") -> None:
    """Run `application` with the settings of `understudy serve`, on a free port that is printed."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        lifespan=lifespan,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
