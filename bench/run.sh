#!/usr/bin/env bash
# ./dev bench: runs the peers that were asked for, then our own kernels, and merges.
# usage: run.sh BUILD [NAME...] [--json FILE] [--peers | --peers=torch]
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
  --json) args+=(--json "$2") && shift ;;
  -*) args+=("$1") ;;
  *) names+=("$1") && args+=("$1") ;;
  esac
  shift
done
if [ ${#peers[@]} -gt 0 ]; then
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  echo "bench: peers ${peers[*]} in $venv"
  "$venv/bin/pip" install -q numpy flowjax "${peers[@]}"
  rows=$build/peers.jsonl
  : >"$rows"
  [ ${#names[@]} -gt 0 ] || mapfile -t names < <("$build/bin/rill-bench" --list)
  for peer in "${peers[@]}"; do
    for threads in 1 "$(nproc)"; do
      "$venv/bin/python" "$here/peers/realnvp.py" "$peer" "$threads" "${names[@]}" | tee -a "$rows"
    done
  done
  for threads in 1 "$(nproc)"; do
    "$venv/bin/python" "$here/peers/flows.py" flowjax "$threads" "${names[@]}" | tee -a "$rows"
  done
  args+=(--peer-rows "$rows")
fi
exec "$build/bin/rill-bench" "${args[@]}"
