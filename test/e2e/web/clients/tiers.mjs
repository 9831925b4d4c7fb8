// The features of PostgREST's dialect that web clients use every day (T0) and soon (T1), and which
// of them a test showed with the client of web pages.
import { test } from '../tap.mjs'

export const tiers = {
    T0: {
        select: 'GET with select: *, columns, alias, cast',
        filters: 'filters eq neq gt gte lt lte like ilike is in; negation',
        contains: 'array, range and json contains',
        order: 'order (asc/desc, nulls), limit, offset',
        count: 'count=exact, HEAD, total in Content-Range',
        insert: 'insert one and many, columns on arrays',
        change: 'update, delete',
        upsert: 'upsert by primary key or on_conflict, merge or ignore',
        returning: 'return=representation with select on writes; empty body otherwise',
        singular: 'singular object',
        rpc: 'rpc by POST, GET and HEAD, array arguments, void',
        errors: 'error bodies, codes and statuses',
        jwt: 'HS256 tokens, anonymous role, claims, role switch, read-only GET',
        schema: 'Content-Type on every write, schema cache and its reload',
        cors: 'CORS for browsers',
    },
    T1: {
        embeds: 'embedding M2O, O2M, O2O, M2M; alias, nesting, hints, inner, left; on reads, rpc and writes',
        embedFilters: 'filters, order and limit on embeds; or on embeds',
        embedOrder: 'related order; null-embed filter; empty embed',
        logic: 'and/or trees and quoting in them',
        json: 'json paths in select, filter and order',
        search: 'full-text search, regular expressions, range operators',
        pages: 'count=planned and estimated; most rows; Range; 206 and 416',
        preferences: 'missing=default; handling=strict and lenient; Preference-Applied',
        profiles: 'several schemas by profile',
        bodies: 'CSV out, CSV and form in',
        views: 'views: relationships, keys, updatability; OPTIONS',
        claims: 'exp, nbf, iat, aud, WWW-Authenticate, role claim path, JWKS, 42501 as 401 and 403',
        hooks: 'pre-request; request settings; response settings; RAISE PTxyz and PGRST',
        calls: 'results of rpc filtered, ordered, limited, embedded; overloads, defaults, unnamed arguments; 300',
        computed: 'computed fields; Proxy-Status; settings of roles',
        probes: '/live and /ready',
    },
}

const shown = new Set()

// A test of one feature, named by its tier and key.
export async function shows(feature, name, act) {
    const [tier, key] = feature.split('.')
    if (tiers[tier]?.[key] === undefined) throw new Error(`no feature ${feature}`)
    if (await test(`${feature}: ${name}`, act)) shown.add(feature)
}

// Over all servers that one process asks; `left` are the features that another shows.
export function nothingIsForgotten(left = []) {
    const missing = Object.entries(tiers).flatMap(([tier, features]) => Object.keys(features).map((key) => `${tier}.${key}`))
        .filter((feature) => !shown.has(feature) && !left.includes(feature))
    return test('each feature of the tiers was shown', () => {
        if (missing.length > 0) throw new Error(`not shown: ${missing.join(', ')}`)
    })
}
