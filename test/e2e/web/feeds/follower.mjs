// A client of text/event-stream, after the standard: what it shows is what an EventSource would.
import { until } from '../tap.mjs'

export class Follower {
    events = []
    comments = 0
    isEnded = false
    #stop = new AbortController()

    // The stream is open when this resolves; a refusal is an error with its status.
    static async open(url, headers, lastId) {
        const follower = new Follower()
        const response = await fetch(`${url}/events`, {
            headers: { ...headers, ...(lastId ? { 'Last-Event-ID': lastId } : {}) }, signal: follower.#stop.signal })
        if (response.status !== 200) throw Object.assign(new Error(await response.text()), { status: response.status })
        follower.headers = response.headers
        follower.#read(response.body).catch(() => {}).finally(() => { follower.isEnded = true })
        return follower
    }

    async #read(body) {
        let text = ''
        let event = { data: [] }
        for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
            text += chunk
            const lines = text.split('\n')
            text = lines.pop()
            for (const line of lines) event = this.#take(line, event)
        }
    }

    #take(line, event) {
        if (line === '') {
            if (event.data.length > 0) this.events.push({ id: event.id, kind: event.event, ...JSON.parse(event.data.join('\n')) })
            return { data: [] }
        }
        const colon = line.indexOf(':')
        if (colon === 0) ++this.comments
        if (colon <= 0) return event
        const [field, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
        if (field === 'retry') this.retry = Number(value)
        return field === 'data' ? { ...event, data: [...event.data, value] } : { ...event, [field]: value }
    }

    get lastId() { return this.events.at(-1)?.id }
    until(isTrue, what) { return until(() => this.events, (events) => events.some(isTrue), { what }) }
    untilEnded() { return until(() => this.isEnded, (ended) => ended, { what: 'the end of the stream' }) }
    close() { this.#stop.abort() }
}
