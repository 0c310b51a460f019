package service

import (
	"example.com/lib"
	other "example.com/shop"
)

type Store interface{ Save(int) }

type Alias = *Server

type Base struct {
	depth int
	owner *Server
}

type Server struct {
	*Base
	lib.Unit
	store     Store
	a, b      *other.Order
	generic   lib.Generic[int]
	anonymous interface{ M() }
	err       error
	names     []string
}

type List[T any] struct{ head *Base }
