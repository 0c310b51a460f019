unheap why -json -C "$ROOT/test/torture/shop" -diagnostics "$ROOT/test/torture/shop/m2.txt"
