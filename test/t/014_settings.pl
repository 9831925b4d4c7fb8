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
refuses("ALTER SYSTEM SET torale.jwt_jwks_url = 'file:///etc/passwd'", qr/no URL of http/, 'keys come by http alone');
refuses("ALTER SYSTEM SET torale.jwt_role_claim = '\$.a.*'", qr/not understood at character 5/, 'a role claim path of several values is refused');
refuses("ALTER SYSTEM SET torale.jwt_leeway = '301s'", qr/0 (?:s )?\.\. 300/, 'a leeway of more than five minutes is refused');
refuses("SET torale.max_inflght = 5", qr/reserved prefix|invalid configuration parameter name/, 'a misspelt name is refused');

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

for my $name (qw(egress_allow secrets_file jwt_jwks_url jwt_jwks_file)) {
	my ($status) = $node->psql('postgres', "SHOW torale.$name", extra_params => [ '-U', 'reader' ]);
	isnt($status, 0, "torale.$name is not for everyone");
}
is( $node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name ~ '^torale\\.' AND short_desc IS NULL"),
	0, 'every setting has a description');
isnt(
	$node->psql('postgres', "SET torale.acting_owner = 'somebody'", extra_params => [ '-U', 'reader' ]),
	0,
	'nobody acts for another owner');

# The file of secrets counts only when nobody else can read it.
my $secrets = PostgreSQL::Test::Utils::tempdir . '/secrets';
append_to_file($secrets, "# keys\nGEMINI_API_KEY = 'abc'\nMINE=def\nnonsense\n");
$node->safe_psql('postgres', "ALTER SYSTEM SET torale.secrets_file = '$secrets'");
# ALTER SYSTEM wrote the file anew, with the bad line that stood in it.
$node->safe_psql('postgres', "ALTER SYSTEM SET torale.egress_allow = 'provider:127.0.0.1:8080'");
$node->reload;
ok($node->poll_query_until('postgres', "SELECT current_setting('torale.secrets_file') = '$secrets'"), 'secrets_file is set');
my $names = "SELECT 'GEMINI_API_KEY' = ANY (torale_internal.secret_names())";
for my $case (
	[ 0644, 'f', qr/mode must be 0600/ ],
	[ 0600, 't', qr/line 4 is not NAME=value/ ]) {
	my ($mode, $is_read, $problem) = @$case;
	chmod $mode, $secrets or die;
	is($node->safe_psql('postgres', $names), $is_read, sprintf('a file of mode %04o', $mode));
	my $said = $node->safe_psql('postgres', 'SELECT torale_internal.secret_problems()');
	like($said, $problem, 'and what is wrong with it');
	unlike($said, qr/abc|def|nonsense/, 'without its content');
}
unlink $secrets;
like($node->safe_psql('postgres', 'SELECT torale_internal.secret_problems()'), qr/No such file/, 'a missing file is a problem');

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
