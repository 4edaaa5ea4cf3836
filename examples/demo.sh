#!/usr/bin/env bash
# ./dev demo: from source to a trained model of real data, with its picture.
# usage: demo.sh RILL FOLDER
set -euo pipefail
rill=$1
folder=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mkdir -p "$folder"
"$rill" build "$here/quakes.rill" -o "$folder/quakes"
cd "$folder"
data=(--data "quakes=$here/quakes.csv")
./quakes train --fresh "${data[@]}" --out quakes.safetensors
./quakes sample --params quakes.safetensors -n 1000 --seed 1 --out samples.npy
./quakes plot "${data[@]}" --params quakes.safetensors --out quakes.svg
echo "demo: model $folder/quakes, parameters quakes.safetensors, samples samples.npy, picture quakes.svg"
