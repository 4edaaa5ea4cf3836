#!/usr/bin/env bash
# Trains an example of the earthquakes on several random hold-outs of 10 % and prints the mean gain over a full Gaussian.
# usage: holdouts.sh RILL [FIRST LAST [EXAMPLE]]   (split seeds, 1 to 10 by default; quakes or spline)
set -euo pipefail
rill=$1
example=${4:-quakes}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$rill" build "$here/$example.rill" -o "$folder/model"
for seed in $(seq "${2:-1}" "${3:-10}"); do
  "$folder/model" train --data "quakes=$here/quakes.csv" --split-seed "$seed" --fresh --out "$folder/p" 2>&1 |
    sed -n 's/.*held-out.*gain \([-0-9.]*\)).*/\1/p'
done | awk '{ print "gain " $1; sum += $1 } END { printf "mean gain over %d hold-outs: %.3f nats\n", NR, sum / NR }'
