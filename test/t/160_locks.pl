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
my $node = new_server('locks', conf => $world->conf);
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

$node->stop('fast');
done_testing();
