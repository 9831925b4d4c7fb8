"""The cost of claiming 500 due tasks out of 1 thousand and out of 1 million."""
import statistics

import bench

CLAIM = "torale_internal.claim_due(clock_timestamp(), 500, '3 minutes', 'bench', true)"


def claim_ms(sql):
    """Median of claims that are rolled back, planned as workers plan."""
    sql.rows("SET enable_seqscan = off")
    times = []
    for _ in range(15):
        sql.rows("VACUUM torale_internal.task_schedule")
        sql.rows("BEGIN; CREATE TEMP TABLE began ON COMMIT DROP AS SELECT clock_timestamp() AS at")
        claimed = sql.number(f"SELECT count(*) FROM {CLAIM}")
        times.append(sql.number("SELECT extract(epoch FROM clock_timestamp() - at) * 1000 FROM began"))
        sql.rows("ROLLBACK")
        if claimed < 490:
            raise RuntimeError(f"claimed only {claimed}")
    return statistics.median(times[3:])


def hot_share(sql):
    """Of a claim alone: what finish moves in the index does not count."""
    sql.rows("BEGIN")
    sql.rows(f"SELECT count(*) FROM {CLAIM}")
    updated, hot = sql.rows("""SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables
        WHERE schemaname = 'torale_internal' AND relname = 'task_schedule'""")[0]
    sql.rows("ROLLBACK")
    return float(hot) / max(float(updated), 1)


def main():
    sql = bench.Sql()
    # The due ones are spread over the table, as chance spreads them.
    due = "CASE WHEN i % {} = 0 THEN now() ELSE now() + i * interval '1 minute' END"
    bench.add_tasks(sql, 1000, due.format(2))
    small_ms = claim_ms(sql)
    bench.make_due(sql, "now() + interval '1 day'")
    bench.add_tasks(sql, bench.TASKS, due.format((bench.TASKS - 1000) // 500), first=1001)
    hot = hot_share(sql)
    large_ms = claim_ms(sql)
    bench.line(f"claim of 500 among {bench.TASKS:,}", f"{large_ms:.1f} ms", f"1,000: {small_ms:.1f} ms",
               f"{large_ms / small_ms:.2f}", "within 2 x", large_ms <= 2 * small_ms)
    bench.line("HOT updates of a claim", f"{hot:.1%}", "-", "-", ">= 95 %", hot >= 0.95)
    bench.finish()


main()
