package certificatemanager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"view360/shared/collect/certificatemanager"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
	"view360/shared/snapshot"
)

const section = "security.certificate_manager"

func bench(t *testing.T) *collecttest.Bench {
	t.Helper()
	t.Parallel()
	return collecttest.New(t, certificatemanager.Collector, simaws.Options{})
}

func certificates(t *testing.T, r collecttest.Result) []snapshot.Certificate {
	t.Helper()
	return collecttest.Elements[snapshot.Certificate](t, r, section)
}

func arn(i int) string {
	return fmt.Sprintf("arn:aws:acm:us-east-1:528416073925:certificate/%d", i)
}

// set gives the account exactly n certificates, the i-th changed by change.
func set(b *collecttest.Bench, n int, change func(i int, c *simaws.Certificate)) {
	var many []simaws.Certificate
	for i := range n {
		c := simaws.Certificate{ARN: arn(i), DomainName: "shop.example", KeyAlgorithm: "RSA_2048", SignatureAlgorithm: "SHA256WITHRSA", Status: "ISSUED"}
		change(i, &c)
		many = append(many, c)
	}
	simaws.Set(b.Organization, simaws.Place{}, many...)
}

func asIs(int, *simaws.Certificate) {}

func TestCollectorConforms(t *testing.T) {
	collecttest.Run(t, certificatemanager.Collector, collecttest.Cases{
		Golden: func(b *collecttest.Bench) { b.Request.Account = collecttest.Sandbox },
		Pages: func(b *collecttest.Bench) (string, []string) {
			arns := make([]string, 1200)
			for i := range arns {
				arns[i] = arn(i)
			}
			set(b, len(arns), asIs)
			return section, arns
		},
		Empty:     collecttest.Clear[simaws.Certificate],
		Essential: []string{"ListCertificates"},
	})
}

func TestEveryKeyAlgorithmIsListed(t *testing.T) { // D55
	b := bench(t)
	algorithms := []string{"RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"}
	set(b, len(algorithms), func(i int, c *simaws.Certificate) { c.KeyAlgorithm = algorithms[i] })
	var got []string
	for _, c := range certificates(t, b.Passed()) {
		got = append(got, *c.KeyAlgorithm)
	}
	if diff := cmp.Diff(algorithms, got); diff != "" {
		t.Errorf("algorithms (-want +got):\n%s", diff)
	}
}

func TestUnreadableCertificateLeavesTheOthers(t *testing.T) { // D55
	b := bench(t)
	set(b, 3, func(i int, c *simaws.Certificate) { c.Closed = i == 1 })
	result := b.Run()
	if result.Status != outcome.Warned || result.Warnings != 1 || !strings.Contains(result.Reason, "acm:DescribeCertificate") {
		t.Errorf("got status %q with %d warnings (%s)", result.Status, result.Warnings, result.Reason)
	}
	got := certificates(t, result)
	if len(got) != 3 {
		t.Fatalf("got %d certificates, want all 3", len(got))
	}
	if closed := got[1]; closed.SignatureAlgorithm != nil || *closed.DomainName != "shop.example" || len(closed.KeyUsages) != 2 {
		t.Errorf("the unreadable one is %+v, want what the list knows", closed)
	}
	if *got[2].SignatureAlgorithm != "SHA256WITHRSA" || got[2].ExtendedKeyUsages[0].OID == nil {
		t.Errorf("the one after it is %+v", got[2])
	}
}

func TestCertificateDeletedMeanwhileIsSkipped(t *testing.T) {
	b := bench(t)
	set(b, 2, asIs)
	b.Override(simaws.Answer{Service: "acm", Operation: "DescribeCertificate", Give: func(r simaws.Request) (any, error) {
		if strings.Contains(string(r.Input), arn(0)) {
			return nil, simaws.Failure(400, "ResourceNotFoundException", "gone")
		}
		return nil, simaws.ErrPassOn
	}})
	if got := certificates(t, b.Passed()); len(got) != 1 || *got[0].ARN != arn(1) {
		t.Errorf("got %v", got)
	}
}

// The end of a certificate that never ends does not fit the SDK's nanoseconds.
func TestFarFutureIsKept(t *testing.T) {
	b := bench(t)
	end := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	simaws.Set(b.Organization, simaws.Place{}, simaws.Certificate{ARN: "arn:aws:acm:us-east-1:1:certificate/c", DomainName: "c", Status: "ISSUED", KeyAlgorithm: "RSA_2048", NotAfter: end})
	got := collecttest.Elements[snapshot.Certificate](t, b.Passed(), "security.certificate_manager")
	if len(got) != 1 || !got[0].NotAfter.Equal(end) {
		t.Errorf("got %+v", got)
	}
}
