#!/usr/bin/env bash
# ./dev bench: runs the peers that were asked for, then our own kernels, and merges.
# usage: run.sh BUILD [NAME...] [--json FILE] [--batch ROWS] [--peers | --peers=torch]
set -euo pipefail
build=$1
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$build/peers
args=() names=() peers=()
while [ $# -gt 0 ]; do
  case "$1" in
  --peers) peers=(jax) ;;
  --peers=*) peers=(jax) && [ "${1#--peers=}" = torch ] && peers+=(torch) ;;
  --json | --batch) args+=("$1" "$2") && shift ;;
  -*) args+=("$1") ;;
  *) names+=("$1") && args+=("$1") ;;
  esac
  shift
done
if [ ${#peers[@]} -gt 0 ]; then
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  echo "bench: peers ${peers[*]} in $venv"
  "$venv/bin/pip" install -q numpy flowjax diffrax "${peers[@]}"
  rows=$build/peers.jsonl
  : >"$rows"
  [ ${#names[@]} -gt 0 ] || mapfile -t names < <("$build/bin/rill-bench" --list)
  # How many steps a solver takes depends on the field: both sides have the same parameters.
  export STARTS=$build/peers-starts
  mkdir -p "$STARTS"
  mapfile -t solvers < <(printf '%s\n' "${names[@]}" | grep -E '^(euler|dopri5|cnf)-')
  [ ${#solvers[@]} = 0 ] || "$build/bin/rill-bench" --starts "$STARTS" "${solvers[@]}"
  measure() { # FILE PEER
    for threads in 1 "$(nproc)"; do
      "$venv/bin/python" "$here/peers/$1.py" "$2" "$threads" "${names[@]}" | tee -a "$rows"
    done
  }
  measure realnvp jax
  measure flows flowjax
  measure solvers jax
  if [ ${#peers[@]} = 2 ]; then
    measure realnvp torch
    measure attention torch
  fi
  args+=(--peer-rows "$rows")
fi
exec "$build/bin/rill-bench" "${args[@]}"
