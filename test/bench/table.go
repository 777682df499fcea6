package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// table is printed with its columns aligned.
type table struct {
	lines []string
}

func newTable(columns ...string) *table { return &table{lines: []string{strings.Join(columns, "\t")}} }

func (t *table) add(cells ...any) {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = fmt.Sprint(c)
	}
	t.lines = append(t.lines, strings.Join(texts, "\t"))
}

// print writes the table under its title, and a note below it.
func (t *table) print(title, note string) {
	fmt.Printf("\n%s\n\n", title)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, line := range t.lines {
		fmt.Fprintf(out, "  %s\n", line)
	}
	_ = out.Flush()
	if note != "" {
		fmt.Printf("\n  %s\n", note)
	}
}
