# Fewer worker slots than databases: said once, shown, and mended by itself, longest waiting first.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Utils;
use Test::More;

# The launcher of logical replication takes a slot, ours takes one, which leaves two.
my $node = new_server('slots', conf => "max_worker_processes = 4\n");
for my $db (qw(one two three)) {
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION torale');
}
my $schedulers = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'torale scheduler'";
ok($node->poll_query_until('postgres', "SELECT ($schedulers) = 2"), 'two databases are served');
ok( $node->poll_query_until('one',
		"SELECT count(*) = 1 FROM torale.worker_status WHERE state = 'no slot'"),
	'worker_status shows who is not');

my $starved = $node->safe_psql('one',
	"SELECT database FROM torale.worker_status WHERE state = 'no slot'");
my ($served) = grep { $_ ne $starved && scheduler_pid($node, $_) } qw(one two three);
$node->safe_psql('postgres', "DROP DATABASE $served");
has_scheduler($node, $starved, 'a freed slot goes to the one who waited');
my @said = slurp_file($node->logfile) =~ /no free background worker slot/g;
is(scalar @said, 1, 'said once an episode');
$node->stop('fast');

done_testing();
