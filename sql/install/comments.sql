-- What every table, column, function and view is for: \d+ and \df+ show it, and so does OpenAPI.

-- ---- words that mean the same in every table ----
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT c.oid::pg_catalog.regclass AS relation, a.attname AS name, w.meaning
        FROM (VALUES
            ('id', 'UUIDv7: ids of one table are in the order of their creation.'),
            ('owner', 'Who the row belongs to: users.id. Row-level security compares it with current_owner().'),
            ('created_at', 'When the row was written.'),
            ('task_id', 'The task: tasks.id.'),
            ('execution_id', 'The execution: executions.id.'),
            ('notification_id', 'The notification: notifications.id.'),
            ('channel_id', 'The channel: channels.id.'),
            ('lease_until', 'A worker holds the row until then; null when none does.'),
            ('lease_token', 'Fencing token: a write that brings another token changes nothing.'),
            ('lease_owner', 'The scheduler that holds the lease; a new one takes back the leases of those before it.'),
            ('only_row', 'Always true: the table has at most one row.')) AS w (name, meaning)
        JOIN pg_catalog.pg_attribute a ON a.attname = w.name AND a.attnum > 0
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v')
        WHERE c.relnamespace IN ('torale'::pg_catalog.regnamespace, 'torale_internal'::pg_catalog.regnamespace)
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', r.relation, r.name, r.meaning);
    END LOOP;
END
$$;

-- ---- people and what they watch ----
COMMENT ON TABLE torale.users IS 'Owners of rows: database users as pg:NAME, others by the claim sub.';
COMMENT ON COLUMN torale.users.id IS 'The owner, as current_owner() returns it.';
COMMENT ON COLUMN torale.users.email IS 'E-mail address, if known.';
COMMENT ON COLUMN torale.users.display_name IS 'Name to show.';
COMMENT ON COLUMN torale.users.role IS 'user or admin.';
COMMENT ON COLUMN torale.users.is_active IS 'False after deactivation: all tasks are paused and none can be activated.';
COMMENT ON COLUMN torale.users.active_task_limit IS 'Most active tasks at a time; null means no limit.';
COMMENT ON COLUMN torale.users.last_seen_at IS 'Time of the last request over HTTP.';

COMMENT ON TABLE torale.tasks IS 'What to watch: a question, a condition, and when to look. Owners write it by DML or by functions alike.';
COMMENT ON COLUMN torale.tasks.name IS 'Unique per owner; made from the query when left out.';
COMMENT ON COLUMN torale.tasks.state IS 'active: runs on schedule. paused: does not run. completed: has told what it was for.';
COMMENT ON COLUMN torale.tasks.search_query IS 'The question in plain words, 3 to 2000 characters.';
COMMENT ON COLUMN torale.tasks.condition_description IS 'What must be true to be told; null: the question is the condition.';
COMMENT ON COLUMN torale.tasks.notify_behavior IS 'once: told the first time, then completed. always: told of every new finding.';
COMMENT ON COLUMN torale.tasks.schedule IS 'Five cron fields, @daily and its like, "every 15 minutes" or "at TIME"; null: each run decides when the next is.';
COMMENT ON COLUMN torale.tasks.timezone IS 'IANA time zone in which the schedule is read.';
COMMENT ON COLUMN torale.tasks.min_interval IS 'A next run that the judge wishes is not earlier than this from now.';
COMMENT ON COLUMN torale.tasks.max_interval IS 'A next run that the judge wishes is not later than this from now.';
COMMENT ON COLUMN torale.tasks.search_options IS 'Object with max_results, domains {allow, deny}, recency, country, language, published_after.';
COMMENT ON COLUMN torale.tasks.context IS 'Any JSON of the owner''s; webhooks carry it back.';
COMMENT ON COLUMN torale.tasks.mode IS 'pipeline: one search, one judgement. agent: the model may search and read on. Null: as torale.default_mode says.';
COMMENT ON COLUMN torale.tasks.dedupe_horizon IS 'The same event is not told again inside this time; 0: told every time.';
COMMENT ON COLUMN torale.tasks.updated_at IS 'When the owner, or a completing run, last changed the row.';
COMMENT ON COLUMN torale.tasks.state_changed_at IS 'When state last changed.';

COMMENT ON TABLE torale.task_templates IS 'Ready-made tasks: create_task(template => …).';
COMMENT ON COLUMN torale.task_templates.id IS 'Name for programs, in lower case with hyphens.';
COMMENT ON COLUMN torale.task_templates.name IS 'Name to show; the task gets it.';
COMMENT ON COLUMN torale.task_templates.description IS 'One sentence on what it is good for.';
COMMENT ON COLUMN torale.task_templates.category IS 'Group to show it in.';
COMMENT ON COLUMN torale.task_templates.icon IS 'Name of a Lucide icon.';
COMMENT ON COLUMN torale.task_templates.search_query IS 'Becomes tasks.search_query.';
COMMENT ON COLUMN torale.task_templates.condition_description IS 'Becomes tasks.condition_description.';
COMMENT ON COLUMN torale.task_templates.schedule IS 'Becomes tasks.schedule.';
COMMENT ON COLUMN torale.task_templates.notify_behavior IS 'Becomes tasks.notify_behavior.';
COMMENT ON COLUMN torale.task_templates.is_active IS 'False: not offered.';

-- ---- what happened ----
COMMENT ON TABLE torale.executions IS 'Runs: one row for each due slot, manual run, preview, suggestion, replayed run and channel test.';
COMMENT ON COLUMN torale.executions.task_id IS 'The task; null for a preview, a suggestion, a replay or a channel test.';
COMMENT ON COLUMN torale.executions.trigger IS 'schedule, manual, preview, suggest, replay or test.';
COMMENT ON COLUMN torale.executions.status IS 'pending, running or retrying; then success, failed, cancelled, skipped or missed.';
COMMENT ON COLUMN torale.executions.verdict IS 'met, not_met or unknown; null when nothing was judged.';
COMMENT ON COLUMN torale.executions.condition_met IS 'Whether the verdict is met; null when nothing was judged.';
COMMENT ON COLUMN torale.executions.confidence IS '0 to 100, computed from confidence_parts.';
COMMENT ON COLUMN torale.executions.evidence IS 'Why the verdict is what it is, in Markdown.';
COMMENT ON COLUMN torale.executions.notification IS 'What the judge would tell the owner, in Markdown.';
COMMENT ON COLUMN torale.executions.topic IS 'Short title that the judge gives the task.';
COMMENT ON COLUMN torale.executions.skip_reason IS 'Why nothing was judged, run or told: unchanged, no_sources, ungrounded, already_told, overlap, paused …';
COMMENT ON COLUMN torale.executions.error_category IS 'Kind of failure: rate_limit, timeout, auth …';
COMMENT ON COLUMN torale.executions.error_message IS 'The failure in words for the owner.';
COMMENT ON COLUMN torale.executions.scheduled_for IS 'The slot. A task has one row a slot.';
COMMENT ON COLUMN torale.executions.started_at IS 'When the first attempt began.';
COMMENT ON COLUMN torale.executions.finished_at IS 'When it ended; null while pending, running or retrying.';
COMMENT ON COLUMN torale.executions.attempts IS 'Attempts so far; waiting for a rate limit is none.';
COMMENT ON COLUMN torale.executions.slots_from IS 'First slot that this row stands for.';
COMMENT ON COLUMN torale.executions.slots_until IS 'Last slot that this row stands for.';
COMMENT ON COLUMN torale.executions.slots IS 'How many slots this row stands for: more than one after downtime.';
COMMENT ON COLUMN torale.executions.suggested_next_run IS 'When the judge wished the next run, as it said it.';
COMMENT ON COLUMN torale.executions.source_ids IS 'The cited sources: sources.id.';
COMMENT ON COLUMN torale.executions.confidence_parts IS 'independent_domains, quote_strength, date_certainty, agreement; each 0 to 100.';
COMMENT ON COLUMN torale.executions.model_confidence IS 'The model''s own number, 0 to 100; shown, not used.';
COMMENT ON COLUMN torale.executions.tokens_in IS 'Tokens sent to models, all attempts.';
COMMENT ON COLUMN torale.executions.tokens_out IS 'Tokens received from models, all attempts.';
COMMENT ON COLUMN torale.executions.cost_usd IS 'Cost in US dollars by the prices in providers, all attempts.';
COMMENT ON COLUMN torale.executions.model IS 'Model that judged.';
COMMENT ON COLUMN torale.executions.prompt_hash IS 'SHA-256 of the prompt template, in hex.';
COMMENT ON COLUMN torale.executions.steps IS 'The trace, one object a step; execution_steps shows it as rows.';
COMMENT ON COLUMN torale.executions.input IS 'What was asked, for runs without a task.';
COMMENT ON COLUMN torale.executions.result IS 'What came out, for runs without a task.';

COMMENT ON TABLE torale.sources IS 'Search results as they were read, one row for each text of a task. Cited ones are kept.';
COMMENT ON COLUMN torale.sources.url IS 'Canonical URL.';
COMMENT ON COLUMN torale.sources.title IS 'Title.';
COMMENT ON COLUMN torale.sources.snippet IS 'The text that the judge read and that quotes are checked against.';
COMMENT ON COLUMN torale.sources.published_at IS 'Date of the text as its provider gives it.';
COMMENT ON COLUMN torale.sources.provider IS 'Search provider it came from.';
COMMENT ON COLUMN torale.sources.content_hash IS 'SHA-256 of URL, folded title and folded text, in hex.';
COMMENT ON COLUMN torale.sources.text_fingerprint IS 'Near for copies of one text at other addresses; null: too short to compare.';
COMMENT ON COLUMN torale.sources.first_seen_at IS 'When a run first found it.';
COMMENT ON COLUMN torale.sources.last_seen_at IS 'When a run last found it, to the hour.';
COMMENT ON COLUMN torale.sources.first_seen_execution IS 'Execution that first found it.';

COMMENT ON TABLE torale.citations IS 'Quotes that an execution rests on. Each stands in the stored text of its source.';
COMMENT ON COLUMN torale.citations.source_id IS 'The source: sources.id.';
COMMENT ON COLUMN torale.citations.quote IS 'The quote, as the source has it.';
COMMENT ON COLUMN torale.citations.quote_offset IS 'Characters of the source before the quote.';

COMMENT ON TABLE torale.notifications IS 'What owners are told.';
COMMENT ON COLUMN torale.notifications.kind IS 'finding, failure (first of a streak), recovery, system or test.';
COMMENT ON COLUMN torale.notifications.task_id IS 'The task, if it is about one.';
COMMENT ON COLUMN torale.notifications.execution_id IS 'The execution it comes from, if any.';
COMMENT ON COLUMN torale.notifications.title IS 'Title in plain text.';
COMMENT ON COLUMN torale.notifications.body IS 'Text in Markdown.';
COMMENT ON COLUMN torale.notifications.fingerprint IS 'SHA-256 of the folded quotes, in hex: the same finding has the same.';
COMMENT ON COLUMN torale.notifications.relation IS 'How a finding relates to those before: new, update, contradiction or retraction.';
COMMENT ON COLUMN torale.notifications.earlier_id IS 'The notification that it updates, contradicts or takes back; it may be gone.';
COMMENT ON COLUMN torale.notifications.read_at IS 'When the owner read it; null: unread.';

COMMENT ON TABLE torale.memories IS 'What a task remembers from run to run.';
COMMENT ON COLUMN torale.memories.content IS 'One remark, at most torale.memory_chars_max characters.';
COMMENT ON COLUMN torale.memories.kind IS 'note, source, search or fact.';
COMMENT ON COLUMN torale.memories.created_by_execution IS 'Execution that wrote it; null: the owner did.';
COMMENT ON COLUMN torale.memories.expires_at IS 'Forgotten after this; null: never.';
COMMENT ON COLUMN torale.memories.search IS 'Words of the content for full-text search.';

-- ---- where findings go ----
COMMENT ON TABLE torale.channels IS 'Where an owner is told. create_channel() makes one.';
COMMENT ON COLUMN torale.channels.kind IS 'webhook, email, slack, discord, telegram or ntfy.';
COMMENT ON COLUMN torale.channels.label IS 'Name, unique per owner.';
COMMENT ON COLUMN torale.channels.target IS 'Where to, masked: a URL may be a secret.';
COMMENT ON COLUMN torale.channels.enabled IS 'False: nothing is sent to it.';
COMMENT ON COLUMN torale.channels.is_default IS 'Used by tasks that name no channel.';
COMMENT ON COLUMN torale.channels.verified_at IS 'When the target was shown to be the owner''s; null: not yet.';
COMMENT ON COLUMN torale.channels.disabled_reason IS 'Why torale switched it off.';

COMMENT ON TABLE torale.task_channels IS 'Which channels a task tells.';

COMMENT ON TABLE torale.deliveries IS 'The outbox: one notification to one channel, written in the transaction that finishes the run.';
COMMENT ON COLUMN torale.deliveries.id IS 'UUIDv7; sent as webhook-id, the same in every attempt.';
COMMENT ON COLUMN torale.deliveries.status IS 'pending, delivered, dead or cancelled.';
COMMENT ON COLUMN torale.deliveries.attempts IS 'Attempts so far.';
COMMENT ON COLUMN torale.deliveries.next_attempt_at IS 'When it is tried next; null when it is over.';
COMMENT ON COLUMN torale.deliveries.response_status IS 'HTTP status of the last attempt; null: no answer.';
COMMENT ON COLUMN torale.deliveries.error IS 'What went wrong in the last attempt.';
COMMENT ON COLUMN torale.deliveries.delivered_at IS 'When the receiver accepted it.';
COMMENT ON COLUMN torale.deliveries.hold_reason IS 'Why it waits although it is due: rate, quiet or digest.';

COMMENT ON TABLE torale.delivery_attempts IS 'Every attempt of every delivery.';
COMMENT ON COLUMN torale.delivery_attempts.delivery_id IS 'The delivery: deliveries.id.';
COMMENT ON COLUMN torale.delivery_attempts.attempt IS 'Its number, from 1.';
COMMENT ON COLUMN torale.delivery_attempts.response_status IS 'HTTP status; null: no answer.';
COMMENT ON COLUMN torale.delivery_attempts.error IS 'What went wrong.';
COMMENT ON COLUMN torale.delivery_attempts.duration_ms IS 'How long it took, in milliseconds.';

-- ---- what is searched, and by what ----
COMMENT ON TABLE torale.documents IS 'The built-in search index: an owner''s own documents, and shared ones without an owner.';
COMMENT ON COLUMN torale.documents.url IS 'Where it comes from; what is not http is kept as it is and never fetched.';
COMMENT ON COLUMN torale.documents.title IS 'Title; its words weigh more than the body''s.';
COMMENT ON COLUMN torale.documents.body IS 'Text, at most 1,000,000 characters.';
COMMENT ON COLUMN torale.documents.published_at IS 'Date of the text; newer ones are found first.';
COMMENT ON COLUMN torale.documents.content_hash IS 'SHA-256 of URL, folded title and folded body, in hex; unique per owner.';
COMMENT ON COLUMN torale.documents.search IS 'Words of title and body for full-text search.';
COMMENT ON COLUMN torale.documents.owner IS 'Who may find it; null: everybody.';

COMMENT ON TABLE torale.providers IS 'Outside services and the built-in ones. The first enabled one of a kind that has its key is used, the next is its fallback.';
COMMENT ON COLUMN torale.providers.name IS 'Its name in steps, sources and doctor().';
COMMENT ON COLUMN torale.providers.kind IS 'search, llm or memory.';
COMMENT ON COLUMN torale.providers.adapter IS 'Which code speaks with it.';
COMMENT ON COLUMN torale.providers.url IS 'Base URL; the adapter appends its path.';
COMMENT ON COLUMN torale.providers.model IS 'Model to ask for.';
COMMENT ON COLUMN torale.providers.secret_name IS 'Name of its key in torale.secrets_file; null: it needs none.';
COMMENT ON COLUMN torale.providers.options IS 'Object that the adapter reads.';
COMMENT ON COLUMN torale.providers.priority IS 'Lowest first.';
COMMENT ON COLUMN torale.providers.enabled IS 'False: not used.';
COMMENT ON COLUMN torale.providers.rate_per_s IS 'Most calls a second; null: no limit of ours.';
COMMENT ON COLUMN torale.providers.max_concurrency IS 'Most calls at the same time; null: no limit of ours.';
COMMENT ON COLUMN torale.providers.price_per_call IS 'US dollars a call.';
COMMENT ON COLUMN torale.providers.price_in_per_mtok IS 'US dollars a million tokens sent.';
COMMENT ON COLUMN torale.providers.price_out_per_mtok IS 'US dollars a million tokens received.';

-- ---- internal tables ----
COMMENT ON TABLE torale_internal.task_schedule IS 'The queue: one narrow row a task, updated in place (HOT) by claims.';
COMMENT ON COLUMN torale_internal.task_schedule.next_run_at IS 'When the task is due; null unless it is active.';
COMMENT ON COLUMN torale_internal.task_schedule.slot IS 'The slot on the grid that next_run_at stands for, without jitter.';
COMMENT ON COLUMN torale_internal.task_schedule.execution_id IS 'The scheduled run under way or to be tried again.';
COMMENT ON COLUMN torale_internal.task_schedule.attempt IS 'Attempts of that run.';
COMMENT ON COLUMN torale_internal.task_schedule.consecutive_failures IS 'Failed runs since the last success.';
COMMENT ON COLUMN torale_internal.task_schedule.rejudge IS 'The question was edited during the run under way: its judgement does not count as one of the new question.';
COMMENT ON COLUMN torale_internal.task_schedule.last_judged_at IS 'When a run last came to a verdict: sources seen since are new.';
COMMENT ON SEQUENCE torale_internal.lease_tokens IS 'Fencing tokens, one for each lease and each revocation.';
COMMENT ON TABLE torale_internal.channel_secrets IS 'What a message needs and users must not read.';
COMMENT ON COLUMN torale_internal.channel_secrets.target IS 'URL or address.';
COMMENT ON COLUMN torale_internal.channel_secrets.headers IS 'Headers to send, name to value.';
COMMENT ON COLUMN torale_internal.channel_secrets.secrets IS 'Signing secrets, newest first; every one signs.';
COMMENT ON TABLE torale_internal.provider_state IS 'Providers that rest after a failure.';
COMMENT ON COLUMN torale_internal.provider_state.provider IS 'The provider: providers.name.';
COMMENT ON COLUMN torale_internal.provider_state.cooling_until IS 'It is not called before then, and afterwards by one probe at a time; null: it works.';
COMMENT ON COLUMN torale_internal.provider_state.failures IS 'Failures in a row when it changed last.';
COMMENT ON COLUMN torale_internal.provider_state.pauses IS 'Pauses in a row: each is longer than the one before.';
COMMENT ON COLUMN torale_internal.provider_state.category IS 'Kind of the failure.';
COMMENT ON COLUMN torale_internal.provider_state.message IS 'The failure in words.';
COMMENT ON COLUMN torale_internal.provider_state.changed_at IS 'When it happened.';
COMMENT ON TABLE torale_internal.requests IS 'Queued manual runs and previews, claimed with the same lease as tasks.';
COMMENT ON COLUMN torale_internal.requests.kind IS 'manual, preview, suggest, replay or test.';
COMMENT ON COLUMN torale_internal.requests.quiet IS 'True: run, and tell nobody.';
COMMENT ON COLUMN torale_internal.requests.due_at IS 'Not before then.';
COMMENT ON COLUMN torale_internal.requests.attempt IS 'Attempts so far.';
COMMENT ON TABLE torale_internal.step_replies IS 'Replies of paid calls, kept until the run is over so that none is paid twice.';
COMMENT ON COLUMN torale_internal.step_replies.key IS 'Which call of the run.';
COMMENT ON COLUMN torale_internal.step_replies.status IS 'HTTP status.';
COMMENT ON COLUMN torale_internal.step_replies.body IS 'Body as received.';
COMMENT ON TABLE torale_internal.activation IS 'One row while this database may run tasks; not dumped, so a copy is silent.';
COMMENT ON COLUMN torale_internal.activation.system_identifier IS 'The cluster it was activated in.';
COMMENT ON COLUMN torale_internal.activation.database_oid IS 'The database it was activated in.';
COMMENT ON COLUMN torale_internal.activation.activated_at IS 'When.';
COMMENT ON TABLE torale_internal.housekeeping IS 'Who removes old rows, and what was removed last.';
COMMENT ON COLUMN torale_internal.housekeeping.cron_job_id IS 'pg_cron''s job; null: the scheduler does it.';
COMMENT ON COLUMN torale_internal.housekeeping.last_run_at IS 'When it last ran.';
COMMENT ON COLUMN torale_internal.housekeeping.last_report IS 'Rows removed by the last run, by kind.';

-- ---- views ----
COMMENT ON VIEW torale.task_overview IS 'Tasks with their next run and how the last one went.';
COMMENT ON COLUMN torale.task_overview.name IS 'tasks.name.';
COMMENT ON COLUMN torale.task_overview.state IS 'active, paused or completed.';
COMMENT ON COLUMN torale.task_overview.next_run IS 'When it is due; null unless it is active.';
COMMENT ON COLUMN torale.task_overview.last_status IS 'Status of the last execution.';
COMMENT ON COLUMN torale.task_overview.last_verdict IS 'Verdict of the last execution that was judged.';
COMMENT ON COLUMN torale.task_overview.last_confidence IS 'Its confidence, 0 to 100.';
COMMENT ON COLUMN torale.task_overview.last_finished_at IS 'When the last execution ended.';
COMMENT ON COLUMN torale.task_overview.consecutive_failures IS 'Failed runs since the last success.';
COMMENT ON COLUMN torale.task_overview.search_query IS 'The question.';
COMMENT ON COLUMN torale.task_overview.condition_description IS 'The condition; null: the question itself.';
COMMENT ON COLUMN torale.task_overview.notify_behavior IS 'once or always.';
COMMENT ON COLUMN torale.task_overview.schedule IS 'tasks.schedule.';
COMMENT ON COLUMN torale.task_overview.timezone IS 'IANA time zone of the schedule.';
COMMENT ON COLUMN torale.task_overview.is_running IS 'Whether a worker is on it now.';
COMMENT ON VIEW torale.findings IS 'What was found, with its quotes, newest first.';
COMMENT ON COLUMN torale.findings.at IS 'When it was told.';
COMMENT ON COLUMN torale.findings.task IS 'Name of the task.';
COMMENT ON COLUMN torale.findings.relation IS 'new, update, contradiction or retraction.';
COMMENT ON COLUMN torale.findings.finding IS 'What was told, in Markdown.';
COMMENT ON COLUMN torale.findings.quotes IS 'The quotes it rests on.';
COMMENT ON COLUMN torale.findings.sources IS 'URLs of the quoted sources.';
COMMENT ON COLUMN torale.findings.confidence IS '0 to 100.';
COMMENT ON VIEW torale.activity IS 'What ran, newest first.';
COMMENT ON COLUMN torale.activity.at IS 'When it ended, else began, else was queued.';
COMMENT ON COLUMN torale.activity.task IS 'Name of the task, or preview, suggest, replay or test.';
COMMENT ON COLUMN torale.activity.status IS 'executions.status.';
COMMENT ON COLUMN torale.activity.verdict IS 'met, not_met or unknown; null when nothing was judged.';
COMMENT ON COLUMN torale.activity.confidence IS '0 to 100.';
COMMENT ON COLUMN torale.activity.reason IS 'Why it was not judged or not told, or the kind of failure.';
COMMENT ON COLUMN torale.activity.what IS 'The failure or the evidence, its first 120 characters.';
COMMENT ON VIEW torale.queue IS 'What runs next, soonest first.';
COMMENT ON COLUMN torale.queue.next_run_at IS 'When the task is due.';
COMMENT ON COLUMN torale.queue.task IS 'Name of the task.';
COMMENT ON COLUMN torale.queue.state IS 'active, paused or completed.';
COMMENT ON COLUMN torale.queue.is_running IS 'Whether a worker is on it now.';
COMMENT ON COLUMN torale.queue.attempt IS 'Attempts of the scheduled run under way.';
COMMENT ON COLUMN torale.queue.consecutive_failures IS 'Failed runs since the last success.';
COMMENT ON VIEW torale.execution_steps IS 'What executions did, a row a step.';
COMMENT ON COLUMN torale.execution_steps.attempt IS 'Attempt of the execution that made the step.';
COMMENT ON COLUMN torale.execution_steps.position IS 'Its place in the execution, from 1.';
COMMENT ON COLUMN torale.execution_steps.kind IS 'recall, search, fetch, judge, verify, remember or deliver.';
COMMENT ON COLUMN torale.execution_steps.provider IS 'Who was asked, if anybody.';
COMMENT ON COLUMN torale.execution_steps.started_at IS 'When it began.';
COMMENT ON COLUMN torale.execution_steps.duration_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN torale.execution_steps.status IS 'How it ended.';
COMMENT ON COLUMN torale.execution_steps.detail IS 'What it found, as an object.';
COMMENT ON VIEW torale.worker_status IS 'torale''s background workers; a superuser sees those of all databases.';
COMMENT ON COLUMN torale.worker_status.pid IS 'Process; null: it does not run now.';
COMMENT ON COLUMN torale.worker_status.database IS 'Database it serves; null: the whole server.';
COMMENT ON COLUMN torale.worker_status.kind IS 'launcher, scheduler, web or probe.';
COMMENT ON COLUMN torale.worker_status.state IS 'What it does.';
COMMENT ON COLUMN torale.worker_status.in_flight IS 'Runs under way; of a web worker, its open connections.';
COMMENT ON COLUMN torale.worker_status.due IS 'Due tasks that wait for a place.';
COMMENT ON COLUMN torale.worker_status.lag IS 'How long the oldest of them has waited.';
COMMENT ON COLUMN torale.worker_status.last_error IS 'Why it last stopped.';

-- ---- functions that users call ----
COMMENT ON FUNCTION torale.create_task IS 'Creates a task. A NOTICE says what will not happen, and its hint what mends it.';
COMMENT ON FUNCTION torale.update_task IS 'Changes a task: null leaves a value as it is, '''' clears schedule and condition_description.';
COMMENT ON FUNCTION torale.pause_task IS 'Stops a task; a run under way is cancelled.';
COMMENT ON FUNCTION torale.resume_task IS 'Makes a paused or completed task active.';
COMMENT ON FUNCTION torale.complete_task IS 'Completes a task by hand; a run under way is cancelled.';
COMMENT ON FUNCTION torale.delete_task IS 'Deletes a task with all it found; returns what it was.';
COMMENT ON FUNCTION torale.my_task IS 'The caller''s task, or PT404.';
COMMENT ON FUNCTION torale.set_task_state IS 'Puts the caller''s task into a state; nothing happens when it is in it.';
COMMENT ON FUNCTION torale.link_channels IS 'Sets which channels a task tells; makes those that a notification list asks for.';
COMMENT ON FUNCTION torale.advise IS 'Says by NOTICE what will not happen for a task, and what mends it.';
COMMENT ON FUNCTION torale.advice_for IS 'What will not happen for a task, and the statement that mends it.';
COMMENT ON FUNCTION torale.run_task IS 'Queues a run now, whatever the state. PT409 when one is under way, unless forced; quiet tells nobody.';
COMMENT ON FUNCTION torale.run_soon IS 'Makes an active task due now.';
COMMENT ON FUNCTION torale.cancel_execution IS 'Cancels an execution that is not over; its task goes on with the next slot.';
COMMENT ON FUNCTION torale.request_preview IS 'Queues a run without a task: nothing is told. Poll the execution that it returns.';
COMMENT ON PROCEDURE torale.preview IS 'Runs a question without a task, waits and returns the verdict. Not inside a transaction block.';
COMMENT ON PROCEDURE torale.wait_for_execution IS 'Returns when the execution is over; an error after the timeout. Not inside a transaction block.';
COMMENT ON FUNCTION torale.require_no_transaction_block IS 'Raises inside a transaction block, with what to call instead.';
COMMENT ON FUNCTION torale.create_channel IS 'Creates a channel and returns its signing secret, which is shown this once.';
COMMENT ON FUNCTION torale.request_channel_test IS 'Queues a signed sample message. Poll the execution that it returns.';
COMMENT ON PROCEDURE torale.test_channel IS 'Sends a signed sample message, waits and returns the answer. Not inside a transaction block.';
COMMENT ON FUNCTION torale.mark_read IS 'Marks a notification, or all, as read; returns how many were not.';
COMMENT ON FUNCTION torale.next_runs IS 'The next slots of a schedule.';
COMMENT ON FUNCTION torale.describe_schedule IS 'A schedule in words.';
COMMENT ON FUNCTION torale.next_run IS 'When a task is due: a computed field, select=next_run over HTTP, (t).next_run with torale in search_path.';
COMMENT ON FUNCTION torale.current_owner IS 'Who the session acts for; rows with this owner are its own.';
COMMENT ON FUNCTION torale.uuid_v7 IS 'A new UUIDv7: the time to the microsecond, then 62 random bits.';
COMMENT ON FUNCTION torale.doctor IS 'What is set up and what is not, each with the statement that mends it.';
COMMENT ON FUNCTION torale.health IS 'Whether tasks run here, how late, and what waits, as an object; of deliveries and budgets an operator sees all, others their own.';
COMMENT ON FUNCTION torale.workers IS 'The rows of worker_status.';

-- ---- for the person who runs the server ----
COMMENT ON FUNCTION torale.activate IS 'Lets this database run tasks: once after a restore, a copy or a clone.';
COMMENT ON FUNCTION torale.install_housekeeping IS 'Hands the removal of old rows to pg_cron, where it is installed in this database.';
COMMENT ON FUNCTION torale.stop_workers IS 'Stops the workers of a database and keeps them stopped; true when all are gone.';
COMMENT ON FUNCTION torale.start_workers IS 'Lets the workers of a database start again after stop_workers().';
