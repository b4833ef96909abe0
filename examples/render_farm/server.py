"""The Larkfield render farm: python examples/render_farm/server.py --port 8081."""

from __future__ import annotations

import argparse

import uvicorn
from renderfarm.app import create_app


def main() -> None:
    """Serve the farm on this machine until somebody stops it."""
    parser = argparse.ArgumentParser(description="Serve the Larkfield render farm.")
    parser.add_argument("--port", type=int, default=8081, help="the port to listen on; 0 takes a free one")
    port = parser.parse_args().port
    uvicorn.run(create_app(), host="127.0.0.1", port=port, lifespan="off", access_log=False)


if __name__ == "__main__":
    main()
