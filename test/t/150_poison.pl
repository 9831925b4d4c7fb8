# One bad result, or a task that goes away under its run, takes no other run down with it.
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

my $count = 60;
my $world = Outside->new;
my $node = new_server('poison', conf => $world->conf);
$node->safe_psql('postgres', 'CREATE EXTENSION torale');
$node->safe_psql('postgres', $world->providers_sql);
has_scheduler($node, 'postgres', 'a scheduler');
add_tasks($node, 'postgres', $count);
add_channel($node, 'postgres', "http://127.0.0.1:$world->{port}/hook/load");
my $offset = -s $node->logfile;

# Bodies as bytes on the wire; each names what it is poisoned with.
sub found {
	my ($snippet) = @_;
	return '{"results":[{"title":"T","url":"https://news.example.com/p/{{task}}","snippet":"' . $snippet
	  . ' Number {{task}} has been announced for day 1 of March 2027.","date":"2026-08-20","last_updated":null}],"id":"x"}';
}
my %poison = (
	1 => [ 'U+0000', found('before\u0000after') ],
	2 => [ 'a lone high surrogate', found('before\ud800after') ],
	3 => [ 'a lone low surrogate', found('before\udc00after') ],
	4 => [ 'two megabytes of text', found('word ' x 400_000) ],
	5 => [ 'not JSON', '{"results":[' ],
	6 => [ 'control characters', found('bell \u0007 escape \u001b[31m') ],
	7 => [ 'a word of a megabyte', found('w' x 1_000_000) ],
	8 => [ 'nothing', '' ],
	9 => [ 'U+0000 as title and URL', '{"results":[{"title":"\u0000","url":"https://news.example.com/\u0000","snippet":"Number 9 has been announced.","date":null,"last_updated":null}],"id":"x"}' ]);
my %script = says(1);
unshift @{ $script{perplexity}{rules} },
  map { { match => { regex => "load task $_\$" }, reply => { body => $poison{$_}[1] } } } sort keys %poison;
# A judge that says U+0000 and worse.
unshift @{ $script{gemini}{rules} }, (
	{ match => { regex => 'load task 10\b' }, reply => { judge => 'quote-containing', needle => 'announced', mode => 'invalid_utf8' } },
	{ match => { regex => 'load task 11\b' }, reply => { verdict => {
		verdict => 'met', evidence => "null \x{0} byte", citations => [ { source => 1, quote => 'has been announced' } ], confidence => 90,
		next_run => "\x{0}", notification => "told \x{0} with a null", topic => "\x{0}", memories => [ "m \x{0}", '', 'x' x 5000 ] } } },
	{ match => { regex => 'load task 12\b' }, reply => { verdict => {
		verdict => 'met', evidence => 'e' x 200_000, citations => [ { source => 1, quote => 'has been announced' } ], confidence => 90,
		next_run => undef, notification => 'n' x 200_000, topic => 't' x 100_000, memories => [ ('many') x 500 ] } } });
$world->script(%script);
make_due($node, 'postgres');
ok( $node->poll_query_until('postgres',
		"SELECT count(*) = $count AND bool_and(status NOT IN ('pending', 'running')) FROM torale.executions"),
	'no run is stuck');
is( $node->safe_psql('postgres', <<~SQL), $count - 12, 'every healthy run succeeded and was told');
	SELECT count(*) FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id
	JOIN torale.notifications n ON n.execution_id = e.id
	WHERE substr(t.name, 6)::integer > 12 AND e.status = 'success' AND n.kind = 'finding'
	SQL
for my $number (sort { $a <=> $b } keys %poison, 10 .. 12) {
	my $how = $node->safe_psql('postgres', <<~SQL);
		SELECT e.status, e.verdict, e.error_category, left(e.error_message, 80) FROM torale.executions e
		JOIN torale.tasks t ON t.id = e.task_id WHERE t.name = 'load $number'
		SQL
	like($how, qr/^(success\|(met|not_met|unknown)|failed\|\||retrying\|\|)/,
		'poisoned with ' . ($poison{$number} ? $poison{$number}[0] : "judge $number") . ": $how");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM torale.executions WHERE error_category = 'internal'"), 0, 'none of it is taken for a bug of ours');

# Retries of poisoned ones must not come between: they are put to rest.
$node->safe_psql('postgres', "DELETE FROM torale.tasks WHERE substr(name, 6)::integer <= 12");
my $left = $count - 12;

# Tasks that are paused, deleted, completed, changed and cancelled while their search is under way.
$world->reset;
$world->script(says(2, search => [ [ '.', 3000 ] ]));
make_due($node, 'postgres');
Outside::until_true('all are at the search', sub { $world->pending >= $left });
$node->safe_psql('postgres', <<~SQL);
	DELETE FROM torale.tasks WHERE name = 'load 20';
	SELECT torale.pause_task(id) FROM torale.tasks WHERE name = 'load 21';
	SELECT torale.complete_task(id) FROM torale.tasks WHERE name = 'load 22';
	UPDATE torale.tasks SET schedule = '0 10 2 2 *' WHERE name = 'load 23';
	SELECT torale.cancel_execution(e.id) FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id
	WHERE t.name = 'load 24' AND e.status = 'running';
	DELETE FROM torale.channels;
	SQL
ok( $node->poll_query_until('postgres', "SELECT count(*) = 0 FROM torale.executions WHERE status IN ('pending', 'running', 'retrying')"),
	'tasks that went away: no run is stuck');
is($node->safe_psql('postgres', <<~SQL), 'success|' . ($left - 4), 'tasks that went away: all others succeeded');
	SELECT e.status, count(*) FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id
	WHERE t.name NOT IN ('load 21', 'load 22', 'load 24')
	  AND e.id = (SELECT x.id FROM torale.executions x WHERE x.task_id = t.id ORDER BY x.id DESC LIMIT 1)
	GROUP BY 1
	SQL
is($node->safe_psql('postgres', <<~SQL), "load 21|paused|cancelled|\nload 22|completed|cancelled|\nload 23|active|success|t\nload 24|active|cancelled|t", 'what was decided during the run stands');
	SELECT t.name, t.state, (SELECT e.status FROM torale.executions e WHERE e.task_id = t.id ORDER BY e.id DESC LIMIT 1), s.next_run_at > now()
	FROM torale.tasks t LEFT JOIN torale_internal.task_schedule s ON s.task_id = t.id
	WHERE t.name IN ('load 21', 'load 22', 'load 23', 'load 24') ORDER BY 1
	SQL
is($node->safe_psql('postgres', "SELECT next_run_at FROM torale_internal.task_schedule s JOIN torale.tasks t ON t.id = s.task_id WHERE t.name = 'load 23'")
	=~ /-02-02 10:00/, 1, 'a schedule changed during the run is the one that counts');

# What PostgreSQL itself refuses: the result, and even the failure that stands for it.
my $pid = scheduler_pid($node, 'postgres');
$node->safe_psql('postgres', <<~'SQL');
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN RAISE EXCEPTION 'not with me: %', TG_TABLE_NAME; END $$;
	CREATE TRIGGER poison BEFORE INSERT ON torale.sources FOR EACH ROW WHEN (NEW.title LIKE '% task 30') EXECUTE FUNCTION refuse();
	SQL
my $stubborn = $node->safe_psql('postgres', "SELECT id FROM torale.tasks WHERE name = 'load 31'");
$node->safe_psql('postgres',
	"CREATE TRIGGER poison BEFORE UPDATE ON torale.executions FOR EACH ROW WHEN (NEW.task_id = '$stubborn') EXECUTE FUNCTION refuse()");
$node->safe_psql('postgres', "UPDATE torale.tasks SET state = 'active' WHERE state = 'paused'");
$world->script(says(3));
make_due($node, 'postgres');
ok( $node->poll_query_until('postgres', "SELECT count(*) = 1 AND min(task_id::text) = '$stubborn' FROM torale.executions WHERE status IN ('pending', 'running', 'retrying')"),
	'refused by the database: only what cannot be written is left');
is($node->safe_psql('postgres', <<~SQL), "failed|internal|the result could not be stored: not with me: sources", 'a refused result fails, with the reason');
	SELECT e.status, e.error_category, e.error_message FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id
	WHERE t.name = 'load 30' ORDER BY e.id DESC LIMIT 1
	SQL
is($node->safe_psql('postgres', "SELECT count(*) FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id WHERE t.name = 'load 32' AND e.status = 'success'"),
	3, 'and its batch mates succeed');
is(scheduler_pid($node, 'postgres'), $pid, 'by the same scheduler');
$node->safe_psql('postgres', 'DROP TRIGGER poison ON torale.executions; DROP TRIGGER poison ON torale.sources');

unlike(slurp_file($node->logfile, $offset), qr/terminated by signal|PANIC|server process/, 'and was all the time');
$node->stop('fast');

done_testing();
