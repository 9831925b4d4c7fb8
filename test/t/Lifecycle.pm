# Servers with torale preloaded, and conditions on their workers. Every wait has a deadline; none
# sleeps for a fixed time.
package Lifecycle;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

our @EXPORT = qw(new_server scheduler_pid has_scheduler has_no_scheduler within);

# A psql that finds no server leaves before it has read its query, and IPC::Run dies of the broken
# pipe. Right after a crash that only means "not yet": the same call is made again until the deadline.
{
	no warnings 'redefine';
	for my $method (qw(psql poll_query_until)) {
		my $plain = PostgreSQL::Test::Cluster->can($method);
		my $patient = sub {
			my @arguments = @_;
			my $give_up = time + ($PostgreSQL::Test::Utils::timeout_default // 180);
			while (1) {
				my @found;
				my $is_list = wantarray;
				return $is_list ? @found : $found[0]
				  if eval { @found = $is_list ? $plain->(@arguments) : scalar($plain->(@arguments)); 1 };
				die $@ if $@ !~ /Broken pipe/ || time > $give_up;
				usleep(20_000);
			}
		};
		no strict 'refs';
		*{"PostgreSQL::Test::Cluster::$method"} = $patient;
	}
}

# conf => lines for postgresql.conf; standby => 1 allows streaming from it.
sub new_server {
	my ($name, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(
		allows_streaming => $option{standby} // 0,
		extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	my $conf = $ENV{TORALE_CONF};
	$node->append_conf('postgresql.conf',
		$conf && -r $conf ? slurp_file($conf) : "shared_preload_libraries = 'torale'\n");
	$node->append_conf('postgresql.conf', "restart_after_crash = on\nmax_worker_processes = 32\n");
	$node->append_conf('postgresql.conf', $option{conf}) if $option{conf};
	$node->start;
	return $node;
}

# The scheduler of database $db, or ''.
sub scheduler_pid {
	my ($node, $db) = @_;
	return $node->safe_psql('postgres',
		"SELECT pid FROM pg_stat_activity WHERE backend_type = 'torale scheduler' AND datname = '$db'");
}

sub has_scheduler {
	my ($node, $db, $name) = @_;
	ok($node->poll_query_until('postgres',
			"SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale scheduler' AND datname = '$db'"
		),
		$name);
	return scheduler_pid($node, $db);
}

sub has_no_scheduler {
	my ($node, $db, $name) = @_;
	return ok($node->poll_query_until('postgres',
			"SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'torale scheduler' AND datname = '$db'"
		),
		$name);
}

# Runs the code and holds it to a number of seconds.
sub within {
	my ($seconds, $name, $code) = @_;
	my $start = time;
	$code->();
	my $took = time - $start;
	ok($took <= $seconds, sprintf('%s (%.1f s of %d s)', $name, $took, $seconds));
	return;
}

1;
