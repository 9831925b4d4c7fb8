// The work of one torale execution as a graphile-worker job, written as its documentation shows:
// run() with a task list, a job per execution, helpers.withPgClient for the rows.
//
//   node bench.mjs PORT EXECUTIONS [CONCURRENCY] [JUDGE_BYTES]
//
// PGHOST, PGPORT, PGUSER and PGDATABASE name the database. Prints: executions, seconds,
// executions per second. The log is silenced, which only helps it.
import { Logger, run } from "graphile-worker";
import pg from "pg";

const [port, wanted, concurrency, judgeBytes] = process.argv.slice(2).map(Number);
const base = `http://127.0.0.1:${port}`;
const filler = "A first report. Nothing has been announced so far. ".repeat((judgeBytes || 7000) / 51);

async function call(path, headers, body) {
  const reply = await fetch(base + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply.json();
}

const search = (task) =>
  call("/search", { Authorization: "Bearer pplx-x" },
    { query: `bench task ${task}`, max_results: 10, max_tokens_per_page: 1024 });

async function judge(sources) {
  const reply = await call("/v1beta/models/gemini-2.5-flash:generateContent", { "x-goog-api-key": "x" }, {
    contents: [{ role: "user", parts: [{ text: filler + sources.map((one) => one.snippet).join("\n") }] }],
    generationConfig: { maxOutputTokens: 4096, responseMimeType: "application/json" },
  });
  return JSON.parse(reply.candidates[0].content.parts[0].text);
}

async function store(client, task, sources, verdict) {
  await client.query("BEGIN");
  const { rows: [execution] } = await client.query(
    `INSERT INTO bench.executions (task_id, verdict, evidence, confidence, notification)
     VALUES ($1, $2, $3, $4, $5) RETURNING id`,
    [task, verdict.verdict, verdict.evidence, verdict.confidence, verdict.notification]);
  const { rows } = await client.query(
    `INSERT INTO bench.sources (task_id, execution_id, url, title, snippet, published_at)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::date[]) RETURNING id`,
    [task, execution.id, sources.map((s) => s.url), sources.map((s) => s.title),
      sources.map((s) => s.snippet), sources.map((s) => s.date)]);
  for (const { source, quote } of verdict.citations) {
    await client.query(
      "INSERT INTO bench.citations (execution_id, source_id, quote) VALUES ($1, $2, $3)",
      [execution.id, rows[source - 1].id, quote]);
  }
  if (verdict.verdict === "met") {
    await client.query("INSERT INTO bench.notifications (task_id, execution_id, body) VALUES ($1, $2, $3)",
      [task, execution.id, verdict.notification]);
  }
  await client.query("COMMIT");
}

const schema = `
  DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;
  CREATE TABLE bench.executions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), task_id int NOT NULL,
    verdict text, evidence text, confidence int, notification text,
    finished_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE bench.sources (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), task_id int NOT NULL,
    execution_id uuid NOT NULL REFERENCES bench.executions, url text NOT NULL, title text,
    snippet text, published_at date, UNIQUE (task_id, url));
  CREATE TABLE bench.citations (execution_id uuid REFERENCES bench.executions,
    source_id uuid REFERENCES bench.sources, quote text NOT NULL);
  CREATE TABLE bench.notifications (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id int NOT NULL, execution_id uuid NOT NULL REFERENCES bench.executions, body text);
`;

const silent = new Logger(() => () => {});
const pool = new pg.Pool({ max: (concurrency || 10) + 2 });
await pool.query(schema);

let finished = 0;
let finish;
const all = new Promise((resolve) => { finish = resolve; });
const tasks = {
  investigate: async ({ task }, helpers) => {
    const { results } = await search(task);
    const verdict = await judge(results);
    await helpers.withPgClient((client) => store(client, task, results, verdict));
    if (++finished === wanted) finish();
  },
};

// The schema of graphile-worker is made by a first start; then the jobs are queued at once.
const options = { pgPool: pool, concurrency: concurrency || 10, noHandleSignals: true, pollInterval: 1000,
  logger: silent, taskList: tasks };
await (await run(options)).stop();
await pool.query(
  `SELECT graphile_worker.add_job('investigate', json_build_object('task', task), max_attempts := 1)
   FROM generate_series(1, $1) AS task`, [wanted]);
const began = performance.now();
const runner = await run(options);
await all;
const seconds = (performance.now() - began) / 1000;
await runner.stop();
await pool.end().catch(() => {});
console.log(`${finished} ${seconds.toFixed(3)} ${(finished / seconds).toFixed(1)}`);
process.exit(0);
