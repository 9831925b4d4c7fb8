# A standby reads and does nothing; from promotion on it serves every database.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = new_server('primary', standby => 1);
$primary->safe_psql('postgres', 'CREATE EXTENSION torale');
has_scheduler($primary, 'postgres', 'the primary has a scheduler');

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
ok( $standby->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM torale.worker_status WHERE kind = 'launcher' AND state = 'standby'"),
	'the launcher has looked and waits for promotion');
is( $standby->safe_psql('postgres',
		"SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'torale (scheduler|probe)'"),
	0,
	'no scheduler and no probe on a standby');

$primary->stop('immediate');
my $log_end = -s $standby->logfile;
$standby->promote;
has_scheduler($standby, 'postgres', 'promotion starts the scheduler');
unlike(
	slurp_file($standby->logfile, $log_end),
	qr/PANIC|WARNING|"torale [^"]*" \(PID \d+\) exited/,
	'at the first try');
$standby->stop('fast');

done_testing();
