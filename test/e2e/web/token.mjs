// Tokens as an issuer makes them.
import { createHmac, sign as signWith } from 'node:crypto'

const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')

// HS256 with the server's secret; other keys are private keys of node:crypto.
export function token(claims, { header = {}, key = process.env.TORALE_JWT_SECRET } = {}) {
    const head = { alg: 'HS256', typ: 'JWT', ...header }
    const content = `${encode(head)}.${encode(claims)}`
    return `${content}.${signature(head.alg, content, key)}`
}

function signature(algorithm, content, key) {
    if (algorithm === 'none') return ''
    if (algorithm === 'HS256') return createHmac('sha256', key).update(content).digest('base64url')
    // JOSE wants both numbers of an ECDSA signature side by side, not in DER.
    return signWith('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

export const bearer = (...args) => ({ Authorization: `Bearer ${token(...args)}` })
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds
