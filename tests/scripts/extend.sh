#!/usr/bin/env bash
# The way of CONTRIBUTING.md to add a rule is tried: its diff is applied to a copy of the project, which must build and pass the tests that
# every rule must pass.
#     tests/scripts/extend.sh [PATCH]…
# Further patches are applied to the same copy, which is built once. The copy is `extend` in the folder of the build. What the
# project depends on is not built again: the copy has a version of its own, so that both may share one folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
copy=$target/extend

rm -rf "$copy"
mkdir -p "$copy"
# With their times, so that only what a patch changes is newer than the last build.
tar -cf - Cargo.toml Cargo.lock README.md CONTRIBUTING.md src tests benches | tar -xf - -C "$copy"
awk '/^```diff$/ { inside = 1; next } /^```$/ { inside = 0 } inside' CONTRIBUTING.md >"$copy/rule.diff"
[ -s "$copy/rule.diff" ] || { echo "CONTRIBUTING.md shows no diff that adds a rule" >&2; exit 1; }

for patch in "$copy/rule.diff" "$@"; do
    case $patch in /*) ;; *) patch=$root/$patch ;; esac
    # Without the ceiling git would take the copy for a folder of the repository around it, and apply nothing.
    (cd "$copy" && GIT_CEILING_DIRECTORIES="$target" git apply "$patch")
    echo "applied ${patch#"$copy/"}"
done
[ -f "$copy/src/policy/pricing/ticked.rs" ] || { echo "the diff made no rule" >&2; exit 1; }

# The version is part of what tells two builds of a crate apart; the first in each file that follows the name is the project's.
for file in Cargo.toml Cargo.lock; do
    awk '/^name = "reliance"$/ { ours = 1 } ours && /^version = / { sub(/"$/, "-extend\""); ours = 0 } { print }' \
        "$copy/$file" >"$copy/$file.new"
    touch -r "$copy/$file" "$copy/$file.new"
    mv "$copy/$file.new" "$copy/$file"
done

cd "$copy"
CARGO_TARGET_DIR=$target cargo test --locked --release --no-default-features --lib policy:: 2>&1 | tee "$copy/said"
# The test that goes through the list to which the diff adds its rule.
grep -q '^test policy::pricing::described::examples_build \.\.\. ok$' "$copy/said"
