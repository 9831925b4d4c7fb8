# What tests of the agent share: keys of all services, exactly the providers that a test names, a
# script in which a zeppelin is about to lift off, and what became of a run.
package Agent;

use strict;
use warnings;

use Exporter 'import';
use World;

our @EXPORT = qw(enter_world only script page run_once steps count_of setting tool_turns %key @searches @models $said $confirmed);

our %key = (
    OPENAI_API_KEY => 'sk-E2EopenaiMustNotLeak01234', ANTHROPIC_API_KEY => 'sk-ant-E2EanthropicMustNotLeak',
    TAVILY_API_KEY => 'tvly-E2EtavilyMustNotLeak0123', EXA_API_KEY => 'exa-E2EexaMustNotLeak01234567',
    BRAVE_API_KEY => 'BSAE2EbraveMustNotLeak0123456', PARALLEL_API_KEY => 'par-E2EparallelMustNotLeak012',
    MEM0_API_KEY => 'm0-E2Emem0MustNotLeak01234567');
our @searches = qw(builtin perplexity tavily exa brave parallel searxng sonar openai_search);
our @models = qw(gemini openai anthropic);
# What a search finds, and what the page behind it says.
our $said = 'The zeppelin lifts off on 14 March 2027.';
our $confirmed = 'The harbour office confirms lift-off for 3 May 2027 at noon.';

my $world;

sub enter_world {
    my (@conf) = @_;
    $world = World->enter(
        allow => ['feed:127.0.0.1'],
        secrets => [ map { "$_=$key{$_}" } sort keys %key ],
        conf => [ 'torale.page_pause = 0', 'torale.breaker_pause = 200ms', @conf ]);
    # Services that share a path are reached under their own name.
    my %path = ((map { $_ => "/$_" } qw(tavily exa brave parallel searxng sonar)), openai_search => '/openai_search/v1');
    $world->admin(join ";\n", map { "UPDATE torale.providers SET url = '@{[$world->url($path{$_})]}' WHERE name = '$_'" } sort keys %path);
    return $world;
}

# Exactly these providers, in this order, none of them left alone.
sub only {
    my (@names) = @_;
    my $list = join ', ', map { "('$names[$_]', $_ + 1)" } 0 .. $#names;
    return $world->admin(<<~SQL);
        DELETE FROM torale_internal.provider_state;
        UPDATE torale.providers SET enabled = false;
        UPDATE torale.providers p SET enabled = true, priority = l.place FROM (VALUES $list) l (name, place) WHERE p.name = l.name;
        SQL
}

sub page {
    my ($body) = @_;
    return { content_type => 'text/html', body => "<html><head><title>Harbour office</title></head><body><main>$body</main></body></html>" };
}

# says: of every model. before: rules that come first, by service. site: pages by regex. more:
# other services.
sub script {
    my (%option) = @_;
    my $news = { title => 'Airship news', url => $world->url('/site/news'), date => '2026-08-20', snippet => "Background, known for years. $said" };
    my $tool = { title => 'Tool news', url => 'https://tool.example.com/1', date => '2026-08-21', snippet => 'The workshop is busy.' };
    my %before = %{ $option{before} // {} };
    my $finds = [
        { match => { contains => 'official' }, reply => { results => [$tool] } },
        { reply => { results => $option{results} // [$news] } } ];
    my $says = $option{says} // { judge => 'quote-containing', needle => 'lifts off' };
    my %site = (
        '^/robots\.txt$' => { content_type => 'text/plain', body => '' },
        '^/site/news$' => page("<p>$confirmed</p>"), %{ $option{site} // {} });
    my @site = map { { match => { regex => $_ }, reply => $site{$_} } } sort keys %site;
    $world->{http}->post($world->url('/__reset'));
    return $world->script(
        (map { $_ => { rules => [ @{ $before{$_} // [] }, @$finds ] } } grep { $_ ne 'builtin' } @searches),
        (map { $_ => { rules => [ @{ $before{$_} // [] }, { reply => $says } ] } } @models),
        mem0 => { rules => $before{mem0} // [] }, webhook => {}, site => { rules => [ @{ $before{site} // [] }, @site ] });
}

# The calls of one turn, as the fake's script wants them: name => argument.
sub tool_turns {
    my (@turns) = @_;
    my %argument = (search => 'query', fetch_url => 'url', search_memories => 'query', add_memory => 'text');
    return [ map {
        my @turn = @$_;
        [ map { { name => $turn[ 2 * $_ ], args => { $argument{ $turn[ 2 * $_ ] } => $turn[ 2 * $_ + 1 ], $turn[ 2 * $_ ] eq 'add_memory' ? (kind => 'source') : () } } } 0 .. $#turn / 2 ]
    } @turns ];
}

my $number = 0;

# Runs a new task of the agent once; returns its id and the execution.
sub run_once {
    my (%argument) = @_;
    my $task = $world->task(
        search_query => 'When does the zeppelin lift off? ' . ++$number, condition_description => 'a date of lift off',
        notify_behavior => 'always', run_immediately => 'true', mode => 'agent', %argument);
    return ($task, $world->finished($task, 1, 'success failed cancelled skipped'));
}

sub steps {
    my ($run, $condition) = @_;
    return $world->sql("SELECT string_agg(concat_ws(' ', kind, nullif(provider, ''), status), ', ' ORDER BY position) "
          . "FROM torale.execution_steps WHERE execution_id = '$run->{id}' AND " . ($condition // 'true'));
}

sub count_of { my ($table, $task) = @_; return $world->sql("SELECT count(*) FROM torale.$table WHERE task_id = '$task'") }

# Sets and waits until new sessions show it: the scheduler's signal was sent before.
sub setting {
    my ($name, $value) = @_;
    my $before = $world->admin("SELECT setting FROM pg_settings WHERE name = '$name'");
    $world->admin(defined $value ? "ALTER SYSTEM SET $name = '$value'" : "ALTER SYSTEM RESET $name");
    $world->admin('SELECT pg_reload_conf()');
    $world->until("$name is taken", sub { $world->admin("SELECT setting FROM pg_settings WHERE name = '$name'") ne $before });
    return;
}

1;
