package main

import (
	"strings"
	"testing"
)

func TestEventsBecomeRows(t *testing.T) {
	rows, err := readEvents(strings.NewReader(`
		{"Action":"run","Test":"TestA"}
		{"Action":"attr","Test":"TestA/b","Key":"tried","Value":"3 kills"}
		{"Action":"attr","Test":"TestA/b","Key":"other","Value":"not this"}
		{"Action":"output","Test":"TestA/b","Output":"a row is missing\n"}
		{"Action":"fail","Test":"TestA/b"}
		{"Action":"fail","Test":"TestA"}
		{"Action":"attr","Test":"TestC","Key":"tried","Value":"5 cuts"}
		{"Action":"pass","Test":"TestC"}`))
	if err != nil || len(rows) != 2 {
		t.Fatalf("got %d rows, error %v", len(rows), err)
	}
	a, c := rows[0], rows[1]
	if len(a.tried) != 1 || a.tried[0] != "3 kills" || a.differences != 2 || a.output.String() != "a row is missing\n" {
		t.Errorf("got %+v", a)
	}
	if len(c.tried) != 1 || c.differences != 0 {
		t.Errorf("got %+v", c)
	}
	if _, err := readEvents(strings.NewReader("no JSON")); err == nil {
		t.Error("got no error for what is no event")
	}
}
