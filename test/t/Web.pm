# Servers that speak HTTP, and what comes back from them. Every wait has a deadline.
package Web;

use strict;
use warnings;

use Exporter 'import';
use HTTP::Tiny;
use IO::Socket::INET;
use Lifecycle;
use PostgreSQL::Test::Cluster;
use Test::More;
use Time::HiRes qw(time usleep);

our @EXPORT = qw(get status_of comes_to is_refused web_pids has_web_workers set keep_alive ask);

sub get {
	my ($port, $path) = @_;
	return HTTP::Tiny->new(timeout => 20)->get("http://127.0.0.1:$port$path");
}

# 0 when there was no answer at all.
sub status_of {
	my ($port, $path) = @_;
	my $status = get($port, $path)->{status};
	return $status == 599 ? 0 : $status;
}

sub comes_to {
	my ($port, $path, $wanted, $name) = @_;
	my $give_up = time + $PostgreSQL::Test::Utils::timeout_default;
	my $status;
	do { $status = status_of($port, $path) }
	  until $status == $wanted || time > $give_up || (usleep(20_000), 0)[1];
	return is($status, $wanted, $name);
}

sub is_refused {
	my ($port, $name) = @_;
	my $give_up = time + $PostgreSQL::Test::Utils::timeout_default;
	my $socket;
	do { $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) }
	  until !$socket || time > $give_up || (usleep(20_000), 0)[1];
	return ok(!$socket, $name);
}

sub web_pids {
	my ($node) = @_;
	return split /\n/, $node->safe_psql('postgres',
		"SELECT pid FROM pg_stat_activity WHERE backend_type = 'torale web' ORDER BY pid");
}

sub has_web_workers {
	my ($node, $count, $name, $besides) = @_;
	my $others = join ',', 0, @{ $besides // [] };
	return ok(
		$node->poll_query_until('postgres',
			"SELECT count(*) = $count FROM pg_stat_activity WHERE backend_type = 'torale web' AND pid NOT IN ($others)"
		),
		$name);
}

# Settings of the running server, by reload.
sub set {
	my ($node, %settings) = @_;
	$node->safe_psql('postgres', join '', map { "ALTER SYSTEM SET torale.$_ = '$settings{$_}';\n" } sort keys %settings);
	$node->reload;
	return;
}

# A connection that stays, and one GET over it: status and body.
sub keep_alive {
	my ($port) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 20);
	return $socket;
}

sub ask {
	my ($socket, $path) = @_;
	print $socket "GET $path HTTP/1.1\r\nHost: here\r\n\r\n";
	my ($head, $body) = ('', '');
	while (my $line = <$socket>) {
		last if $line eq "\r\n";
		$head .= $line;
	}
	my ($length) = $head =~ /^Content-Length: (\d+)/mi;
	read $socket, $body, $length if $length;
	my ($status) = $head =~ m{^HTTP/1\.1 (\d+)};
	return ($status // 0, $body);
}

1;
