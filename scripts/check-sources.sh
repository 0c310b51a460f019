#!/usr/bin/env bash
# check-sources.sh: the file lists of the meson.build files name what is in the folders.
set -u
"$(dirname "$0")"/list-sources.sh --check && echo "sources: all lists are in step"
