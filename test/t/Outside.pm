# The fake outside world for TAP tests: one torale-fake on a free port, what it is told to say, and
# what it was asked. TORALE_WORLD=builtin, or no torale-fake, means there is none.
package Outside;

use strict;
use warnings;

use HTTP::Tiny;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);

our $PERPLEXITY_KEY = 'pplx-TAPkeyThatMustNotLeak0123456789';
our $GEMINI_KEY = 'AIzaTAPkeyThatMustNotLeak0123456789';

sub is_there {
	return ($ENV{TORALE_WORLD} // '') ne 'builtin' && $ENV{TORALE_FAKE} && -x $ENV{TORALE_FAKE};
}

sub new {
	my ($class) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir;
	my $self = bless { folder => $folder, http => HTTP::Tiny->new(timeout => 20) }, $class;
	$self->{program} = IPC::Run::start(
		[ $ENV{TORALE_FAKE}, '--port-file', "$folder/port", '--log-max', 1_000_000 ],
		'<', \undef, '>', "$folder/out", '2>', "$folder/errors");
	until_true('torale-fake listens', sub { -s "$folder/port" });
	$self->{port} = slurp_file("$folder/port") + 0;
	return $self;
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@, $!);
	return if !$self->{program};
	$self->{http}->post("http://127.0.0.1:$self->{port}/__quit");
	eval { $self->{program}->kill_kill(grace => 2) };
	return;
}

# Tries until the code is true; dies after $seconds.
sub until_true {
	my ($what, $code, $seconds) = @_;
	my $give_up = time + ($seconds // $PostgreSQL::Test::Utils::timeout_default // 60);
	while (1) {
		my $found = $code->();
		return $found if $found;
		die "not in time: $what" if time > $give_up;
		usleep(10_000);
	}
}

sub call {
	my ($self, $path, $body) = @_;
	my $url = "http://127.0.0.1:$self->{port}$path";
	my $reply = defined $body ? $self->{http}->post($url, { content => encode_json($body) }) : $self->{http}->get($url);
	die "torale-fake: $path: $reply->{status} $reply->{content}" if !$reply->{success};
	return $reply->{content};
}

# perplexity => {…}, gemini => {…}, webhook => {…}: script.hpp says what may stand in them. The
# keys are always demanded.
sub script {
	my ($self, %service) = @_;
	$service{perplexity}{keys} //= [$PERPLEXITY_KEY] if $service{perplexity};
	$service{gemini}{keys} //= [$GEMINI_KEY] if $service{gemini};
	$self->call('/__script', \%service);
	return;
}

sub stats { return decode_json($_[0]->call('/__stats')) }
sub pending { return $_[0]->stats->{connections}{pending} }
sub requests { return $_[0]->stats->{routes}{ $_[1] }{requests} // 0 }
sub reset { $_[0]->call('/__reset', {}); return }

# What was asked, in order: one hash a request (route, body, status, verdict, webhook_id, n).
sub log {
	my ($self, $route) = @_;
	my @entries = map { decode_json($_) } split /\n/, $self->call('/__log');
	return grep { $_->{route} eq $route } @entries if $route;
	return @entries;
}

# How often each execution's question was asked by this route: the number of the task → times.
sub asked {
	my ($self, $route) = @_;
	my %times;
	for my $entry ($self->log($route)) {
		$times{$1}++ if $entry->{body} =~ /load task (\d+)/;
	}
	return \%times;
}

# Lines for postgresql.conf: the fake may be called, and a secrets file that holds the keys.
sub conf {
	my ($self) = @_;
	my $file = "$self->{folder}/secrets";
	if (!-e $file) {
		umask(0077);
		append_to_file($file, "PERPLEXITY_API_KEY=$PERPLEXITY_KEY\nGEMINI_API_KEY=$GEMINI_KEY\n");
	}
	return "torale.secrets_file = '$file'\n"
	  . "torale.egress_allow = 'provider:127.0.0.1:$self->{port},channel:127.0.0.1:$self->{port}'\n";
}

# SQL that sends the shipped providers here, as an administrator would.
sub providers_sql {
	my ($self) = @_;
	return "UPDATE torale.providers SET url = 'http://127.0.0.1:$self->{port}' WHERE name IN ('perplexity', 'gemini')";
}

1;
