"""What the scheduler costs while a million active tasks are not due."""
import time

import bench

SECONDS = 20


def main():
    sql = bench.Sql()
    bench.point_at_fake(sql)
    bench.add_tasks(sql, bench.TASKS, "now() + interval '1 day' + i * interval '1 second'")
    pid = bench.scheduler_pid(sql)
    time.sleep(2)  # not a wait for anything: what the start costs is not idleness
    before = bench.cpu_ns(pid)
    held = 0
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        held += sql.value(f"SELECT backend_xmin IS NULL FROM pg_stat_activity WHERE pid = {pid}") != "t"
        time.sleep(1)
    share = (bench.cpu_ns(pid) - before) / 1e9 / (time.monotonic() - began)
    bench.line(f"idle with {bench.TASKS:,} tasks", f"{share:.3%} of a core", "-", "-",
               "< 0.5 % of a core", share < 0.005)
    bench.line("idle: snapshots held", f"{held} of {SECONDS}", "-", "-", "backend_xmin is null",
               held == 0)
    bench.finish()


main()
