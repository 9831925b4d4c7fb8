-- The tables of owners, on one page: the data model; its other half is schema_services.sql. Runs
-- once; later versions change it by upgrade scripts. Rules that one row can state are constraints;
-- triggers stand in the module of their table. Ownership, row-level security and grants:
-- access.sql. Comments: comments.sql.

-- Needed by defaults below; the rest of the C functions: native.sql.
CREATE FUNCTION torale.uuid_v7() RETURNS uuid
LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_uuid_v7';
CREATE FUNCTION torale.current_owner() RETURNS text
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_current_owner';

CREATE TABLE torale.users (
    id text PRIMARY KEY CHECK (id <> '' AND pg_catalog.length(id) <= 255),
    email text,
    display_name text,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    is_active boolean NOT NULL DEFAULT true,
    active_task_limit integer CHECK (active_task_limit >= 0),
    last_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE torale.tasks (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    name text NOT NULL,
    state text NOT NULL DEFAULT 'active',
    search_query text NOT NULL,
    condition_description text,
    notify_behavior text NOT NULL DEFAULT 'once',
    schedule text,
    timezone text NOT NULL DEFAULT 'UTC',
    min_interval interval NOT NULL DEFAULT '5 minutes',
    max_interval interval NOT NULL DEFAULT '7 days',
    search_options jsonb NOT NULL DEFAULT '{}',
    context jsonb,
    dedupe_horizon interval NOT NULL DEFAULT '180 days',
    mode text CHECK (mode IN ('pipeline', 'agent')),
    owner text NOT NULL DEFAULT torale.current_owner() REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    state_changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE (owner, name),
    UNIQUE (owner, id),
    CHECK (name <> '' AND pg_catalog.length(name) <= 200),
    CHECK (state IN ('active', 'paused', 'completed')),
    CHECK (notify_behavior IN ('once', 'always')),
    CHECK (pg_catalog.length(search_query) BETWEEN 3 AND 2000),
    CHECK (pg_catalog.length(condition_description) <= 2000),
    CHECK (min_interval > '0' AND min_interval <= max_interval AND max_interval <= '10 years'),
    CHECK (dedupe_horizon BETWEEN '0' AND '100 years'),
    CHECK (pg_catalog.jsonb_typeof(search_options) = 'object')
);

-- The hot queue: narrow, its only index beside the key is next_run_at, so that claims are HOT.
CREATE TABLE torale_internal.task_schedule (
    task_id uuid PRIMARY KEY REFERENCES torale.tasks (id) ON DELETE CASCADE,
    next_run_at timestamptz,
    slot timestamptz,
    lease_until timestamptz,
    lease_token bigint NOT NULL DEFAULT 0,
    lease_owner text,
    execution_id uuid,
    attempt smallint NOT NULL DEFAULT 0,
    consecutive_failures integer NOT NULL DEFAULT 0,
    last_judged_at timestamptz,
    rejudge boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_analyze_scale_factor = 0.05, vacuum_truncate = off);
CREATE INDEX task_schedule_next_run_at ON torale_internal.task_schedule (next_run_at);
CREATE SEQUENCE torale_internal.lease_tokens;

CREATE TABLE torale.executions (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    task_id uuid,
    trigger text NOT NULL CHECK (trigger IN ('schedule', 'manual', 'preview', 'suggest', 'replay', 'test')),
    status text NOT NULL DEFAULT 'pending' CHECK (status IN
        ('pending', 'running', 'retrying', 'success', 'failed', 'cancelled', 'skipped', 'missed')),
    verdict text CHECK (verdict IN ('met', 'not_met', 'unknown')),
    condition_met boolean GENERATED ALWAYS AS (verdict = 'met') STORED,
    confidence smallint CHECK (confidence BETWEEN 0 AND 100),
    evidence text,
    notification text,
    topic text,
    skip_reason text,
    error_category text,
    error_message text,
    scheduled_for timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    slots_from timestamptz,
    slots_until timestamptz,
    slots integer NOT NULL DEFAULT 1 CHECK (slots >= 0),
    suggested_next_run text,
    source_ids uuid[],
    confidence_parts jsonb,
    model_confidence smallint CHECK (model_confidence BETWEEN 0 AND 100),
    tokens_in bigint NOT NULL DEFAULT 0,
    tokens_out bigint NOT NULL DEFAULT 0,
    cost_usd numeric NOT NULL DEFAULT 0,
    model text,
    prompt_hash text,
    steps jsonb,
    input jsonb,
    result jsonb,
    owner text NOT NULL DEFAULT torale.current_owner(),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    FOREIGN KEY (owner, task_id) REFERENCES torale.tasks (owner, id) ON DELETE CASCADE,
    CHECK (task_id IS NOT NULL OR trigger IN ('preview', 'suggest', 'replay', 'test')),
    CHECK (trigger <> 'schedule' OR scheduled_for IS NOT NULL)
) WITH (fillfactor = 20); -- inserted small at the claim, grown once at the finish: room for HOT
-- Promise 1: no slot has two rows.
CREATE UNIQUE INDEX executions_one_row_per_slot ON torale.executions (task_id, scheduled_for)
    WHERE trigger = 'schedule';
CREATE INDEX executions_by_task ON torale.executions (task_id, id DESC);
CREATE INDEX executions_by_owner ON torale.executions (owner, id DESC);
-- Those that may end long after they were written: events() looks back further for them.
CREATE INDEX executions_that_last ON torale.executions (owner, id DESC) WHERE attempts > 1 OR trigger <> 'schedule';
CREATE INDEX executions_by_replay ON torale.executions ((input ->> 'replay')) WHERE trigger = 'replay';

CREATE TABLE torale.sources (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    task_id uuid NOT NULL,
    url text NOT NULL,
    title text NOT NULL DEFAULT '',
    snippet text NOT NULL,
    published_at timestamptz,
    provider text NOT NULL,
    content_hash text NOT NULL,
    text_fingerprint bigint,
    first_seen_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    last_seen_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    first_seen_execution uuid,
    owner text NOT NULL DEFAULT torale.current_owner(),
    UNIQUE (task_id, content_hash)
); -- goes with its task by a trigger, see docs/decisions/002-sources-without-a-foreign-key.md

-- Written by workers alone; it goes with its execution, and so with its task.
CREATE TABLE torale.citations (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    task_id uuid NOT NULL,
    execution_id uuid NOT NULL REFERENCES torale.executions (id) ON DELETE CASCADE,
    -- Deferred: a task's deletion removes sources and citations in one statement.
    source_id uuid NOT NULL REFERENCES torale.sources (id) DEFERRABLE INITIALLY DEFERRED,
    quote text NOT NULL CHECK (quote <> ''),
    quote_offset integer NOT NULL,
    owner text NOT NULL DEFAULT torale.current_owner(),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
CREATE INDEX citations_by_execution ON torale.citations (execution_id);
CREATE INDEX citations_by_source ON torale.citations (source_id);

CREATE TABLE torale.notifications (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    kind text NOT NULL CHECK (kind IN ('finding', 'failure', 'recovery', 'system', 'test')),
    task_id uuid,
    execution_id uuid REFERENCES torale.executions (id) ON DELETE CASCADE,
    title text NOT NULL,
    body text NOT NULL,
    fingerprint text,
    relation text CHECK (relation IN ('new', 'update', 'contradiction', 'retraction')),
    -- No reference: pg_dump warns of a table that refers to itself.
    earlier_id uuid,
    read_at timestamptz,
    owner text NOT NULL DEFAULT torale.current_owner(),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE (owner, id),
    FOREIGN KEY (owner, task_id) REFERENCES torale.tasks (owner, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX notifications_one_per_execution ON torale.notifications (execution_id, kind);
CREATE INDEX notifications_by_task ON torale.notifications (task_id, id DESC);
CREATE INDEX notifications_by_owner ON torale.notifications (owner, id DESC);

CREATE TABLE torale.channels (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    kind text NOT NULL CHECK (kind IN ('webhook', 'email', 'slack', 'discord', 'telegram', 'ntfy')),
    label text NOT NULL CHECK (label <> '' AND pg_catalog.length(label) <= 200),
    target text NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    is_default boolean NOT NULL DEFAULT false,
    verified_at timestamptz,
    disabled_reason text,
    owner text NOT NULL DEFAULT torale.current_owner() REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE (owner, id),
    UNIQUE (owner, label)
);

-- channels.target is a mask; the target itself, the headers and the signing secrets are here.
CREATE TABLE torale_internal.channel_secrets (
    channel_id uuid PRIMARY KEY REFERENCES torale.channels (id) ON DELETE CASCADE,
    target text NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    secrets text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE torale.task_channels (
    task_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    owner text NOT NULL DEFAULT torale.current_owner(),
    PRIMARY KEY (task_id, channel_id, owner), -- the owner: nobody learns by a conflict what others have linked
    FOREIGN KEY (owner, task_id) REFERENCES torale.tasks (owner, id) ON DELETE CASCADE,
    FOREIGN KEY (owner, channel_id) REFERENCES torale.channels (owner, id) ON DELETE CASCADE
);
CREATE INDEX task_channels_by_channel ON torale.task_channels (owner, channel_id);

CREATE TABLE torale.deliveries (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    notification_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'dead', 'cancelled')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz DEFAULT pg_catalog.now(),
    response_status integer,
    error text,
    delivered_at timestamptz,
    hold_reason text CHECK (hold_reason IN ('rate', 'quiet', 'digest')),
    lease_until timestamptz,
    lease_token bigint NOT NULL DEFAULT 0,
    owner text NOT NULL DEFAULT torale.current_owner(),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE (notification_id, channel_id),
    UNIQUE (owner, id),
    FOREIGN KEY (owner, notification_id) REFERENCES torale.notifications (owner, id) ON DELETE CASCADE,
    FOREIGN KEY (owner, channel_id) REFERENCES torale.channels (owner, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX deliveries_pending ON torale.deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX deliveries_pending_by_channel ON torale.deliveries (channel_id) WHERE status = 'pending';
CREATE INDEX deliveries_by_channel ON torale.deliveries (owner, channel_id);
CREATE INDEX deliveries_by_notification ON torale.deliveries (owner, notification_id);

CREATE TABLE torale.delivery_attempts (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    delivery_id uuid NOT NULL,
    attempt integer NOT NULL,
    response_status integer,
    error text,
    duration_ms integer,
    owner text NOT NULL DEFAULT torale.current_owner(),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    FOREIGN KEY (owner, delivery_id) REFERENCES torale.deliveries (owner, id) ON DELETE CASCADE
);
CREATE INDEX delivery_attempts_by_delivery ON torale.delivery_attempts (owner, delivery_id);

CREATE TABLE torale.memories (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    task_id uuid NOT NULL,
    content text NOT NULL CHECK (content <> '' AND pg_catalog.length(content) <= 20000),
    kind text NOT NULL DEFAULT 'note' CHECK (kind IN ('note', 'source', 'search', 'fact')),
    evidence uuid[] NOT NULL DEFAULT '{}',
    created_by_execution uuid,
    expires_at timestamptz,
    content_key text NOT NULL,
    search tsvector GENERATED ALWAYS AS (pg_catalog.to_tsvector('pg_catalog.english', content)) STORED,
    owner text NOT NULL DEFAULT torale.current_owner(),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE (task_id, owner, content_key), -- the owner: nobody learns by a conflict what others remember
    FOREIGN KEY (owner, task_id) REFERENCES torale.tasks (owner, id) ON DELETE CASCADE
);

-- Polled by the scheduler; one fetch serves all rows of one URL.
CREATE TABLE torale.feeds (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    url text NOT NULL CHECK (url <> '' AND pg_catalog.length(url) <= 2048),
    kind text NOT NULL DEFAULT 'auto' CHECK (kind IN ('auto', 'feed', 'page')),
    title text CHECK (pg_catalog.length(title) <= 1000),
    enabled boolean NOT NULL DEFAULT true,
    disabled_reason text,
    poll_interval interval NOT NULL DEFAULT '30 minutes',
    next_poll_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    last_polled_at timestamptz,
    consecutive_failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    last_error text,
    etag text,
    last_modified text,
    lease_until timestamptz,
    lease_token bigint NOT NULL DEFAULT 0,
    owner text DEFAULT torale.current_owner() REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE NULLS NOT DISTINCT (owner, url),
    CHECK (poll_interval > '0' AND poll_interval <= '365 days')
);
CREATE INDEX feeds_due ON torale.feeds (next_poll_at) WHERE enabled;
CREATE INDEX feeds_by_url ON torale.feeds (url);

-- The sentences that a page has shown, as short hashes, newest first.
CREATE TABLE torale_internal.feed_pages (
    feed_id uuid PRIMARY KEY REFERENCES torale.feeds (id) ON DELETE CASCADE,
    hashes text[] NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE torale.documents (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    url text NOT NULL CHECK (url <> '' AND pg_catalog.length(url) <= 2048),
    title text NOT NULL DEFAULT '',
    body text NOT NULL,
    published_at timestamptz,
    content_hash text NOT NULL,
    search tsvector GENERATED ALWAYS AS (
        pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english', title), 'A')
        || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english', body), 'B')) STORED,
    owner text DEFAULT torale.current_owner() REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    feed_id uuid REFERENCES torale.feeds (id) ON DELETE SET NULL,
    UNIQUE NULLS NOT DISTINCT (owner, content_hash)
);
CREATE INDEX documents_search ON torale.documents USING gin (search);
CREATE INDEX documents_by_feed ON torale.documents (feed_id) WHERE feed_id IS NOT NULL;
