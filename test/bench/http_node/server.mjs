// What one would write by hand instead of torale's HTTP interface: node:http, a pool of pg, named
// prepared statements, rows through JSON.stringify, HS256 by node:crypto. It knows its routes
// beforehand and asks nobody whether the user is still active, which only helps it.
//
//   node server.mjs SECRET
//
// PGHOST, PGPORT, PGUSER and PGDATABASE name the database. Prints its port once it listens.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import pg from "pg";

const secret = process.argv[2];
const pool = new pg.Pool({ max: 4, application_name: "bench_node" });

function verify(token) {
  const [head, body, signature] = token.split(".");
  const expected = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature ?? "", "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  if (JSON.parse(Buffer.from(head, "base64url")).alg !== "HS256") return null;
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  return claims.exp > Date.now() / 1000 ? claims : null;
}

const columns = "id, name, state, search_query, schedule, created_at";
const statements = {
  page: `SELECT ${columns} FROM tasks WHERE state = $1 ORDER BY id DESC LIMIT 10`,
  row: `SELECT ${columns} FROM tasks WHERE id = $1`,
  insert: "INSERT INTO tasks (name, search_query, schedule) VALUES ($1, $2, $3)",
  call: "SELECT describe_schedule($1) AS text",
};

// Statement, values, status, and what of the rows goes out.
function route(method, url, body) {
  const of = (name) => url.searchParams.get(name)?.replace(/^eq\./, "");
  if (method === "POST" && url.pathname === "/rpc/describe_schedule")
    return ["call", [JSON.parse(body).schedule], 200, (rows) => rows[0].text];
  if (url.pathname !== "/tasks") return null;
  if (method === "POST") {
    const { name, search_query, schedule } = JSON.parse(body);
    return ["insert", [name, search_query, schedule], 201, () => null];
  }
  return of("id") ? ["row", [of("id")], 200, (rows) => rows] : ["page", [of("state")], 200, (rows) => rows];
}

const settings = {
  name: "settings",
  text: `SELECT set_config('search_path', $1, true), set_config('role', $2, true),
    set_config('request.jwt.claims', $3, true), set_config('request.method', $4, true),
    set_config('request.path', $5, true), set_config('request.headers', $6, true),
    set_config('request.cookies', $7, true)`,
};

async function run(request, path, claims, [name, values]) {
  const client = await pool.connect();
  let broken;
  try {
    await client.query({ name: "begin", text: "BEGIN" });
    const { authorization, ...headers } = request.headers;
    await client.query({ ...settings,
      values: ["torale", claims.role, JSON.stringify(claims), request.method, path,
        JSON.stringify(headers), "{}"] });
    const { rows } = await client.query({ name, text: statements[name], values });
    await client.query({ name: "commit", text: "COMMIT" });
    return rows;
  } catch (error) {
    broken = error;
    throw error;
  } finally {
    client.release(broken);
  }
}

function send(response, status, text) {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

async function answer(request, response, body) {
  const claims = verify((request.headers.authorization ?? "").replace(/^Bearer /, ""));
  if (!claims) return send(response, 401, '{"message":"bad token"}');
  const url = new URL(request.url, "http://here");
  const found = route(request.method, url, body);
  if (!found) return send(response, 404, '{"message":"no such route"}');
  const rows = await run(request, url.pathname, claims, found);
  const shown = found[3](rows);
  return send(response, found[2], shown === null ? "" : JSON.stringify(shown));
}

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    answer(request, response, Buffer.concat(parts).toString()).catch((error) =>
      send(response, 500, JSON.stringify({ message: error.message })));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
