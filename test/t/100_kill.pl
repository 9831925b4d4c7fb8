# kill -9 of the scheduler while 500 executions are in flight, at each stage of a run. Afterwards
# every due slot has one finished row, every finding one notification, every delivery one id, and
# no search whose reply was committed is paid for again.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use Outside;
use PostgreSQL::Test::Utils;
use Runs;
use Test::More;

my $count = 500;
my $round = 0;

sub kill_scheduler {
	my ($node) = @_;
	my $pid = scheduler_pid($node, 'postgres');
	die 'no scheduler to kill' if !$pid;
	kill 'KILL', $pid;
	Outside::until_true('the killed scheduler is gone', sub { !kill(0, $pid) });
	return;
}

# The new epoch has another pid, after crash recovery.
sub comes_back {
	my ($node, $name) = @_;
	return has_scheduler($node, 'postgres', "$name: the server and its scheduler are back by themselves");
}

# ---- without any service: documents and rules, killed while rows are being finished ----

sub builtin_rounds {
	my $node = new_server('kill_builtin', conf => "torale.egress_allow = 'channel:127.0.0.1:9'\n");
	$node->safe_psql('postgres', 'CREATE EXTENSION torale');
	has_scheduler($node, 'postgres', 'builtin: a scheduler');
	$node->safe_psql('postgres', <<~SQL);
		INSERT INTO torale.tasks (name, search_query, condition_description, notify_behavior, schedule)
		SELECT 'load ' || i, '"load task number' || i || '"', 'a date', 'always', '0 9 1 1 *'
		FROM generate_series(1, $count) AS i
		SQL
	add_channel($node, 'postgres', 'http://127.0.0.1:9/closed');
	for my $least (1, 150, 350) {
		$round++;
		my $before = $count * ($round - 1);
		$node->safe_psql('postgres', <<~SQL);
			INSERT INTO torale.documents (url, title, body)
			SELECT 'https://example.com/$round/' || i, 'Report',
			  'The load task number' || i || ' is set for $round March 2027.' FROM generate_series(1, $count) AS i
			SQL
		make_due($node, 'postgres');
		$node->poll_query_until('postgres',
			"SELECT count(*) >= $before + $least FROM torale.executions");
		kill_scheduler($node);
		comes_back($node, "builtin, killed at $least");
		all_finished($node, 'postgres', $count * $round, "builtin, killed at $least: all runs end");
		promises_hold($node, 'postgres', $count, $round);
	}
	$node->stop('fast');
	return;
}

# ---- with services that answer late ----

my ($node, $world, $secret);

# Starts a round whose services are slow as said, and waits until it stands there.
sub start_round {
	my ($delays, $is_there) = @_;
	$round++;
	$world->reset;
	$world->script(says($round, secret => $secret, %$delays));
	make_due($node, 'postgres');
	Outside::until_true("round $round is in the state to be killed in", $is_there);
	return;
}

# What the outside world saw of this round.
sub outside_agrees {
	my ($name, @paid) = @_;
	my $searches = $world->asked('perplexity');
	my @twice = grep { ($searches->{$_} // 0) != 1 } @paid;
	is("@twice", '', "$name: none of " . @paid . " committed searches was paid for again");
	is(scalar keys %$searches, $count, "$name: every task was searched");
	my (%ids, %executions);
	for my $entry ($world->log('webhook')) {
		is($entry->{verdict}, 'verified', "$name: a webhook's signatures") if $entry->{verdict} ne 'verified';
		my ($execution) = $entry->{body} =~ /^\{"id":"([^"]+)"/;
		$ids{ $entry->{webhook_id} }{$execution} = 1;
		$executions{$execution}{ $entry->{webhook_id} } = 1;
	}
	is(scalar keys %executions, $count, "$name: every execution was told");
	is(scalar(grep { keys %$_ != 1 } values %ids, values %executions), 0, "$name: each under one stable id");
	my $known = $node->safe_psql('postgres',
		'SELECT n.execution_id, d.id FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id');
	my %known = map { split /\|/ } split /\n/, $known;
	is(scalar(grep { !exists $executions{$_}{ $known{$_} // '' } } keys %executions), 0, "$name: the id of its row");
	return;
}

sub end_round {
	my ($name, @paid) = @_;
	$world->script(says($round, secret => $secret));
	comes_back($node, $name);
	all_finished($node, 'postgres', $count * $round, "$name: all runs end");
	ok( $node->poll_query_until('postgres', "SELECT count(*) = 0 FROM torale.deliveries WHERE status = 'pending'"),
		"$name: all deliveries end");
	promises_hold($node, 'postgres', $count, $round);
	outside_agrees($name, @paid);
	return;
}

sub service_rounds {
	$round = 0;
	$world = Outside->new;
	$node = new_server('kill', conf => $world->conf . "torale.max_inflight = 1000\n");
	$node->safe_psql('postgres', 'CREATE EXTENSION torale');
	$node->safe_psql('postgres', $world->providers_sql);
	has_scheduler($node, 'postgres', 'a scheduler');
	add_tasks($node, 'postgres', $count);
	$secret = add_channel($node, 'postgres', "http://127.0.0.1:$world->{port}/hook/load");

	start_round({ search => [ [ '.', 60_000 ] ] }, sub { $world->pending >= $count });
	kill_scheduler($node);
	end_round('all at the search');

	# Half of them have their paid reply and wait for the judge.
	start_round(
		{ search => [ [ '[0-4]$', 0 ], [ '.', 60_000 ] ], judge => [ [ '\d', 60_000 ] ] },
		sub { $world->pending >= $count && $world->requests('gemini') >= $count / 2 });
	my @paid = told_replies($node, 'postgres');
	is(scalar @paid, $count / 2, 'half at the judge: a reply is committed before the next call goes out');
	kill_scheduler($node);
	end_round('half at the judge', @paid);

	# Half of them are finished and are being told; twice in a row, the second during the take-over.
	start_round(
		{ judge => [ [ '[0-4]', 0 ], [ '\d', 60_000 ] ], told => 400 },
		sub { $world->requests('webhook') >= 20 && $world->requests('gemini') >= $count });
	@paid = told_replies($node, 'postgres');
	kill_scheduler($node);
	comes_back($node, 'while telling, first');
	kill_scheduler($node);
	end_round('while telling', @paid);

	# At no chosen moment: everything answers at once, and it is killed again and again.
	start_round({}, sub { $world->requests('gemini') >= $count / 5 });
	for my $fifth (1 .. 4) {
		my $least = $count / 5 * $fifth;
		Outside::until_true("$least are told", sub { $world->requests('webhook') >= $least });
		kill_scheduler($node);
		comes_back($node, "in full run, $fifth");
	}
	end_round('in full run');
	$node->stop('fast');
	return;
}

if (Outside::is_there()) { service_rounds() }
else { note('there is no torale-fake: services are left out') }
$round = 0;
builtin_rounds();

done_testing();
