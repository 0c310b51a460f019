package shop

type Handle struct{ a, b, c int }
