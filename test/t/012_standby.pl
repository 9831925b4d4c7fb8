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
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale launcher'"),
	'the launcher waits on the standby');
is(scheduler_pid($standby, 'postgres'), '', 'no scheduler on a standby');

# The launcher has looked at least once after this: it answers each probe request.
$standby->reload;
is($standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'torale probe'"),
	0, 'no probe either');

$primary->stop('immediate');
$standby->promote;
has_scheduler($standby, 'postgres', 'promotion starts the scheduler');
unlike(slurp_file($standby->logfile), qr/FATAL|PANIC|WARNING/, 'without a complaint');
$standby->stop('fast');

done_testing();
