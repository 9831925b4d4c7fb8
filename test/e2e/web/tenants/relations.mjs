// A row for every table and view of schema torale.
//   of      whose rows it holds: owners · admins (they alone read it) · all (everybody's)
//   key     what names one row of somebody: {id} and {owner} as in functions.mjs
//   posts   bodies that try to write into what is another's, or to find out that it is there
//   patch   a change, where users may change rows
//   also    who reads everybody's rows: admins
const id = 'id=eq.{id}'

export const relations = {
    activity: { of: 'owners', key: 'execution_id=eq.{id}' },
    api_keys: { of: 'owners', key: id, also: 'admins', posts: [{ name: 'old {mark}', prefix: 'sk_' }], patch: { name: 'taken' } },
    audit_log: { of: 'admins', key: 'target=eq.{id}', posts: [{ actor: '{owner}', role: 'x', action: 'x', target: '{id}' }], patch: { actor: 'x' } },
    budget_status: { of: 'owners', key: 'budget_id=eq.{id}', also: 'admins' },
    budgets: { of: 'owners', key: id, also: 'admins', posts: [{ scope: 'task', task_id: '{id}', period: 'day', max_calls: 1, owner: '{owner}' }], patch: { max_calls: 9 } },
    channels: { of: 'owners', key: id, posts: [{ kind: 'webhook', label: 'hook {mark}', target: 'x' }], patch: { label: 'taken' } },
    citations: { of: 'owners', key: id, posts: [{ task_id: '{id}', execution_id: '{id}', source_id: '{id}', quote: 'x', quote_offset: 0 }], patch: { quote: 'x' } },
    deliveries: { of: 'owners', key: id, posts: [{ notification_id: '{id}', channel_id: '{id}' }], patch: { status: 'cancelled' } },
    delivery_attempts: { of: 'owners', key: id, posts: [{ delivery_id: '{id}', attempt: 2 }], patch: { attempt: 9 } },
    documents: {
        of: 'owners', key: id, patch: { title: 'taken' },
        posts: [{ url: 'note:{mark}', title: 'note {mark}', body: 'a document {mark}' }, { url: 'note:x {mark}', body: 'x', owner: '{owner}' },
            { url: 'note:y {mark}', body: 'y', feed_id: '{id}' }, { id: '{id}', url: 'note:z', body: 'z' }] },
    execution_steps: { of: 'owners', key: 'execution_id=eq.{id}' },
    executions: { of: 'owners', key: id, posts: [{ task_id: '{id}', trigger: 'manual' }, { id: '{id}', trigger: 'preview' }], patch: { status: 'failed' } },
    feed_tokens: { of: 'owners', key: id, posts: [{ task_id: '{id}', prefix: 'ft_' }], patch: { prefix: 'x' } },
    feeds: { of: 'owners', key: id, posts: [{ url: 'https://example.com/feed/{mark}' }], patch: { enabled: false } },
    findings: { of: 'owners', key: 'notification_id=eq.{id}' },
    memories: {
        of: 'owners', key: id, patch: { content: 'taken' },
        posts: [{ task_id: '{id}', content: 'a memory {mark}' }, { task_id: '{id}', content: 'x', owner: '{owner}' }, { task_id: '{own}', content: 'seen {mark}', evidence: ['{id}'] }] },
    notifications: { of: 'owners', key: id, posts: [{ kind: 'system', title: 'x', body: 'x', task_id: '{id}' }], patch: { read_at: '2026-01-01' } },
    provider_status: { of: 'all' },
    providers: { of: 'all', patch: { priority: 1 }, key: 'name=eq.{mark}', posts: [{ name: '{mark}', kind: 'llm', adapter: 'rules' }] },
    queue: { of: 'owners', key: 'task_id=eq.{id}' },
    sources: { of: 'owners', key: id, posts: [{ task_id: '{id}', url: 'x', snippet: 'x', provider: 'x', content_hash: 'x' }], patch: { title: 'x' } },
    task_channels: {
        of: 'owners', key: 'task_id=eq.{id}', patch: { channel_id: '{own}' },
        posts: [{ task_id: '{id}', channel_id: '{id}' }, { task_id: '{own}', channel_id: '{id}' }, { task_id: '{id}', channel_id: '{own}' }] },
    task_overview: { of: 'owners', key: id },
    task_templates: { of: 'all', key: 'id=eq.{mark}', patch: { name: 'taken' }, posts: [{ id: '{mark}', name: 'x', description: 'x', category: 'x', search_query: 'x', condition_description: 'x', schedule: 'x', notify_behavior: 'once' }] },
    tasks: {
        of: 'owners', key: id, patch: { name: 'taken' },
        posts: [{ id: '{id}', search_query: 'What is new?', state: 'paused' }, { name: 'watch {mark} too', search_query: 'What is new?', state: 'paused' },
            { name: 'taken', search_query: 'What is new?', owner: '{owner}' }] },
    usage: { of: 'owners', key: 'provider=eq.of%20{mark}', also: 'admins', posts: [{ owner: '{owner}', day: '2026-01-01', provider: 'of {mark}' }], patch: { calls: 9 } },
    usage_by_day: { of: 'owners', key: 'provider=eq.of%20{mark}', also: 'admins' },
    users: { of: 'owners', key: 'id=eq.{owner}', posts: [{ id: '{owner}', role: 'admin' }], patch: { role: 'admin' } },
    worker_status: { of: 'all' }
}
