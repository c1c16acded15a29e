"""TCP sockets that listen, printed for the check of open ports: addresses and ports, no processes."""

from __future__ import annotations

import json
import sys


def listening() -> list[dict[str, str | int]]:
    """By psutil: Windows has no file that tells."""
    import psutil  # noqa: PLC0415 - only this child needs it

    found = {
        (one.laddr.ip, one.laddr.port)
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr
    }
    return [{"address": address, "port": port} for address, port in sorted(found)]


if __name__ == "__main__":
    rows = listening()
    sys.stdout.write(json.dumps({"count": len(rows), "listening": rows}))
