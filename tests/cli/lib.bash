# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the program share: a work folder, expectations, a count of failures.
# Sourced; VITRINE is the program.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

[ -x "${VITRINE:-}" ] || { echo "VITRINE does not name the program"; exit 2; }

complain() {
    printf 'FAILED: %s\n' "$*"
    failures=$((failures + 1))
}

# Runs the program; its streams are then in $work/stdout and $work/stderr.
expect() { # exit code, arguments...
    local wanted=$1 code=0
    shift
    "$VITRINE" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || code=$?
    if [ "$code" -ne "$wanted" ]; then
        complain "exit code $code where $wanted was expected: vitrine $*"
        sed 's/^/    /' "$work/stderr"
    fi
}

# What the last run said on a stream.
says() { # stdout|stderr, extended regular expression
    grep -Eq -- "$2" "$work/$1" || {
        complain "$1 does not say '$2'"
        head -20 "$work/$1" | sed 's/^/    /'
    }
}

is_silent() { # stdout|stderr
    [ ! -s "$work/$1" ] || {
        complain "$1 is not empty"
        head -5 "$work/$1" | sed 's/^/    /'
    }
}

is_same() { # file, file
    cmp -s "$1" "$2" || complain "$1 and $2 differ"
}

is_missing() { # path
    [ ! -e "$1" ] || complain "$1 exists"
}

finish() {
    if [ "$failures" -gt 0 ]; then
        echo "$failures failures"
        exit 1
    fi
    echo "passed"
}
