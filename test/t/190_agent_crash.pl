# A run of the agent that is killed right after each of its commits, and right before its last one:
# it goes on from the stored replies, ends once, tells once, and pays for no call again.
#
# A paid reply is committed before the next call goes out, so a crash right after that commit finds
# nothing in flight: every call of the whole run is made exactly once. The one reply that has no
# commit of its own is the model's last: it goes with the finishing transaction. A crash right
# before that loses it, and the question is asked once more; no stored reply says what it was.
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

my $world = Outside->new;
my $fake = "127.0.0.1:$world->{port}";
my $node = new_server('agent_crash',
	conf => $world->conf . "torale.egress_allow = 'provider:$fake,channel:$fake,feed:$fake'\ntorale.page_pause = 0\ntorale.default_mode = 'agent'\n");
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', $world->providers_sql);
has_scheduler($node, 'postgres', 'a scheduler');
my $secret = add_channel($node, 'postgres', "http://$fake/hook/load");

my $quote = 'The harbour office confirms lift-off for 3 May 2027 at noon.';
my $second_quote = 'The harbour office confirms lift-off for 4 May 2027 at noon.';

# Two turns of tools, then the answer, which quotes the page. The page is there before the search
# that was called before it. In a second round all says something else.
sub scripted {
	my ($round) = @_;
	my $says = $round == 1 ? 'little' : 'more';
	my $found = sub { my ($title, $url) = @_; return { title => $title, url => $url, snippet => "$title says $says.", date => '2026-08-20', last_updated => undef } };
	my $call = sub { my ($name, %args) = @_; return { name => $name, args => \%args } };
	my $turns = [
		[
			$call->('search', query => 'official word'), $call->('search_memories', query => 'harbour'),
			$call->('add_memory', text => 'The harbour office says it first.', kind => 'source'),
			$call->('fetch_url', url => "http://$fake/site/news") ],
		[ $call->('search', query => 'second opinion') ] ];
	my @finds = map { { match => { contains => $_->[0] }, reply => { results => [ $found->($_->[0], $_->[1]) ], delay_ms => $_->[2] // 0 } } }
	  [ 'official word', 'https://a.example.com/1', 300 ], [ 'second opinion', 'https://b.example.com/2' ], [ 'zeppelin', "http://$fake/site/news" ];
	my $page = "<html><head><title>Harbour</title></head><body><main><p>" . ($round == 1 ? $quote : $second_quote) . '</p></main></body></html>';
	my $relation = { match => { contains => 'Which relation has the new finding' }, reply => { text => '{"why":"another day","relation":"update","told":1}' } };
	return (
		perplexity => { rules => \@finds },
		gemini => { rules => [ $relation, { reply => { tools => $turns, judge => 'quote-containing', needle => 'confirms lift-off' } } ] },
		webhook => { any => { secret => $secret } },
		site => { rules => [ { match => { contains => 'news' }, reply => { content_type => 'text/html', body => $page } } ] });
}

sub set {
	my ($name, $value) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'");
	$node->reload;
	# The server signals its workers before it starts a session that shows the new value.
	ok($node->poll_query_until('postgres', "SELECT current_setting('$name') = '$value'"), "$name = $value");
	return;
}

# How often each paid call was made: searches by their words, questions by how long the
# conversation was.
sub paid {
	my %times;
	for my $entry ($world->log) {
		next if $entry->{route} !~ /^(?:perplexity|gemini)$/;
		is($entry->{verdict}, 'ok', 'the service accepts the request') if $entry->{verdict} ne 'ok';
		my $turns = () = $entry->{body} =~ /"role":"(?:model|user)"/g;
		my ($words) = $entry->{body} =~ /(official word|second opinion|zeppelin)/;
		$times{ $entry->{body} =~ /Which relation has/ ? 'comparison' : $entry->{route} eq 'gemini' ? "question $turns" : "search $words" }++;
	}
	return join ', ', map { "$_: $times{$_}" } sort keys %times;
}

my $number = 0;

sub crash_at {
	my ($key, %option) = @_;
	my $name = "killed after $key" . ($option{budget} ? ' under a budget' : '');
	$world->reset;
	$world->script(scripted(1));
	set('torale.debug_crash_after', $key);
	my $log_end = -s $node->logfile;
	my $task = $node->safe_psql('postgres',
		"SELECT id FROM torale.create_task('When does the zeppelin lift off? " . ++$number . "', 'a date of lift off', schedule => '0 9 1 1 *', notify_behavior => 'always', run_immediately => true)");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM torale.executions WHERE task_id = '$task' AND status NOT IN ('pending', 'running', 'retrying')"), "$name: the run ends")
	  || diag($node->safe_psql('postgres', "SELECT status, attempts, error_message, steps FROM torale.executions WHERE task_id = '$task'"));
	my @deaths = slurp_file($node->logfile, $log_end) =~ /killed by torale.debug_crash_after at=(\S+)/g;
	is(scalar @deaths, 1, "$name: the scheduler was killed once");
	like($deaths[0], qr/^\Q$key\E/, "$name: there");
	is($node->safe_psql('postgres', "SELECT status, verdict, attempts FROM torale.executions WHERE task_id = '$task'"), 'success|met|2', "$name: one row, one success, in the second attempt");
	is($node->safe_psql('postgres', "SELECT count(*) FROM torale.notifications WHERE task_id = '$task' AND body LIKE '%$quote%'"), 1, "$name: told once, with the quote");
	ok($node->poll_query_until('postgres', "SELECT count(*) = 1 AND bool_and(d.status = 'delivered') FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id WHERE n.task_id = '$task'"), "$name: delivered once");
	is($node->safe_psql('postgres', "SELECT count(*) FROM torale.memories WHERE task_id = '$task' AND content = 'The harbour office says it first.'"), 1, "$name: remembered once");
	my $last = $key eq 'finish' ? 2 : 1;
	is(paid(), "question 1: 1, question 3: 1, question 5: $last, search official word: 1, search second opinion: 1, search zeppelin: 1", "$name: no stored call was paid for again");
	is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM torale_internal.step_replies) + (SELECT count(*) FROM torale_internal.reservations)'), 0, "$name: nothing is left over");
	return $task;
}

my $replayed = "SELECT string_agg(kind, ' ' ORDER BY position) FROM torale.execution_steps WHERE status = 'replayed' AND task_id = ";
my %replays = (
	'search:' => 'search', 'judge:gemini:0' => 'search judge', 'tool:gemini:1:' => 'search judge search',
	'judge:gemini:1' => 'search judge search judge', 'tool:gemini:2:0:perplexity' => 'search judge search judge search',
	'finish' => 'search judge search judge search');
for my $key (sort keys %replays) {
	my $task = crash_at($key);
	is($node->safe_psql('postgres', "$replayed '$task'"), $replays{$key}, "killed after $key: the steps tell what was taken from the store");
}
is($node->safe_psql('postgres', "SELECT calls FROM torale.usage WHERE provider = 'perplexity'"), 3 * keys %replays, 'the books hold each search once');

set('torale.budget_execution_tokens', 1_000_000);
for my $key (sort keys %replays) { crash_at($key, budget => 1) }
set('torale.budget_execution_tokens', 0);

# A second run of a task that told something: its answer is committed before it is compared, so the
# numbers in it must mean the same sources to the attempt that takes it from the store.
set('torale.debug_crash_after', 'judge:gemini:2');
$world->reset;
$world->script(scripted(2));
my $log_end = -s $node->logfile;
my $task = $node->safe_psql('postgres', 'SELECT id FROM torale.tasks ORDER BY id DESC LIMIT 1');
$node->safe_psql('postgres', "UPDATE torale_internal.task_schedule SET next_run_at = now(), slot = now() WHERE task_id = '$task'");
ok($node->poll_query_until('postgres', "SELECT count(*) = 2 AND bool_and(status = 'success' AND verdict = 'met') FROM torale.executions WHERE task_id = '$task'"), 'killed before the comparison: the run ends');
like(slurp_file($node->logfile, $log_end), qr/killed by torale.debug_crash_after at=judge:gemini:2/, 'it was killed');
is(paid(), 'comparison: 1, question 1: 1, question 3: 1, question 5: 1, search official word: 1, search second opinion: 1, search zeppelin: 1', 'each call was made once');
is($node->safe_psql('postgres', "SELECT n.relation, c.quote FROM torale.notifications n JOIN torale.citations c ON c.execution_id = n.execution_id WHERE n.task_id = '$task' ORDER BY n.id DESC LIMIT 1"),
	"update|$second_quote", 'and the answer of before the crash is told with its quote');

# Who may set it, and where it is seen.
my ($status, undef, $err) = $node->psql('postgres', "SET torale.debug_crash_after = 'finish'");
isnt($status, 0, 'it cannot be set in a session');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name = 'torale.debug_crash_after'"), 0, 'nor does it stand in the list of settings');

$node->stop('fast');
done_testing();
