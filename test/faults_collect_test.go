package test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"view360/shared/asl"
	"view360/shared/catalog"
	"view360/shared/collecttest"
	"view360/shared/outcome"
	"view360/shared/simaws"
)

// effect is what a fault of one operation does to its source.
type effect string

const (
	// none: the source passes with all that it has.
	none effect = "none"
	// broken: the source fails where it cannot do without the operation, and passes with warnings where it can.
	broken effect = "broken"
	// denied: as broken, and the operator reads which action to grant.
	denied effect = "denied"
	// absent: the source does not apply, if its service can be switched off at all.
	absent effect = "absent"
	// late: the source runs into its deadline.
	late effect = "late"
	// endless: as broken where the operation answers in pages.
	endless effect = "endless"
	// bare: the source uses what is left.
	bare effect = "bare"
)

// faults are those that every operation suffers.
var faults = []struct {
	name   string
	fault  simaws.Fault
	effect effect
	status outcome.Status // of a source that cannot do without the operation; "" if the protocol decides
}{
	{"denied", simaws.Fault{Kind: simaws.Denied}, denied, outcome.Denied},
	{"throttled forever", simaws.Fault{Kind: simaws.Throttled}, broken, outcome.Throttled},
	{"throttled 30 %", simaws.Fault{Kind: simaws.Throttled, Rate: 0.3}, none, ""},
	{"service not enabled", simaws.Fault{Kind: simaws.NotEnabled}, absent, ""},
	{"500 once", simaws.Fault{Kind: simaws.ServerError, Times: 1}, none, ""},
	{"500 forever", simaws.Fault{Kind: simaws.ServerError}, broken, outcome.Transient},
	{"connection reset once", simaws.Fault{Kind: simaws.Reset, Times: 1}, none, ""},
	{"connection reset forever", simaws.Fault{Kind: simaws.Reset}, broken, outcome.Transient},
	{"slow beyond the deadline", simaws.Fault{Kind: simaws.Slow, Delay: time.Hour}, late, outcome.Transient},
	{"malformed once", simaws.Fault{Kind: simaws.Malformed, Times: 1}, none, ""},
	{"malformed forever", simaws.Fault{Kind: simaws.Malformed}, broken, ""},
	{"empty page with a token", simaws.Fault{Kind: simaws.EmptyPage, Times: 1}, none, ""},
	{"repeated token", simaws.Fault{Kind: simaws.RepeatedToken}, endless, ""},
	{"tokens in a circle", simaws.Fault{Kind: simaws.TokenCircle}, endless, ""},
	{"empty answer", simaws.Fault{Kind: simaws.Empty}, bare, ""},
	{"items without members", simaws.Fault{Kind: simaws.Hollow}, bare, ""},
	{"items without what is nested", simaws.Fault{Kind: simaws.Flat}, bare, ""},
}

// The deadlines of a function: what a slow operation runs into, and what no other fault may reach.
const (
	shortDeadline = 400 * time.Millisecond
	longDeadline  = 20 * time.Second
)

// trial is one source of one account and region, collected beside a witness.
type trial struct {
	source, witness string
	ended           asl.Description
	published       published
	calls           []simaws.Call
	longest         time.Duration
}

// runTrial collects the source after harm was done to the organization.
func runTrial(t testing.TB, source string, deadline time.Duration, harm func(*collection)) trial {
	t.Helper()
	r := trial{source: source, witness: "kms"}
	if source == r.witness {
		r.witness = "secretsmanager"
	}
	c := newCollection(t, setting{account: collecttest.Production, deadlines: map[string]time.Duration{source: deadline}, organization: fullOrganization()})
	simaws.Set(c.Organization, simaws.Place{}, unassessed, assessed)
	simaws.Set(c.Organization, simaws.Place{}, customerKey)
	harm(c)
	started := time.Now()
	r.ended = c.run("trial", map[string]any{"regions": []string{"us-east-1"}, "services": []string{source, r.witness}})
	r.longest = time.Since(started)
	r.published = c.readSnapshot(collecttest.Production, "us-east-1", "2026-03-11")
	r.calls = c.Calls()
	return r
}

// fullOrganization returns one account with something of every kind.
func fullOrganization() simaws.Options {
	return simaws.Options{Volume: 0.1, Accounts: simaws.DefaultAccounts()[1:2]}
}

// An application that was never assessed takes two more operations than one that was.
var (
	unassessed = simaws.App{ARN: "arn:aws:resiliencehub:us-east-1:528416073925:app/new", Name: "new", PolicyARN: "arn:aws:resiliencehub:us-east-1:528416073925:resiliency-policy/new"}
	objective  = 600
	assessed   = simaws.App{ARN: "arn:aws:resiliencehub:us-east-1:528416073925:app/old", Name: "old", Assessed: &simaws.Time{Time: collecttest.Now}, RPO: &objective, RTO: &objective}
)

// The rotation of a key that AWS manages is not asked for.
var customerKey = simaws.Key{
	KeyID: "customer", ARN: "arn:aws:kms:us-east-1:528416073925:key/customer", KeyManager: "CUSTOMER", KeyState: "Enabled", Enabled: true,
	KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", Origin: "AWS_KMS", Rotates: true, CreationDate: simaws.Time{Time: collecttest.Now},
}

func (r trial) status() outcome.Status {
	return outcome.Status(r.published.Meta.Services[r.source].Status)
}

// readMessages returns the reason and the messages that the operator reads about the source.
func (r trial) readMessages() string {
	text := r.published.Meta.Services[r.source].Reason
	for _, message := range r.published.Logs.Messages {
		text += "; " + message
	}
	return text
}

// findDifference returns the first section that differs from another trial: one of the source's own, or one of the
// others.
func (r trial) findDifference(from trial, own bool) string {
	source, _ := catalog.FindByName(r.source)
	for path, text := range from.published.Sections {
		if slices.Contains(source.Sections, path) == own && r.published.Sections[path] != text && (own || !r.isHollow(path)) {
			return fmt.Sprintf("%s is %.300s, want %.300s", path, r.published.Sections[path], text)
		}
	}
	return ""
}

// isHollow reports whether path belongs to an object that the snapshot has without members, because the source failed.
func (r trial) isHollow(path string) bool {
	_, there := r.published.Sections[path]
	return !there && strings.HasPrefix(path, r.source)
}

func (r trial) findRemains() string {
	source, _ := catalog.FindByName(r.source)
	for _, path := range source.Sections {
		if text := r.published.Sections[path]; text != "[]" && text != "{}" && !r.isHollow(path) {
			return fmt.Sprintf("%s is %.300s, want nothing", path, text)
		}
	}
	return ""
}

func TestFaultOfAnOperationHasItsOutcome(t *testing.T) {
	t.Parallel()
	var tried, survived atomic.Int64
	group := errgroup.Group{}
	group.SetLimit(16) // a slow operation is waited for
	for _, source := range catalog.Sources {
		calmCSPM := sync.OnceValue(func() trial { return runTrial(t, source.Name, longDeadline, func(*collection) {}) })
		calmV2 := sync.OnceValue(func() trial { return runTrial(t, source.Name, longDeadline, enableOnlyHubV2) })
		for _, operation := range listOperations(source) {
			calm := calmCSPM
			if isOfHubV2(operation) {
				calm = calmV2
			}
			group.Go(func() error {
				if !isCalled(calm().calls, operation) {
					t.Errorf("%s does not call %s here: give the organization what makes it", source.Name, operation)
				}
				essential := false
				for _, f := range faults {
					tried.Add(1)
					if t.Run(source.Name+" "+operation+" "+f.name, func(t *testing.T) {
						got := tryFault(t, source.Name, operation, f.fault)
						if f.effect == denied { // the first: its outcome decides that of the others
							essential = got.status() == outcome.Denied
						}
						checkEffect(t, f.effect, f.status, operation, essential, calm(), got)
					}) {
						survived.Add(1)
					}
				}
				return nil
			})
		}
	}
	_ = group.Wait() // trials report to t
	t.Attr("tried", fmt.Sprintf("%d faults: each kind at each operation of each collector", tried.Load()))
	t.Logf("%d faults tried, %d survived", tried.Load(), survived.Load())
}

func isCalled(calls []simaws.Call, operation string) bool {
	return slices.ContainsFunc(calls, func(c simaws.Call) bool { return c.Service+":"+c.Operation == operation })
}

func tryFault(t *testing.T, source, operation string, fault simaws.Fault) trial {
	t.Helper()
	fault.Service, fault.Operation, _ = strings.Cut(operation, ":")
	deadline := longDeadline
	switch fault.Kind {
	case simaws.Slow:
		deadline = shortDeadline
	case simaws.NotEnabled:
		fault.Operation = "" // a service is on or off as a whole
	}
	return runTrial(t, source, deadline, func(c *collection) {
		if isOfHubV2(operation) {
			enableOnlyHubV2(c)
		}
		c.Fault(fault)
	})
}

// isOfHubV2 reports whether an operation is called only where Security Hub CSPM is off.
func isOfHubV2(operation string) bool {
	return strings.HasPrefix(operation, "securityhub:") && strings.HasSuffix(operation, "V2")
}

// enableOnlyHubV2 turns Security Hub CSPM off, and gives the account the new Security Hub with a finding.
func enableOnlyHubV2(c *collection) {
	simaws.Set(c.Organization, simaws.Place{}, simaws.SecurityHubV2{Home: "us-east-1", Mode: "ALL_REGIONS"})
	simaws.Set(c.Organization, simaws.Place{}, simaws.OCSFFinding{
		Cloud:       simaws.OCSFCloud{Account: simaws.OCSFAccount{UID: collecttest.Production}, Region: "us-east-1"},
		FindingInfo: simaws.OCSFFindingInfo{UID: "f", Title: "t", CreatedTimeDt: "2026-03-11T01:00:00Z", ModifiedTimeDt: "2026-03-11T01:00:00Z"},
		Metadata:    simaws.OCSFMetadata{Product: simaws.OCSFProduct{Name: "Inspector", UID: "arn:aws:securityhub:us-east-1::productv2/aws/inspector"}},
		SeverityID:  5, StatusID: 1,
	})
	c.Override(simaws.Answer{Service: "securityhub", Operation: "ListFindingAggregators", Give: func(simaws.Request) (any, error) {
		return nil, simaws.Failure(401, "InvalidAccessException", "The account is not subscribed to AWS Security Hub")
	}})
}

// checkEffect compares a trial with the calm one. That the execution ended and the snapshot was published is proven
// already.
func checkEffect(t *testing.T, e effect, failed outcome.Status, operation string, essential bool, calm, got trial) {
	t.Helper()
	if difference := got.findDifference(calm, false); difference != "" {
		t.Errorf("another source's section changed: %s", difference)
	}
	if got.longest > 3*longDeadline { // a busy machine ends a run late
		t.Errorf("the run took %s", got.longest)
	}
	unharmed := got.status() == calm.status() && got.findDifference(calm, true) == ""
	switch e {
	case none:
		if !unharmed {
			t.Errorf("status %q (%s), want all as if nothing had happened: %s", got.status(), got.readMessages(), got.findDifference(calm, true))
		}
	case bare:
		if got.status() == outcome.Denied {
			t.Errorf("status %q (%s), but nothing was denied", got.status(), got.readMessages())
		}
	case absent, endless:
		if unharmed && len(got.calls) == len(calm.calls) {
			return // the fault does not exist for this operation
		}
		if e == absent && got.status().IsNotApplicable() && got.findRemains() == "" {
			return
		}
		fallthrough
	default:
		want := outcome.Warned
		if essential || e == late {
			want = failed
		}
		if want == "" && got.status().IsFailure() {
			want = got.status()
		}
		if got.status() != want {
			t.Errorf("status %q (%s), want %q", got.status(), got.readMessages(), want)
		}
		if difference := got.findRemains(); want != outcome.Warned && difference != "" {
			t.Errorf("a source that failed left something: %s", difference)
		}
	}
	if e == denied && !strings.Contains(got.readMessages(), "denied "+findAction(operation)) {
		t.Errorf("the operator reads %q, want that %s is denied", got.readMessages(), findAction(operation))
	}
}

// findAction returns the IAM action that allows an operation.
func findAction(operation string) string {
	for _, source := range catalog.Sources {
		for _, a := range source.Actions {
			service, _, _ := strings.Cut(a.Name, ":")
			if a.Operation != "" && service+":"+a.Operation == operation || a.Also != "" && service+":"+a.Also == operation {
				return a.Name
			}
		}
	}
	return operation
}

var noDetector = simaws.Failure(400, "BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")

// gone are the errors by which services say that an item of an earlier list does not exist any more.
var gone = map[string]error{
	"acm:DescribeCertificate":                      simaws.Failure(400, "ResourceNotFoundException", "Could not find the certificate."),
	"cloudfront:ListDistributionsByWebACLId":       simaws.Failure(404, "InvalidWebACLId", "The web ACL does not exist."),
	"cloudtrail:GetTrailStatus":                    simaws.Failure(400, "TrailNotFoundException", "Unknown trail."),
	"config:DescribeConformancePackCompliance":     simaws.Failure(400, "NoSuchConformancePackException", "The conformance pack does not exist."),
	"config:GetComplianceDetailsByConfigRule":      simaws.Failure(400, "NoSuchConfigRuleException", "The rule does not exist."),
	"guardduty:GetDetector":                        noDetector,
	"guardduty:GetFindings":                        noDetector,
	"guardduty:ListFindings":                       noDetector,
	"kms:DescribeKey":                              simaws.Failure(400, "NotFoundException", "The key does not exist."),
	"kms:GetKeyRotationStatus":                     simaws.Failure(400, "NotFoundException", "The key does not exist."),
	"resiliencehub:DescribeApp":                    simaws.Failure(404, "ResourceNotFoundException", "The application does not exist."),
	"resiliencehub:DescribeResiliencyPolicy":       simaws.Failure(404, "ResourceNotFoundException", "The policy does not exist."),
	"resiliencehub:ListAppAssessments":             simaws.Failure(404, "ResourceNotFoundException", "The application does not exist."),
	"securityhub:GetFindingAggregator":             simaws.Failure(404, "ResourceNotFoundException", "The aggregator does not exist."),
	"securityhub:GetAggregatorV2":                  simaws.Failure(404, "ResourceNotFoundException", "The aggregator does not exist."),
	"ssm:DescribeInstancePatches":                  simaws.Failure(400, "InvalidInstanceId", "The node does not exist."),
	"ssm:ListInventoryEntries":                     simaws.Failure(400, "InvalidInstanceId", "The node does not exist."),
	"support:DescribeTrustedAdvisorCheckSummaries": simaws.Failure(400, "InvalidParameterValueException", "Check ID withdrawn is not valid"),
	"wafv2:GetLoggingConfiguration":                simaws.Failure(400, "WAFNonexistentItemException", "The web ACL does not exist."),
	"wafv2:GetWebACL":                              simaws.Failure(400, "WAFNonexistentItemException", "The web ACL does not exist."),
	"wafv2:ListResourcesForWebACL":                 simaws.Failure(400, "WAFNonexistentItemException", "The web ACL does not exist."),
	"wafv2:ListTagsForResource":                    simaws.Failure(400, "WAFNonexistentItemException", "The web ACL does not exist."),
}

func TestItemDeletedBetweenListAndDescribe(t *testing.T) {
	for _, source := range catalog.Sources {
		for _, operation := range listOperations(source) {
			failure, of := gone[operation]
			if !of {
				continue
			}
			t.Run(operation, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int64
				service, name, _ := strings.Cut(operation, ":")
				got := runTrial(t, source.Name, longDeadline, func(c *collection) {
					if isOfHubV2(operation) {
						enableOnlyHubV2(c)
					}
					c.Override(simaws.Answer{Service: service, Operation: name, Give: func(r simaws.Request) (any, error) {
						shared := strings.Contains(string(r.Input), "trail/organization") // not the account's own, so nothing is known to be deleted
						if !shared && asked.Add(1) == 1 {
							return nil, failure
						}
						return nil, simaws.ErrPassOn
					}})
				})
				if got.status() != outcome.Passed {
					t.Errorf("status %q: %s", got.status(), got.readMessages())
				}
			})
		}
	}
}
