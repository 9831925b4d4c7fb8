#!/usr/bin/perl
# What docs say about HTTP, run: every ```sh block of the files named, in order, in one shell for each
# file, against $TORALE_URL (the docs say http://localhost:3000). A line with curl ends with "# STATUS"
# and must be answered so; the block ```json or ```text that follows is the answer of the last line.
#
#   run_docs.pl [--show] FILE…
#
# A block ```js is run by node where $TORALE_CLIENTS, a folder with node_modules, is set. In an answer … stands for anything, white space does not count, and ids, times and keys need only
# look like such. --show prints what was answered instead, to be pasted.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use File::Temp qw(tempdir);

my $shows = @ARGV && $ARGV[0] eq '--show' ? shift : '';
my $url = $ENV{TORALE_URL} or die "TORALE_URL is not set\n";
my $work = tempdir('torale-docs.XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $failures = 0;

sub read_text {
    my ($file) = @_;
    open my $handle, '<', $file or return '';
    local $/;
    return scalar <$handle>;
}

sub report {
    my ($passes, $name, @why) = @_;
    $name =~ s/#/\\#/g;
    print $passes ? 'ok' : 'not ok', " - $name\n";
    return if $passes;
    $failures++;
    print map { "#   $_\n" } map { split /\n/ } @why;
    return;
}

# {language, line, text} for each fenced block.
sub blocks_of {
    my ($text) = @_;
    my (@blocks, $open);
    my $number = 0;
    for my $line (split /\n/, $text) {
        $number++;
        if ($open && $line =~ /^```\s*$/) { undef $open }
        elsif ($open) { $open->{text} .= "$line\n" }
        elsif ($line =~ /^```(\w*)\s*$/) { push @blocks, $open = { language => $1, line => $number, text => '' } }
    }
    return @blocks;
}

# A command is a line with the indented ones that follow it.
sub steps_of {
    my ($block) = @_;
    my @steps;
    my $number = $block->{line};
    for my $line (split /\n/, $block->{text}) {
        $number++;
        if ($line =~ /^\s+\S/ && @steps) { $steps[-1]{text} .= "\n$line" }
        elsif ($line =~ /^[^\s#]/) { push @steps, { line => $number, text => $line } }
    }
    ($_->{status}) = $_->{text} =~ /#\s*(\d{3})\s*$/ for @steps;
    return @steps;
}

# {line, text}: a module that stands beside node_modules.
sub node_step {
    my ($block) = @_;
    my $module = "$ENV{TORALE_CLIENTS}/docs_$block->{line}.mjs";
    open my $handle, '>', $module or die "$module: $!\n";
    print $handle $block->{text} =~ s{http://localhost:3000}{$url}gr;
    close $handle or die "$module: $!\n";
    return { line => $block->{line}, text => "KEY=\$KEY node '$module'" };
}

sub script_for {
    my (@steps) = @_;
    my $script = qq(work='$work'\ncurl() { command curl -sS --max-time 30 -D "\$work/head" "\$@"; }\n);
    for my $i (0 .. $#steps) {
        (my $text = $steps[$i]{text}) =~ s{http://localhost:3000}{$url}g;
        $script .= qq(rm -f "\$work/head"\n{\n$text\n} >"\$work/$i.out" 2>"\$work/$i.err" </dev/null\n)
          . qq(echo \$? >"\$work/$i.rc"\nif [ -e "\$work/head" ]; then mv "\$work/head" "\$work/$i.head"; fi\n);
    }
    return $script;
}

sub pattern_of {
    my ($answer) = @_;
    my @kinds = (
        [ qr/…/ => '.*' ],
        [ qr/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/ => '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}' ],
        [ qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:\+00:00|Z)/ => '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:\+00:00|Z)' ],
        [ qr/\b\d{16}-/ => '\d{16}-' ],
        [ qr/\b(?:sk|ft)_[\w-]+/ => '(?:sk|ft)_[\w-]+' ],
    );
    my $any = join '|', map { $_->[0] } @kinds;
    my $pattern = '';
    for my $piece (split /($any)/, $answer) {
        my ($kind) = grep { $piece =~ /\A$_->[0]\z/ } @kinds;
        $pattern .= $kind ? $kind->[1] : quotemeta($piece =~ s/\s+//gr);
    }
    return qr/\A$pattern\z/s;
}

sub check_step {
    my ($file, $i, $step) = @_;
    my $name = "$file:$step->{line}: " . ($step->{text} =~ s/\s*\\?\n\s*/ /gr);
    my ($out, $err) = map { read_text("$work/$i.$_") } qw(out err);
    my ($status) = reverse read_text("$work/$i.head") =~ m{^HTTP/\S+ (\d{3})}mg;
    $status //= 'nothing';
    if ($shows) {
        print "$name\n[$status] $out$err\n";
        return;
    }
    if ($step->{status} || $step->{text} =~ /^curl\b/) {
        report($status eq ($step->{status} // 'stated'), $name, "answered $status", $out, $err);
    } else {
        my $rc = read_text("$work/$i.rc") || "none\n";
        report($rc eq "0\n" && $status !~ /^[45]/, $name, "exit status $rc", "answered $status", $out, $err);
    }
    return unless defined $step->{answer};
    my $is_as_shown = ($out =~ s/\s+//gr) =~ pattern_of($step->{answer});
    report($is_as_shown, "$file:$step->{line}: answered as shown", $out);
    return;
}

sub run_file {
    my ($file) = @_;
    my @steps;
    my $last;
    for my $block (blocks_of(read_text($file))) {
        $last->{answer} = $block->{text} if $last && $block->{language} =~ /^(?:json|text)$/;
        undef $last;
        if ($block->{language} eq 'sh') { push @steps, steps_of($block) }
        elsif ($block->{language} eq 'js' && $ENV{TORALE_CLIENTS}) { push @steps, node_step($block) }
        else { next }
        $last = $steps[-1];
    }
    report(0, "$file has lines to run") unless @steps;
    open my $script, '>', "$work/script" or die "$work/script: $!\n";
    print $script script_for(@steps);
    close $script or die "$work/script: $!\n";
    unlink glob("$work/*.out $work/*.err $work/*.rc $work/*.head");
    system 'bash', "$work/script";
    check_step($file, $_, $steps[$_]) for 0 .. $#steps;
    return map { $_->{text} } @steps;
}

# What schema torale offers to anybody over HTTP, as paths, and computed fields by their names.
sub offers {
    my $query = q{
        SELECT '/' || c.relname FROM pg_class c
        WHERE c.relnamespace = 'torale'::regnamespace AND c.relkind IN ('r', 'v')
        UNION
        SELECT CASE WHEN p.proargtypes[0]::regtype::text LIKE 'torale.%' THEN '' ELSE '/rpc/' END || p.proname FROM pg_proc p
        WHERE p.pronamespace = 'torale'::regnamespace AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
          AND (has_function_privilege('torale_admin', p.oid, 'EXECUTE') OR has_function_privilege('torale_anon', p.oid, 'EXECUTE'))
        ORDER BY 1};
    my @paths = qx(psql -XAtq -c "$query");
    chomp @paths;
    return (@paths, qw(/live /ready /metrics /events /rss/ /feed/));
}

my @files = @ARGV;
my $asked = join "\n", map { run_file($_) } @files;
unless ($shows) {
    for my $offer (offers()) {
        my $line = $offer =~ m{^/} ? qr/\$API\Q$offer\E/ : qr/[?&]select=[\w,]*\b$offer/;
        my $end = $offer =~ m{/$} ? qr// : qr{(?![\w/])};
        report($asked =~ /$line$end/ ? 1 : 0, "$offer has a line that was run");
    }
}
exit($failures ? 1 : 0);
