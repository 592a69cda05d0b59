#!/usr/bin/env bash
# How much faster a study is with two jobs than with one: runs it both ways in turn and prints the least time of each and their ratio.
#     tests/scripts/speed-up.sh [STUDY] [ROUNDS]
# `RELIANCE` names another binary than that of `cargo build --release`.
set -euo pipefail
cd "$(dirname "$0")/../.."
study=${1:-scenarios/studies/survival-map.toml}
rounds=${2:-3}
binary=${RELIANCE:-target/release/reliance}
[ -n "${RELIANCE:-}" ] || cargo build --release --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Seconds that the study takes with so many jobs; the digest goes to a file of its own.
seconds() {
    local before after
    before=$(date +%s%N)
    "$binary" study run "$study" --jobs "$1" --out "$folder/$1-$2" 2>"$folder/said" | tail -1 >>"$folder/digests"
    after=$(date +%s%N)
    awk -v took="$((after - before))" 'BEGIN { printf "%.2f\n", took / 1e9 }'
}

for round in $(seq "$rounds"); do
    seconds 1 "$round" >>"$folder/one"
    seconds 2 "$round" >>"$folder/two"
done
[ "$(sort -u "$folder/digests" | wc -l)" = 1 ] || { echo "the digests differ" >&2; exit 1; }
one=$(sort -n "$folder/one" | head -1)
two=$(sort -n "$folder/two" | head -1)
awk -v one="$one" -v two="$two" 'BEGIN { printf "one job %.2f s, two jobs %.2f s, %.2f times as fast\n", one, two, one / two }'
