// Tokens as an issuer makes them, and as a forger does.
import { createHmac, sign as signBytes } from 'node:crypto'

// A text goes as it is: JSON may be broken on purpose.
export const encode = (part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

// By HMAC with the server's secret, whatever the header says.
export function sign(claims, { header = { alg: 'HS256', typ: 'JWT' }, key = process.env.TORALE_JWT_SECRET, hash = 'sha256' } = {}) {
    const content = `${encode(header)}.${encode(claims)}`
    return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`
}

// JOSE wants both numbers of an ECDSA signature side by side, not in DER.
export function signByKey(header, claims, key, dsaEncoding = 'ieee-p1363') {
    const content = `${encode(header)}.${encode(claims)}`
    return `${content}.${signBytes('sha256', Buffer.from(content), { key, dsaEncoding }).toString('base64url')}`
}

// As its header says: HS256 with the server's secret, other algorithms with a private key of node:crypto.
export function token(claims, { header = {}, key } = {}) {
    const head = { alg: 'HS256', typ: 'JWT', ...header }
    if (head.alg === 'none') return `${encode(head)}.${encode(claims)}.`
    return head.alg === 'HS256' ? sign(claims, { header: head, key }) : signByKey(head, claims, key)
}

// Of a token or an API key as it is, or of the claims of one.
export const bearer = (who, how) => ({ Authorization: `Bearer ${typeof who === 'string' ? who : token(who, how)}` })
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds
