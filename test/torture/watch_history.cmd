# every 5 allocations, 1 file calls
python3 "$ROOT/test/cli/watch_history/make.py" "$PWD/history.db" && unheap watch -history history.db; s=$?; rm -f history.db*; exit $s
