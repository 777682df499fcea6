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

// Scenario is an organization, and the prices and counts to estimate its costs with.
type Scenario struct {
	Accounts int
	Regions  int // covered in each account
	Prices   Prices
	Measured Measured
}

// The model's assumptions, in place of measurements.
const (
	Days           = 30.4 // in a month
	callSeconds    = 0.15 // of one AWS call; a collector's calls are sequential
	startSeconds   = 0.2  // of each function call: start of a cold function, staging
	functionGB     = 0.25
	loaderGB       = 0.5
	platformLog    = 450          // bytes that Lambda itself logs for each call
	collectMetrics = 5 + 2*22 + 2 // for all sources, for each source, for snapshots
	loadMetrics    = 6 + 7        // for all, for each group
	keptMonths     = 12           // of snapshots in S3
	bucketKeyShare = 0.01         // of S3 requests that ask KMS, with bucket keys
	loadersAtOnce  = 6
	loadACUs       = 2.0
	awakeHours     = 1.0 // per day, for readers, and before the database pauses after loading
	databaseShare  = 0.4 // of the snapshots' bytes that the database stores
	hubKeys        = 2.0 // buckets, database
	endpoints      = 3.0 // of Systems Manager in an isolated network, in one zone
	monthHours     = 730
	receiverGB     = 8.0
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
	return []Component{
		{"State transitions", u.transitions, "transitions", u.transitions * p.StateTransition},
		{"Lambda", u.gbSeconds, "GB-seconds", u.gbSeconds*p.LambdaGBSecond + u.requests*p.LambdaRequest},
		{"Cost Explorer", u.paid, "requests", u.paid * p.CostExplorerRequest},
		{"S3", u.puts + u.gets, "requests", u.puts*p.S3Put + u.gets*p.S3Get + u.storedGB*p.S3GBMonth},
		{"KMS", u.keys, "keys", u.keys*p.KMSKeyMonth + u.kms*p.KMSRequest},
		{"Aurora", u.acuHours, "ACU-hours", u.acuHours*p.AuroraACUHour + u.databaseGB*p.AuroraGBMonth},
		{"Logs and metrics", u.logsGB, "GB", u.logsGB*p.LogsGB + u.metrics*p.MetricMonth},
		{"EC2 receiver", u.receivers, "instances", u.receivers * (p.T4gMicroHour*monthHours + receiverGB*p.GP3GBMonth + endpoints*p.EndpointHour*monthHours)},
	}
}

// Total returns the sum of a bill in US dollars.
func Total(bill []Component) (dollars float64) {
	for _, c := range bill {
		dollars += c.Dollars
	}
	return dollars
}

// usage is a month's chargeable usage.
type usage struct {
	transitions, requests, gbSeconds, paid, puts, gets, storedGB, keys, kms, acuHours, databaseGB, logsGB, metrics, receivers float64
}

// computeUsage scales the demonstration's daily counts by the number of snapshots, and the paid requests by the number of
// accounts.
func (s Scenario) computeUsage(way Way) usage {
	m, accounts := s.Measured, float64(s.Accounts)
	scale := Days * accounts * float64(s.Regions) / float64(m.Snapshots)
	collect := usage{
		transitions: scale * float64(m.CollectTransitions), requests: scale * float64(m.CollectRequests),
		gbSeconds: scale * functionGB * (float64(m.AWSCalls)*callSeconds + float64(m.CollectRequests)*startSeconds),
		puts:      scale * float64(m.CollectPuts), gets: scale * float64(m.CollectGets),
	}
	collect.logsGB = (scale*float64(m.LogBytes) + collect.requests*platformLog) / 1e9
	load := usage{
		transitions: scale * float64(m.LoadTransitions), requests: scale * float64(m.LoadRequests),
		gbSeconds: scale * loaderGB * (m.LoadSeconds + float64(m.LoadRequests)*startSeconds),
		puts:      scale * float64(m.LoadPuts), gets: scale * float64(m.LoadGets),
	}
	load.logsGB = load.requests * platformLog / 1e9
	if way == OptionB {
		load.transitions, load.requests, load.gbSeconds, load.logsGB = 0, 0, 0, 0
	}
	month := s.subtractFree(way, collect, load)
	gigabytes := scale * float64(m.Bytes) / 1e9
	month.paid = Days * accounts * float64(m.PaidRequests) / float64(m.Accounts)
	month.storedGB, month.databaseGB = gigabytes*keptMonths, gigabytes*databaseShare*keptMonths
	month.acuHours = loadACUs * (Days*awakeHours + scale*m.LoadSeconds/loadersAtOnce/3600)
	month.keys = hubKeys
	if way == Push {
		month.keys += accounts
	}
	if way == OptionB {
		month.receivers = 1
	}
	return month
}

// subtractFree returns the sum of two usages, less the free tier. With Push, each account collects within its own free
// tier; otherwise the hub has one free tier for everything.
func (s Scenario) subtractFree(way Way, collect, load usage) usage {
	accounts, free := float64(s.Accounts), s.Prices.Free
	charged := func(pick func(usage) float64, free float64) float64 {
		if way == Push {
			return accounts*max(0, pick(collect)/accounts-free) + max(0, pick(load)-free)
		}
		return max(0, pick(collect)+pick(load)-free)
	}
	month := usage{
		transitions: charged(func(u usage) float64 { return u.transitions }, free.StateTransitions),
		requests:    charged(func(u usage) float64 { return u.requests }, free.LambdaRequests),
		gbSeconds:   charged(func(u usage) float64 { return u.gbSeconds }, free.LambdaGBSeconds),
		logsGB:      charged(func(u usage) float64 { return u.logsGB }, free.LogsGB),
		kms:         charged(func(u usage) float64 { return (u.puts + u.gets) * bucketKeyShare }, free.KMSRequests),
		metrics:     collectMetrics + loadMetrics - free.Metrics,
		puts:        collect.puts + load.puts, gets: collect.gets + load.gets,
	}
	if way == Push {
		month.metrics = loadMetrics - free.Metrics // the accounts only log: each would pay for metrics of its own
	}
	return month
}
