"""5,000 due tasks while every call takes 1 s: all must be in flight at once."""
import bench

COUNT = 5000


def main():
    sql = bench.Sql()
    bench.point_at_fake(sql)
    bench.scheduler_pid(sql)
    bench.add_tasks(sql, COUNT)
    rate = COUNT / bench.run_all(sql, COUNT)
    bench.set_latency(1000)
    seconds = bench.run_all(sql, COUNT, finished_before=COUNT)
    _, bare_s = bench.bare_curl(COUNT, COUNT)
    most = 1.5 * (2 + COUNT / rate)
    bench.line("5,000 due tasks, 1 s a call", f"{seconds:.2f} s", f"bare curl {bare_s:.2f} s",
               f"{seconds / (2 + COUNT / rate):.2f}", f"<= 1.5 x (2 s + 5000 / {rate:.0f}/s)",
               seconds <= most)
    bench.finish()


main()
