unheap bin -json "$ROOT/test/fuzz/seeds/binary/amd64_ways"
