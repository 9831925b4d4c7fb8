// Findings for the tests: a task that watches a rocket, and news about it.
import { run, withDatabase } from '../database.mjs'
import { until } from '../tap.mjs'

let issue = 0

// As an owner over SQL: what a request of theirs would run as.
export const as = (owner, sql, values) => withDatabase(async (client) => {
    await client.query('SET SESSION AUTHORIZATION torale_authenticator')
    await client.query("SELECT set_config('request.jwt.claims', $1, false)", [JSON.stringify({ sub: owner })])
    await client.query('SET ROLE torale_user')
    return (await client.query(sql, values)).rows
})

export async function makeTask(owner, name) {
    await run('INSERT INTO torale.users (id, active_task_limit) VALUES ($1, 50) ON CONFLICT DO NOTHING', [owner])
    const [task] = await as(owner, `SELECT id FROM torale.create_task('When does ${name} launch its rocket?', 'a date for the ${name} launch',
        name => $1, schedule => '0 0 1 1 *', notify_behavior => 'always', dedupe_horizon => '0')`, [name])
    return task.id
}

// A document that meets the task's condition; each names another day.
export async function publish(owner, name) {
    const day = `${1 + (++issue % 27)} March ${2030 + issue}`
    await as(owner, 'INSERT INTO torale.documents (url, title, body, published_at) VALUES ($1, $2, $3, now())',
        [`https://news.example.com/${name}/${issue}?a=1&b=2`, `${name} & <friends> no. ${issue}`, `${name} will launch its rocket on ${day}. "Quoted" & ]]> <b>bold</b>.`])
    return day
}

// Runs the task and waits for its execution's end.
export async function runTask(owner, task) {
    const [{ id }] = await as(owner, 'SELECT id FROM torale.run_task($1)', [task])
    const [execution] = await until(() => run('SELECT id, status, verdict, skip_reason, error_message FROM torale.executions WHERE id = $1', [id]),
        ([row]) => ['success', 'failed', 'cancelled'].includes(row.status), { what: 'the end of the execution' })
    return execution
}

export async function find(owner, name, task) {
    const day = await publish(owner, name)
    const execution = await runTask(owner, task)
    const [finding] = await run("SELECT id, title, body, created_at FROM torale.notifications WHERE execution_id = $1 AND kind = 'finding'", [execution.id])
    if (!finding) throw new Error(`no finding: ${JSON.stringify(execution)}`)
    return { day, execution: execution.id, ...finding }
}
