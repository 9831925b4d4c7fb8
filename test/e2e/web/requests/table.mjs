// How a row of the tables says what it expects.
//
//   [ask, status, body, more]
//
// ask: "GET /films?id=eq.1", written readably; what a URL cannot hold is encoded on the way.
// body: a string is the exact text, anything else is compared as JSON, undefined is not looked at.
// more: as (role, or the claims of a token), headers, send (an object is sent as JSON), accept,
// prefer, has (headers of the response: text, pattern, or null for absent), reason (the phrase
// after the status), then (a row asked right after, in the state left), why (where we differ from
// PostgREST, and on purpose).

export const any = Symbol('anything')

// An object that has these members among others.
export const part = (members) => new Part(members)
export class Part {
    constructor(members) {
        this.members = members
    }
}

// The body of an error, to the byte unless a part of it is a pattern or anything.
export function failure(code, message, details = null, hint = null) {
    const body = { code, details, hint, message }
    const isExact = Object.values(body).every((value) => value !== any && !(value instanceof RegExp))
    return isExact ? JSON.stringify(body) : body
}

export const singular = 'application/vnd.pgrst.object+json'
export const representation = 'return=representation'
export const ids = (...list) => list.map((id) => ({ id }))

// A relation read in ascending order of its key: which rows a filter finds.
export const finds = (filter, found) => [`GET /films?select=id&order=id&${filter}`, 200, ids(...found)]
export const refuses = (query, text) => [`GET /films?${query}`, 400, failure('PGRST100', text ?? /^"failed to parse /, any, any)]
