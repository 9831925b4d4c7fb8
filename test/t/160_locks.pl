# Somebody's open transaction holds a task that is being run: all other runs go on, the scheduler
# stays, and the held run is finished once the lock is gone.
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

my $count = 50;
my $world = Outside->new;
my $node = new_server('locks', conf => $world->conf . "torale.housekeeping_interval = 1s\ntorale.retention_executions = 0\n");
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', $world->providers_sql);
my $pid = has_scheduler($node, 'postgres', 'a scheduler');
add_tasks($node, 'postgres', $count);
my $round = 0;

# Runs a round while a session that never ends its transaction has done $sql.
sub round_beside {
	my ($name, $sql, $end, $others) = @_;
	$world->reset;
	$world->script(says(++$round, search => [ [ '.', 1000 ] ]));
	make_due($node, 'postgres');
	Outside::until_true('all are at the search', sub { $world->pending >= $count });
	my $holder = $node->background_psql('postgres');
	$holder->query_safe("BEGIN; $sql");
	ok( $node->poll_query_until('postgres', "SELECT count(*) >= $others FROM torale.executions WHERE status = 'success'"),
		"$name: the others are finished beside it");
	is(scheduler_pid($node, 'postgres'), $pid, "$name: by the same scheduler");
	$holder->query_safe($end);
	$holder->quit;
	all_finished($node, 'postgres', $count * $round, "$name: afterwards the held one is, too");
	is($node->safe_psql('postgres', 'SELECT status, count(*) FROM torale.executions GROUP BY 1'),
		'success|' . $count * $round, "$name: in success");
	is(scheduler_pid($node, 'postgres'), $pid, "$name: the same scheduler");
	return;
}

round_beside('an open DELETE', q{DELETE FROM torale.tasks WHERE name = 'load 7'}, 'ROLLBACK', $count - 1);
round_beside('an open UPDATE', q{UPDATE torale.tasks SET search_query = 'load task 7 again' WHERE name = 'load 7'}, 'COMMIT', $count * 2 - 1);
round_beside('an open LOCK of the queue', q{SELECT FROM torale_internal.task_schedule s JOIN torale.tasks t ON t.id = s.task_id WHERE t.name = 'load 8' FOR UPDATE OF s},
	'ROLLBACK', $count * 3 - 1);

# Housekeeping meets rows of a task that somebody is deleting: it leaves them for the next time.
$node->safe_psql('postgres', q{CREATE VIEW expired AS SELECT e.id FROM torale.executions e WHERE e.id < '01000000-0000-7000-8000-000000000000'});
$node->safe_psql('postgres', <<~SQL);
	INSERT INTO torale.executions (id, task_id, owner, trigger, status)
	SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, t.id, t.owner, 'manual', 'failed'
	FROM torale.tasks t JOIN (VALUES (7), (9)) v (n) ON t.name = 'load ' || n
	SQL
my $gone = $node->background_psql('postgres');
$gone->query_safe(q{BEGIN; DELETE FROM torale.tasks WHERE name = 'load 7'});
$node->append_conf('postgresql.conf', 'torale.retention_executions = 90d');
$node->reload;
ok($node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM expired'), 'an open DELETE of a task: housekeeping removes what others have left');
is($node->safe_psql('postgres', q{SET lock_timeout = '1s'; SELECT torale_internal.housekeep() ->> 'executions'}), 0, 'and waits for nothing');
my $before = $node->safe_psql('postgres', 'SELECT last_run_at FROM torale_internal.housekeeping');
ok($node->poll_query_until('postgres', "SELECT last_run_at > '$before' FROM torale_internal.housekeeping"), 'the scheduler goes on with it');
is(scheduler_pid($node, 'postgres'), $pid, 'the same scheduler');
$gone->query_safe('ROLLBACK');
$gone->quit;
ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM expired'), 'afterwards the rest goes, too');

# A channel that somebody is deleting, while it is being told; and another that goes on.
$node->safe_psql('postgres', "SELECT torale.create_channel('webhook', 'one', 'http://127.0.0.1:$world->{port}/hook/one', is_default => true)");
$node->safe_psql('postgres', "SELECT torale.create_channel('webhook', 'two', 'http://127.0.0.1:$world->{port}/hook/two', is_default => true)");
$world->reset;
$world->script(says(++$round, told => 500));
make_due($node, 'postgres');
Outside::until_true('both are being told', sub { $world->pending >= 10 });
my $holder = $node->background_psql('postgres');
$holder->query_safe(q{BEGIN; DELETE FROM torale.channels WHERE label = 'one'});
ok( $node->poll_query_until('postgres', <<~SQL), 'an open DELETE of a channel: the other channel hears it all');
	SELECT count(*) = $count FROM torale.deliveries d JOIN torale.channels c ON c.id = d.channel_id
	WHERE c.label = 'two' AND d.status = 'delivered'
	SQL
is(scheduler_pid($node, 'postgres'), $pid, 'an open DELETE of a channel: by the same scheduler');
$holder->query_safe('ROLLBACK');
$holder->quit;
ok($node->poll_query_until('postgres', "SELECT count(*) = 2 * $count AND bool_and(status = 'delivered') FROM torale.deliveries"),
	'an open DELETE of a channel: afterwards it hears the rest');
my %times;
$times{ $_->{webhook_id} }++ for $world->log('webhook');
is(scalar(grep { $_ != 1 } values %times), 0, 'an open DELETE of a channel: nobody hears anything twice');

# A channel that somebody is deleting when its findings are written: other owners do not wait.
$node->safe_psql('postgres', 'DELETE FROM torale.channels; CREATE ROLE alice LOGIN; GRANT torale_user TO alice');
my @alice = (extra_params => [ '-U', 'alice' ]);
$node->safe_psql('postgres', "SELECT torale.create_channel('webhook', 'hers', 'http://127.0.0.1:$world->{port}/hook/hers', is_default => true)", @alice);
$node->safe_psql('postgres', <<~SQL, @alice);
	INSERT INTO torale.tasks (name, search_query, condition_description, notify_behavior, schedule)
	SELECT 'load ' || i, 'load task ' || i, 'a date has been announced', 'always', '0 9 1 1 *' FROM generate_series(1001, 1000 + $count) AS i
	SQL
$world->reset;
$world->script(says(++$round, search => [ [ '.', 1000 ] ]));
make_due($node, 'postgres');
Outside::until_true('all are at the search', sub { $world->pending >= 2 * $count });
$holder = $node->background_psql('postgres');
$holder->query_safe(q{BEGIN; DELETE FROM torale.channels WHERE label = 'hers'});
my $finished = q{SELECT count(*) = %d FROM torale.executions WHERE owner = 'pg:%s' AND status = 'success'};
ok($node->poll_query_until('postgres', sprintf $finished, $count * $round, 'postgres'), "an open DELETE of another's channel: all is finished beside it");
is(scheduler_pid($node, 'postgres'), $pid, "an open DELETE of another's channel: by the same scheduler");
is($node->safe_psql('postgres', sprintf $finished, 0, 'alice'), 't', 'her runs wait: their findings must reach the channel if it stays');
$holder->query_safe('ROLLBACK');
$holder->quit;
ok($node->poll_query_until('postgres', sprintf $finished, $count, 'alice'), 'afterwards hers are finished, too');
ok($node->poll_query_until('postgres', "SELECT count(*) = $count AND bool_and(status = 'delivered') FROM torale.deliveries"), 'and told');

$node->stop('fast');
done_testing();
