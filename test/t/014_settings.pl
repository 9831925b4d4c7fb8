# Settings: what is refused, who may read them, and a server that does not preload the library.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('settings');
$node->safe_psql('postgres', 'CREATE EXTENSION torale; CREATE ROLE reader LOGIN');

sub refuses {
	my ($sql, $pattern, $name) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $sql);
	isnt($status, 0, $name);
	like($err, $pattern, 'and says why');
	return;
}

refuses("ALTER SYSTEM SET torale.egress_allow = 'http://[::1'", qr/DETAIL:\s+\S/, 'a bad list of exceptions is refused');
refuses("ALTER SYSTEM SET torale.max_inflight = 20001", qr/1 \.\. 20000/, 'a number out of range is refused');
refuses("ALTER SYSTEM SET torale.run_timeout = '2kB'", qr/Valid units/, 'a wrong unit is refused');
refuses("SET torale.max_inflght = 5", qr/reserved prefix|invalid configuration parameter name/, 'a misspelt name is refused');
refuses("ALTER SYSTEM SET torale.public_url = 'javascript:alert(1)'", qr/https:/, 'a link that is no URL is refused');

# A bad value in the file is reported and the old one stays.
$node->safe_psql('postgres', "ALTER SYSTEM SET torale.egress_allow = 'provider:127.0.0.1:8080'");
$node->reload;
ok($node->poll_query_until('postgres', "SELECT current_setting('torale.egress_allow') <> ''"), 'a good one is taken');
my $log_end = -s $node->logfile;
$node->append_conf('postgresql.auto.conf', "torale.egress_allow = ':::'\n");
$node->reload;
$node->wait_for_log(qr/invalid value for parameter "torale.egress_allow"/, $log_end);
is( $node->safe_psql('postgres', "SHOW torale.egress_allow"),
	'provider:127.0.0.1:8080',
	'after a bad reload the old one stays');

for my $name (qw(egress_allow secrets_file smtp_url smtp_user)) {
	my ($status) = $node->psql('postgres', "SHOW torale.$name", extra_params => [ '-U', 'reader' ]);
	isnt($status, 0, "torale.$name is not for everyone");
}
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name ~ '^torale\\.' AND short_desc IS NULL"),
	0, 'every setting has a description');
isnt(
	$node->psql('postgres', "SET torale.acting_owner = 'somebody'", extra_params => [ '-U', 'reader' ]),
	0,
	'nobody acts for another owner');

# Not preloaded: SQL works, workers are missing and everything says so.
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->append_conf('postgresql.auto.conf', "torale.egress_allow = ''\n");
$node->restart;
is($node->safe_psql('postgres', 'SELECT torale.current_owner()'), 'pg:' . getpwuid($<), 'SQL works without preloading');
is($node->safe_psql('postgres', 'SELECT count(*) FROM torale.worker_status'), 0, 'there are no workers');
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'torale'"),
	0, 'really');
refuses("SELECT torale.stop_workers('postgres')", qr/not preloaded.*HINT/s, 'stop_workers is refused');
$node->safe_psql('postgres', 'DROP EXTENSION torale CASCADE');
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->stop('fast');

done_testing();
