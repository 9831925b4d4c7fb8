# Housekeeping handed to pg_cron, and what doctor() tells operators but not users. Both need
# settings of the server, which the common pgTAP server does not have.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

chomp(my $share = `pg_config --sharedir`);
plan skip_all => 'pg_cron is not installed' unless -e "$share/extension/pg_cron.control";

my $node = new_server('cron', conf => <<'CONF');
shared_preload_libraries = 'torale,pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
torale.housekeeping_interval = 1s
torale.egress_allow = '127.0.0.1:9, provider:10.0.0.1'
torale.secrets_file = '/nonexistent/torale.secrets'
CONF
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
my $last = 'SELECT last_run_at FROM torale_internal.housekeeping';

# --- by the scheduler, until pg_cron is there ---
has_scheduler($node, 'postgres', 'a scheduler');
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM torale_internal.housekeeping WHERE last_run_at IS NOT NULL"),
	'without pg_cron the scheduler does the housekeeping');
like($node->safe_psql('postgres', 'SELECT torale.install_housekeeping()'),
	qr/^pg_cron is not installed in this database/, 'there is nothing to install it in');

# --- by pg_cron ---
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
like($node->safe_psql('postgres', q{SELECT torale.install_housekeeping('* * * * *')}),
	qr/^pg_cron job \d+ does the housekeeping: \* \* \* \* \*$/, 'pg_cron takes it over');
is($node->safe_psql('postgres', 'SELECT jobname, schedule, command, active FROM cron.job'),
	'torale housekeeping|* * * * *|SELECT torale_internal.housekeep()|t', 'as one job');
$node->safe_psql('postgres', 'SELECT torale.install_housekeeping()');
is($node->safe_psql('postgres', 'SELECT count(*), min(schedule) FROM cron.job'),
	'1|*/10 * * * *', 'installing it again changes that job');
like($node->safe_psql('postgres', q{SELECT detail FROM torale.doctor() WHERE "check" = 'housekeeping'}),
	qr/^pg_cron job \d+$/, 'doctor() says so');
# What the job runs, as the job's owner runs it.
$node->safe_psql('postgres', 'SELECT torale_internal.housekeep()');
is($node->safe_psql('postgres', q{SELECT last_report ? 'executions' FROM torale_internal.housekeeping}), 't', 'its command works');

# --- what operators see of the settings ---
$node->safe_psql('postgres', q{
	CREATE ROLE alice LOGIN; GRANT torale_user TO alice;
	CREATE ROLE carol LOGIN; GRANT torale_admin TO carol;
	CREATE ROLE gateway LOGIN NOINHERIT; GRANT torale_authenticator TO gateway; GRANT torale_user, torale_admin TO gateway;
});
my $settings = q{SELECT count(*) FROM torale.doctor() WHERE "check" IN ('egress', 'secrets file')};
is($node->safe_psql('postgres', $settings), '2', 'a superuser is told of an open entry and of the missing secrets file');
is($node->safe_psql('postgres', q{SELECT detail FROM torale.doctor() WHERE "check" = 'egress'}),
	q{torale.egress_allow entry '127.0.0.1:9' opens every purpose, users' webhooks too}, 'of the bare entry only');
is($node->safe_psql('postgres', "SET SESSION AUTHORIZATION carol; $settings"), '2', 'an administrator too');
is($node->safe_psql('postgres', "SET SESSION AUTHORIZATION alice; $settings"), '0', 'a user is not');
is($node->safe_psql('postgres', "SET SESSION AUTHORIZATION gateway; SET ROLE torale_user; $settings"), '0', 'nor one of the API');
is($node->safe_psql('postgres', "SET SESSION AUTHORIZATION gateway; SET ROLE torale_admin; $settings"), '2', 'but an administrator of the API');

# --- without pg_cron again ---
$node->safe_psql('postgres', 'DROP EXTENSION pg_cron');
my $seen = $node->safe_psql('postgres', $last);
ok($node->poll_query_until('postgres', "SELECT last_run_at > '$seen' FROM torale_internal.housekeeping"),
	'the scheduler takes it back');
$node->stop('fast');

done_testing();
