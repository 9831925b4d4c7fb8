-- What SQL takes from the C++ rooms, so that a rule has one implementation: schedules, text
-- folding, hashes, URLs. All are pure except where they say VOLATILE or STABLE.
CREATE OR REPLACE FUNCTION torale_internal.check_schedule(schedule text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_check_schedule';
CREATE OR REPLACE FUNCTION torale_internal.schedule_kind(schedule text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_schedule_kind';
CREATE OR REPLACE FUNCTION torale_internal.is_known_zone(timezone text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_is_known_zone';
CREATE OR REPLACE FUNCTION torale_internal.next_slot(schedule text, timezone text, after timestamptz) RETURNS timestamptz
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_next_slot';
CREATE OR REPLACE FUNCTION torale_internal.next_slots(schedule text, timezone text, count integer, after timestamptz) RETURNS timestamptz[]
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_next_slots';
CREATE OR REPLACE FUNCTION torale_internal.spread(task_id uuid) RETURNS interval
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_spread';
CREATE OR REPLACE FUNCTION torale_internal.fold(text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_fold';
CREATE OR REPLACE FUNCTION torale_internal.find_quote(source text, quote text) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_find_quote';
CREATE OR REPLACE FUNCTION torale_internal.canonical_url(url text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_canonical_url';
CREATE OR REPLACE FUNCTION torale_internal.domain_of(url text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_domain_of';
-- STABLE: what is a public suffix changes with the library.
CREATE OR REPLACE FUNCTION torale_internal.is_public_suffix(domain text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_is_public_suffix';
CREATE OR REPLACE FUNCTION torale_internal.domain_matches(domain text, suffix text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_domain_matches';
CREATE OR REPLACE FUNCTION torale_internal.content_hash(url text, title text, body text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_content_hash';
CREATE OR REPLACE FUNCTION torale_internal.why_undecidable(condition text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_why_undecidable';
CREATE OR REPLACE FUNCTION torale_internal.replay_by_rules(replay jsonb) RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_replay_by_rules';
CREATE OR REPLACE FUNCTION torale_internal.check_url(purpose text, url text) RETURNS void
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'torale_check_url';
CREATE OR REPLACE FUNCTION torale_internal.new_secret() RETURNS text
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'torale_new_secret';
CREATE OR REPLACE FUNCTION torale_internal.random_token(bytes integer) RETURNS text
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'torale_random_token';
CREATE OR REPLACE FUNCTION torale_internal.known_adapters(kind text) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_known_adapters';
CREATE OR REPLACE FUNCTION torale_internal.known_options(adapter text) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_known_options';
CREATE OR REPLACE FUNCTION torale_internal.egress_allow() RETURNS text
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'torale_egress_allow';
CREATE OR REPLACE FUNCTION torale_internal.in_transaction_block() RETURNS boolean
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'torale_in_transaction_block';
CREATE OR REPLACE FUNCTION torale_internal.system_identifier() RETURNS text
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'torale_system_identifier';
-- Names of the secrets that are there, and what is wrong with the file; never a value.
CREATE OR REPLACE FUNCTION torale_internal.secret_names() RETURNS text[]
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'torale_secret_names';
CREATE OR REPLACE FUNCTION torale_internal.secret_problems() RETURNS text[]
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'torale_secret_problems';

CREATE OR REPLACE FUNCTION torale.next_runs(
    schedule text, timezone text DEFAULT 'UTC', count integer DEFAULT 5, after timestamptz DEFAULT pg_catalog.now())
RETURNS SETOF timestamptz
LANGUAGE sql STABLE SECURITY DEFINER -- for the internal C function
SET search_path = pg_catalog, torale, pg_temp
RETURN unnest(torale_internal.next_slots(schedule, timezone, count, after));

CREATE OR REPLACE FUNCTION torale.describe_schedule(schedule text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'torale_describe_schedule';
