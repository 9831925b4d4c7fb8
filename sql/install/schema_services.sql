-- The other half of the data model: providers and what they cost, templates, and what workers
-- keep for themselves. Runs once, after schema.sql.

CREATE TABLE torale.task_templates (
    id text PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL,
    category text NOT NULL,
    icon text,
    search_query text NOT NULL,
    condition_description text NOT NULL,
    schedule text NOT NULL,
    notify_behavior text NOT NULL CHECK (notify_behavior IN ('once', 'always')),
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE torale.providers (
    name text PRIMARY KEY CHECK (name <> ''),
    kind text NOT NULL CHECK (kind IN ('search', 'llm', 'memory')),
    adapter text NOT NULL,
    url text,
    model text,
    secret_name text,
    options jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) = 'object'),
    priority integer NOT NULL DEFAULT 100,
    enabled boolean NOT NULL DEFAULT true,
    rate_per_s numeric CHECK (rate_per_s > 0),
    max_concurrency integer CHECK (max_concurrency > 0),
    price_per_call numeric NOT NULL DEFAULT 0 CHECK (price_per_call >= 0),
    price_in_per_mtok numeric NOT NULL DEFAULT 0 CHECK (price_in_per_mtok >= 0),
    price_out_per_mtok numeric NOT NULL DEFAULT 0 CHECK (price_out_per_mtok >= 0),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE torale_internal.provider_state (
    provider text PRIMARY KEY REFERENCES torale.providers (name) ON UPDATE CASCADE ON DELETE CASCADE,
    cooling_until timestamptz,
    failures integer NOT NULL DEFAULT 0,
    pauses integer NOT NULL DEFAULT 0,
    category text,
    message text,
    changed_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Queued manual runs, previews, suggestions, replays and channel tests, claimed with the same lease.
CREATE TABLE torale_internal.requests (
    execution_id uuid PRIMARY KEY REFERENCES torale.executions (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('manual', 'preview', 'suggest', 'replay', 'test')),
    task_id uuid REFERENCES torale.tasks (id) ON DELETE CASCADE,
    quiet boolean NOT NULL DEFAULT false,
    due_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    attempt smallint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    lease_token bigint NOT NULL DEFAULT 0,
    lease_owner text
);
CREATE INDEX requests_due_at ON torale_internal.requests (due_at);
CREATE UNIQUE INDEX requests_one_manual_run_per_task ON torale_internal.requests (task_id) WHERE kind = 'manual';

-- Replies of paid calls, committed before the next call goes out, removed at finish.
CREATE TABLE torale_internal.step_replies (
    execution_id uuid NOT NULL REFERENCES torale.executions (id) ON DELETE CASCADE,
    key text NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    is_settled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (execution_id, key)
) WITH (toast_tuple_target = 8160); -- short-lived: not worth compressing

-- What providers were paid. No reference to users: a booking waits for nobody's row.
CREATE TABLE torale.usage (
    owner text NOT NULL,
    day date NOT NULL,
    provider text NOT NULL,
    calls bigint NOT NULL DEFAULT 0,
    tokens_in bigint NOT NULL DEFAULT 0,
    tokens_out bigint NOT NULL DEFAULT 0,
    cost_usd numeric NOT NULL DEFAULT 0,
    PRIMARY KEY (owner, day, provider)
) WITH (fillfactor = 70);

CREATE TABLE torale.budgets (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    scope text NOT NULL CHECK (scope IN ('execution', 'task', 'owner', 'server')),
    task_id uuid,
    period text CHECK (period IN ('day', 'month')),
    max_calls bigint CHECK (max_calls > 0),
    max_tokens bigint CHECK (max_tokens > 0),
    max_cost_usd numeric CHECK (max_cost_usd > 0 AND max_cost_usd <= 1000000),
    set_by text NOT NULL DEFAULT 'owner' CHECK (set_by IN ('owner', 'admin')),
    owner text REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE NULLS NOT DISTINCT (scope, owner, task_id, period, set_by),
    FOREIGN KEY (owner, task_id) REFERENCES torale.tasks (owner, id) ON DELETE CASCADE,
    CHECK (pg_catalog.num_nonnulls(max_calls, max_tokens, max_cost_usd) > 0),
    CHECK ((scope = 'execution') = (period IS NULL)),
    CHECK ((scope = 'server') = (owner IS NULL)),
    CHECK (CASE scope WHEN 'task' THEN task_id IS NOT NULL WHEN 'execution' THEN true ELSE task_id IS NULL END)
);

-- The books of the two tables below are the scheduler's alone. They reference nothing: a user's
-- open transaction must not hold up who reserves.
CREATE TABLE torale_internal.budget_state (
    budget_id uuid PRIMARY KEY,
    window_start timestamptz NOT NULL,
    spent_calls bigint NOT NULL DEFAULT 0,
    spent_tokens bigint NOT NULL DEFAULT 0,
    spent_usd numeric NOT NULL DEFAULT 0,
    reserved_calls bigint NOT NULL DEFAULT 0,
    reserved_tokens bigint NOT NULL DEFAULT 0,
    reserved_usd numeric NOT NULL DEFAULT 0,
    stopped_at timestamptz,
    noticed_at timestamptz,
    stop_noticed_at timestamptz
) WITH (fillfactor = 50);

CREATE TABLE torale_internal.reservations (
    execution_id uuid NOT NULL,
    key text NOT NULL,
    token bigint NOT NULL,
    provider text NOT NULL,
    calls bigint NOT NULL DEFAULT 1,
    tokens bigint NOT NULL,
    cost_usd numeric NOT NULL,
    budget_ids uuid[] NOT NULL,
    is_settled boolean NOT NULL DEFAULT false,
    task_id uuid,
    owner text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (execution_id, key)
) WITH (fillfactor = 70);

-- A key is shown once; what is kept of it is its hash, where users cannot read it.
CREATE TABLE torale.api_keys (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    name text NOT NULL CHECK (name <> '' AND pg_catalog.length(name) <= 200),
    prefix text NOT NULL,
    role text NOT NULL DEFAULT 'torale_user',
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    requests_per_minute integer CHECK (requests_per_minute > 0),
    owner text NOT NULL DEFAULT torale.current_owner() REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX api_keys_live_name ON torale.api_keys (owner, name) WHERE revoked_at IS NULL;
CREATE TABLE torale_internal.api_key_hashes (
    key_id uuid PRIMARY KEY REFERENCES torale.api_keys (id) ON DELETE CASCADE,
    key_hash text COLLATE "C" NOT NULL UNIQUE CHECK (pg_catalog.length(key_hash) = 64)
);

-- Read by anybody who has the token, without a sign-in: a feed reader knows no other way.
CREATE TABLE torale.feed_tokens (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    task_id uuid,
    prefix text NOT NULL,
    revoked_at timestamptz,
    owner text NOT NULL DEFAULT torale.current_owner() REFERENCES torale.users (id),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    FOREIGN KEY (owner, task_id) REFERENCES torale.tasks (owner, id) ON DELETE CASCADE
);
CREATE INDEX feed_tokens_by_owner ON torale.feed_tokens (owner, task_id);
CREATE TABLE torale_internal.feed_token_hashes (
    token_id uuid PRIMARY KEY REFERENCES torale.feed_tokens (id) ON DELETE CASCADE,
    token_hash text COLLATE "C" NOT NULL UNIQUE CHECK (pg_catalog.length(token_hash) = 64)
);

-- One row, or none: the keys of the issuer at torale.jwt_jwks_url.
CREATE TABLE torale_internal.jwks (
    url text PRIMARY KEY CHECK (pg_catalog.length(url) BETWEEN 1 AND 2000),
    document text CHECK (pg_catalog.octet_length(document) <= 262144),
    fetched_at timestamptz,
    wanted_at timestamptz,
    claimed_at timestamptz,
    next_fetch_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_error text,
    CHECK ((document IS NULL) = (fetched_at IS NULL))
);

-- No reference to users: what was done stays written, whoever did it.
CREATE TABLE torale.audit_log (
    id uuid PRIMARY KEY DEFAULT torale.uuid_v7(),
    actor text NOT NULL,
    role text NOT NULL,
    action text NOT NULL CHECK (action <> ''),
    target text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- What was paid, or may have been, by one execution to one provider.
CREATE TYPE torale_internal.charge AS (
    execution_id uuid, task_id uuid, owner text, provider text, calls bigint, tokens_in bigint, tokens_out bigint, cost_usd numeric
);

-- What torale_internal.finish() has to decide about a run; the texts of the result stay out of it.
CREATE TYPE torale_internal.finished_run AS (
    execution_id uuid, task_id uuid, token bigint, trigger text, status text, attempts smallint, consecutive_failures integer,
    judged boolean, scheduled_for timestamptz, next_slot timestamptz, next_run_at timestamptz, task_seen timestamptz,
    complete boolean, complete_if_told boolean, passed_status text, passed_reason text, passed_from timestamptz,
    passed_until timestamptz, passed_slots integer
);

-- One row while this database may run tasks; never dumped, so a restored copy is silent.
CREATE TABLE torale_internal.activation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    system_identifier text NOT NULL,
    database_oid oid NOT NULL,
    activated_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Who runs housekeeping: the scheduler, or pg_cron after torale.install_housekeeping().
CREATE TABLE torale_internal.housekeeping (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    cron_job_id bigint,
    last_run_at timestamptz,
    last_report jsonb
);
