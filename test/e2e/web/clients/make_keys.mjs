// Key pairs, and the key set that their issuer would publish.
//
//   make_keys.mjs FOLDER     rsa, ec and stranger (not in the set), and jwks.json
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'

const folder = process.argv[2]
const write = (name, text) => writeFileSync(`${folder}/${name}`, text, { mode: 0o644 })

function make(name, ...how) {
    const { privateKey, publicKey } = generateKeyPairSync(...how)
    write(`${name}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    write(`${name}.pub`, publicKey.export({ type: 'spki', format: 'pem' }))
    return publicKey.export({ format: 'jwk' })
}

const rsa = { modulusLength: 2048 }
const keys = [
    { ...make('rsa', 'rsa', rsa), kid: 'rsa', alg: 'RS256', use: 'sig' },
    { ...make('ec', 'ec', { namedCurve: 'P-256' }), kid: 'ec', alg: 'ES256', use: 'sig' },
]
make('stranger', 'rsa', rsa)
write('jwks.json', JSON.stringify({ keys }))
