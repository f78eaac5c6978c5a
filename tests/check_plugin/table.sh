#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every test of kith-check-plugin catches a plugin that is bad on purpose, and lets the good one pass. table.sh CHECKER FOLDER
checker=$1 folder=$2 wrong=0 covered=
# Those that run lie apart from those that no loader takes.
place() { if [ -f "$folder/running/lib$1.so" ]; then echo "$folder/running/lib$1.so"; else echo "$folder/lib$1.so"; fi; }
printf '%-18s %-22s %s\n' test 'bad plugin' outcome
row() {
    text=$("$checker" "$(place "$2")" --only "$1")
    [ $? -eq 1 ] && outcome="caught: ${text#*ms  }" || { outcome="NOT CAUGHT: $text"; wrong=1; }
    "$checker" "$(place lively)" --only "$1" >/dev/null || { outcome="$outcome; AND THE GOOD ONE FAILS"; wrong=1; }
    printf '%-18s %-22s %s\n' "$1" "$2" "$(printf %s "$outcome" | head -n 1)"
    covered="$covered $1 "
}
row one_export second_export
row no_unique unique
row needed absent_library
row imports calls_umask
row descriptor no_licence
row unmaps stays_mapped
row without_services careless_create
row any_options silent_refusal
row start_stop leaks_descriptor
row stop_any_time never_stopped
row quiet speaks_after_stopped
row two_instances only_one
row same_seed own_time
row each_call_fails forgets_failure
row clock_jump fears_jumps
row a_day grows
for test in $("$checker" --list | cut -d' ' -f1); do
    case "$covered" in *" $test "*) ;; *) echo "$test: no bad plugin shows that it can fail"; wrong=1 ;; esac
done
exit $wrong
