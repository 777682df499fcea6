package price

// Way is a way to deploy View360.
type Way string

const (
	// Pull: the collectors run in the hub and assume a role in every account.
	Pull Way = "pull"
	// Push: the collectors run in every account, which has its own free tier, staging bucket and key.
	Push Way = "push"
	// OptionB: like Pull, with an EC2 receiver that loads instead of Lambda.
	OptionB Way = "option B"
)

// Ways lists all ways.
var Ways = []Way{Pull, Push, OptionB}

// Scenario is an organization, and what its costs are computed from.
type Scenario struct {
	Accounts  int
	Regions   int // covered in each account
	Authors   int // of QuickSight
	Readers   int
	Prices    Prices
	Measured  Measured
	Resources map[Way]Resources
}

// The model's assumptions, in place of measurements.
const (
	Days           = 30.4 // in a month
	callSeconds    = 0.15 // of one AWS call; a collector's calls are sequential
	startSeconds   = 0.2  // of each function call: start of a cold function, staging
	functionGB     = 0.25
	loaderGB       = 0.5
	retryShare     = 0.01         // of calls and transitions that are made again; each is paid for
	platformLog    = 450          // bytes that Lambda itself logs for each call
	collectMetrics = 5 + 2*22 + 2 // for all sources, for each source, for snapshots
	loadMetrics    = 6 + 7        // for all, for each group
	keptMonths     = 12           // of snapshots in S3
	bucketKeyShare = 0.01         // of S3 requests that ask KMS, with bucket keys
	loadersAtOnce  = 6
	loadACUs       = 2.0
	awakeHours     = 1.0   // per day, for readers, and before the database pauses after loading
	databaseShare  = 0.4   // of the snapshots' bytes that the database stores
	flowGB         = 0.1   // of a network without other traffic
	pollsPerMinute = 5 * 3 // five pollers that wait 20 seconds each
	traceShare     = 0.05  // of the calls that X-Ray samples, besides the first of each second
	tracedSeconds  = 1800  // per day, with a call in each
	monthHours     = 730
)

// Component is one line of the bill.
type Component struct {
	Name     string
	Quantity float64 // of Unit, a month
	Unit     string
	Dollars  float64
}

// Month returns the monthly bill, one line for each component.
func (s Scenario) Month(way Way) []Component {
	p, u := s.Prices, s.computeUsage(way)
	f := u.fixed
	return []Component{
		{"State transitions", u.transitions, "transitions", u.transitions * p.StateTransition},
		{"Lambda", u.gbSeconds, "GB-seconds", u.gbSeconds*p.LambdaGBSecond + u.requests*p.LambdaRequest},
		{"Cost Explorer", u.paid, "requests", u.paid * p.CostExplorerRequest},
		{"S3", u.puts + u.gets, "requests", u.puts*p.S3Put + u.gets*p.S3Get + u.storedGB*p.S3GBMonth},
		{"KMS", f.Keys, "keys", f.Keys*p.KMSKeyMonth + u.kms*p.KMSRequest},
		{"Secrets", f.Secrets, "secrets", f.Secrets * p.SecretMonth},
		{"Aurora", u.acuHours, "ACU-hours", u.acuHours*p.AuroraACUHour + u.databaseGB*p.AuroraGBMonth},
		{"Logs and metrics", u.logsGB, "GB", u.logsGB*p.LogsGB + u.metrics*p.MetricMonth},
		{"Alarms", f.AlarmMetrics, "metrics", f.AlarmMetrics*p.AlarmMetricMonth + f.Dashboards*p.DashboardMonth},
		{"Traces", u.traces, "traces", u.traces * p.Trace},
		{"Queues", u.polls, "requests", u.polls * p.SQSRequest},
		{"EC2 receiver", f.Instances, "instances", f.Instances*p.T4gMicroHour*monthHours + f.VolumeGB*p.GP3GBMonth},
		{"Interface endpoints", f.EndpointZones, "in a zone", f.EndpointZones * p.EndpointHour * monthHours},
		{"QuickSight", float64(s.Authors + s.Readers), "users", float64(s.Authors)*p.AuthorMonth + float64(s.Readers)*p.ReaderMonth},
	}
}

// Total returns the sum of a bill in US dollars.
func Total(bill []Component) (dollars float64) {
	for _, c := range bill {
		dollars += c.Dollars
	}
	return dollars
}

// usage is a month's chargeable usage, and the chargeable part of the resources.
type usage struct {
	transitions, requests, gbSeconds, paid, puts, gets, storedGB, kms, acuHours, databaseGB, logsGB, metrics, traces, polls float64
	fixed                                                                                                                   Fixed
}

// countLoads returns the snapshots that a day of the organization loads: one for each account and region, and the days
// before that an account republishes in its home region, because their costs have changed.
func (s Scenario) countLoads() float64 {
	republished := float64(s.Measured.Loads-s.Measured.Snapshots) / float64(s.Measured.Accounts)
	return float64(s.Accounts) * (float64(s.Regions) + republished)
}

// computeUsage scales the demonstration's daily counts: those of collecting by the number of accounts and regions, those
// of loading by the number of snapshots, and the paid requests by the number of accounts.
func (s Scenario) computeUsage(way Way) usage {
	m, accounts := s.Measured, float64(s.Accounts)
	scale := Days * accounts * float64(s.Regions) / float64(m.Snapshots)
	loads := Days * s.countLoads() / float64(m.Loads)
	const tries = 1 + retryShare
	collect := usage{
		transitions: tries * scale * float64(m.CollectTransitions), requests: tries * scale * float64(m.CollectRequests),
		gbSeconds: tries * scale * functionGB * (float64(m.AWSCalls)*callSeconds + float64(m.CollectRequests)*startSeconds),
		puts:      scale * float64(m.CollectPuts), gets: scale * float64(m.CollectGets),
	}
	collect.logsGB = (scale*float64(m.LogBytes) + collect.requests*platformLog) / 1e9
	load := usage{
		transitions: tries * loads * float64(m.LoadTransitions), requests: tries * loads * float64(m.LoadRequests),
		gbSeconds: tries * loads * loaderGB * (m.LoadSeconds + float64(m.LoadRequests)*startSeconds),
		puts:      loads * float64(m.LoadPuts), gets: loads * float64(m.LoadGets),
	}
	load.logsGB = load.requests * platformLog / 1e9
	if way == OptionB {
		load.transitions, load.requests, load.gbSeconds, load.logsGB = 0, 0, 0, 0
	}
	month := s.subtractFree(way, collect, load)
	gigabytes := loads * float64(m.Bytes) / 1e9
	month.paid = Days * accounts * float64(m.PaidRequests) / float64(m.Accounts)
	month.storedGB, month.databaseGB = gigabytes*keptMonths, gigabytes*databaseShare*keptMonths
	hub := s.Resources[way].Hub
	month.acuHours = max(loadACUs*(Days*awakeHours+loads*m.LoadSeconds/loadersAtOnce/3600), hub.MinACUs*hub.Databases*monthHours)
	month.logsGB += flowGB * hub.FlowLogs
	return month
}

// subtractFree returns the sum of two usages, less the free tier. With Push, each account collects within its own free
// tier; otherwise the hub has one free tier for everything.
func (s Scenario) subtractFree(way Way, collect, load usage) usage {
	accounts, free, made := float64(s.Accounts), s.Prices.Free, s.Resources[way]
	charge := func(pick func(usage) float64, free float64) float64 {
		if way == Push {
			return accounts*max(0, pick(collect)/accounts-free) + max(0, pick(load)-free)
		}
		return max(0, pick(collect)+pick(load)-free)
	}
	chargeFixed := func(pick func(Fixed) float64, free float64) float64 {
		charged := max(0, pick(made.Hub)-free)
		if way == Push {
			charged += accounts * max(0, pick(made.Account)-free)
		}
		return charged
	}
	month := usage{
		transitions: charge(func(u usage) float64 { return u.transitions }, free.StateTransitions),
		requests:    charge(func(u usage) float64 { return u.requests }, free.LambdaRequests),
		gbSeconds:   charge(func(u usage) float64 { return u.gbSeconds }, free.LambdaGBSeconds),
		logsGB:      charge(func(u usage) float64 { return u.logsGB }, free.LogsGB),
		kms:         charge(func(u usage) float64 { return (u.puts + u.gets) * bucketKeyShare }, free.KMSRequests),
		traces:      charge(func(u usage) float64 { return min(u.requests, traceShare*u.requests+Days*tracedSeconds) }, free.Traces),
		metrics:     chargeFixed(func(f Fixed) float64 { return f.MetricFilters }, 0),
		polls:       chargeFixed(func(f Fixed) float64 { return f.Pollers * pollsPerMinute * 60 * monthHours }, free.SQSRequests),
		puts:        collect.puts + load.puts, gets: collect.gets + load.gets,
		fixed: made.Hub,
	}
	month.metrics = max(0, month.metrics+loadMetrics-free.Metrics)
	if way != Push {
		month.metrics += collectMetrics // pushing accounts only log: each would pay for metrics of its own
	}
	month.fixed.AlarmMetrics = chargeFixed(func(f Fixed) float64 { return f.AlarmMetrics }, free.AlarmMetrics)
	month.fixed.Dashboards = chargeFixed(func(f Fixed) float64 { return f.Dashboards }, free.Dashboards)
	month.fixed.Keys = chargeFixed(func(f Fixed) float64 { return f.Keys }, 0)
	month.fixed.Secrets = chargeFixed(func(f Fixed) float64 { return f.Secrets }, 0)
	return month
}
