#!/usr/bin/env bash
# The ways of CONTRIBUTING.md to add a rule, a fact, a stage, a column, an oracle and a chart are tried together: their patches are
# applied to one copy of the project, which is built once and must pass the tests that see them. Digests move there, and are not looked
# at.
# The copy is `extend` in the folder of the build. What the project depends on is not built again: the copy has a version of its own,
# so that both may share one folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
copy=$target/extend
# Beside the copy, whose tests read every file in it.
said=$target/extend.said
rule=$target/extend.diff
command=$target/release/reliance
oracle=mg1-uniform-0.7

rm -rf "$copy"
mkdir -p "$copy"
# With their times, so that only what a patch changes is newer than the last build.
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
    tar -cf - --null -T - | tar -xf - -C "$copy"
awk '/^```diff$/ { inside = 1; next } /^```$/ { inside = 0 } inside' CONTRIBUTING.md >"$rule"

for patch in "$rule" "$root"/tests/extend/{fact,stage,column,oracle,chart}.diff; do
    # Without the ceiling git would take the copy for a folder of the repository around it, and apply nothing.
    (cd "$copy" && GIT_CEILING_DIRECTORIES="$target" git apply "$patch")
    echo "applied ${patch#"$root/"}"
done

# The version is part of what tells two builds of a crate apart; the first in each file that follows the name is the project's.
for file in Cargo.toml Cargo.lock; do
    awk '/^name = "reliance"$/ { ours = 1 } ours && /^version = / { sub(/"$/, "-extend\""); ours = 0 } { print }' \
        "$copy/$file" >"$copy/$file.new"
    touch -r "$copy/$file" "$copy/$file.new"
    mv "$copy/$file.new" "$copy/$file"
done

# The tests call the command where every build puts it; in the end the project's own stands there again.
[ ! -e "$command" ] || ln -f "$command" "$command.own"
trap 'rm -f "$command"; [ ! -e "$command.own" ] || mv "$command.own" "$command"' EXIT

cd "$copy"
export CARGO_TARGET_DIR=$target
tests() {
    cargo test --locked --release "$@" 2>&1 | tee -a "$said"
}
: >"$said"
cargo test --locked --release --no-run --lib --test suite
tests --lib -- policy:: record:: market::life:: chart::served::
tests --test suite -- tidy:: glossary:: charts:: formulas::single::
RELIANCE_ONLY=$oracle tests --test suite -- the_market_keeps_to_the_closed_forms --nocapture

# Each addition was there and was tried: a run that applies nothing fails.
tried() {
    local what=$1 words=$2
    shift 2
    # Read to its end, so that no command before it fails for want of a reader.
    if ! "$@" | grep -e "$words" >/dev/null; then
        echo "the new $what was not tried: no line is \`$words\`" >&2
        exit 1
    fi
    echo "the new $what was tried"
}
passed() {
    tried "$1" "^test $2 \.\.\. ok$" cat "$said"
}
tried rule '\<ticked\>' "$command" rules
passed rule policy::pricing::described::examples_build
passed fact record::fact::tests::the_digest_covers_the_number_and_every_field
passed fact market::life::receipt::tests::every_final_result_has_a_receipt_and_no_other
tried stage '^//! receipt  *close$' cat src/market/life/mod.rs
passed stage market::life::transitions::tests::the_diagram_is_the_table
passed stage market::life::transitions::tests::every_transition_happens
tried column '\<waited_share\>' "$command" dictionary
passed column record::tables::jobs::tests::a_share_of_no_time_is_missing
tried oracle "$oracle: mean wait: .* z " cat "$said"
passed chart chart::served::tests::the_busiest_node_comes_first
tried chart 'answered most: ' cat "$target/tmp/charts-again/run/charts/served.svg"
tried chart '<figure id="served">' cat "$target/tmp/charts-report/run/report.html"
