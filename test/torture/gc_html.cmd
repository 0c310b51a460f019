head -2 "$ROOT/test/cli/gc_text/trace.txt" >trace && unheap gc -html page.html -limit 64MB trace; code=$?; rm -f trace; exit $code
