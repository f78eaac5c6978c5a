#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs each test of kith-check-plugin on a plugin that violates its rule on purpose, and on one that keeps all rules. table.sh CHECKER FOLDER
checker=$1 folder=$2 wrong=0 covered=
# Plugins that run are in a folder of their own; the loader refuses the others.
place() { if [ -f "$folder/running/lib$1.so" ]; then echo "$folder/running/lib$1.so"; else echo "$folder/lib$1.so"; fi; }
# Most rows wait for a child that hangs, so several run in parallel; each writes its line to a file, and a mark when it failed.
lines=$(mktemp -d) && trap 'rm -rf "$lines"' EXIT
number=0
check_row() {
    case $1 in refused | same_trace) where=--isolated ;; *) where= ;; esac
    text=$("$checker" "$(place "$2")" --only "$1" --timeout "${3:-20}" $where)
    [ $? -eq 1 ] && outcome="caught: $(printf '%s\n' "$text" | sed -n 's/.* ms  //;1p')" || { outcome="NOT CAUGHT: $text"; : >"$lines/wrong"; }
    "$checker" "$(place working_strategy)" --only "$1" $where >/dev/null || { outcome="$outcome; AND THE GOOD ONE FAILS"; : >"$lines/wrong"; }
    printf '%-18s %-22s %s\n' "$1" "$2" "$(printf %s "$outcome" | head -n 1)" >"$4"
}
row() {
    number=$((number + 1))
    covered="$covered $1 "
    check_row "$1" "$2" "${3:-20}" "$lines/$(printf %03d $number)" &
    [ $((number % 6)) -ne 0 ] || wait
}
row one_export second_export
row no_unique unique_symbol
row needed absent_library
row executable_stack executable_stack
row static_tls static_tls
row sanitizer sanitized
row go_runtime go_undeclared
row imports calls_umask
row imports starts_threads
row services_only reads_time
row descriptor no_licence
row descriptor bad_plugin_version
row schema misspelt_schema
row schema invalid_default
row unmaps stays_mapped
row without_services uses_absent_services
row each_service uses_optional_unchecked
row any_options refuses_without_reason
row starts fails_after_start
row starts hangs 1
row starts blocks_loading 1
row starts blocks_unloading 1
row starts raises_sigstop
row starts leaves_group 2
row starts never_pauses
row start_stop leaks_descriptor
row start_stop forks
row stop_any_time never_stopped
row quiet observes_after_stopped
row two_instances single_instance
row same_seed varying_delay
row each_call_fails waits_for_refused_timer
row clock_jump crashes_on_clock_jump
row a_day leaks_memory
row honest reports_empty_on_outage
row connects forgets_done
row events acknowledges_twice
row packets trusts_packets
row streams trusts_streams
row answers trusts_answers
row bodies trusts_bodies
row programs trusts_programs
row files trusts_files
row environment trusts_state
row refused opens_socket
row same_trace opens_socket

# expect WHAT FILE TIMEOUT PATTERN [OPTION...]: a run of all tests, or of those that the options select, has a line with this pattern, and ends.
expect() {
    number=$((number + 1))
    check_run "$lines/x$number" "$@" &
    [ $((number % 6)) -ne 0 ] || wait
}
check_run() {
    file=$1 what=$2 plugin=$3 limit=$4 pattern=$5
    shift 5
    text=$(timeout 60 "$checker" "$(place "$plugin")" --timeout "$limit" "$@" 2>/dev/null)
    status=$?
    if [ $status -ne 1 ]; then echo "$what: expected exit code 1, got $status"; fi >"$file"
    printf '%s\n' "$text" | grep -q "$pattern" || { echo "$what: no line with \"$pattern\":"; printf '%s\n' "$text"; } >>"$file"
    [ "$plugin" != refuses_to_start ] || [ "$(printf '%s\n' "$text" | grep -c '^failed')" -eq 1 ] ||
        { echo "$what: expected one"; printf '%s\n' "$text"; } >>"$file"
}
expect 'a run on a library that hangs ends and names the tests' blocks_loading 1 '^failed .* the test did not end within 1 s and was killed'
expect 'the tests that were not run say so' blocks_loading 1 '^skipped .* not run: three earlier tests'
expect 'a process that stopped is named at once' raises_sigstop 3 '^failed .* the plugin stopped its process'
expect 'a runtime that does not come first is named with its remedy' sanitized 20 '^failed .* LD_PRELOAD=.*libasan'
expect 'a plugin without a pause is named as such' never_pauses 20 '^failed .* it calls timer.start again and again: 1,000,000 calls' --only starts
expect 'a plugin that does not start fails one test' refuses_to_start 20 '^failed  *starts .* does not start: .*required'
wait
printf '%-18s %-22s %s\n' test 'bad plugin' outcome
cat "$lines"/[0-9]*
[ ! -e "$lines/wrong" ] || wrong=1
cat "$lines"/x*
[ -z "$(cat "$lines"/x*)" ] || wrong=1

# A correct answer brings the checker to what is behind it.
answers() { "$checker" "$(place trusts_answer)" --only bodies "$@" >/dev/null; }
answers || { echo 'without a correct answer nothing is found'; wrong=1; }
answers --answer '/elsewhere=peers: a@h
' || { echo 'the answer of another path is not used'; wrong=1; }
if answers --answer '/peers=peers: a@h
'; then echo '--answer: NOT CAUGHT'; wrong=1; fi
"$checker" --version | grep -Eq '^kith-check-plugin [0-9.]+, plugin ABI 1\.0$' || { echo 'no version'; wrong=1; }
for bad in '--env A' '--env =b' '--answer peers=x' '--answer /p=@/no/such'; do
    "$checker" "$(place working_strategy)" $bad >/dev/null 2>&1
    [ $? -eq 2 ] || { echo "$bad: expected exit code 2"; wrong=1; }
done
for test in $("$checker" --list | cut -d' ' -f1); do
    case "$covered" in *" $test "*) ;; *) echo "$test: no bad plugin shows that it can fail"; wrong=1 ;; esac
done
exit $wrong
