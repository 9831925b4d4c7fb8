# DROP DATABASE and DROP EXTENSION while 500 executions are in flight: quick, quiet, and a new
# CREATE EXTENSION works.
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

my $count = 500;
my $world = Outside->new;
my $node = new_server('drop', conf => $world->conf);

# A database with $count executions at a search that does not answer.
sub load {
	my ($db) = @_;
	$node->safe_psql($db, 'CREATE EXTENSION torale');
	$node->safe_psql($db, $world->providers_sql);
	has_scheduler($node, $db, "$db has its scheduler");
	add_tasks($node, $db, $count);
	make_due($node, $db);
	return;
}

sub hang {
	my ($db) = @_;
	$world->reset;
	$world->script(says(1, search => [ [ '.', 60_000 ] ]));
	load($db);
	Outside::until_true("$count calls are under way", sub { $world->pending >= $count });
	return;
}

# A look of the launcher at all databases has come and gone: a new one got its scheduler.
sub launcher_has_looked {
	my ($db) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION torale');
	has_scheduler($node, $db, "$db, made afterwards, is served");
	return;
}

# DROP EXTENSION, and again after the next CREATE EXTENSION.
$node->safe_psql('postgres', 'CREATE DATABASE dropped');
my $offset = -s $node->logfile;
hang('dropped');
within(5, 'DROP EXTENSION under load', sub { $node->safe_psql('dropped', 'DROP EXTENSION torale CASCADE') });
has_no_scheduler($node, 'dropped', 'the scheduler has left');
Outside::until_true('the calls are given up', sub { $world->pending == 0 });
pass('no call stays open');
launcher_has_looked('later');
no_errors($node, $offset, 'DROP EXTENSION: the log has no complaint');

$offset = -s $node->logfile;
$world->script(says(2));
load('dropped');
all_finished($node, 'dropped', $count, 'after CREATE EXTENSION tasks run');
is($node->safe_psql('dropped', 'SELECT status, count(*) FROM torale.executions GROUP BY 1'), "success|$count", 'in success');
no_errors($node, $offset, 'CREATE EXTENSION again: the log has no complaint');

# A transaction that changes its mind gives nothing up.
$world->reset;
$world->script(says(3, search => [ [ '.', 60_000 ] ]));
make_due($node, 'dropped');
Outside::until_true("$count calls are under way", sub { $world->pending >= $count });
$node->safe_psql('dropped', 'BEGIN; DROP EXTENSION torale CASCADE; ROLLBACK');
$world->script(says(3));
has_scheduler($node, 'dropped', 'after ROLLBACK the scheduler is there');

# DROP DATABASE, without FORCE.
$offset = -s $node->logfile;
within(5, 'DROP DATABASE under load', sub { $node->safe_psql('postgres', 'DROP DATABASE dropped') });
Outside::until_true('the calls are given up', sub { $world->pending == 0 });
launcher_has_looked('latest');
no_errors($node, $offset, 'DROP DATABASE: the log has no complaint');

$node->stop('fast');
done_testing();
