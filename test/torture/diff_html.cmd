unheap diff -html page.html -per requests=10 -fail-on 'total>1TB' "$ROOT/test/join/frozen/two_stores.pb.gz" "$ROOT/test/join/frozen/container.pb.gz" -- "$ROOT/test/torture/shop/heap.pb.gz"
