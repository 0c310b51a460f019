unheap why -format=gc -level=2 -diagnostics - <"$ROOT/test/torture/shop/m2.txt"
