package shop

type Handle int32
