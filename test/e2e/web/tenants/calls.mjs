// Calling: every function, with ids and names of another's, by who may and by who may not.
import { exchange, literal, psql } from '../probe.mjs'
import { is, none } from '../tap.mjs'
import { functions } from './functions.mjs'
import { fill, ghostOf, unequal, untwin } from './twins.mjs'
import { attempt, others, tidy } from './world.mjs'

const nameOf = (signature) => signature.slice(0, signature.indexOf('('))
const typesOf = (signature) => signature.slice(signature.indexOf('(') + 1, -1).split(',')
const triesOf = ({ tries }) => tries ?? [{}]
const callable = (who) => Object.entries(functions).filter(([, row]) => who.includes(row.who ?? 'user') && !row.isProcedure)

function literalOf(value, signature) {
    if (value === null) return 'NULL'
    if (Array.isArray(value)) return literal(`{${value.join(',')}}`)
    if (typeof value !== 'object') return literal(value)
    const row = typesOf(signature).find((type) => type.startsWith('torale.'))
    return row ? `jsonb_populate_record(NULL::${row}, ${literal(JSON.stringify(value))})` : literal(JSON.stringify(value))
}
const statementOf = (signature, args) =>
    `SELECT r FROM torale.${nameOf(signature)}(${Object.entries(args).map(([name, value]) => `${name} => ${literalOf(value, signature)}`).join(', ')}) r`
const rpc = (signature, body) => ({ method: 'POST', path: `/rpc/${nameOf(signature)}`, body })

function byOneself(signature, row, caller) {
    const asked = triesOf(row).map((args) => statementOf(signature, fill(args, caller.who, caller.who)))
    const tried = attempt(caller, asked)
    return asked.flatMap((statement, i) => {
        const shown = others(caller.who.mark).exec(JSON.stringify(tried[i]))
        if (shown) return [`${statement} shows ${shown[0]}: ${JSON.stringify(tried[i])}`]
        return tried[i].code === row.own ? [] : [`${statement}: ${JSON.stringify(tried[i])}`]
    })
}

async function aboutAnother(signature, row, caller, victim) {
    const faults = []
    for (const args of triesOf(row)) {
        const statements = [victim, ghostOf(victim)].map((person) => statementOf(signature, fill(args, person, caller.who)))
        const [theirs, nobodys] = attempt(caller, statements)
        faults.push(...unequal(statements[0], theirs, nobodys, victim))
        faults.push(...await untwin(rpc(signature, args), caller, victim))
        const answer = await exchange({ ...rpc(signature, fill(args, ghostOf(victim), caller.who)), headers: caller.headers })
        if (answer.status >= 500) faults.push(`${signature}: ${answer.status} ${answer.text}`)
        const shown = others(caller.who.mark).exec(answer.text)
        if (shown) faults.push(`${signature} shows ${shown[0]}: ${answer.text}`)
    }
    return faults
}

// Functions without arguments of others' show nothing of them when they are called by GET either.
async function byGet(signature, caller) {
    const answer = await exchange({ path: `/rpc/${nameOf(signature)}`, headers: caller.headers })
    return answer.status < 500 && !others(caller.who.mark).test(answer.text) ? [] : [`GET ${signature}: ${answer.status} ${answer.text}`]
}

export async function call(callers, victims) {
    for (const caller of callers) {
        for (const [signature, row] of callable(['user', 'anon'])) {
            tidy()
            none(byOneself(signature, row, caller), `${caller.way}: ${signature} does its work with what is theirs`)
            for (const victim of victims(caller)) {
                tidy()
                none(await aboutAnother(signature, row, caller, victim), `${caller.way}: ${signature} knows nothing of ${victim.name}`)
            }
            none(await byGet(signature, caller), `${caller.way}: nor does GET of ${signature}`)
        }
    }
}

const refusedBySql = (tried) => tried.code === '42501'

// By SQL and by HTTP; anonymous requests are told to sign in.
export async function refuse(caller, who, status) {
    for (const [signature, row] of callable(who)) {
        const args = fill(triesOf(row)[0], caller.victim, caller.who)
        const faults = attempt(caller, [statementOf(signature, args)]).filter((tried) => !refusedBySql(tried)).map((tried) => `by SQL: ${JSON.stringify(tried)}`)
        const answer = await exchange({ ...rpc(signature, args), headers: caller.headers })
        if (answer.status !== status || answer.json?.code !== '42501') faults.push(`by HTTP: ${answer.status} ${answer.text}`)
        none(faults, `${caller.way}: ${signature} is refused`)
    }
}

// Administrators: what is for them works on everybody's rows. Tried by SQL, so that nothing stays.
export async function administer(caller, victim) {
    for (const [signature, row] of callable(['admin'])) {
        const [tried] = attempt(caller, [statementOf(signature, fill(triesOf(row)[0], victim, caller.who))])
        none(tried.rows ? [] : [JSON.stringify(tried)], `${caller.way}: ${signature} works by SQL`)
    }
    for (const path of ['admin_stats', 'admin_tasks', 'admin_executions', 'admin_errors', 'admin_users']) {
        const answer = await exchange({ path: `/rpc/${path}`, headers: caller.headers })
        const faults = answer.status === 200 ? [] : [`${answer.status} ${answer.text}`]
        if (/tasks|executions$|users/.test(path) && !answer.text.includes(victim.mark)) faults.push(`nothing of ${victim.name}: ${answer.text}`)
        none(faults, `${caller.way}: ${path} works by HTTP`)
    }
}

// Procedures commit, so nobody calls them over HTTP; by SQL another's id is an unknown one.
export async function callProcedures(caller, victim) {
    for (const [signature, row] of Object.entries(functions).filter(([, { isProcedure }]) => isProcedure)) {
        const answer = await exchange({ ...rpc(signature, {}), headers: caller.headers })
        is([answer.status, answer.json?.code], [404, 'PGRST202'], `${caller.way}: ${signature} is not called over HTTP`)
        if (!row.call) continue
        const outcome = (person) => {
            const script = `SET SESSION AUTHORIZATION ${JSON.stringify(caller.sql.session)}; SET ROLE ${caller.sql.role ?? 'none'};
                SELECT set_config('request.jwt.claims', ${literal(caller.sql.claims ?? '')}, false), set_config('torale.request_owner', ${literal(caller.sql.owner ?? '')}, false) \\g /dev/null
                \\set ON_ERROR_STOP off
                CALL torale.${fill(row.call, person, caller.who)};
                \\echo :SQLSTATE :LAST_ERROR_MESSAGE`
            return psql(script)
        }
        none(unequal(row.call, outcome(victim), outcome(ghostOf(victim)), victim), `${caller.way}: CALL ${nameOf(signature)} knows nothing of ${victim.name}`)
    }
}
