package shop

type OnlyInTests int
