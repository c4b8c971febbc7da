"""`python -m tests.simulator [--port 8001]`: the simulator by hand, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.simulator import Simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8001)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Simulator(parser.parse_args().port) as simulator:
        print(f"The simulator answers at {simulator.url}. Start Berth with BERTH_SIMULATOR_URL={simulator.url}")
        print("Accounts to try:")
        for slug, account in simulator.accounts.items():
            values = "  ".join(f"{name}={value}" for name, value in account.try_with.items())
            print(f"  {slug:<18} {values}  ({len(account.published())} positions)")
        print(f"Let something go wrong: POST {simulator.url}/_control, such as")
        for order in ('{"revoke": "workable"}', '{"fault": {"host": "northwind.workable.com", "status": 503}}'):
            print(f"  curl -d '{order}' {simulator.url}/_control")
        print("Ctrl-C ends it.", flush=True)
        ended.wait()
    print("Ended.")


if __name__ == "__main__":
    main()
