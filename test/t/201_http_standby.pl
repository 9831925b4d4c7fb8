# A hot standby serves reads over HTTP; promoted, it goes on and takes writes.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Web;

my $primary = new_server('primary', standby => 1);
$primary->safe_psql(
	'postgres', q{
	CREATE EXTENSION torale;
	CREATE SCHEMA api;
	CREATE TABLE api.notes (id int PRIMARY KEY, body text);
	INSERT INTO api.notes VALUES (1, 'one');
	GRANT USAGE ON SCHEMA api TO torale_anon;
	GRANT SELECT, INSERT ON api.notes TO torale_anon});
$primary->backup('base');

my $port = PostgreSQL::Test::Cluster::get_free_port();
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "torale.http_port = $port\ntorale.http_schemas = 'api'\n");
$standby->start;
$primary->wait_for_catchup($standby);

comes_to($port, '/ready', 200, 'a standby is ready');
is(get($port, '/notes')->{content}, '[{"id":1,"body":"one"}]', 'it serves rows');
sub insert {
	my ($id) = @_;
	return HTTP::Tiny->new->post(
		"http://127.0.0.1:$port/notes",
		{ headers => { 'Content-Type' => 'application/json' }, content => qq({"id":$id,"body":"more"}) })->{status};
}
like(insert(2), qr/^[45]/, 'and refuses to write');
is( $standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'torale (scheduler|probe)'"),
	0,
	'there is no scheduler beside its web workers');

$primary->stop('immediate');
my @before = web_pids($standby);
$standby->promote;
has_scheduler($standby, 'postgres', 'promotion starts the scheduler');
is(insert(3), 201, 'promoted, it writes');
is_deeply([ web_pids($standby) ], \@before, 'by the same workers');
$standby->stop('fast');

done_testing();
