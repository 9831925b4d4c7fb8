"""A fast shutdown while 1,000 runs wait for their providers."""
import os
import subprocess
import time

import bench

COUNT = 1000


def main():
    sql = bench.Sql()
    bench.point_at_fake(sql)
    bench.scheduler_pid(sql)
    bench.set_latency(60000)
    bench.add_tasks(sql, COUNT)
    bench.make_due(sql)
    bench.wait_until("1,000 calls are under way",
                     lambda: bench.fake_stats()["connections"]["pending"] >= COUNT)
    data = os.path.join(os.environ["PGHOST"], "data")
    drop = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"]
    began = time.monotonic()
    subprocess.run((drop if os.getuid() == 0 else []) + ["pg_ctl", "-D", data, "-m", "fast", "-w", "stop"],
                   check=True, capture_output=True, cwd="/")
    seconds = time.monotonic() - began
    bench.line("fast shutdown, 1,000 in flight", f"{seconds:.2f} s", "-", "-", "<= 2 s", seconds <= 2)
    bench.finish()


main()
