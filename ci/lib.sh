# Sourced by the scripts beside it: strict mode, the source root as working directory, sanitizer settings,
# and the steps of a run. Logs go to build/ci.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p build/ci

symbolizer=/usr/lib/llvm-19/bin/llvm-symbolizer
export ASAN_OPTIONS=strict_string_checks=1:check_initialization_order=1:strict_init_order=1:print_legend=0
export ASAN_SYMBOLIZER_PATH=$symbolizer
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=external_symbolizer_path=$symbolizer

steps_passed=0
steps_failed=0
cases_passed=0
cases_failed=0

# step NAME COMMAND...: one line with the outcome and the seconds; what the command said is shown if it fails.
step() {
    local name=$1 log=build/ci/$1.log begun=$SECONDS outcome=ok
    shift
    printf '%-20s ' "$name"
    if "$@" >"$log" 2>&1 </dev/null; then
        steps_passed=$((steps_passed + 1))
    else
        outcome=FAILED
        steps_failed=$((steps_failed + 1))
    fi
    printf '%-6s %4d s\n' "$outcome" $((SECONDS - begun))
    if [[ $outcome == FAILED ]]; then
        # A build says early what is wrong, a test run late.
        grep -E -m 8 -A 8 'error:|ERROR: ' "$log" | cut -c 1-300 | sed 's/^/    /' || true
        printf '    ... end of %s:\n' "$log"
        tail -n 40 "$log" | cut -c 1-300 | sed 's/^/    /'
    fi
}

# finish: the closing line, and the exit code of the run.
finish() {
    local passed=$((steps_passed + cases_passed)) failed=$((steps_failed + cases_failed))
    printf '%d test cases and %d steps in %d s\n' $((cases_passed + cases_failed)) \
        $((steps_passed + steps_failed)) "$SECONDS"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    exit $((failed > 0))
}

# stop_after_failure: ends the run if a step has failed.
stop_after_failure() {
    if ((steps_failed > 0)); then finish; fi
}
