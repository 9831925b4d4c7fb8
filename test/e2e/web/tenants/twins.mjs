// The same request about what is another's and about what does not exist: nobody may tell them apart.
import { exchange } from '../probe.mjs'
import { show } from '../tap.mjs'
import { idOf, marks } from './world.mjs'

// {mark}, {id}, {owner} of `person`, {own} of whoever asks; in texts, arrays and objects.
export function fill(template, person, asker) {
    if (typeof template === 'string') {
        return template.replaceAll('{mark}', person.mark).replaceAll('{id}', idOf(person.mark)).replaceAll('{owner}', person.owner).replaceAll('{own}', idOf(asker.mark))
    }
    if (Array.isArray(template)) return template.map((value) => fill(value, person, asker))
    if (typeof template !== 'object' || template === null) return template
    return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fill(value, person, asker)]))
}

// Nobody's person of the same name, so that only marks differ.
export const ghostOf = (person) => ({ ...person, mark: marks.nobody, owner: person.owner.replace(person.mark, marks.nobody) })

// What differs between any two answers, whatever they say: new ids and keys, times, generated names.
const known = new RegExp(Object.values(marks).join('|'))
const neutral = (text, person) => text.replaceAll(person.mark, marks.nobody)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (found) => (known.test(found) ? found : 'UUID'))
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?|Z)?/g, 'TIME')
    .replace(/\b(sk|ft|whsec)_[\w+/=-]+/g, '$1_SECRET').replace(/\b[0-9a-f]{64}\b/g, 'HASH')
    .replace(/"oldest_pending_seconds": ?[\d.]+/g, 'AGE')
    .replace(/"name": ?"What is new( \d+)?"/g, '"name":"NEW"')

const compared = ['content-range', 'content-location', 'content-type', 'location', 'preference-applied', 'proxy-status', 'www-authenticate']
const visible = ({ status, headers, text }, person) => neutral(JSON.stringify([status, ...compared.map((name) => headers[name] ?? null)]) + text, person)

// What is wrong with the answers to the pair, if anything.
export async function untwin(request, caller, victim) {
    const ghost = ghostOf(victim)
    const ask = (person) => exchange({ ...request, path: fill(request.path, person, caller.who), body: fill(request.body, person, caller.who),
        headers: { ...caller.headers, ...request.headers } })
    const [theirs, nobodys] = [await ask(victim), await ask(ghost)]
    if (theirs.status >= 500 && theirs.json?.code !== '55000') return [`${theirs.status} to ${show(request)}: ${theirs.text}`]
    const [one, other] = [visible(theirs, victim), visible(nobodys, ghost)]
    return one === other ? [] : [`${show(request)}\n  of ${victim.name}: ${one}\n  of nobody: ${other}`]
}

export function unequal(statement, theirs, nobodys, victim) {
    const [one, other] = [neutral(JSON.stringify(theirs), victim), neutral(JSON.stringify(nobodys), victim)]
    return one === other ? [] : [`${statement}\n  of ${victim.name}: ${one}\n  of nobody: ${other}`]
}
