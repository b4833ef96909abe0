"""Runs the measurements named on the command line, or all of them, and prints their tables."""

from __future__ import annotations

import argparse
import os
import platform

from benchmarks import big, corpus, infer, instructions, scale, speed, startup

MEASUREMENTS = {"speed": speed.measure, "scale": scale.measure, "startup": startup.measure}
ON_REQUEST = {
    "big": big.measure,
    "corpus": corpus.measure,
    "infer": infer.measure,
    "instructions": instructions.measure,
}
"""These need more than the repository, or more than an hour: they run where they are named."""


def machine() -> str:
    """Return what the figures depend on besides the code; a busy machine makes every one of them worse."""
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"CPython {platform.python_version()}, {os.cpu_count()} processors, load before the start {load}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    # argparse checks `choices` against the default, too, where there may be no arguments at all.
    parser.add_argument(
        "what", nargs="*", metavar="|".join(MEASUREMENTS | ON_REQUEST), help="default: all but the last"
    )
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs of `speed` [default: 5]")
    parser.add_argument("--seconds", type=int, default=4, help="how long each lasts [default: 4]")
    parser.add_argument("--jobs", type=int, default=1_000_000, help="the large world [default: 1000000]")
    parser.add_argument("--only", action="append", help="`corpus`: the documents of this name")
    parser.add_argument(
        "--most", type=int, default=60, help="`corpus`: operations of a document [default: 60]"
    )
    parser.add_argument("--workers", type=int, default=2, help="`corpus`: documents at once [default: 2]")
    options = parser.parse_args()
    if unknown := set(options.what) - set(MEASUREMENTS | ON_REQUEST):
        parser.error(f"there is no measurement {' or '.join(sorted(unknown))}")
    print(machine())
    for name in options.what or MEASUREMENTS:
        print(f"\n## {name}\n", flush=True)
        for line in (MEASUREMENTS | ON_REQUEST)[name](options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
