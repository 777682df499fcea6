package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"view360/shared/snapshot"
)

// snapshotFile is a snapshot in the making. The same one gives the same bytes.
type snapshotFile struct {
	account, region string
	day             time.Time
	rows            map[string]int // of each table
	changed         int            // one row of so many has another version; 0: none
}

func (f snapshotFile) key() string {
	return fmt.Sprintf("%s%s/%s/%s_DAILY.json", snapshot.DataPrefix, f.account, f.region, f.day.Format(time.DateOnly))
}

// document is a snapshot with a mark, @name@, for each list of kinds.
const document = `{"meta":{"schema_version":1,"account_id":"$ACCOUNT","region":"$REGION","interval":"DAILY","date":"$DATE","collected_at":"$DATET01:00:00Z","sections":{$SECTIONS}},
"account":{"account_id":"$ACCOUNT","account_name":"account $ACCOUNT","region":"$REGION","product":"shop"},
"service":[@services@],
"cost":{"current_period_cost":30.5,"previous_period_cost":29,"cost_difference":1.5,"cost_difference_percentage":5,"period":{"start":"$FROM","end":"$DATE","granularity":"DAILY"},"top_services":[@top@],"forecast":[]},
"config":{"date_from":"$FROM","date_to":"$DATE","compliance_score":50.0,"total_rules":2,"compliant_rules":1,"non_compliant_rules":1,"non_compliant_resources":[@noncompliant@]},
"config_inventory":[@configinventory@],
"security":{"security_hub":[{"service":"Security Hub","total_findings":1,"findings":[@findings@]}],"kms":[@kms@]},
"inventory":{"instances":[$INSTANCES],"applications":[@applications@],"patches":[@patches@]},
"service_resources":[@resources@],
"health":[@health@],
"marketplace":[],"trusted_advisor":[],"application":[],"resilience_hub":[],"compute_optimizer":[],"ri_sp_savings":[],"support_tickets":[],
"logs":{"date_created":"$DATE","message":[]}}`

// write streams the snapshot.
func (f snapshotFile) write(to io.Writer) error {
	out := bufio.NewWriterSize(to, 1<<20)
	fill := f.buildFiller()
	for i, part := range strings.Split(document, "@") {
		if i%2 == 0 {
			_, _ = fill.WriteString(out, part) // Flush reports the error
			continue
		}
		f.writeList(out, part, fill)
	}
	return out.Flush()
}

func (f snapshotFile) writeList(out *bufio.Writer, mark string, fill *strings.Replacer) {
	for _, k := range kinds {
		if k.mark != mark {
			continue
		}
		for i := range f.rows[k.table] {
			version := 1
			if f.changed > 0 && i%f.changed == 0 {
				version = 2
			}
			if i > 0 {
				_ = out.WriteByte(',')
			}
			_, _ = fill.WriteString(out, k.element(i, version))
		}
	}
}

func (f snapshotFile) buildFiller() *strings.Replacer {
	var sections, managed []string
	for _, s := range snapshot.Sections {
		sections = append(sections, fmt.Sprintf(`%q:{"complete":true,"collected_at":"%sT01:00:00Z"}`, s.Key, f.day.Format(time.DateOnly)))
	}
	for i := range instances {
		managed = append(managed, fmt.Sprintf(`{"instance_id":"i-%s-%s-%d","platform":"Amazon Linux"}`, f.account, f.region, i))
	}
	return strings.NewReplacer("$ACCOUNT", f.account, "$REGION", f.region, "$DATET", f.day.Format(time.DateOnly)+"T", "$DATE", f.day.Format(time.DateOnly),
		"$FROM", f.day.AddDate(0, 0, -1).Format(time.DateOnly), "$SECTIONS", strings.Join(sections, ","), "$INSTANCES", strings.Join(managed, ","))
}
