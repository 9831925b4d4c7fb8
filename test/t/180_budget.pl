# A cap on money holds: over kill -9 between the reservation of a call and its settlement, and by
# what the services were asked, not only by our own books. What is refused is skipped with the
# limit in words, and goes on by itself in the next window.
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

# Searches for all and judgements for all would be 0.6; 16 judges keep silent, and each kill loses
# what they may have cost.
my ($count, $search, $judge, $cap) = (40, 0.005, 0.01, 0.7);
my $world = Outside->new;
my $node = new_server('budget', conf => $world->conf);
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', $world->providers_sql);
$node->safe_psql('postgres', <<~SQL);
	UPDATE torale.providers SET price_in_per_mtok = 0, price_out_per_mtok = 0,
	  price_per_call = CASE name WHEN 'gemini' THEN $judge ELSE $search END WHERE name IN ('gemini', 'perplexity');
	SELECT torale.set_budget('owner', period => 'month', max_cost_usd => $cap);
	SQL
has_scheduler($node, 'postgres', 'a scheduler');
add_tasks($node, 'postgres', $count);

sub books { return $node->safe_psql('postgres', 'SELECT coalesce(sum(spent_usd), 0), coalesce(sum(reserved_usd), 0) FROM torale_internal.budget_state') }
sub billed { return $world->requests('perplexity') * $search + $world->requests('gemini') * $judge }

sub cap_holds {
	my ($name) = @_;
	my ($spent, $reserved) = split /\|/, books();
	cmp_ok($spent + $reserved, '<=', $cap + 1e-9, "$name: spent and reserved are within the cap");
	cmp_ok(billed(), '<=', $cap + 1e-9, "$name: so is what the services were asked");
	return;
}

# Some judges keep silent: their calls are reserved and out when the worker is killed. After the
# first time the cap leaves room for ten of the sixteen.
$world->script(says(1, judge => [ [ '[0-3]', 60_000 ] ]));
make_due($node, 'postgres');
for my $time (1, 2) {
	my ($asked, $silent) = $time == 1 ? ($count, 16) : ($count + 10, 10);
	Outside::until_true('judges are asked', sub { $world->requests('gemini') >= $asked && $world->pending >= $silent });
	ok($node->poll_query_until('postgres', "SELECT count(*) = 24 FROM torale.executions WHERE status = 'success'"), "killed $time: the others are finished");
	my $pid = scheduler_pid($node, 'postgres');
	kill 'KILL', $pid;
	Outside::until_true('the scheduler is gone', sub { !kill(0, $pid) });
	has_scheduler($node, 'postgres', "killed $time: it is back");
	cap_holds("killed $time");
}
$world->script(says(1));
all_finished($node, 'postgres', $count, 'all end');
cap_holds('in the end');
my $lost = $node->safe_psql('postgres', "SELECT sum(cost_usd) FROM torale.usage");
cmp_ok($lost, '>=', billed() - 1e-9, 'nothing that was asked is missing from the books');
is($node->safe_psql('postgres', 'SELECT count(*) FROM torale_internal.reservations'), 0, 'no reservation is left over');
is((split /\|/, books())[1] + 0, 0, 'nothing is held any more');
my ($ended) = $node->safe_psql('postgres', q{SELECT string_agg(DISTINCT status || coalesce(' ' || skip_reason, ''), ', ') FROM torale.executions WHERE status <> 'success'});
is($ended, 'skipped budget', 'what was not paid for is skipped');
is($node->safe_psql('postgres', "SELECT count(*) FROM torale.executions WHERE status = 'skipped' AND evidence !~ '^the budget of $cap USD a month for this owner is used up: .* it starts anew at '"),
	0, 'each says which limit it met and when that ends');
is($node->safe_psql('postgres', "SELECT count(*) FROM torale_internal.task_schedule WHERE consecutive_failures > 0 OR next_run_at <= now()"), 0, 'which is no failure: all keep their schedule');
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM torale.notifications WHERE kind = 'system'"), 'the owner is told once');

# By hand it is the same; the new window begins by itself.
$node->safe_psql('postgres', "SELECT torale.run_task(id) FROM torale.tasks WHERE name = 'load 1'");
ok($node->poll_query_until('postgres', "SELECT status = 'skipped' AND skip_reason = 'budget' FROM torale.executions WHERE trigger = 'manual'"), 'a run by hand is skipped, too');
$world->reset;
$world->script(says(2));
$node->safe_psql('postgres', "UPDATE torale_internal.budget_state SET window_start = window_start - interval '1 month'");
$node->safe_psql('postgres', "UPDATE torale_internal.task_schedule SET next_run_at = now(), slot = now() WHERE task_id IN (SELECT id FROM torale.tasks WHERE name ~ 'load [1-5]\$')");
ok($node->poll_query_until('postgres', "SELECT count(*) = 5 FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id WHERE t.name ~ 'load [1-5]\$' AND e.status = 'success' AND e.scheduled_for = (SELECT max(x.scheduled_for) FROM torale.executions x WHERE x.task_id = t.id AND x.trigger = 'schedule')"),
	'the next window pays again')
  || diag($node->safe_psql('postgres', 'SELECT trigger, status, evidence, error_message, count(*) FROM torale.executions GROUP BY 1, 2, 3, 4'));
is((split /\|/, books())[0] + 0, billed(), 'from nothing');
cmp_ok(billed(), '>=', 5 * ($search + $judge), 'each of the five');

$node->stop('fast');
done_testing();
