#!/usr/bin/env bash
# How often the 95 % intervals of `run --replications` hold the mean that they are of: many experiments with other seeds.
#     tests/scripts/coverage.sh quickstart|mm1|market-day [EXPERIMENTS]
# quickstart: 400 experiments of 20 runs; the mean of all 8 000 runs lies in 364 to 393 intervals of each of six measures.
# mm1: 1 000 experiments of 20 runs of ten hours of M/M/1 at load 0.8; 5 s lies in 920 to 975 intervals of the mean response.
# market-day: 40 experiments of 20 days, about an hour; the mean of all days lies in 33 to 40 intervals of each of six measures.
# These limits were set before any run. With fewer EXPERIMENTS the counts are printed and judged by no limit.
#
# What is done stays in output/coverage-NAME, so that the same command goes on after an interruption. `JOBS` is the number of
# threads (default: one for each processor); `RELIANCE` names another binary than that of `cargo build --release`.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=${1:?which part: quickstart, mm1 or market-day}
measures="final_right_share response_mean_s response_p95_ns charged_per_job utilisation node_income"
truth=
case $name in
    quickstart) all=400 low=364 high=393 scenario="scenarios/quickstart.toml" ;;
    market-day) all=40 low=33 high=40 scenario="scenarios/market-day.toml" ;;
    mm1)
        all=1000 low=920 high=975 measures=response_mean_s truth=5
        scenario="scenarios/oracles/mm1-0.8.toml --set horizon=10h"
        ;;
    *) echo "there is no part \`$name\`: quickstart, mm1 or market-day" >&2; exit 2 ;;
esac
experiments=${2:-$all}
binary=${RELIANCE:-target/release/reliance}
[ -n "${RELIANCE:-}" ] || cargo build --release --quiet
folder=output/coverage-$name
mkdir -p "$folder"

for number in $(seq "$experiments"); do
    done="$folder/$number.md"
    [ -s "$done" ] && continue
    # Seeds that no other part of the project uses, one for each experiment; its runs are replications 0 to 19.
    # The scenario is a path and perhaps a setting, in two words on purpose.
    # shellcheck disable=SC2086
    "$binary" run $scenario --replications 20 --seed $((20000 + number)) ${JOBS:+--jobs "$JOBS"} \
        --format md --force --out "$folder/runs" 2>"$folder/said" >"$done.partial"
    mv "$done.partial" "$done"
done

# Columns of a Markdown row: measure, mean, low, high, …; the tables of classes follow after the first.
missed=0
for measure in $measures; do
    for number in $(seq "$experiments"); do
        awk -F ' *[|] *' -v measure="$measure" '$2 == measure { print $3, $4, $5; exit }' "$folder/$number.md"
    done >"$folder/$measure.txt"
    line=$(awk -v truth="$truth" -v name="$measure" '
        { mean[NR] = $1; low[NR] = $2; high[NR] = $3; sum += $1 }
        END {
            wanted = truth == "" ? sum / NR : truth
            for (i = 1; i <= NR; i++) held += low[i] <= wanted && wanted <= high[i]
            printf "%s: %d of %d hold %.8g", name, held, NR, wanted
        }' "$folder/$measure.txt")
    held=$(echo "$line" | awk '{ print $2 }')
    if [ "$experiments" != "$all" ]; then
        echo "$line"
    elif [ "$held" -ge "$low" ] && [ "$held" -le "$high" ]; then
        echo "$line, within $low to $high"
    else
        echo "$line, OUTSIDE $low to $high"
        missed=1
    fi
done
exit "$missed"
