# Dump and restore: every row arrives, an administrator's edits win over shipped rows, the next
# insert works, and nothing runs or is sent until torale.activate().
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use Outside;
use PostgreSQL::Test::Utils;
use Runs;
use Test::More;

plan skip_all => 'there is no torale-fake' if !Outside::is_there();

my $count = 30;
my $world = Outside->new;

# ---- a database with a row of every kind, stopped in the middle of its work ----

my $origin = new_server('origin', conf => $world->conf);
$origin->safe_psql('postgres', 'CREATE DATABASE origin');
$origin->safe_psql('origin', 'CREATE EXTENSION torale');
$origin->safe_psql('origin', $world->providers_sql);
has_scheduler($origin, 'origin', 'a scheduler');
add_tasks($origin, 'origin', $count);
my $secret = add_channel($origin, 'origin', "http://127.0.0.1:$world->{port}/hook/load");
$origin->safe_psql('origin', <<~SQL);
	UPDATE torale.providers SET priority = 7, options = '{"max_tokens_per_page": 300}', price_per_call = 0.25 WHERE name = 'perplexity';
	UPDATE torale.providers SET enabled = false WHERE name = 'rules';
	INSERT INTO torale.providers (name, kind, adapter, url, model, secret_name, priority, enabled)
	VALUES ('second judge', 'llm', 'gemini', 'http://127.0.0.1:1', 'gemini-x', 'GEMINI_API_KEY', 500, false);
	UPDATE torale.task_templates SET schedule = '0 6 * * *', description = 'Edited by us.' WHERE id = 'gta-vi-release-date';
	INSERT INTO torale.task_templates (id, name, description, category, search_query, condition_description, schedule, notify_behavior)
	VALUES ('ours', 'Ours', 'Of this house.', 'House', 'is the roof tight', 'it is not', '0 7 * * *', 'always');
	INSERT INTO torale.documents (url, title, body) VALUES ('https://example.com/d', 'Mine', 'A document.');
	INSERT INTO torale.documents (url, title, body, owner) VALUES ('https://example.com/s', 'Shared', 'A document for all.', NULL);
	INSERT INTO torale.feeds (url, enabled) VALUES ('https://example.com/feed', false);
	INSERT INTO torale_internal.feed_pages (feed_id, hashes) SELECT id, '{a,b}' FROM torale.feeds;
	INSERT INTO torale_internal.jwks (url, document, fetched_at) VALUES ('https://issuer.example/jwks', '{}', '2026-01-02');
	INSERT INTO torale.users (id, role, active_task_limit) VALUES ('somebody', 'admin', 3);
	INSERT INTO torale.memories (task_id, content) SELECT id, 'remember load 1' FROM torale.tasks WHERE name = 'load 1';
	INSERT INTO torale.usage (owner, day, provider, calls, cost_usd) VALUES ('somebody', '2026-01-02', 'perplexity', 3, 0.015);
	INSERT INTO torale.budgets (id, scope, period, max_cost_usd, set_by) VALUES ('01900000-0000-7000-8000-00000000000b', 'server', 'day', 5000, 'admin');
	INSERT INTO torale_internal.budget_state (budget_id, window_start, spent_usd) VALUES ('01900000-0000-7000-8000-00000000000b', '2026-01-02', 0.015);
	INSERT INTO torale_internal.reservations (execution_id, key, token, provider, tokens, cost_usd, budget_ids, is_settled, owner)
	SELECT id, 'lost:1:judge', 1, 'gemini', 9, 0.01, '{}', true, owner FROM torale.executions LIMIT 1;
	INSERT INTO torale.task_channels (task_id, channel_id) SELECT t.id, c.id FROM torale.tasks t, torale.channels c WHERE t.name = 'load 2';
	INSERT INTO torale_internal.provider_state (provider, category, message) VALUES ('second judge', 'auth', 'refused once');
	SELECT torale.create_api_key('web'), torale.create_feed_token();
	SQL

my %script = says(1, secret => $secret);
$script{webhook}{any}{rules} = [ { times => 5, reply => { status => 503 } } ];
$world->script(%script);
make_due($origin, 'origin');
all_finished($origin, 'origin', $count, 'a finished round');
ok($origin->poll_query_until('origin', "SELECT count(*) = $count AND count(*) FILTER (WHERE status = 'delivered') = $count - 5 FROM torale.deliveries WHERE attempts > 0"),
	'told, but for five');
$world->script(says(2, judge => [ [ '\d', 60_000 ] ]));
make_due($origin, 'origin');
Outside::until_true('the second round is at the judge', sub { $world->pending >= $count });
$origin->stop('immediate');
$origin->append_conf('postgresql.conf', "torale.enabled = off\n");
$origin->start;
$origin->safe_psql('origin', <<~SQL);
	SELECT torale.pause_task(id) FROM torale.tasks WHERE name = 'load 3';
	SELECT torale.run_task(id) FROM torale.tasks WHERE name = 'load 3';
	UPDATE torale.deliveries SET next_attempt_at = now() WHERE status = 'pending';
	SQL

# Every table of the extension: its number of rows and their hash.
sub fingerprints {
	my ($node, $db) = @_;
	my @tables = split /\n/, $node->safe_psql($db, <<~SQL);
		SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
		JOIN pg_extension x ON x.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		WHERE x.extname = 'torale' AND c.relkind = 'r' AND c.oid <> 'torale_internal.activation'::regclass ORDER BY 1
		SQL
	return map {
		$_ => $node->safe_psql($db, "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM $_ t")
	} @tables;
}

my %before = fingerprints($origin, 'origin');
cmp_ok(scalar keys %before, '>=', 20, 'there are tables: ' . keys %before);
for my $table (sort keys %before) {
	next if $table =~ /housekeeping/;
	isnt((split / /, $before{$table})[0], '0', "$table has rows to carry over");
}

# ---- the ways to another cluster ----

my $target = new_server('target', conf => $world->conf . "torale.poll_interval = 1s\n");
my $folder = PostgreSQL::Test::Utils::tempdir;
$world->script(says(2, secret => $secret));
$world->reset;

sub restore_plain {
	command_ok([ 'pg_dump', '-d', $origin->connstr('origin'), '-f', "$folder/plain.sql" ], 'pg_dump');
	command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $target->connstr('plain'), '-f', "$folder/plain.sql" ], 'psql');
	return;
}

sub restore_custom {
	command_ok([ 'pg_dump', '-Fc', '-d', $origin->connstr('origin'), '-f', "$folder/custom" ], 'pg_dump -Fc');
	command_ok([ 'pg_restore', '-j4', '--exit-on-error', '-d', $target->connstr('custom'), "$folder/custom" ], 'pg_restore -j4');
	return;
}

# The scheduler has had several looks at the due tasks.
sub has_looked {
	my ($db, $name) = @_;
	has_scheduler($target, $db, "$name: a scheduler");
	return ok($target->poll_query_until('postgres', <<~SQL), "$name: which has looked around");
		SELECT state_change > backend_start + interval '2.5 s' FROM pg_stat_activity
		WHERE backend_type = 'torale scheduler' AND datname = '$db'
		SQL
}

sub is_silent {
	my ($db, $name) = @_;
	has_looked($db, $name);
	is($target->safe_psql($db, q{SELECT state FROM torale.doctor() WHERE "check" = 'activation'}), 'held', "$name: doctor says held");
	is($target->safe_psql($db, "SELECT torale.health() ->> 'active'"), 'false', "$name: health() says so too");
	cmp_ok($target->safe_psql($db, 'SELECT count(*) FROM torale_internal.task_schedule WHERE next_run_at <= now()'), '>=', $count - 1, "$name: tasks are due");
	is(scalar(my @asked = $world->log), 0, "$name: nothing was asked, nothing was told");
	return;
}

# New rows of all kinds, through the public interface.
sub accepts_new_rows {
	my ($db, $name) = @_;
	add_tasks($target, $db, 2, 1001);
	$target->safe_psql($db, <<~SQL);
		INSERT INTO torale.memories (task_id, content) SELECT id, 'new' FROM torale.tasks WHERE name = 'load 1';
		INSERT INTO torale.documents (url, body) VALUES ('https://example.com/new', 'A new document.');
		SELECT torale.request_preview('is there anything new', NULL);
		SQL
	is($target->safe_psql($db, "SELECT count(*) FROM torale_internal.task_schedule s JOIN torale.tasks t ON t.id = s.task_id WHERE t.name LIKE 'load 100_' AND s.next_run_at > now()"),
		2, "$name: new tasks are planned");
	is($target->safe_psql($db, "SELECT nextval('torale_internal.lease_tokens') > max(lease_token) FROM torale_internal.task_schedule"),
		't', "$name: new lease tokens are higher than those that came along");
	# Restoring is over: references are checked again, in the transaction of a restored row as well.
	my $orphan = "INSERT INTO torale.memories (task_id, content, owner) VALUES (gen_random_uuid(), 'lost', 'pg:postgres')";
	isnt($target->psql($db, $orphan), 0, "$name: a reference to nothing is refused");
	isnt($target->psql($db, "BEGIN; SET LOCAL row_security = off; INSERT INTO torale.users (id) VALUES ('restored'); SET LOCAL row_security = on; $orphan; COMMIT"),
		0, "$name: also after a restored row");
	return;
}

for my $way ([ plain => \&restore_plain ], [ custom => \&restore_custom ]) {
	my ($db, $restore) = @$way;
	$target->safe_psql('postgres', "CREATE DATABASE $db");
	$restore->();
	my %after = fingerprints($target, $db);
	is($after{$_}, $before{$_}, "$db: $_ is the same") for sort keys %before;
	is($target->safe_psql($db, "SELECT priority, enabled FROM torale.providers WHERE name IN ('perplexity', 'rules') ORDER BY name"),
		"7|t\n1000|f", "$db: edits of shipped providers win");
	is_silent($db, $db);
	accepts_new_rows($db, $db);
}

# ---- activate() ----

my $paid = $target->safe_psql('plain', 'SELECT count(*) FROM torale_internal.step_replies');
like($target->safe_psql('plain', 'SELECT torale.activate()'), qr/torale is active/, 'activate() says so');
ok($target->poll_query_until('plain', <<~SQL), 'after activate() what was due runs');
	SELECT NOT EXISTS (SELECT 1 FROM torale.executions WHERE status IN ('pending', 'running', 'retrying'))
	  AND NOT EXISTS (SELECT 1 FROM torale.deliveries WHERE status = 'pending')
	SQL
is($target->safe_psql('plain', "SELECT trigger, status, count(*) FROM torale.executions GROUP BY 1, 2 ORDER BY 1, 2"),
	"manual|success|1\npreview|success|1\nschedule|cancelled|1\nschedule|success|" . ($count * 2 - 1), 'in success, and once');
my $searches = $world->asked('perplexity');
is(join(',', grep { $_ != 3 } keys %$searches), '', "the $paid replies that came along are not paid for again");
is($target->safe_psql('plain', 'SELECT count(*), count(DISTINCT notification_id) FROM torale.deliveries WHERE status = \'delivered\''),
	join('|', ($count * 2) x 2), 'every finding is told once');
is($target->safe_psql('plain', q{SELECT state FROM torale.doctor() WHERE "check" = 'activation'}), 'ok', 'doctor is content');

# The other restored database is still silent, and so is a copy of the active one.
$target->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE plain');
$world->reset;
make_due($target, 'copy');
is_silent('copy', 'a copy of an active database');
is_silent('custom', 'the other restored database');

$target->stop('fast');
$origin->stop('fast');
done_testing();
