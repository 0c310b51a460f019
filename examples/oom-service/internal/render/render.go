// Package render writes what the service answers.
package render

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"example.com/oom-service/internal/order"
)

// JSON answers with v as indented JSON.
func JSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	text := string(body) + "\n"
	return send(w, status, "application/json", []byte(text))
}

// Text answers with plain text.
func Text(w http.ResponseWriter, status int, text string) error {
	return send(w, status, "text/plain; charset=utf-8", []byte(text))
}

func send(w http.ResponseWriter, status int, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	_, err := io.WriteString(w, string(body))
	return err
}

// Report lists orders, one on each line, and their sum.
func Report(orders []*order.Order) string {
	out := "order,customer,region,placed,items,dearest,net,tax,total\n"
	sum := int64(0)
	for _, o := range orders {
		out += row(o)
		sum += o.Total
	}
	out += "sum," + Money(sum) + "\n"
	return out
}

func row(o *order.Order) string {
	sku, net := o.DearestLine()
	return fmt.Sprintf("%s,%s,%s,%s,%d,%s,%s,%s,%s\n",
		o.ID, o.Customer, o.Region, o.Placed, len(o.Items),
		sku+"="+Money(net), Money(o.Net), Money(o.Tax), Money(o.Total))
}

// Money writes an amount of cents.
func Money(cents int64) string {
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}
