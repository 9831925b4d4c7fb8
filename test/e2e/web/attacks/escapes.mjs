// What a function that runs any statement can make of a session, with one worker, so that the next
// request has the same one: never more than the authenticator, and nothing stays.
import { exchange } from '../probe.mjs'
import { askUntil, is, none } from '../tap.mjs'
import { bearer, sign } from '../token.mjs'

const user = bearer(sign({ role: 'web_user', sub: 'ann' }))
const slow = bearer(sign({ role: 'web_slow', sub: 'ann' }))
const rpc = (name, body, headers = user) => exchange({ method: 'POST', path: `/rpc/${name}`, body, headers })
const escape = (statement) => rpc('escape', { statement })

// Refused: the SQLSTATE of what the authenticator may not do.
const denied = [
    'SET SESSION AUTHORIZATION postgres', 'SET SESSION AUTHORIZATION torale_worker', 'SET SESSION AUTHORIZATION torale_admin', 'SET ROLE postgres', 'SET ROLE torale_worker', 'SET LOCAL ROLE torale_worker',
    "SELECT set_config('role', 'torale_worker', false)", "SELECT set_config('role', 'postgres', true)", "SELECT set_config('session_authorization', 'postgres', false)", "SELECT set_config('torale.acting_owner', 'bob', false)",
    'SET session_replication_role = replica', 'ALTER ROLE torale_authenticator SUPERUSER', 'ALTER ROLE web_user SUPERUSER', 'GRANT torale_worker TO torale_authenticator', 'RESET ROLE; GRANT torale_worker TO torale_authenticator',
    'ALTER SYSTEM SET torale.http_noauth = on', "COPY (SELECT 1) TO PROGRAM 'id'", "COPY neutral.no_key FROM '/etc/passwd'", "LOAD 'plpgsql2'", 'CREATE ROLE mine', 'CREATE SCHEMA mine', 'DROP EXTENSION torale', 'RESET ROLE; SELECT * FROM torale.tasks',
    'SELECT pg_read_file(\'/etc/passwd\')', 'SELECT * FROM pg_authid', 'SELECT * FROM torale_internal.api_key_hashes', 'RESET ROLE; SELECT * FROM torale_internal.api_key_hashes', 'SELECT pg_reload_conf()', 'SELECT lo_import(\'/etc/passwd\')',
    'SET ROLE torale_admin; SELECT * FROM torale_internal.channel_secrets', 'SELECT hidden FROM neutral.secrets', 'CREATE FUNCTION neutral.f() RETURNS int LANGUAGE sql AS \'SELECT 1\'', 'SET log_statement = \'all\''
]
// Allowed to the authenticator, or without effect: what matters is what is left of them.
const allowed = [
    'RESET ROLE', 'SET ROLE NONE', 'SET SESSION AUTHORIZATION DEFAULT', 'RESET SESSION AUTHORIZATION', 'SET ROLE torale_admin', 'SET SESSION ROLE torale_user', "SELECT set_config('role', 'torale_admin', false)", "SELECT set_config('role', 'none', false)",
    "SET torale.request_owner = 'bob'", "SELECT set_config('torale.request_owner', 'bob', false)", "SELECT set_config('request.jwt.claims', '{\"sub\": \"bob\"}', false)", "SET search_path = pg_temp, neutral", 'SET default_transaction_read_only = on',
    "SET statement_timeout = '1ms'", "SET lock_timeout = '1ms'", "SET TimeZone = 'Asia/Tokyo'", 'SET row_security = off', "SET work_mem = '1234kB'", "SET app.trace = 'left'", 'SET client_min_messages = debug5', 'SET LOCAL transaction_read_only = on',
    'CREATE TEMPORARY TABLE films AS SELECT 666 AS id', 'CREATE TEMPORARY TABLE trace (a integer)', 'PREPARE trace AS SELECT 1', 'DECLARE trace CURSOR WITH HOLD FOR SELECT 1', 'SELECT pg_advisory_lock(4711)', 'SELECT nextval(\'neutral.traces\')', 'LISTEN torale',
    "SELECT set_config('role', 'torale_admin', false); SELECT 1 / 0", "CREATE TEMPORARY TABLE trace (a integer); SET work_mem = '1234kB'; SELECT pg_advisory_lock(4711); SELECT 1 / 0", 'COMMIT', 'ROLLBACK', 'SAVEPOINT x', 'BEGIN', 'DISCARD ALL', 'DEALLOCATE ALL', 'CLOSE ALL',
    'SELECT pg_cancel_backend(pg_backend_pid()); SELECT pg_sleep(1)', "DO 'BEGIN PERFORM set_config(''role'', ''torale_admin'', false); END'", 'SET CONSTRAINTS ALL DEFERRED', "SET default_tablespace = 'nowhere'", "SET ROLE torale_admin; SET torale.request_owner = 'bob'"
]

async function look() {
    const { headers, path, method, ...who } = (await rpc('whoami', {}, {})).json
    const { pid, ...traces } = (await rpc('find_traces', {}, {})).json
    const films = (await exchange({ path: '/films?select=id&order=id' })).json
    const owner = (await escape("SELECT 1 / (CASE WHEN coalesce(current_setting('torale.request_owner', true), '') = '' THEN 1 ELSE 0 END)")).status
    return { who, pid, traces, films, owner }
}

export async function escapes() {
    const before = await look()
    is(before.who.session, 'torale_authenticator', 'the session is the authenticator\'s')
    is(before.who.role, 'web_anon', 'an anonymous request has its role')
    for (const statement of denied) {
        const answer = await escape(statement)
        none(answer.status >= 400 && /^(42501|22023|58P01|42704|25001|55P02)$/.test(answer.json?.code) ? [] : [`${answer.status} ${answer.text}`], `refused: ${statement}`)
        is(await look(), before, `and nothing is left of: ${statement}`)
    }
    for (const statement of allowed) {
        const answer = await escape(statement)
        none(/postgres|torale_worker/.test(answer.text) ? [answer.text] : [], `no more than the authenticator: ${statement}`)
        is(await look(), before, `nothing is left of: ${statement}`)
    }
    await rpc('leave_traces', {})
    is(await look(), before, 'nothing is left of what leave_traces() leaves')
    await rpc('leave_traces', {}, { ...user, Prefer: 'params=single-object' })
    is(await look(), before, 'nor with preferences')
}

export async function timeouts() {
    const before = await look()
    const late = await rpc('sleep', { seconds: 3600 }, slow)
    is([late.status, late.json?.code], [504, '57014'], 'the role\'s statement_timeout ends its statement')
    is(await look(), before, 'the worker lives, and has forgotten it')
    is((await rpc('sleep', { seconds: 0.4 })).status, 200, 'another role sleeps longer')
    is((await rpc('patient', {}, slow)).status, 200, 'a function\'s own timeout wins')
}

// It may end itself, being its own role: somebody else answers.
export async function suicide() {
    const end = await escape('RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid()); SELECT pg_sleep(60)').catch((error) => ({ status: 0, text: String(error) }))
    none(end.status === 0 || end.status >= 500 ? [] : [end.text], 'a statement that ends its own worker does not succeed')
    const after = await askUntil(() => exchange({ path: '/films?limit=1' }).catch(() => ({ status: 0 })), ({ status }) => status === 200)
    is(after.status, 200, 'and another takes its place')
}
