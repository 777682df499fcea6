package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
	"time"

	"view360/shared/snapshot"
)

// A section that was loaded whole is remembered by a hash of what was read, and by the versions of the rows that came of
// it. Where both are still the same, loading it again would change nothing: its rows need neither decoding nor comparing.
// Any write to any of the rows, by whomever, makes another version and so undoes the memory.

// sectionFingerprint is what is remembered of a table's section.
type sectionFingerprint struct {
	hash        string
	bytes       int64
	observedAt  time.Time
	read        int64
	coversTable bool   // the rows in scope were those of the section, and covered by the watermark
	versions    string // of the rows in scope
}

// memorableFrom is the size of a section from which remembering it is cheaper than loading it again.
var memorableFrom int64 = 256 << 10

func hasFingerprint(t Table, section snapshot.Range) bool {
	return parseSectionPath(t.Section).isList && !t.IsParent && section.End-section.Start >= memorableFrom
}

// startHash starts the hash of all that decides what loading the section does: the program, what the snapshot as a
// whole gives to the rows, and the bytes, which the reader adds. It is nil for a section that is not worth it.
func (s *Session) startHash(t Table, section snapshot.Range) hash.Hash {
	if !hasFingerprint(t, section) {
		return nil
	}
	h := sha256.New()
	fmt.Fprintln(h, programHash(), t.Name, t.Section, section.Complete, section.Partial)
	for i, fixed := range newEncoder(t, s.Index).fixed {
		fmt.Fprintf(h, "%q %q\n", fixed, t.Columns[i].Default)
	}
	return h
}

// programHash is a hash of this program: another build may convert values otherwise. It is a new one for each process whose
// program cannot be read.
var programHash = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return time.Now().String()
	}
	file, err := os.Open(path)
	if err != nil {
		return time.Now().String()
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return time.Now().String()
	}
	return hex.EncodeToString(h.Sum(nil))
})

// isUnchanged reports whether the section is the one that is remembered and its rows are as it left them.
func (s *Session) isUnchanged(ctx context.Context, t Table, section snapshot.Range, known storedState) (bool, error) {
	m := known.sectionFingerprint
	if known.isStale || !hasFingerprint(t, section) || m.bytes != section.End-section.Start || !m.appliesTo(section, t) {
		return false, nil
	}
	var same bool
	err := s.Tx.QueryRow(ctx, "select versions = $3::text::numeric from ("+t.versionsSQL()+") v", s.account, section.ObservedAt, m.versions).Scan(&same)
	if err != nil {
		return false, fmt.Errorf("asking whether rows have changed: %w", err)
	}
	if !same {
		return false, nil
	}
	h := s.startHash(t, section)
	if err := s.source.copyTo(ctx, t.Section, h); err != nil {
		return false, fmt.Errorf("comparing the section: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)) == m.hash, nil
}

// appliesTo reports whether the memory says anything about a section that was observed at another time. It does when the
// rows were all there is: then the watermark alone tells that they were seen again.
func (m sectionFingerprint) appliesTo(section snapshot.Range, t Table) bool {
	observed := section.ObservedAt.Truncate(time.Microsecond) // as the database keeps it
	return observed.Equal(m.observedAt) || m.coversTable && t.usesWatermark(section) && observed.After(m.observedAt)
}

// saveFingerprint keeps the memory of a section of which every row is as it says. It is not kept of one with rows that did not
// fit: they have to be reported each time.
func (s *Session) saveFingerprint(ctx context.Context, t Table, section snapshot.Range, counts Counts, print hash.Hash) error {
	if print == nil || counts.Rejected+counts.Adapted > 0 {
		return nil
	}
	written := counts.Created+counts.Updated == counts.Read
	if !written && !t.usesWatermark(section) {
		return nil
	}
	_, err := s.Tx.Exec(ctx, `insert into view360.section_memories as m
  (account_row_id, table_name, fingerprint, bytes, observed_at, read, exact, versions)
select $1, $3, $4, $5, $2, $6, $7 and rows = $6 and not newer, versions
from (`+t.versionsSQL()+`) v
where $8 or $7 and rows = $6 and not newer
on conflict (account_row_id, table_name) do update set fingerprint = excluded.fingerprint, bytes = excluded.bytes,
  observed_at = excluded.observed_at, read = excluded.read, exact = excluded.exact, versions = excluded.versions`,
		s.account, section.ObservedAt, t.Name, hex.EncodeToString(print.Sum(nil)), section.End-section.Start, counts.Read, t.usesWatermark(section), written)
	if err != nil {
		return fmt.Errorf("remembering the section: %w", err)
	}
	return nil
}
