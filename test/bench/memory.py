"""Memory of the scheduler's own with 5,000 runs in flight."""
import pathlib
import re
import time

import bench

COUNT = 5000


def own_kib(pid):
    """Without shared memory, which belongs to the server."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return sum(int(re.search(rf"^{field}:\s+(\d+)", status, re.M)[1]) for field in ("RssAnon", "RssFile"))


def main():
    sql = bench.Sql()
    bench.point_at_fake(sql)
    pid = bench.scheduler_pid(sql)
    idle = own_kib(pid)
    bench.set_latency(4000)
    bench.add_tasks(sql, COUNT)
    bench.make_due(sql)
    most, in_flight = 0, 0
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        most = max(most, own_kib(pid))
        stats = bench.fake_stats()
        in_flight = max(in_flight, stats["connections"]["pending_max"])
        if stats["routes"].get("gemini", {}).get("requests", 0) >= COUNT:
            break
        time.sleep(0.1)
    bench.wait_for_finished(sql, COUNT)
    most = max(most, own_kib(pid))
    allowed = 64 * 1024 + 48 * in_flight
    bench.line(f"memory, {in_flight} in flight", f"{most / 1024:.0f} MiB", f"idle {idle / 1024:.0f} MiB",
               f"{most / allowed:.2f}", "<= 64 MiB + 48 KiB a run",
               most <= allowed and in_flight >= 0.9 * COUNT)
    bench.finish()


main()
