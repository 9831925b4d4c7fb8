# Which processes there are, and that they come back: terminated, killed, reloaded, shut down.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('workers');

my $launchers = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'torale launcher'";
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM ($launchers) l"),
	'a preloaded server has one launcher');
is(scheduler_pid($node, 'postgres'), '', 'no scheduler where the extension is not installed');

$node->safe_psql('postgres', 'BEGIN; CREATE EXTENSION torale; ROLLBACK');
within(
	5,
	'CREATE EXTENSION brings a scheduler',
	sub {
		$node->safe_psql('postgres', 'CREATE EXTENSION torale');
		has_scheduler($node, 'postgres', 'one scheduler');
	});

# Idle means idle: no snapshot, no transaction, no lock.
ok( $node->poll_query_until('postgres',
		"SELECT bool_and(state = 'idle' AND backend_xmin IS NULL AND xact_start IS NULL) FROM pg_stat_activity WHERE backend_type = 'torale scheduler'"
	),
	'an idle scheduler holds no transaction');
is( $node->safe_psql('postgres',
		"SELECT usename FROM pg_stat_activity WHERE backend_type = 'torale scheduler'"),
	'torale_worker',
	'it is torale_worker');
is( $node->safe_psql('postgres',
		"SELECT kind, database FROM torale.worker_status ORDER BY kind"),
	"launcher|\nscheduler|postgres",
	'worker_status shows both');

# Terminated, both come back.
my $pid = scheduler_pid($node, 'postgres');
within(
	10,
	'a terminated scheduler is back',
	sub {
		$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
		$node->poll_query_until('postgres',
			"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale scheduler' AND pid <> $pid"
		) or die 'no scheduler came back';
	});
my $launcher = $node->safe_psql('postgres', $launchers);
$pid = scheduler_pid($node, 'postgres');
within(
	10,
	'a terminated launcher is back and starts its workers anew',
	sub {
		$node->safe_psql('postgres', "SELECT pg_terminate_backend($launcher)");
		$node->poll_query_until('postgres',
			"SELECT count(*) FILTER (WHERE backend_type = 'torale launcher' AND pid <> $launcher) = 1 AND count(*) FILTER (WHERE backend_type = 'torale scheduler' AND pid <> $pid) = 1 FROM pg_stat_activity"
		) or die 'the launcher or its scheduler did not come back';
	});
is( $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'torale scheduler'"),
	1,
	'no scheduler is there twice');

# DROP EXTENSION does not wait for the worker, and a rollback keeps it.
$pid = scheduler_pid($node, 'postgres');
$node->safe_psql('postgres', 'BEGIN; DROP EXTENSION torale CASCADE; ROLLBACK');
is(scheduler_pid($node, 'postgres'), $pid, 'a rolled back DROP EXTENSION leaves the scheduler alone');
within(
	5,
	'DROP EXTENSION ends the scheduler',
	sub {
		$node->safe_psql('postgres', 'DROP EXTENSION torale CASCADE');
		has_no_scheduler($node, 'postgres', 'none left');
	});
within(
	5,
	'CREATE EXTENSION again needs no restart',
	sub {
		$node->safe_psql('postgres', 'CREATE EXTENSION torale');
		has_scheduler($node, 'postgres', 'back');
	});

# A crash of one worker restarts the server; nothing is doubled, nothing is forgotten.
$pid = scheduler_pid($node, 'postgres');
my $launcher_before = $node->safe_psql('postgres', $launchers);
my $log_end = -s $node->logfile;
kill 9, $pid;
$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log_end);
ok( $node->poll_query_until('postgres',
		"SELECT count(*) FILTER (WHERE backend_type = 'torale launcher' AND pid <> $launcher_before) = 1 AND count(*) FILTER (WHERE backend_type = 'torale scheduler' AND pid <> $pid) = 1 FROM pg_stat_activity"
	),
	'after kill -9 one launcher and one scheduler are back');

# Settings that a reload applies.
for my $setting ([ 'torale.enabled', 'off' ], [ 'torale.databases', 'somewhere_else' ]) {
	my ($name, $value) = @$setting;
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'");
	$node->reload;
	has_no_scheduler($node, 'postgres', "$name = $value stops the scheduler");
	$node->safe_psql('postgres', "ALTER SYSTEM RESET $name");
	$node->reload;
	has_scheduler($node, 'postgres', "$name reset brings it back");
}

# What an administrator sets for a database does not reach the worker.
$node->safe_psql(
	'postgres', q{
	ALTER DATABASE postgres SET default_transaction_read_only = on;
	ALTER DATABASE postgres SET search_path = nowhere;
	ALTER ROLE torale_worker SET statement_timeout = '1ms'});
$pid = scheduler_pid($node, 'postgres');
$log_end = -s $node->logfile;
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
$node->poll_query_until('postgres',
	"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale scheduler' AND state = 'idle' AND pid <> $pid"
) or die 'no scheduler';
unlike(slurp_file($node->logfile, $log_end), qr/ERROR/, 'session settings are pinned');
$node->safe_psql('postgres',
	'SET default_transaction_read_only = off; ALTER DATABASE postgres RESET ALL; ALTER ROLE torale_worker RESET ALL'
);

within(2, 'fast shutdown', sub { $node->stop('fast') });
$log_end = -s $node->logfile;
$node->start;
has_scheduler($node, 'postgres', 'a restarted server has its scheduler');
within(2, 'immediate shutdown', sub { $node->stop('immediate') });
$node->start;
within(5, 'smart shutdown', sub { $node->stop('smart') });
unlike(
	slurp_file($node->logfile, $log_end),
	qr/PANIC|FATAL:(?!.*(terminating|shutting down|starting up))/,
	'nothing fatal in the log but the end of sessions');

done_testing();
