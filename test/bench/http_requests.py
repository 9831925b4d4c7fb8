"""Requests a second over HTTP: a page of ten rows, a row by its key, an insert, a call, with a
token and with an API key, by one worker and by two. Beside them, in turn within the same seconds,
pgbench with the same statements over a Unix socket and a Node server doing the same work. Then
the memory of one worker over a million requests.

pgbench's statements are the ones that torale runs: auto_explain logs them once."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import bench

QUICK = os.environ.get("BENCH_QUICK") == "1"
REQUESTS = int(os.environ.get("BENCH_REQUESTS", "100000" if QUICK else "1000000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1.5" if QUICK else "4"))
ROUNDS = 2
CONNECTIONS = 8
WEB_PORT = int(os.environ["BENCH_HTTP_PORT"])
SECRET = os.environ["BENCH_JWT_SECRET"]
OWNER = "bench_7"
WRITER = "bench_writer"
TICK = os.sysconf("SC_CLK_TCK")

INSERT = {"name": "bench ##########", "search_query": "bench task", "schedule": "0 9 1 1 *"}
CALL = {"schedule": "0 9 1 1 *"}

folder = pathlib.Path(tempfile.mkdtemp(prefix="torale-bench-http."))


# ---- what is asked


class Row:
    """One kind of request: its bytes, and the parameter of its statement."""

    def __init__(self, name, what, target, parameter=None, body=None):
        self.name, self.what, self.target, self.body = name, what, target, body
        self.parameter = parameter if body is None else json.dumps(body)
        self.owner = OWNER if body is not INSERT else WRITER

    def request(self, credential):
        lines = [f"{'GET' if self.body is None else 'POST'} {self.target} HTTP/1.1", "Host: 127.0.0.1",
                 f"Authorization: Bearer {credential}", "Accept: application/json",
                 "User-Agent: torale-bench"]
        if self.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.parameter)}"]
        return "\r\n".join(lines) + "\r\n\r\n" + (self.parameter if self.body is not None else "")


def rows_of(key):
    columns = "id,name,state,search_query,schedule,created_at"
    return [Row("page", "GET 10 rows", f"/tasks?select={columns}&state=eq.active&order=id.desc&limit=10", "active"),
            Row("row", "GET a row", f"/tasks?select={columns}&id=eq.{key}", key),
            Row("insert", "POST a task", "/tasks", body=INSERT),
            Row("call", "POST a call", "/rpc/describe_schedule", body=CALL)]


def claims_of(owner):
    return {"sub": owner, "role": "torale_user", "exp": int(time.time()) + 86400}


def token_of(owner):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims_of(owner)).encode())
    return (text + b"." + part(hmac.new(SECRET.encode(), text, hashlib.sha256).digest())).decode()


# ---- who answers


def cpu_seconds(pids):
    """User and system time of processes, to the tick."""
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def load(port, request, connections=CONNECTIONS, requests=10**12, seconds=SECONDS):
    path = folder / "request"
    path.write_text(request)
    out = json.loads(subprocess.run(
        [str(bench.BUILD / "http_client"), str(port), str(path), str(connections), str(requests),
         str(seconds)], check=True, capture_output=True, text=True).stdout)
    if out["failed"]:
        raise RuntimeError(f"{out['failed']} of {out['requests']} failed: {out['first_failure']}")
    return out


class Torale:
    """The web workers. Insert bodies get names of their own by a prefix of each run's."""

    runs = 0

    def __init__(self, sql):
        self.sql = sql

    def pids(self):
        return [int(row[0]) for row in self.sql.rows(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'torale web' ORDER BY 1")]

    def set_workers(self, count):
        self.sql.rows(f"ALTER SYSTEM SET torale.http_workers = {count}")
        self.sql.rows("SELECT pg_reload_conf()")
        bench.wait_until(f"{count} web workers", lambda: len(self.pids()) == count and is_ready(), 30)

    def run(self, row, credential, **options):
        return load(WEB_PORT, distinct(row.request(credential)), **options)


def distinct(request):
    Torale.runs += 1
    return request.replace("bench ####", f"b{Torale.runs:03d}_ ####", 1)


def is_ready():
    return subprocess.run(["curl", "-sf", "-o", "/dev/null", f"http://127.0.0.1:{WEB_PORT}/ready"]).returncode == 0


class Node:
    """One process and its PostgreSQL backends; absent where npm is."""

    def __init__(self, sql):
        self.sql, self.process = sql, None
        if not shutil.which("npm"):
            return
        for name in ("package.json", "package-lock.json", ".npmrc", "server.mjs"):
            shutil.copy(bench.HERE / "http_node" / name, folder)
        if subprocess.run(["npm", "ci", "--silent"], cwd=folder, capture_output=True).returncode != 0:
            return
        self.process = subprocess.Popen(
            ["node", "server.mjs", SECRET], cwd=folder, stdout=subprocess.PIPE,
            text=True, env=os.environ | {"PGUSER": "torale_authenticator", "NODE_ENV": "production"})
        self.port = int(self.process.stdout.readline())

    def pids(self):
        backends = self.sql.rows("SELECT pid FROM pg_stat_activity WHERE application_name = 'bench_node'")
        return [self.process.pid] + [int(row[0]) for row in backends]

    def run(self, row, credential, **options):
        return load(self.port, distinct(row.request(credential)), **options)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


# ---- the statements


def logged_statement(row, credential):
    """The statement that a worker ran for one request, from the server's log."""
    log = pathlib.Path(os.environ["TORALE_SERVER_LOG"])
    before = len(log.read_bytes())
    load(WEB_PORT, distinct(row.request(credential)), connections=1, requests=1)

    def found():
        text = log.read_bytes()[before:].decode(errors="replace")
        return re.findall(r"torale web LOG: .*?\n\tQuery Text: (.* AS \"inserted\" FROM .*)", text)
    return bench.wait_until(f"the statement of {row.name} is logged", found, 10)[-1]


def logged_statements(sql, rows):
    sql.rows("ALTER SYSTEM SET auto_explain.log_min_duration = 0")
    sql.rows("SELECT pg_reload_conf()")
    bench.wait_until("auto_explain is on",
                     lambda: sql.value("SHOW auto_explain.log_min_duration") == "0", 10)
    statements = {}
    for row in rows:
        # The worker takes in the configuration when it next wakes up.
        subprocess.run(["curl", "-sf", "-o", "/dev/null", f"http://127.0.0.1:{WEB_PORT}/live"], check=True)
        statements[row.name] = logged_statement(row, token_of(row.owner))
    sql.rows("ALTER SYSTEM RESET auto_explain.log_min_duration")
    sql.rows("SELECT pg_reload_conf()")
    return statements


def pgbench_script(row, statement):
    """PostgREST's four statements: BEGIN, the settings, the statement, COMMIT."""
    method, path = row.request("").split("?")[0].split(" ")[:2]
    settings = {"search_path": "torale", "role": "torale_user",
                "request.jwt.claims": json.dumps(claims_of(row.owner)), "request.method": method,
                "request.path": path,
                "request.headers": json.dumps({"host": "127.0.0.1", "accept": "application/json",
                                               "user-agent": "torale-bench"}),
                "request.cookies": "{}"}
    values = {f"s{number}": value for number, value in enumerate(settings.values())}
    calls = ", ".join(f"pg_catalog.set_config('{name}', :s{number}, true)"
                      for number, name in enumerate(settings))
    parameter = ":value"
    if row.body is INSERT:
        parameter = "('" + row.parameter.replace("bench ##########", "pgbench ' || :number || '") + "')"
    else:
        values["value"] = row.parameter
    script = ("\\set number random(1, 1000000000000)\n" if row.body is INSERT else "") + (
        f"BEGIN;\nSELECT {calls};\n{statement.replace('$1', parameter)};\nCOMMIT;\n")
    return script, [f"-D{name}={value}" for name, value in values.items()]


def pgbench(row, statement, clients):
    script, values = pgbench_script(row, statement)
    path = folder / "script.sql"
    path.write_text(script)
    out = subprocess.run(
        ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(max(1, round(SECONDS))),
         "-f", str(path), *values], capture_output=True, text=True,
        env=os.environ | {"PGUSER": "torale_authenticator"})
    if out.returncode != 0:
        raise RuntimeError(out.stderr)
    return float(re.search(r"^tps = ([\d.]+)", out.stdout, re.M)[1])


# ---- the measuring


def measured(server, row, credential):
    """(answers, seconds, seconds of CPU, the client's report)"""
    pids = server.pids()
    before = cpu_seconds(pids)
    out = server.run(row, credential)
    return out["requests"], out["seconds"], cpu_seconds(pids) - before, out


def warm_up(server, row, credential):
    server.run(row, credential, seconds=0.5)


def describe_latency(label, out):
    def ms(us):
        return f"{us / 1000:.2f}"
    share = ", ".join(f"< {ms(below)}: {count / out['requests']:.2%}" for below, count in out["histogram"])
    print(f"  {label}, {CONNECTIONS} connections: p50 {ms(out['p50_us'])}, p95 {ms(out['p95_us'])}, "
          f"p99 {ms(out['p99_us'])}, longest {ms(out['max_us'])} ms; {share}", flush=True)


def compare(torale, node, row, statement, workers, credentials):
    """One row of the table for each credential; Node, which knows tokens only, beside the first."""
    sums = {name: [0, 0.0, 0.0] for name in (*credentials, "node")}
    limits, reports = [], {}
    for name, credential in credentials.items():
        warm_up(torale, row, credential)
    if node.process and workers == 1:
        warm_up(node, row, credentials["token"])
    for _ in range(ROUNDS):
        takers = [(name, torale, credential) for name, credential in credentials.items()]
        if node.process and workers == 1:
            takers.append(("node", node, credentials["token"]))
        limits.append(pgbench(row, statement, workers))
        for name, server, credential in takers:
            *figures, reports[name] = measured(server, row, credential)
            sums[name] = [a + b for a, b in zip(sums[name], figures)]
    limit = sum(limits) / len(limits)
    for name in credentials:
        report(row, name, workers, limit, sums)
        describe_latency(f"{row.what}, {name}, {workers} worker{'s' * (workers > 1)}", reports[name])


def report(row, name, workers, limit, sums):
    answers, seconds, cpu = sums[name]
    rate = answers / seconds
    is_held = row.name == "page" and workers == 1
    bench.line(f"{row.what}, {name}, {workers} worker{'s' * (workers > 1)}", f"{rate:.0f}/s",
               f"pgbench -c {workers} {limit:.0f}/s", f"{rate / limit:.2f}",
               ">= 0.75 x pgbench" if is_held else "-", not is_held or rate >= 0.75 * limit)
    node_answers, node_seconds, node_cpu = sums["node"]
    if workers != 1 or name != "token" or not node_answers:
        return
    per_core, node_per_core = answers / cpu, node_answers / node_cpu
    bench.line(f"{row.what}, per CPU second", f"{per_core:.0f}/s", f"Node + pg {node_per_core:.0f}/s",
               f"{per_core / node_per_core:.2f}", ">= 3 x Node" if is_held else "-",
               not is_held or per_core >= 3 * node_per_core)
    print(f"  wall clock: torale {rate:.0f}/s on {cpu / seconds:.2f} cores, "
          f"Node {node_answers / node_seconds:.0f}/s on {node_cpu / node_seconds:.2f} cores, its backends included")


def own_kib(pid):
    """Without shared memory, which belongs to the server."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return sum(int(re.search(rf"^{field}:\s+(\d+)", status, re.M)[1]) for field in ("RssAnon", "RssFile"))


def memory(torale, row, credential):
    """Ten looks; the first tenth fills the caches."""
    torale.set_workers(1)
    pid, = torale.pids()
    sizes = [own_kib(pid)]
    for _ in range(10):
        torale.run(row, credential, requests=max(1, REQUESTS // 10), seconds=86400)
        sizes.append(own_kib(pid))
    if torale.pids() != [pid]:
        raise RuntimeError("the worker was replaced")
    print("  own memory of the worker, KiB, at first and after each tenth: " + ", ".join(map(str, sizes)))
    bench.line(f"memory over {REQUESTS:,} requests", f"{sizes[-1] / 1024:.1f} MiB",
               f"{REQUESTS // 10:,}: {sizes[1] / 1024:.1f} MiB", f"{sizes[-1] / sizes[1]:.3f}",
               "<= 1.05 x a tenth of them", sizes[-1] <= 1.05 * sizes[1])


def add_rows(sql):
    """Twenty owners of a thousand tasks each, one of whom reads. Returns the id of one task."""
    bench.add_tasks(sql, 20000)
    sql.rows(f"""INSERT INTO torale.users (id, active_task_limit)
        SELECT 'bench_' || i, NULL::integer FROM generate_series(0, 19) AS i
        UNION ALL VALUES ('{WRITER}', NULL::integer)""")
    sql.rows("UPDATE torale.tasks SET owner = 'bench_' || substr(name, 7)::integer % 20")
    sql.rows("VACUUM FULL ANALYZE torale.tasks")
    return sql.value(f"SELECT id FROM torale.tasks WHERE owner = '{OWNER}' ORDER BY id OFFSET 500 LIMIT 1")


def remove_inserted(sql):
    """What follows finds the tables as they were."""
    sql.rows(f"DELETE FROM torale.tasks WHERE owner = '{WRITER}'")
    sql.rows("VACUUM ANALYZE torale.tasks; VACUUM ANALYZE torale_internal.task_schedule")


def key_of(sql, owner):
    """Made as the owner makes it."""
    claims = json.dumps(claims_of(owner))
    sql.rows(f"SET SESSION AUTHORIZATION torale_authenticator; SET role = 'torale_user'; SET request.jwt.claims = '{claims}'")
    key = sql.value("SELECT torale.create_api_key('bench')")
    sql.rows("RESET request.jwt.claims; RESET ROLE; RESET SESSION AUTHORIZATION")
    return key


def main():
    sql = bench.Sql()
    rows = rows_of(add_rows(sql))
    credentials = {owner: {"token": token_of(owner), "API key": key_of(sql, owner)} for owner in (OWNER, WRITER)}
    torale = Torale(sql)
    torale.set_workers(1)
    statements = logged_statements(sql, rows)
    node = Node(sql)
    try:
        for workers in (1, 2):
            torale.set_workers(workers)
            for row in rows:
                compare(torale, node, row, statements[row.name], workers, credentials[row.owner])
                remove_inserted(sql)
        memory(torale, rows[0], credentials[OWNER]["token"])
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if not node.process:
        print("Node was not measured: no npm, or no registry to install pg from")
    bench.finish()


main()
