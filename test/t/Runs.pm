# Many due tasks, and the first two promises as queries over what became of them.
package Runs;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(add_tasks add_channel make_due in_flight all_finished promises_hold
  says told_replies no_errors);

# Tasks "load task 1" … "load task $count", whose next slot is far away.
sub add_tasks {
	my ($node, $db, $count, $from) = @_;
	$from //= 1;
	my $last = $from + $count - 1;
	return $node->safe_psql($db, <<~SQL);
		SET client_min_messages = warning;
		INSERT INTO torale.tasks (name, search_query, condition_description, notify_behavior, schedule)
		SELECT 'load ' || i, 'load task ' || i, 'a date has been announced', 'always', '0 9 1 1 *'
		FROM generate_series($from, $last) AS i
		SQL
}

# Every finding goes to this address; returns the secret that signs.
sub add_channel {
	my ($node, $db, $url) = @_;
	return $node->safe_psql($db,
		"SELECT secret FROM torale.create_channel('webhook', 'load', '$url', is_default => true)");
}

# Makes all tasks due now, in one commit.
sub make_due {
	my ($node, $db) = @_;
	$node->safe_psql($db, "UPDATE torale_internal.task_schedule SET next_run_at = now(), slot = now()");
	return;
}

# Waits until so many executions run.
sub in_flight {
	my ($node, $db, $count) = @_;
	return $node->poll_query_until($db,
		"SELECT count(*) >= $count FROM torale.executions WHERE status = 'running'");
}

sub all_finished {
	my ($node, $db, $count, $name) = @_;
	my $query = <<~SQL;
		SELECT count(*) = $count AND bool_and(status NOT IN ('pending', 'running', 'retrying'))
		  AND NOT EXISTS (SELECT 1 FROM torale_internal.task_schedule WHERE next_run_at <= now())
		FROM torale.executions
		SQL
	return ok($node->poll_query_until($db, $query), $name)
	  || diag($node->safe_psql($db, "SELECT status, error_category, error_message, count(*) FROM torale.executions GROUP BY 1, 2, 3"));
}

# Promises 1 and 2 after $rounds rounds of $count due tasks, each of which had something to tell.
sub promises_hold {
	my ($node, $db, $count, $rounds) = @_;
	my $all = $count * $rounds;
	is($node->safe_psql($db, "SELECT status, count(*) FROM torale.executions GROUP BY 1"),
		"success|$all", "$rounds: every execution ended in success");
	is($node->safe_psql($db, <<~SQL), "$count|$rounds|$rounds", "$rounds: every due slot has exactly one row");
		SELECT count(*), min(n), max(n)
		FROM (SELECT count(DISTINCT scheduled_for) AS n FROM torale.executions WHERE trigger = 'schedule'
		      GROUP BY task_id HAVING count(*) = count(DISTINCT scheduled_for)) x
		SQL
	is($node->safe_psql($db, <<~SQL), "$all|$all|$all", "$rounds: every finding has exactly one notification");
		SELECT count(*) FILTER (WHERE e.condition_met), count(n.id), count(DISTINCT n.execution_id)
		FROM torale.executions e LEFT JOIN torale.notifications n ON n.execution_id = e.id AND n.kind = 'finding'
		SQL
	is($node->safe_psql($db, "SELECT count(*), count(DISTINCT notification_id) FROM torale.deliveries"),
		"$all|$all", "$rounds: every notification has exactly one delivery");
	is($node->safe_psql($db, "SELECT count(*) FROM torale_internal.step_replies"), 0, "$rounds: no reply is left over");
	is($node->safe_psql($db, "SELECT count(*) FROM torale_internal.task_schedule WHERE lease_until IS NOT NULL OR execution_id IS NOT NULL OR attempt <> 0"),
		0, "$rounds: no lease is left over");
	return;
}

# The fake's script of one round: what it finds is new in each, and the judge quotes it. Options:
# search and judge: [last digits of tasks as a regex, delay in ms], told: a delay in ms, secret.
sub says {
	my ($round, %option) = @_;
	my $finding = {
		title => "Report $round on task {{task}}",
		url => "https://news.example.com/$round/{{task}}",
		snippet => "Background, known for years. Number {{task}} has been announced for day $round of March 2027.",
		date => '2026-08-20', last_updated => undef };
	my @search = map { { match => { regex => $_->[0] }, reply => { results => [$finding], delay_ms => $_->[1] } } } @{ $option{search} // [] };
	my $judgement = {
		verdict => 'met', evidence => 'It says so.', confidence => 90, next_run => undef, topic => undef, memories => [],
		citations => [ { source => 1, quote => "Number {{1}} has been announced for day $round of March 2027." } ],
		notification => "Number {{1}} has been announced for day $round." };
	my @judge = map { { match => { regex => "load task (\\d*$_->[0])\\b" }, reply => { verdict => $judgement, delay_ms => $_->[1] } } }
	  @{ $option{judge} // [] }, [ '\d', 0 ];
	return (
		perplexity => { rules => [ @search, { reply => { results => [$finding] } } ] },
		gemini => { rules => \@judge },
		webhook => { any => { $option{secret} ? (secret => $option{secret}) : (), rules => [ { reply => { delay_ms => $option{told} // 0 } } ] } });
}

# The numbers of the tasks whose search is paid and stored.
sub told_replies {
	my ($node, $db) = @_;
	return split /\n/, $node->safe_psql($db, <<~SQL);
		SELECT DISTINCT substr(t.name, 6) FROM torale_internal.step_replies r
		JOIN torale.executions e ON e.id = r.execution_id JOIN torale.tasks t ON t.id = e.task_id
		SQL
}

# The log from $offset on has no complaint of a worker.
sub no_errors {
	my ($node, $offset, $name) = @_;
	my $log = slurp_file($node->logfile, $offset);
	my @bad = grep { /\b(FATAL|PANIC|ERROR|WARNING):/ } split /\n/, $log;
	return is(join("\n", @bad), '', $name);
}

1;
