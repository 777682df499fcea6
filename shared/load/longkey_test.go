package load_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"view360/shared/load"
	"view360/shared/loaders"
	"view360/shared/loadtest"
)

// TestKeyThatNoIndexHoldsRejectsItsRowAlone gives the first row of each table the longest key that its columns allow, of text
// that does not compress: in a first load, and in one that meets stored rows.
func TestKeyThatNoIndexHoldsRejectsItsRowAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	random := rand.New(rand.NewPCG(1, 2))
	s := everything
	s.Edit = func(table load.Table, n int, row map[string]any) {
		if n > 0 || countKeyBytes(table) <= 2_704 {
			return
		}
		for _, c := range table.Columns {
			if width := keyWidth(table, c); width > 0 {
				row[loadtest.Member(c)] = makeNoise(random, width)
			}
		}
	}
	tried := 0
	for _, day := range []string{"2026-03-11", "2026-03-12"} {
		s.Date, s.Collected = day, day+"T01:00:00Z"
		counts := b.LoadText(s.Key(), s.JSON())
		for _, table := range loaders.Tables() {
			c := counts[table.Name]
			want := int64(0)
			if countKeyBytes(table) > 2_704 {
				want = 1
				tried++
			}
			if c.Rejected != want || c.Created+c.Unchanged != c.Read-want || c.Read <= want || c.Deleted > 0 {
				t.Errorf("%s on %s: %+v, want %d rejected and none deleted", table.Name, day, c, want)
			}
		}
	}
	if tried < 8 {
		t.Errorf("%d tables tried, want more", tried)
	}
	b.Want("select distinct reason from view360.rejects where outcome = 'rejected'", "its key has more than 2600 bytes, compressed, which no index holds")
}

// unlimitedWidth is the number of characters for a text without a limit.
const unlimitedWidth = 3_000

// keyWidth returns the most characters of a column that is a text in the key, or 0.
func keyWidth(table load.Table, c load.Column) int {
	limit := c.Type.String()
	switch {
	case !slices.Contains(table.Key, c.Name) || c.Fixed != nil || c.Map != nil || strings.Contains(c.Member, "."):
		return 0
	case c.Type == load.Text:
		return unlimitedWidth
	}
	for _, width := range []int{50, 100, 255, 500, 2048} {
		if limit == load.Varchar(width).String() {
			return width
		}
	}
	return 0
}

func countKeyBytes(table load.Table) int {
	characters := 0
	for _, c := range table.Columns {
		characters += keyWidth(table, c)
	}
	return 4 * characters
}

// makeNoise returns characters of four bytes each.
func makeNoise(random *rand.Rand, characters int) string {
	var out strings.Builder
	for range characters {
		out.WriteRune(rune(0x20000 + random.IntN(0xa000)))
	}
	return out.String()
}
