"""Executions a second of one scheduler at upstream latency 0, beside a bare curl_multi program
and graphile-worker, which make the same calls."""
import os
import shutil
import subprocess
import tempfile

import bench

COUNT = int(os.environ.get("BENCH_EXECUTIONS", "20000"))


def graphile(executions):
    """The best of two concurrencies its documentation suggests; None where npm is missing."""
    if not shutil.which("npm"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", ".npmrc", "bench.mjs"):
            shutil.copy(bench.HERE / "graphile" / name, folder)
        installed = subprocess.run(["npm", "ci", "--silent"], cwd=folder, capture_output=True)
        if installed.returncode != 0:
            return None
        return max(float(subprocess.run(
            ["node", "bench.mjs", str(bench.PORT), str(executions), str(concurrency),
             str(bench.JUDGE_BYTES)],
            cwd=folder, check=True, capture_output=True, text=True).stdout.split()[2])
            for concurrency in (5, 10))


def sql_us_per_execution(sql):
    return sql.number(f"""SELECT sum(total_time) * 1000 / {COUNT} FROM pg_stat_user_functions
        WHERE schemaname = 'torale_internal' AND funcname IN ('claim_due', 'finish')""")


def main():
    sql = bench.Sql()
    bench.point_at_fake(sql)
    bench.scheduler_pid(sql)
    bench.add_tasks(sql, COUNT)
    seconds = bench.run_all(sql, COUNT)
    rows = sql.rows("""SELECT (SELECT count(*) FROM torale.sources), (SELECT count(*) FROM torale.citations),
        (SELECT count(*) FROM torale.notifications)""")[0]
    if [int(float(count)) for count in rows] != [3 * COUNT, COUNT, COUNT]:
        raise RuntimeError(f"sources, citations, notifications of {COUNT} executions: {rows}")
    rate = COUNT / seconds
    bare = max(bench.bare_curl(COUNT, 8)[0], bench.bare_curl(COUNT, 32)[0])
    bench.line("executions/s, latency 0", f"{rate:.0f}/s", f"bare curl {bare:.0f}/s",
               f"{rate / bare:.2f}", ">= 0.3 x bare curl", rate >= 0.3 * bare)
    sql_us = sql_us_per_execution(sql)
    bench.line("SQL of claim + finish", f"{sql_us:.0f} us", "-", "-", "<= 150 us an execution",
               0 < sql_us <= 150)
    other = graphile(3000)
    if other is None:
        print("graphile-worker was not measured: no npm, or no registry to install it from")
    else:
        bench.line("executions/s, latency 0", f"{rate:.0f}/s", f"graphile {other:.0f}/s",
                   f"{rate / other:.2f}", ">= 4 x graphile-worker", rate >= 4 * other)
    bench.finish()


main()
