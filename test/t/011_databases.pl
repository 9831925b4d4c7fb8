# Commands that need an empty database: workers step aside for who may give them, for nobody else.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('databases');
$node->safe_psql('postgres', 'CREATE ROLE stranger LOGIN CREATEDB');

sub make_database {
	my ($db, $owner) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db" . ($owner ? " OWNER $owner" : ''));
	$node->safe_psql($db, 'CREATE EXTENSION torale');
	return has_scheduler($node, $db, "$db has its scheduler");
}

sub as_stranger {
	my ($sql) = @_;
	return $node->psql('postgres', $sql, extra_params => [ '-U', 'stranger' ]);
}

# Without any right to the command, nothing stops.
my $pid = make_database('watched');
for my $sql (
	'DROP DATABASE watched',
	'ALTER DATABASE watched RENAME TO taken',
	'ALTER DATABASE watched SET TABLESPACE pg_default',
	'CREATE DATABASE stolen TEMPLATE watched') {
	isnt(as_stranger($sql), 0, "a stranger is refused: $sql");
	is(scheduler_pid($node, 'watched'), $pid, 'and stops nothing');
}
isnt($node->psql('postgres', 'BEGIN; DROP DATABASE watched'), 0, 'DROP DATABASE refuses a block');
is(scheduler_pid($node, 'watched'), $pid, 'and stops nothing');

# The owner's commands find the database empty.
within(5, 'RENAME',
	sub { $node->safe_psql('postgres', 'ALTER DATABASE watched RENAME TO renamed') });
has_scheduler($node, 'renamed', 'a renamed database is served on');
within(5, 'TEMPLATE',
	sub { $node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE renamed') });
has_scheduler($node, 'renamed', 'the template is served on');
has_scheduler($node, 'copied', 'the copy is served');

my $space = PostgreSQL::Test::Utils::tempdir;
$node->safe_psql('postgres', "CREATE TABLESPACE elsewhere LOCATION '$space'");
within(5, 'SET TABLESPACE',
	sub { $node->safe_psql('postgres', 'ALTER DATABASE copied SET TABLESPACE elsewhere') });
has_scheduler($node, 'copied', 'a moved database is served on');

within(5, 'DROP DATABASE without FORCE', sub { $node->safe_psql('postgres', 'DROP DATABASE copied') });
within(5, 'DROP DATABASE of another without FORCE',
	sub { $node->safe_psql('postgres', 'DROP DATABASE renamed') });

# A DROP that fails gives the scheduler back at once.
make_database('busy');
my $guest = $node->background_psql('busy');
my ($status, $out, $err) = $node->psql('postgres', 'DROP DATABASE busy');
isnt($status, 0, 'a database with a guest is not dropped');
like($err, qr/There is 1 other session using the database/, 'the guest is the only one in the way');
within(5, 'after a failed DROP', sub { has_scheduler($node, 'busy', 'the scheduler is back') });
$guest->quit;

# For scripts.
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE datname = 'busy'"),
	1, 'only the scheduler is in the database');
is($node->safe_psql('busy', "SELECT torale.stop_workers('busy')"), 't', 'stop_workers waits');
is(scheduler_pid($node, 'busy'), '', 'no scheduler after stop_workers');
is( $node->safe_psql('busy', "SELECT state FROM torale.worker_status WHERE database = 'busy'"),
	'blocked', 'worker_status says so');
# A look of the launcher at everything would start it, if anything did.
make_database('neighbour');
is(scheduler_pid($node, 'busy'), '', 'it stays away');
is($node->safe_psql('busy', "SELECT torale.start_workers('busy')"), 't', 'start_workers');
has_scheduler($node, 'busy', 'and it is back');

# A template with the extension has no worker; its copies have one although nobody said so.
$node->safe_psql('template1', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', 'CREATE DATABASE born_with_it');
within(15, 'a copy of template1', sub { has_scheduler($node, 'born_with_it', 'it is served') });
is(scheduler_pid($node, 'template1'), '', 'no scheduler in template1');

# A closed database is left.
$node->safe_psql('postgres', 'ALTER DATABASE busy ALLOW_CONNECTIONS false');
has_no_scheduler($node, 'busy', 'a database closed to connections is left');

$node->safe_psql('postgres', 'DROP DATABASE born_with_it');
$node->safe_psql('postgres', 'DROP DATABASE neighbour');
$node->stop('fast');
unlike(slurp_file($node->logfile), qr/database \d+ does not exist/,
	'no worker is sent into a dropped database');

done_testing();
