# The processes behind HTTP: they come, are replaced, follow settings and databases, and go.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use IO::Select;
use IO::Socket::INET;
use Lifecycle;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Web;

my $port = PostgreSQL::Test::Cluster::get_free_port();
my $node = new_server('http', conf => "torale.http_database = 'app'\ntorale.http_schemas = 'api'\ntorale.http_rate_limit = 0\n");
my $door = $node->data_dir . '/pg_stat_tmp/torale.http';

has_web_workers($node, 0, 'no web worker as long as torale.http_port is 0');
ok(!-e $door, 'and no socket');

sub make_app {
	$node->safe_psql('postgres', 'CREATE DATABASE app');
	$node->safe_psql(
		'app', q{
		CREATE EXTENSION torale;
		CREATE SCHEMA api;
		CREATE TABLE api.notes (id int PRIMARY KEY, body text);
		INSERT INTO api.notes VALUES (1, 'one');
		CREATE FUNCTION api.nap(seconds float8) RETURNS text LANGUAGE sql AS $$ SELECT pg_sleep(seconds)::text $$;
		GRANT USAGE ON SCHEMA api TO torale_anon;
		GRANT SELECT ON api.notes TO torale_anon;
		GRANT EXECUTE ON FUNCTION api.nap TO torale_anon});
	return;
}

# A database that is not there is said, and found when it comes.
my $log_end = -s $node->logfile;
set($node, http_port => $port);
$node->wait_for_log(qr/http not served database=app error=role torale_authenticator does not exist|http not served database=app error=database does not exist/, $log_end);
is(status_of($port, '/live'), 0, 'nobody listens for a database that does not exist');
make_app();
comes_to($port, '/ready', 200, 'web workers come with the database');
has_web_workers($node, 2, 'as many as torale.http_workers says');
like(slurp_file($node->logfile, $log_end), qr/web started database=app port=$port/, 'and say so');
is( $node->safe_psql('app', "SELECT count(*) FROM torale.worker_status WHERE kind = 'web' AND state = 'running' AND database = 'app'"),
	2,
	'worker_status shows them');
is( $node->safe_psql('postgres', "SELECT DISTINCT usename FROM pg_stat_activity WHERE backend_type = 'torale web'"),
	'torale_authenticator',
	'they are torale_authenticator');
ok( $node->poll_query_until('postgres',
		"SELECT bool_and(state = 'idle' AND backend_xmin IS NULL AND xact_start IS NULL) FROM pg_stat_activity WHERE backend_type = 'torale web'"
	),
	'and hold no transaction');
is(sprintf('%04o', (stat $door)[2] & 07777), '0600', 'the socket that hands out the listener is for the server alone');
is(get($port, '/notes?select=body')->{content}, '[{"body":"one"}]', 'rows are served');

# A statement is kept with the types of its values; both workers have kept this one.
$node->safe_psql('app', "CREATE TABLE api.sizes (size int); INSERT INTO api.sizes VALUES (1); GRANT SELECT ON api.sizes TO torale_anon");
comes_to($port, '/sizes?size=eq.1', 200, 'a new table is served');
get($port, '/sizes?size=eq.1') for 1 .. 20;
$node->safe_psql('app', "ALTER TABLE api.sizes ALTER size TYPE text");
is(join(' ', map { status_of($port, '/sizes?size=eq.1') } 1 .. 20), join(' ', (200) x 20), 'and once its column has another type');

# Who waits for a lock before there is a statement waits no longer than a statement may.
set($node, http_statement_timeout => '300ms');
my $dropper = $node->background_psql('app');
$dropper->query_safe('BEGIN; DROP EXTENSION torale;');
comes_to($port, '/notes', 504, 'a request behind a lock of the extension is given up');
$dropper->query_safe('ROLLBACK;');
$dropper->quit;
set($node, http_statement_timeout => '30s');
comes_to($port, '/notes', 200, 'and served when it is gone');
is(HTTP::Tiny->new->head("http://127.0.0.1:$port/live")->{status}, 200, 'HEAD of /live');
like(get($port, '/metrics')->{content}, qr/^torale_http_requests_total\{method="GET",status="200"\} [1-9]/m, '/metrics counts');
like(get($port, '/metrics')->{content}, qr/^torale_http_workers 2$/m, 'and knows the workers');
is( $node->safe_psql('app', q{SELECT state FROM torale.doctor() WHERE "check" = 'http'}), 'ok', 'doctor() is content');

# One that is terminated is replaced, and nobody is refused meanwhile.
my @before = web_pids($node);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($before[0])");
is(scalar(grep { status_of($port, '/notes') != 200 } 1 .. 50), 0, 'the other one serves meanwhile');
has_web_workers($node, 2, 'a terminated web worker is replaced');
ok(!(grep { $_ == $before[0] } web_pids($node)), 'by another process');

# A worker that has had its share makes room.
@before = web_pids($node);
set($node, http_requests_max => 10);
has_web_workers($node, 2, 'workers that answered enough are replaced', \@before) if is(scalar(grep { status_of($port, '/notes') != 200 } 1 .. 100), 0, 'while they retire every request is answered');
set($node, http_requests_max => 0);

# A long statement keeps its own worker busy, and nobody else.
my @connections = map { keep_alive($port) } 1 .. 12;
is(scalar(grep { (ask($_, '/notes'))[0] != 200 } @connections), 0, 'a dozen connections that stay');
my $sleeper = keep_alive($port);
print $sleeper "GET /rpc/nap?seconds=100 HTTP/1.1\r\nHost: here\r\n\r\n";
ok( $node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale web' AND state = 'active' AND wait_event = 'PgSleep'"),
	'one worker is busy');
is(scalar(grep { (ask($_, '/notes'))[0] != 200 } @connections), 0, 'connections that it had are served by the other one');
is(scalar(grep { status_of($port, '/notes') != 200 } 1 .. 10), 0, 'new ones too');
ok(!IO::Select->new($sleeper)->can_read(0), 'and the statement still runs');
@before = web_pids($node);
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'torale web' AND wait_event = 'PgSleep'");
like(scalar(<$sleeper>), qr{^HTTP/1\.1 5\d\d}, 'a cancelled statement is an error');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE backend_type = 'torale web'");
is(scalar(grep { status_of($port, '/notes') != 200 } 1 .. 10), 0, 'a cancel without a statement is none');
is_deeply([ web_pids($node) ], \@before, 'both workers live on');

# A crash takes the server down and brings everything back.
$log_end = -s $node->logfile;
kill 9, $before[0];
$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log_end);
comes_to($port, '/ready', 200, 'after kill -9 there is an answer again');
has_web_workers($node, 2, 'from two new workers', \@before);

# The launcher's end is theirs; the next one starts anew.
@before = web_pids($node);
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'torale launcher'");
has_web_workers($node, 2, 'a new launcher has new web workers', \@before);
comes_to($port, '/ready', 200, 'that answer');

# Where to listen.
my $other = PostgreSQL::Test::Cluster::get_free_port();
set($node, http_port => $other);
comes_to($other, '/ready', 200, 'another port by reload');
is_refused($port, 'the old one is closed');
my $occupier = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1, ReuseAddr => 1) or die;
$log_end = -s $node->logfile;
set($node, http_port => $port);
$node->wait_for_log(qr/http not listening address=127\.0\.0\.1 port=$port error=Address already in use/, $log_end);
ok( $node->poll_query_until('app', "SELECT count(*) = 1 FROM torale.worker_status WHERE kind = 'web' AND pid IS NULL AND last_error LIKE 'port $port: Address already in use'"),
	'worker_status says that the port is taken');
is( $node->safe_psql('app', q{SELECT state FROM torale.doctor() WHERE "check" = 'http'}), 'missing', 'doctor() too');
close $occupier;
comes_to($port, '/ready', 200, 'it is tried until it is free');
my @said = slurp_file($node->logfile, $log_end) =~ /http not listening/g;
is(scalar(@said), 1, 'the log said it once');

$log_end = -s $node->logfile;
set($node, http_address => '0.0.0.0');
$node->wait_for_log(qr/http not listening address=0\.0\.0\.0 .*torale\.http_allow_remote is off/, $log_end);
is_refused($port, 'no address beyond this machine by mistake');
is( $node->safe_psql('app', q{SELECT state FROM torale.doctor() WHERE "check" = 'http'}), 'problem', 'doctor() says why');
set($node, http_allow_remote => 'on');
comes_to($port, '/ready', 200, 'on purpose it may');
set($node, http_address => '127.0.0.1', http_allow_remote => 'off', http_workers => 3);
has_web_workers($node, 3, 'more workers by reload');
set($node, http_workers => 2);
has_web_workers($node, 2, 'and fewer');
comes_to($port, '/ready', 200, 'that answer');
isnt($node->psql('postgres', "ALTER SYSTEM SET torale.http_address = 'localhost'"), 0, 'a name is no address');

# An authenticator that could do more than a request may is not used.
$node->safe_psql('postgres', 'ALTER ROLE torale_authenticator CREATEROLE');
has_web_workers($node, 0, 'no worker runs as a role with CREATEROLE');
is_refused($port, 'and nobody listens');
$node->safe_psql('postgres', 'ALTER ROLE torale_authenticator NOCREATEROLE; GRANT pg_read_all_data TO torale_authenticator');
ok( $node->poll_query_until('app', "SELECT count(*) = 1 FROM torale.worker_status WHERE kind = 'web' AND last_error LIKE '%member of pg_read_all_data'"),
	'nor with a predefined role');
$node->safe_psql('postgres', 'REVOKE pg_read_all_data FROM torale_authenticator');
comes_to($port, '/ready', 200, 'mended, they are back');

# Without the extension they wait and say so.
$node->safe_psql('app', 'DROP EXTENSION torale CASCADE');
comes_to($port, '/ready', 503, 'no extension, not ready');
like(get($port, '/ready')->{content}, qr/extension torale is not installed/, 'it says why');
is(status_of($port, '/live'), 200, 'but alive');
is(status_of($port, '/notes'), 503, 'rows are not served');
$node->safe_psql('app', 'CREATE EXTENSION torale');
comes_to($port, '/notes', 200, 'it comes back with the extension');

# Schedulers and web workers do not need each other.
set($node, schedulers => 'off');
has_no_scheduler($node, 'app', 'no scheduler');
is(status_of($port, '/notes'), 200, 'rows are served without a scheduler');
set($node, schedulers => 'on');

# DROP DATABASE finds nobody in its way, not even a statement that runs.
my @load = map {
	my $child = fork // die;
	if ($child == 0) {
		status_of($port, '/notes') while getppid != 1;
		POSIX::_exit(0);
	}
	$child;
} 1 .. 2;
$sleeper = keep_alive($port);
print $sleeper "GET /rpc/nap?seconds=100 HTTP/1.1\r\nHost: here\r\n\r\n";
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale web' AND wait_event = 'PgSleep'") or die;
within(5, 'DROP DATABASE under load', sub { $node->safe_psql('postgres', 'DROP DATABASE app') });
kill 'KILL', @load;
waitpid $_, 0 for @load;
is_refused($port, 'nobody listens for a dropped database');
make_app();
comes_to($port, '/ready', 200, 'a database of that name is served again');

# The end.
$log_end = -s $node->logfile;
@connections = map { keep_alive($port) } 1 .. 50;
ask($_, '/live') for @connections;
$sleeper = keep_alive($port);
print $sleeper "GET /rpc/nap?seconds=100 HTTP/1.1\r\nHost: here\r\n\r\n";
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'torale web' AND wait_event = 'PgSleep'") or die;
within(2, 'fast shutdown with open connections and a statement', sub { $node->stop('fast') });
ok(!-e $door, 'the socket is gone');
$node->start;
comes_to($port, '/ready', 200, 'a restarted server serves');
set($node, http_port => 0);
has_web_workers($node, 0, 'switched off by reload');
is_refused($port, 'the port is closed');
ok(!-e $door, 'and the socket gone');
$node->stop('fast');
unlike(
	slurp_file($node->logfile, $log_end),
	qr/PANIC|FATAL:(?!.*(terminating|shutting down|starting up))/,
	'nothing fatal in the log but the end of sessions');

done_testing();
