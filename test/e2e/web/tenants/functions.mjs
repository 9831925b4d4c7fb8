// A row for every function of schema torale: who may call it, and with what. {id} is the id of
// somebody's row of each kind, {mark} their mark; {own} is an id of the caller's.
//   who    anon: everybody · user · admin: administrators alone · nobody: superusers and owners of the database
//   tries  arguments that name what may be another's, each tried with what exists and what does not
//   own    the SQLSTATE that the caller gets with ids of their own; none: it works
const past = '2026-01-01T00:00:00Z'
const what = 'What is new?'
const one = (name) => [{ [name]: '{id}' }]

export const functions = {
    'activate()': { who: 'nobody' },
    'add_feed(text,text,interval,boolean,text)': { tries: [{ url: 'https://example.com/feed/{mark}' }], own: 'PT409' },
    'admin_errors(integer)': { who: 'admin' },
    'admin_executions(integer,text,uuid)': { who: 'admin', tries: [{ task_id: '{id}' }] },
    'admin_reset_task(uuid,integer)': { who: 'admin', tries: one('id') },
    'admin_set_user(text,text,boolean)': { who: 'admin', tries: [{ id: '{owner}', role: 'user' }] },
    'admin_stats()': { who: 'admin' },
    'admin_tasks(integer,boolean)': { who: 'admin' },
    'admin_users()': { who: 'admin' },
    'advice_for(torale.tasks)': { tries: [{ task: { id: '{id}', owner: '{owner}', search_query: what } }] },
    'advise(torale.tasks)': { tries: [{ task: { id: '{id}', owner: '{owner}', search_query: what } }] },
    'cancel_execution(uuid)': { tries: one('id'), own: 'PT409' },
    'complete_task(uuid)': { tries: one('id') },
    'create_api_key(text,interval,text)': { tries: [{ name: 'old {mark}' }], own: 'PT409' },
    'create_channel(text,text,text,jsonb,boolean)': { tries: [{ kind: 'webhook', label: 'hook {mark}', target: 'https://example.com/{mark}' }], own: 'PT409' },
    'create_feed_token(uuid)': { tries: one('task_id') },
    'create_task(text,text,text,text,text,text,jsonb,uuid[],jsonb,jsonb,text,boolean,text,interval,interval,interval,text)': {
        tries: [{ search_query: what, state: 'paused', channels: ['{id}'] }, { search_query: what, state: 'paused', name: 'watch {mark} too' }] },
    'create_task_from(jsonb)': {
        tries: [{ task: { search_query: what, state: 'paused', channels: ['{id}'] } }, { task: { search_query: what, state: 'paused', name: 'watch {mark} too' } }] },
    'current_owner()': { who: 'anon' },
    'delete_channel(uuid)': { tries: one('channel_id') },
    'delete_task(uuid)': { tries: one('id') },
    'describe_schedule(text)': { who: 'anon', tries: [{ schedule: '@daily' }] },
    'doctor()': {},
    'drop_budget(uuid)': { tries: one('id') },
    'enable_channel(uuid)': { tries: one('channel_id') },
    'estimate(uuid)': { tries: one('task_id') },
    'events(timestamp with time zone,text,integer)': { tries: [{ since: past }, { after: '1700000000000000-{id}' }] },
    'explain(uuid,text)': { tries: [{ execution_id: '{id}' }, { execution_id: '{id}', format: 'json' }] },
    'health()': {},
    'install_housekeeping(text)': { who: 'nobody' },
    'link_channels(uuid,uuid[],jsonb)': {
        tries: [{ p_task: '{id}', p_channels: ['{own}'], p_notifications: null }, { p_task: '{own}', p_channels: ['{id}'], p_notifications: null },
            { p_task: '{id}', p_channels: ['{id}'], p_notifications: null }] },
    'mark_read(uuid)': { tries: one('notification_id') },
    'my_task(uuid)': { tries: one('p_id') },
    'next_run(torale.tasks)': { tries: [{ task: { id: '{id}', owner: '{owner}' } }] },
    'next_runs(text,text,integer,timestamp with time zone)': { who: 'anon', tries: [{ schedule: '@daily', after: past }] },
    'pause_task(uuid)': { tries: one('id') },
    'pre_request()': { who: 'anon' },
    'preview(text,text,jsonb,uuid,text,text,integer,text,jsonb,text,numeric)': { isProcedure: true },
    'provider_states()': {},
    'replay(uuid,timestamp with time zone,timestamp with time zone,text,text)': { tries: [{ task_id: '{id}', since: past }] },
    'replay_results(uuid)': { tries: one('replay_id') },
    'replay_with(uuid,timestamp with time zone,timestamp with time zone,text,text,uuid,bigint,bigint,bigint,numeric,interval)': {
        isProcedure: true, call: "replay_with('{id}', '2026-01-01')" },
    'request_channel_test(uuid)': { tries: one('channel_id') },
    'request_preview(text,text,jsonb,text,text)': { tries: [{ search_query: '{mark} is new?' }] },
    'request_replay(uuid,timestamp with time zone,timestamp with time zone,text,text)': { tries: [{ task_id: '{id}', since: past }] },
    'request_suggestion(text,jsonb,text)': { tries: [{ prompt: 'Watch {mark}', current_task: { id: '{id}', name: 'watch {mark}' } }] },
    'require_no_transaction_block(text)': { tries: [{ p_instead: 'this' }], own: '25001' },
    'resume_task(uuid)': { tries: one('id') },
    'revoke_api_key(text)': { tries: [{ name: 'old {mark}' }, { name: '{id}' }] },
    'revoke_api_key(uuid)': { tries: one('id') },
    'revoke_feed_token(uuid)': { tries: one('id') },
    'run_soon(uuid)': { tries: one('p_task') },
    'run_task(uuid,boolean,boolean)': { tries: [{ id: '{id}' }, { id: '{id}', force: true }] },
    'set_budget(text,uuid,text,bigint,bigint,numeric,text)': { tries: [{ scope: 'task', task_id: '{id}', period: 'day', max_calls: 5 }] },
    'set_task_state(uuid,text)': { tries: [{ p_id: '{id}', p_state: 'paused' }] },
    'start_workers(name)': { who: 'nobody', tries: [{ db: 'torale' }] },
    'stop_workers(name)': { who: 'nobody', tries: [{ db: 'postgres' }] },
    'suggest(text,jsonb,text,jsonb,uuid,text,text,numeric,text)': { isProcedure: true },
    'task_arguments()': {},
    'test_channel(uuid,uuid,text,integer,text)': { isProcedure: true, call: "test_channel('{id}')" },
    'update_task(uuid,text,text,text,text,text,text,jsonb,uuid[],jsonb,jsonb,text,interval,interval,interval,text)': {
        tries: [{ id: '{id}', name: 'taken' }, { id: '{own}', channels: ['{id}'] }, { id: '{own}', name: 'watch {mark}' }] },
    'uuid_v7()': { who: 'anon' },
    'wait_for_execution(uuid,interval)': { isProcedure: true, call: "wait_for_execution('{id}')" },
    'why_told(torale.executions)': { tries: [{ e: { id: '{id}', owner: '{owner}', status: 'success', verdict: 'met', trigger: 'schedule' } }] },
    'workers()': {}
}
