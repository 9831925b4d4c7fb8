// @supabase/postgrest-js against the server under test, with a count of which of its methods were
// used: a method that a later version brings is missed by name.
import assert from 'node:assert/strict'

import * as library from '@supabase/postgrest-js'

import { bearer } from '../token.mjs'

export const base = process.env.TORALE_URL

const used = new Set()
// What every request passes through, and what only changes types.
const internal = ['constructor', 'then', 'processResponse', 'cloneRequestState', 'toJSON', 'returns', 'overrideTypes', 'retry']

const classes = ['PostgrestClient', 'PostgrestQueryBuilder', 'PostgrestFilterBuilder', 'PostgrestTransformBuilder', 'PostgrestBuilder']
const methodsOf = (name) => Object.getOwnPropertyNames(library[name].prototype).filter((method) => !internal.includes(method))
for (const name of classes) {
    const prototype = library[name].prototype
    for (const method of methodsOf(name)) {
        const original = prototype[method]
        prototype[method] = function (...args) {
            used.add(`${name}.${method}`)
            return original.apply(this, args)
        }
    }
}

export function unusedMethods() {
    return classes.flatMap((name) => methodsOf(name).map((method) => `${name}.${method}`)).filter((method) => !used.has(method))
}

// The last response of any client here: the library shows no headers.
export const last = { response: undefined }
async function remember(...args) {
    last.response = await fetch(...args)
    return last.response
}
export const header = (name) => last.response.headers.get(name)

export const connect = (headers = {}, options = {}) => new library.PostgrestClient(base, { headers, fetch: remember, ...options })
export const anonymous = connect()
export const user = connect(bearer({ role: 'web_user', sub: 'ann' }))

// What came back without an error.
export async function data(builder) {
    const answer = await builder
    assert.equal(answer.error, null)
    return answer.data
}

export async function ids(builder) {
    return (await data(builder)).map((row) => row.id)
}

// What was refused: status and as much of the error as is named.
export async function refused(builder, status, expected) {
    const { error, data: nothing, status: got } = await builder
    assert.ok(error, `no error, but ${JSON.stringify(nothing)}`)
    assert.equal(got, status, JSON.stringify(error))
    for (const [name, value] of Object.entries(expected)) {
        if (value instanceof RegExp) assert.match(error[name], value)
        else assert.deepEqual(error[name], value)
    }
    return error
}
