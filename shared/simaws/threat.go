package simaws

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ThreatFinding is a GuardDuty finding. Its texts of time have milliseconds and a Z.
type ThreatFinding struct {
	ID            string        `json:"id"`
	ARN           string        `json:"arn"`
	AccountID     string        `json:"accountId"`
	Region        string        `json:"region"`
	Partition     string        `json:"partition"`
	SchemaVersion string        `json:"schemaVersion"`
	Type          string        `json:"type"`
	Severity      float64       `json:"severity"`
	Confidence    float64       `json:"confidence,omitempty"`
	Title         string        `json:"title"`
	Description   string        `json:"description"`
	CreatedAt     string        `json:"createdAt"`
	UpdatedAt     string        `json:"updatedAt"`
	Service       ThreatService `json:"service"`
	Resource      object        `json:"resource,omitempty"`
}

// ThreatService is the part of a finding that the service itself keeps.
type ThreatService struct {
	Archived       bool   `json:"archived"`
	Count          int    `json:"count"`
	DetectorID     string `json:"detectorId"`
	EventFirstSeen string `json:"eventFirstSeen"`
	EventLastSeen  string `json:"eventLastSeen"`
	ServiceName    string `json:"serviceName"`
}

// threatRetention is how long GuardDuty keeps findings.
const threatRetention = 90

var threats = []struct {
	kind, title string
	severity    float64
}{
	{"UnauthorizedAccess:EC2/SSHBruteForce", "%s is performing SSH brute force attacks against %s.", 2},
	{"Recon:EC2/PortProbeUnprotectedPort", "Unprotected port on EC2 instance %[2]s is being probed.", 2},
	{"Recon:IAMUser/MaliciousIPCaller", "Reconnaissance API DescribeInstances was invoked from a known malicious IP address %s.", 5},
	{"Policy:IAMUser/RootCredentialUsage", "API GetAccountSummary was invoked using root credentials.", 2},
	{"CryptoCurrency:EC2/BitcoinTool.B!DNS", "Bitcoin-related domain name queried by EC2 instance %[2]s.", 8},
	{"Trojan:EC2/DNSDataExfiltration", "EC2 instance %[2]s is exfiltrating data through DNS queries.", 8},
	{"UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", "Multiple worldwide successful console logins were observed from %s.", 5},
	{"Discovery:S3/MaliciousIPCaller", "A reconnaissance API was invoked on an S3 bucket from a malicious IP address %s.", 8},
	{"Stealth:IAMUser/CloudTrailLoggingDisabled", "AWS CloudTrail trail was disabled by a call from %s.", 2},
	{"Behavior:EC2/NetworkPortUnusual", "EC2 instance %[2]s is communicating with an unusual remote host %[1]s.", 5},
	{"Impact:EC2/WinRMBruteForce", "EC2 instance %[2]s is performing WinRM brute force attacks against %[1]s.", 2},
	{"Execution:Runtime/NewBinaryExecuted", "A newly created binary was executed on EC2 instance %[2]s.", 5},
}

func detectorID(l *location) string { return l.newChance("guardduty", "detector").hexDigits(32) }

func generateThreats(l *location) []ThreatFinding {
	var found []ThreatFinding
	daily := l.options.Volume * l.account.sizeShare() * l.regionShare() * 5
	for d := startOfDay(l.now).AddDate(0, 0, -threatRetention); !d.After(l.now); d = d.AddDate(0, 0, 1) {
		r := l.newChance("guardduty", d.Unix())
		for i := range int(daily*(0.4+1.2*r.Float64()) + 0.5) {
			if f, begun := generateThreat(l, d, i); begun {
				found = append(found, f)
			}
		}
	}
	return found
}

// generateThreat returns the i-th finding of a day, false if it lies in the future. It is seen again from time to time
// until it ends, and archived a while later.
func generateThreat(l *location, d time.Time, i int) (ThreatFinding, bool) {
	r := l.newChance("guardduty", d.Unix(), i)
	created := r.timeWithin(d, d.Add(1*days))
	if created.After(l.now) {
		return ThreatFinding{}, false
	}
	kind := pickOne(r, threats...)
	every, lasts := time.Duration(r.intBetween(3, 30))*time.Hour, time.Duration(r.intBetween(0, 14))*days
	seen := int(min(lasts, l.now.Sub(created)) / every)
	last := created.Add(time.Duration(seen) * every).Add(time.Duration(r.intBetween(0, 59_000)) * time.Millisecond)
	if last.After(l.now) {
		last = l.now
	}
	remote, instance := fmt.Sprintf("198.51.100.%d", r.intBetween(1, 254)), "i-0"+r.hexDigits(16)
	title := kind.title
	if strings.Contains(title, "%") {
		title = fmt.Sprintf(title+"%.0[1]s%.0[2]s", remote, instance)
	}
	id := r.hexDigits(32)
	return ThreatFinding{
		ID: id, ARN: l.newARN("guardduty", "detector/"+detectorID(l)+"/finding/"+id), AccountID: l.account.ID, Region: l.region,
		Partition: "aws", SchemaVersion: "2.0", Type: kind.kind, Severity: kind.severity, Title: title,
		Description: title + " This activity was seen " + strconv.Itoa(seen+1) + " times.",
		CreatedAt:   formatISO(created), UpdatedAt: formatISO(last),
		Service: ThreatService{
			Archived: l.now.Sub(last) > 20*days && r.oneIn(3), Count: seen + 1, DetectorID: detectorID(l),
			EventFirstSeen: formatISO(created), EventLastSeen: formatISO(last), ServiceName: "guardduty",
		},
		Resource: object{"resourceType": "Instance", "instanceDetails": object{"instanceId": instance}},
	}, true
}
