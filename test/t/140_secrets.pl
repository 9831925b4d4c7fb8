# Keys and secrets stay where they belong: after good runs, refused keys and deliveries, no log line,
# no activity text, no row and no dump has a provider's key, and no log has a channel's secret.
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

my $count = 20;
my $world = Outside->new;
my $node = new_server('secrets', conf => $world->conf . "log_min_messages = debug1\n");
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', $world->providers_sql);
has_scheduler($node, 'postgres', 'a scheduler');
add_tasks($node, 'postgres', $count);
my $target = "http://127.0.0.1:$world->{port}/hook/path-that-is-a-secret";
my $secret = add_channel($node, 'postgres', $target);
my $offset = -s $node->logfile;

my $activity = '';

sub run_round {
	my ($round, %script) = @_;
	$world->script(says($round, secret => $secret), %script);
	make_due($node, 'postgres');
	Outside::until_true("round $round ends", sub {
		$activity .= $node->safe_psql('postgres', "SELECT query FROM pg_stat_activity WHERE backend_type ~ 'torale'") . "\n";
		$node->safe_psql('postgres',
			"SELECT count(*) >= $count * $round FROM torale.executions WHERE status <> 'running'") eq 't';
	});
	return;
}

run_round(1);
is($node->safe_psql('postgres', 'SELECT status, count(*) FROM torale.executions GROUP BY 1'), "success|$count", 'good keys: all succeed');
ok($node->poll_query_until('postgres', "SELECT count(*) = $count FROM torale.deliveries WHERE status = 'delivered'"), 'all are told');

# Providers that quote the key back while refusing it, as some do.
sub refusal {
	my ($key) = @_;
	my $body = qq({"error":{"message":"Incorrect API key provided: $key","code":401,"status":"UNAUTHENTICATED"}});
	return { rules => [ { reply => { status => 401, body => $body } } ] };
}
my $category = q{SELECT string_agg(DISTINCT error_category, ',') FROM torale.executions WHERE status = 'retrying'};
run_round(2, gemini => refusal($Outside::GEMINI_KEY));
is($node->safe_psql('postgres', $category), 'auth', 'the judge refuses its key');
$node->safe_psql('postgres', q{DELETE FROM torale_internal.provider_state; UPDATE torale.executions SET status = 'failed' WHERE status = 'retrying';
	UPDATE torale_internal.task_schedule SET execution_id = NULL, attempt = 0});
run_round(3, perplexity => refusal($Outside::PERPLEXITY_KEY));
is($node->safe_psql('postgres', $category), 'auth', 'the search refuses its key');

sub absent {
	my ($name, $text, @words) = @_;
	my @found = grep { index($text, $_) >= 0 } @words;
	is("@found", '', $name);
	return;
}

my @keys = ($Outside::PERPLEXITY_KEY, $Outside::GEMINI_KEY);
isnt($activity, '', 'the activity of workers was seen');
absent('pg_stat_activity', $activity, @keys, $secret, $target);
absent('steps and executions', $node->safe_psql('postgres', 'SELECT e FROM torale.executions e'), @keys, $secret);
absent('provider_state and doctor()',
	$node->safe_psql('postgres', 'SELECT d FROM torale.doctor() d') . $node->safe_psql('postgres', 'SELECT * FROM torale.worker_status'), @keys);
absent('stored replies', $node->safe_psql('postgres', 'SELECT r FROM torale_internal.step_replies r'), @keys);

my ($dump, $errors) = run_command([ 'pg_dump', '-d', $node->connstr('postgres') ]);
like($dump, qr/COPY torale\.providers/, 'the dump has the providers');
absent('pg_dump', $dump, @keys);
is(index($dump, $secret) >= 0, 1, "but a channel's secret, or restored receivers could check nothing");

$node->stop('fast');
my $log = slurp_file($node->logfile, $offset);
like($log, qr/DEBUG:/, 'the log has debug lines');
absent('the server log', $log, @keys, $secret);
unlike($log, qr/path-that-is-a-secret/, "nor a channel's target");

done_testing();
