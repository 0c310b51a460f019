// Package api answers the requests of the shop's clients.
package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/oom-service/internal/feed"
	"example.com/oom-service/internal/logline"
	"example.com/oom-service/internal/order"
	"example.com/oom-service/internal/render"
	"example.com/oom-service/internal/session"
)

// maxRange is the number of orders or lines that one request may ask for.
const maxRange = 200

// Handler returns the service.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/orders", handle(postOrder))
	mux.HandleFunc("/orders/", handle(getOrder))
	mux.HandleFunc("/report", handle(getReport))
	mux.HandleFunc("/search", handle(getSearch))
	mux.HandleFunc("/sessions", handle(postSession))
	mux.HandleFunc("/logs", handle(postLogs))
	mux.HandleFunc("/tail", handle(getTail))
	mux.HandleFunc("/feed", handle(getFeed))
	mux.HandleFunc("/usage", handle(getUsage))
	return mux
}

func postOrder(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	o, err := order.Parse(body)
	if err != nil {
		var field order.FieldError
		if errors.As(err, &field) {
			return c.fail(http.StatusUnprocessableEntity, err)
		}
		return c.fail(http.StatusBadRequest, err)
	}
	order.Save(o)
	c.later(func() {
		detail := fmt.Sprintf("%d items for %s, %s", len(o.Items), o.Region, render.Money(o.Total))
		feed.Publish("order", o.ID, o.Customer, detail, o.Total)
		for _, item := range o.Items {
			detail := fmt.Sprintf("%d x %s", item.Quantity, item.Name)
			feed.Publish("item", o.ID, o.Customer, detail, item.Cents)
		}
	})
	c.count("order", o.Region, len(o.Items))
	return c.json(http.StatusCreated, o)
}

func getOrder(c *call) error {
	id := strings.TrimPrefix(c.r.URL.Path, "/orders/")
	o, err := order.Find(id)
	if err != nil {
		return c.fail(http.StatusNotFound, err)
	}
	return c.json(http.StatusOK, o)
}

func getReport(c *call) error {
	first, count, err := c.window()
	if err != nil {
		return c.fail(http.StatusBadRequest, err)
	}
	region := c.r.URL.Query().Get("region")
	orders := order.Range(first, count, func(o *order.Order) bool {
		return region == "" || o.Region == region
	})
	c.count("report", region, len(orders))
	return c.text(http.StatusOK, render.Report(orders))
}

func getSearch(c *call) error {
	first, count, err := c.window()
	if err != nil {
		return c.fail(http.StatusBadRequest, err)
	}
	matches := filters(c.r)
	orders := order.Range(first, count, func(o *order.Order) bool {
		for _, match := range matches {
			if !match(o) {
				return false
			}
		}
		return true
	})
	found := map[string]any{"first": first, "count": count}
	ids := []string{}
	regions := map[string]int{}
	for _, o := range orders {
		ids = append(ids, o.ID)
		regions[o.Region]++
	}
	found["orders"] = ids
	found["regions"] = regions
	c.count("search", len(matches), len(ids))
	return c.json(http.StatusOK, found)
}

// filters makes a test of each thing that the request asks for.
func filters(r *http.Request) []func(*order.Order) bool {
	var list []func(*order.Order) bool
	if sku := r.URL.Query().Get("sku"); sku != "" {
		list = append(list, func(o *order.Order) bool { return holds(o, sku) })
	}
	if region := r.URL.Query().Get("region"); region != "" {
		list = append(list, func(o *order.Order) bool { return o.Region == region })
	}
	if text := r.URL.Query().Get("over"); text != "" {
		cents, _ := strconv.ParseInt(text, 10, 64)
		list = append(list, func(o *order.Order) bool { return o.Total > cents })
	}
	return list
}

func holds(o *order.Order, sku string) bool {
	for _, item := range o.Items {
		if item.SKU == sku {
			return true
		}
	}
	return false
}

func postSession(c *call) error {
	q := c.r.URL.Query()
	if q.Get("user") == "" || q.Get("device") == "" {
		return c.fail(http.StatusBadRequest, errors.New("session: user and device are needed"))
	}
	s := session.Open(q.Get("user"), q.Get("device"), q.Get("at"), q.Get("page"))
	c.count("session", q.Get("page"))
	return c.json(http.StatusOK, s)
}

func postLogs(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	sum := logline.Ingest(string(body))
	c.count("logs", sum.Accepted, len(sum.Rejected))
	return c.json(http.StatusOK, sum)
}

func getTail(c *call) error {
	count, err := c.number("count")
	if err != nil {
		return c.fail(http.StatusBadRequest, err)
	}
	return c.text(http.StatusOK, logline.Tail(min(count, maxRange)))
}

func getFeed(c *call) error {
	return c.json(http.StatusOK, feed.Recent())
}

func getUsage(c *call) error {
	return c.json(http.StatusOK, usageCounts())
}
