"""What every bench needs: SQL by one psql that stays, the fake world, waiting, the table line."""
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

BUILD = pathlib.Path(os.environ["BENCH_BUILD"])
PORT = int(os.environ["BENCH_FAKE_PORT"])
HERE = pathlib.Path(__file__).resolve().parent
TASKS = int(os.environ.get("BENCH_TASKS", "1000000"))
# Bytes of a judge call, as torale sends it: instructions, three sources, schema.
JUDGE_BYTES = 7500

is_missed = False


class Sql:
    """One psql session. `rows` gives lists of strings, `value` the first field."""

    def __init__(self):
        self.psql = subprocess.Popen(["psql", "-XAtq", "-F", "\t", "-v", "VERBOSITY=terse"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, bufsize=1)

    def rows(self, statement):
        self.psql.stdin.write(statement.rstrip().rstrip(";") + ";\n\\echo --end--\n")
        self.psql.stdin.flush()
        lines = []
        for line in self.psql.stdout:
            line = line.rstrip("\n")
            if line == "--end--":
                break
            lines.append(line)
        else:
            raise RuntimeError(f"psql ended at: {statement}\n" + "\n".join(lines))
        for line in lines:
            if line.startswith(("ERROR:", "FATAL:", "WARNING:  terminating", "psql:")):
                raise RuntimeError(f"{line}\nat: {statement}")
        return [line.split("\t") for line in lines if not line.startswith("NOTICE:")]

    def value(self, statement):
        rows = self.rows(statement)
        return rows[0][0] if rows else None

    def number(self, statement):
        return float(self.value(statement) or 0)


def fake(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data)
    with urllib.request.urlopen(request, timeout=60) as reply:
        return reply.read()


def set_latency(latency_ms):
    scripts = {name: json.loads((HERE / "script" / f"{name}.json").read_text())
               for name in ("perplexity", "gemini")}
    fake("/__script", {name: script | {"latency_ms": latency_ms} for name, script in scripts.items()})


def fake_stats():
    return json.loads(fake("/__stats"))


def wait_until(what, condition, timeout_s=60, every_s=0.02):
    give_up = time.monotonic() + timeout_s
    while time.monotonic() < give_up:
        found = condition()
        if found:
            return found
        time.sleep(every_s)
    raise TimeoutError(f"not within {timeout_s} s: {what}")


def point_at_fake(sql):
    """Search and judge are the fake's, without rates and prices that would hold back a bench."""
    sql.rows(f"""UPDATE torale.providers SET url = 'http://127.0.0.1:{PORT}', rate_per_s = NULL,
        price_per_call = 0, price_in_per_mtok = 0, price_out_per_mtok = 0
        WHERE name IN ('perplexity', 'gemini')""")


def scheduler_pid(sql):
    """Waits for the scheduler of this database."""
    query = """SELECT pid FROM pg_stat_activity
        WHERE backend_type = 'torale scheduler' AND datname = current_database()"""
    return int(wait_until("the scheduler starts", lambda: sql.value(query), 30))


def add_tasks(sql, count, due="'infinity'", first=1):
    """Tasks `first` to `count` at once, past the row triggers, as a restore adds them; `due` is
    SQL that may use i, the number of the task. Nothing is woken."""
    sql.rows(f"""BEGIN; SET LOCAL row_security = off;
        INSERT INTO torale.users (id) VALUES ('pg:bench') ON CONFLICT DO NOTHING;
        WITH made AS (
            INSERT INTO torale.tasks (id, name, owner, search_query, condition_description,
                notify_behavior, schedule)
            SELECT torale.uuid_v7(), 'bench ' || i, 'pg:bench', 'bench task ' || i,
                'something has been announced', 'always', '0 9 1 1 *'
            FROM generate_series({first}, {count}) AS i RETURNING id, name)
        INSERT INTO torale_internal.task_schedule (task_id, next_run_at, slot)
        SELECT id, {due}, {due} FROM (SELECT id, substr(name, 7)::integer AS i FROM made) m;
        COMMIT""")
    sql.rows("VACUUM ANALYZE torale.tasks; VACUUM ANALYZE torale_internal.task_schedule")


def make_due(sql, due="now()"):
    """All tasks are due at `due`; returns the moment of the commit in unix seconds."""
    sql.rows(f"""UPDATE torale_internal.task_schedule s SET next_run_at = d.at, slot = d.at
        FROM (SELECT t.id, {due} AS at, substr(t.name, 7)::integer AS i FROM torale.tasks t) d
        WHERE d.id = s.task_id""")
    return sql.number("SELECT extract(epoch FROM clock_timestamp())")


def wait_for_finished(sql, count, timeout_s=300):
    """Until `count` executions in all are over; each must have succeeded."""
    query = "SELECT count(*) FROM torale.executions WHERE status NOT IN ('pending', 'running', 'retrying')"
    wait_until(f"{count} executions finish", lambda: sql.number(query) >= count, timeout_s, 0.2)
    failed = sql.rows("""SELECT status, coalesce(error_category, ''), coalesce(error_message, ''), count(*)
        FROM torale.executions WHERE status <> 'success' GROUP BY 1, 2, 3""")
    if failed:
        raise RuntimeError(f"executions that did not succeed: {failed}")


def run_all(sql, count, finished_before=0, timeout_s=300):
    """Runs all `count` tasks once; returns the seconds from commit to the last finish."""
    began = make_due(sql)
    wait_for_finished(sql, finished_before + count, timeout_s)
    return sql.number("SELECT extract(epoch FROM max(finished_at)) FROM torale.executions") - began


def bare_curl(executions, in_flight):
    """(executions/s, seconds) of the same calls without torale."""
    out = subprocess.run([str(BUILD / "bare_curl"), str(PORT), str(executions), str(in_flight),
                          str(JUDGE_BYTES)], check=True, capture_output=True, text=True).stdout.split()
    return float(out[2]), float(out[1])


def cpu_ns(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def line(what, measured, baseline, ratio, budget, is_met):
    global is_missed
    is_missed = is_missed or not is_met
    print(f"| {what:34} | {measured:>14} | {baseline:>22} | {ratio:>8} | {budget:30} | "
          f"{'ok' if is_met else 'MISSED':6} |", flush=True)


def finish():
    sys.exit(1 if is_missed else 0)
