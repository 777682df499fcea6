package load

import (
	"cmp"
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

// sectionFingerprint is what is stored of a section that was loaded whole: a hash of what was read, and the versions of
// the rows in scope. Reloading has no effect if both are unchanged. Any write to any of these rows changes their versions.
type sectionFingerprint struct {
	hash        string
	bytes       int64
	observedAt  time.Time
	read        int64
	coversTable bool   // the rows in scope were those of the section, and the section uses a watermark
	versions    string // of the rows in scope
}

const defaultFingerprintFrom = 256 << 10

// fingerprints compares and saves the fingerprints of a session's sections.
type fingerprints struct {
	session *Session
	from    int64 // size of a section in bytes; 0: defaultFingerprintFrom
}

// areUsedFor reports whether the section is large enough for a fingerprint, and of a kind that can have one.
func (f fingerprints) areUsedFor(t Table, section snapshot.Range) bool {
	return parseSectionPath(t.Section).isList && !t.IsParent && section.End-section.Start >= cmp.Or(f.from, defaultFingerprintFrom)
}

// startHash returns a hash of everything that decides the effect of loading the section, but the bytes that the caller
// reads: the program, and the values from the snapshot as a whole. It is nil if the section does not have a fingerprint.
func (f fingerprints) startHash(t Table, section snapshot.Range) hash.Hash {
	if !f.areUsedFor(t, section) {
		return nil
	}
	h := sha256.New()
	fmt.Fprintln(h, hashProgram(), t.Name, t.Section, section.Complete, section.Partial)
	for i, fixed := range newEncoder(t, f.session.Index).fixed {
		fmt.Fprintf(h, "%q %q\n", fixed, t.Columns[i].Default)
	}
	return h
}

// hashProgram returns a hash of this program, because another build may convert values in another way. It is unique to
// the process if the program cannot be read.
var hashProgram = sync.OnceValue(func() string {
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

// matchFingerprint reports whether the section has the stored fingerprint, and its rows are as the load before left them.
func (f fingerprints) matchFingerprint(ctx context.Context, t Table, section snapshot.Range, stored sectionFingerprint) (bool, error) {
	if !f.areUsedFor(t, section) || stored.bytes != section.End-section.Start || !stored.appliesTo(section, t) {
		return false, nil
	}
	s := f.session
	var same bool
	err := s.Tx.QueryRow(ctx, statements{t}.sameVersionsSQL(), s.accountRowID, section.ObservedAt, stored.versions).Scan(&same)
	if err != nil {
		return false, fmt.Errorf("comparing the versions of rows: %w", err)
	}
	if !same {
		return false, nil
	}
	h := f.startHash(t, section)
	if err := s.source.copyTo(ctx, t.Section, h); err != nil {
		return false, fmt.Errorf("hashing the section: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)) == stored.hash, nil
}

// appliesTo reports whether the fingerprint can match a section observed at another time. It can if its rows were all
// rows of the table: then the watermark alone records that they were seen again.
func (f sectionFingerprint) appliesTo(section snapshot.Range, t Table) bool {
	observed := section.ObservedAt.Truncate(time.Microsecond) // as the database stores it
	return observed.Equal(f.observedAt) || f.coversTable && t.usesWatermark(section) && observed.After(f.observedAt)
}

// saveFingerprint stores the fingerprint of a section if every row is as the section says. A section with issues gets
// none, because every load has to report them.
func (f fingerprints) saveFingerprint(ctx context.Context, t Table, section snapshot.Range, c Counts, h hash.Hash) error {
	if h == nil || c.Rejected+c.Adapted > 0 {
		return nil
	}
	wroteAll := c.Created+c.Updated == c.Read
	if !wroteAll && !t.usesWatermark(section) {
		return nil
	}
	_, err := f.session.Tx.Exec(ctx, statements{t}.saveFingerprintSQL(), f.session.accountRowID, section.ObservedAt, t.Name,
		hex.EncodeToString(h.Sum(nil)), section.End-section.Start, c.Read, t.usesWatermark(section), wroteAll)
	if err != nil {
		return fmt.Errorf("saving the fingerprint: %w", err)
	}
	return nil
}
