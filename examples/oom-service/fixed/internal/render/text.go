package render

import (
	"fmt"
	"strconv"
)

// AppendMoney appends an amount of cents.
func AppendMoney(dst []byte, cents int64) []byte {
	if cents < 0 {
		return fmt.Appendf(dst, "%d.%02d", cents/100, cents%100)
	}
	dst = strconv.AppendInt(dst, cents/100, 10)
	rest := byte(cents % 100)
	return append(dst, '.', '0'+rest/10, '0'+rest%10)
}

// AppendHex appends a number as sixteen hexadecimal digits.
func AppendHex(dst []byte, n uint64) []byte {
	const digits = "0123456789abcdef"
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, digits[n>>shift&15])
	}
	return dst
}
