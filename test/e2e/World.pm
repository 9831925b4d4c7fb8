# One server, one fake outside world and two kinds of user for an end-to-end test.
#
# enter() runs twice: outside it starts torale-fake and hands the same script to with_server;
# inside it returns the world. Nothing here sleeps for a fixed time: until() has a deadline.
package World;

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir tempfile);
use HTTP::Tiny;
use IO::Socket::INET;
use IPC::Open3;
use JSON::PP;
use POSIX ();
use Symbol qw(gensym);
use Time::HiRes qw(time);

our $PERPLEXITY_KEY = 'pplx-E2EkeyThatMustNotLeak0123456789';
our $GEMINI_KEY = 'AIzaE2EkeyThatMustNotLeak0123456789';

my $tree = $ENV{TORALE_TREE} // abs_path(dirname(__FILE__) . '/../..');
my $fake = $ENV{TORALE_FAKE} // "$tree/build/torale-fake";

# conf: lines for postgresql.conf. allow: more entries for torale.egress_allow. secrets: more lines
# for the secrets file. The world has a {spare} port on which nobody listens and which may be called.
sub enter {
    my ($class, %option) = @_;
    exit outside(%option) if !$ENV{TORALE_WORLD_FOLDER};
    my $self = bless {
        folder => $ENV{TORALE_WORLD_FOLDER}, port => $ENV{TORALE_WORLD_PORT}, spare => $ENV{TORALE_WORLD_SPARE},
        http => HTTP::Tiny->new(timeout => 20), json => JSON::PP->new->utf8->allow_nonref->canonical
    }, $class;
    $self->admin(<<~SQL);
        CREATE ROLE alice LOGIN IN ROLE torale_user;
        UPDATE torale.providers SET url = '@{[$self->url('')]}'
            WHERE name IN ('perplexity', 'gemini', 'openai', 'anthropic', 'ollama', 'mem0');
        SQL
    $self->until('a scheduler serves the database', sub { $self->server_log =~ m{scheduler started database=torale\b} });
    return $self;
}

sub outside {
    my (%option) = @_;
    if (!-x $fake) {
        print STDERR "no $fake\n";
        return 77;
    }
    my $folder = tempdir('torale-world.XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 0755, $folder;
    my ($pid, $port) = start_fake($folder, 0);
    my $secrets = "$folder/secrets";
    open my $file, '>', $secrets or die "$secrets: $!\n";
    print $file "PERPLEXITY_API_KEY=$PERPLEXITY_KEY\nGEMINI_API_KEY=$GEMINI_KEY\n", map { "$_\n" } @{ $option{secrets} // [] };
    close $file;
    chmod 0600, $secrets;
    # The server's user must own it; as root that is `postgres`.
    chown((getpwnam 'postgres')[2, 3], $secrets) if $> == 0;
    my $spare = free_port();
    my @allow = ((map { ("provider:127.0.0.1:$_", "channel:127.0.0.1:$_") } $port, $spare), @{ $option{allow} // [] });
    my @conf = ("torale.secrets_file = '$secrets'", "torale.egress_allow = '" . join(',', @allow) . "'", @{ $option{conf} // [] });
    local @ENV{qw(TORALE_WORLD_FOLDER TORALE_WORLD_PORT TORALE_WORLD_SPARE)} = ($folder, $port, $spare);
    my $status = system("$tree/test/with_server", (map { ('--conf', $_) } @conf), '--', $^X, abs_path($0));
    stop($pid);
    return $status == 0 ? 0 : $status >> 8 || 1;
}

# Port 0 takes a free one. Returns the process and the port it listens on.
sub start_fake {
    my ($folder, $port) = @_;
    my (undef, $port_file) = tempfile('port.XXXXXX', DIR => $folder);
    my $pid = start($fake, '--port', $port, '--port-file', $port_file, '--log-max', 100_000);
    return ($pid, read_port($port_file));
}

# A process of ours in the background: it ends with us and holds none of our pipes.
my %started;

sub start {
    my (@command) = @_;
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null' if !$ENV{TORALE_WORLD_DEBUG};
        exec @command or POSIX::_exit(127);
    }
    $started{$pid} = $$;
    return $pid;
}

sub stop {
    my ($pid) = @_;
    return if ($started{$pid} // 0) != $$;
    delete $started{$pid};
    kill 'KILL', $pid;
    local $?;
    waitpid $pid, 0;
    return;
}

END { stop($_) for keys %started }

sub read_port {
    my ($file) = @_;
    until_true("a port in $file", sub { -s $file }, 20);
    open my $handle, '<', $file or die "$file: $!\n";
    return <$handle> + 0;
}

# --- waiting ---

sub until_true {
    my ($what, $code, $seconds) = @_;
    my $give_up = time + ($seconds // 30);
    while (1) {
        my $found = $code->();
        return $found if $found;
        die "not in time: $what\n" if time > $give_up;
        select undef, undef, undef, 0.02;
    }
}

sub until { my ($self, @rest) = @_; return until_true(@rest) }

# Until the query of alice answers true.
sub until_sql {
    my ($self, $what, $query, $seconds) = @_;
    return until_true($what, sub { $self->sql($query) eq 't' }, $seconds);
}

# --- SQL ---

# (standard output, standard error, exit status) of psql as $user.
sub psql {
    my ($self, $user, $sql) = @_;
    my $err = gensym;
    my $pid = open3(my $in, my $out, $err, 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose', '-U', $user);
    print $in $sql;
    close $in;
    my ($said, $complained) = (join('', <$out>), join('', <$err>));
    waitpid $pid, 0;
    chomp $said;
    return ($said, $complained, $? >> 8);
}

sub must {
    my ($self, $user, $sql) = @_;
    my ($said, $complained, $status) = $self->psql($user, $sql);
    die "$sql\n$complained" if $status != 0;
    return $said;
}

sub sql { my ($self, $sql) = @_; return $self->must('alice', $sql) }
sub admin { my ($self, $sql) = @_; return $self->must('postgres', $sql) }

# What psql printed of an error or a notice.
sub complaint { my ($self, $sql) = @_; return ($self->psql('alice', $sql))[1] }

# The first row of a query as a hash.
sub row {
    my ($self, $query) = @_;
    my $text = $self->sql("SELECT to_jsonb(x) FROM ($query) x LIMIT 1");
    return $text eq '' ? undef : $self->{json}->decode($text);
}

sub quoted { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

# --- tasks ---

# Makes a task and returns its id; the arguments are create_task's, as text.
sub task {
    my ($self, %argument) = @_;
    $argument{condition_description} //= 'a date has been announced';
    $argument{schedule} //= '0 9 1 1 *';
    my $list = join ', ', map { "$_ => " . quoted($argument{$_}) } sort keys %argument;
    return $self->sql("SET client_min_messages = warning; SELECT id FROM torale.create_task($list)");
}

# Makes the task's next slot due now.
sub make_due {
    my ($self, @tasks) = @_;
    my $list = join ', ', map { quoted($_) } @tasks;
    return $self->admin("UPDATE torale_internal.task_schedule SET next_run_at = now(), slot = now() WHERE task_id IN ($list)");
}

# The newest execution of the task once it is over (or in $status), as a hash.
sub finished {
    my ($self, $task, $count, $status) = @_;
    $status //= 'success failed cancelled';
    my $states = join ', ', map { quoted($_) } split ' ', $status;
    my $query = 'SELECT count(*) >= ' . ($count // 1) . " FROM torale.executions WHERE task_id = '$task' AND status IN ($states)";
    eval { $self->until_sql("$status of $task", $query); 1 }
      or die $@ . $self->sql("SELECT status, error_category, error_message, skip_reason FROM torale.executions WHERE task_id = '$task'") . "\n";
    return $self->row("SELECT * FROM torale.executions WHERE task_id = '$task' ORDER BY id DESC");
}

# --- the outside ---

sub url { my ($self, $path) = @_; return "http://127.0.0.1:$self->{port}$path" }

# perplexity => {…}, gemini => {…}, webhook => {…}, as test/fake/script.hpp says. Keys are demanded.
sub script {
    my ($self, %service) = @_;
    $service{perplexity}{keys} //= [$PERPLEXITY_KEY] if $service{perplexity};
    $service{gemini}{keys} //= [$GEMINI_KEY] if $service{gemini};
    my $reply = $self->{http}->post($self->url('/__script'), { content => $self->{json}->encode(\%service) });
    die "torale-fake: $reply->{status} $reply->{content}\n" if !$reply->{success};
    return;
}

sub stats { my ($self) = @_; return $self->{json}->decode($self->{http}->get($self->url('/__stats'))->{content}) }

# What was asked of a route, in order: one hash a request (body, status, verdict, webhook_id, at).
sub asked {
    my ($self, $route, $pattern) = @_;
    my @entries = map { $self->{json}->decode($_) } split /\n/, $self->{http}->get($self->url('/__log'))->{content};
    return grep { $_->{route} eq $route && (!defined $pattern || $_->{body} =~ $pattern) } @entries;
}

# A search result as Perplexity writes it, whose snippet says that a date has been announced.
sub found {
    my ($title, $snippet) = @_;
    return {
        title => $title, url => 'https://news.example.com/' . lc($title) =~ s/\W+/-/gr,
        snippet => $snippet // "Background, known for years. $title: a date has been announced for 14 March 2027.",
        date => POSIX::strftime('%Y-%m-%d', gmtime(time - 86_400)), last_updated => undef };
}

# Search finds {{query}}'s own page, the judge quotes it, receivers accept.
sub kind_world {
    return (
        perplexity => { rules => [ { reply => { results => [ { %{ found('{{query}}') }, url => 'https://news.example.com/{{slug}}' } ] } } ] },
        gemini => { rules => [ { reply => { judge => 'quote-containing', needle => 'announced' } } ] },
        webhook => {});
}

sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1, Proto => 'tcp') or die "no port: $!\n";
    return $socket->sockport;
}

sub server_log {
    my ($self) = @_;
    open my $file, '<', $ENV{TORALE_SERVER_LOG} or return '';
    local $/;
    return scalar <$file>;
}

1;
