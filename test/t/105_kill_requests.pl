# kill -9 with runs by hand, previews and once tasks in flight: each request ends in one finished
# row, each once task is told once and completed.
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

my $count = 100;
my $world = Outside->new;
my $node = new_server('kill_requests', conf => $world->conf);
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', $world->providers_sql);
has_scheduler($node, 'postgres', 'a scheduler');
add_tasks($node, 'postgres', $count);
my $secret = add_channel($node, 'postgres', "http://127.0.0.1:$world->{port}/hook/load");
$node->safe_psql('postgres', "UPDATE torale.tasks SET notify_behavior = 'once' WHERE id IN (SELECT id FROM torale.tasks ORDER BY id LIMIT $count / 2)");

# By hand: the second half, the last of it already paused. Previews beside them.
$world->script(says(1, secret => $secret, search => [ [ '[0-4]$', 0 ], [ '.', 60_000 ] ], judge => [ [ '\d', 60_000 ] ]));
$node->safe_psql('postgres', <<~SQL);
	UPDATE torale_internal.task_schedule SET next_run_at = now(), slot = now()
	WHERE task_id IN (SELECT id FROM torale.tasks WHERE notify_behavior = 'once');
	SELECT torale.pause_task(id) FROM torale.tasks WHERE name = 'load $count';
	SELECT torale.run_task(id) FROM torale.tasks WHERE notify_behavior = 'always';
	SELECT torale.request_preview('load task ' || (1000 + i), 'a date has been announced') FROM generate_series(1, 10) AS i;
	SQL
my $all = $count + 10;
Outside::until_true('all are under way', sub { $world->pending >= $all && $world->requests('gemini') >= $all / 2 });
my @paid = told_replies($node, 'postgres');
for my $time (1, 2) {
	my $pid = scheduler_pid($node, 'postgres');
	kill 'KILL', $pid;
	Outside::until_true('the scheduler is gone', sub { !kill(0, $pid) });
	has_scheduler($node, 'postgres', "killed $time: it is back");
}
$world->script(says(1, secret => $secret));
kill 'KILL', scheduler_pid($node, 'postgres');
ok($node->poll_query_until('postgres', "SELECT count(*) = $all AND bool_and(status = 'success') FROM torale.executions"), 'all end in success')
  || diag($node->safe_psql('postgres', 'SELECT trigger, status, error_message, count(*) FROM torale.executions GROUP BY 1, 2, 3'));
is($node->safe_psql('postgres', 'SELECT trigger, count(*), count(DISTINCT coalesce(task_id, id)) FROM torale.executions GROUP BY 1 ORDER BY 1'),
	join("\n", "manual|50|50", "preview|10|10", "schedule|50|50"), 'one row each');
is($node->safe_psql('postgres', 'SELECT count(*) FROM torale_internal.requests') . $node->safe_psql('postgres', 'SELECT count(*) FROM torale_internal.step_replies'),
	'00', 'nothing is left in the queue');
is($node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT execution_id) FROM torale.notifications'), "$count|$count", 'told once, previews not at all');
is($node->safe_psql('postgres', "SELECT notify_behavior, state, count(*) FROM torale.tasks GROUP BY 1, 2 ORDER BY 1, 2"),
	"always|active|49\nalways|paused|1\nonce|completed|50", 'once tasks are completed, the others are as they were');
my $searches = $world->asked('perplexity');
is(join(' ', grep { $searches->{$_} != 1 } @paid), '', 'none of ' . @paid . ' committed searches was paid for again');
ok($node->poll_query_until('postgres', "SELECT count(*) = $count AND bool_and(status = 'delivered') FROM torale.deliveries"), 'all are delivered');
my %ids;
$ids{ ($_->{body} =~ /^\{"id":"([^"]+)"/)[0] }{ $_->{webhook_id} } = 1 for $world->log('webhook');
is(join(' ', (scalar keys %ids), grep { keys %$_ > 1 } values %ids), "$count", 'under one id each');

# Killed as the postmaster is: the worker does not outlive it, and the next start goes on.
$world->script(says(2, secret => $secret, search => [ [ '.', 60_000 ] ]));
$node->safe_psql('postgres', 'SELECT torale.run_task(id) FROM torale.tasks');
Outside::until_true('all are under way', sub { $world->pending >= $count });
my $pid = scheduler_pid($node, 'postgres');
$node->kill9;
Outside::until_true('the scheduler follows the postmaster', sub { !kill(0, $pid) }, 10);
pass('the scheduler follows the postmaster');
Outside::until_true('its calls are given up', sub { $world->pending == 0 }, 10);
$world->script(says(2, secret => $secret));
Outside::until_true('the server starts again', sub { $node->start(fail_ok => 1) });
ok($node->poll_query_until('postgres', "SELECT count(*) = $all + $count AND bool_and(status = 'success') FROM torale.executions"), 'after the next start all end in success');

$node->stop('fast');
done_testing();
