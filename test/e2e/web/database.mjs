// The server's own door, as its administrator: what a test prepares and looks at.
import pg from 'pg'

export async function withDatabase(act) {
    const client = new pg.Client({ host: process.env.PGHOST, port: Number(process.env.PGPORT), user: process.env.PGUSER, database: process.env.PGDATABASE })
    client.on('error', () => {})
    await client.connect()
    try {
        return await act(client)
    } finally {
        await client.end()
    }
}

export const run = (sql, values) => withDatabase(async (client) => (await client.query(sql, values)).rows)
