# every 37 allocations, 7 file calls: TLS libraries make 3,000 of them when they are loaded
unheap watch -listen 127.0.0.1:0 -for 20ms -match '^none$' -history history.db -trigger 'near: rss>80%' -webhook http://127.0.0.1:1/ -json
status=$?
python3 "$ROOT/test/torture/check_history.py" history.db && rm -f history.db* && exit $status
