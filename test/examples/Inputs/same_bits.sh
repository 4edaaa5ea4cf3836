#!/bin/sh
# usage: same_bits.sh PROGRAM.rill WHAT...    with WHAT of: train, sample, logp
# Trains a few steps and runs what is asked on one thread and on two, in one batch and in small ones, with AVX-512 and with
# AVX2 code; all files must be equal byte for byte. Data are looked for in the present folder.
set -e
program=$1
shift
name=$(basename "$program" .rill)
rill build "$program" -o "./$name"
same() { cmp "$1" "$2" && cmp "$1" "$3"; }
for what in "$@"; do
  case $what in
  train)
    "./$name" train --steps 6 --threads 1 --out "$name.1" >/dev/null
    "./$name" train --steps 6 --threads 2 --out "$name.2" >/dev/null
    RILL_ISA=avx2 "./$name" train --steps 6 --threads 2 --out "$name.3" >/dev/null
    same "$name.1" "$name.2" "$name.3"
    ;;
  sample)
    "./$name" sample --params "$name.1" -n 150 --threads 1 --out "$name.x.npy"
    "./$name" sample --params "$name.1" -n 150 --threads 2 --batch 7 --out "$name.y.npy"
    RILL_ISA=avx2 "./$name" sample --params "$name.1" -n 150 --batch 1 --out "$name.z.npy"
    same "$name.x.npy" "$name.y.npy" "$name.z.npy"
    ;;
  logp)
    "./$name" logp --params "$name.1" --in "$name.x.npy" --threads 1 --out "$name.a.npy"
    "./$name" logp --params "$name.1" --in "$name.x.npy" --threads 2 --batch 7 --out "$name.b.npy"
    RILL_ISA=avx2 "./$name" logp --params "$name.1" --in "$name.x.npy" --batch 1 --out "$name.c.npy"
    same "$name.a.npy" "$name.b.npy" "$name.c.npy"
    ;;
  *)
    echo "same_bits.sh: unknown '$what'" >&2
    exit 2
    ;;
  esac
done
echo "$name: same bits"
