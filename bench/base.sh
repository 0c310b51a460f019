#!/usr/bin/env bash
# base.sh: arenas, pools, the builder and the tables of src/base beside malloc (bench/base_bench.c).
set -eu
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -Isrc bench/base_bench.c src/base/*.c \
    -ldeflate -lz -lzstd -lpthread -o "$BUILD/base_bench"
"$BUILD/base_bench"
