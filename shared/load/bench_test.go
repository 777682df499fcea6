package load_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"view360/shared/load"
)

// rows makes the elements of a section.
type rows struct {
	group   string
	table   string
	section func(list string) map[string]string
	row     func(i int) string
}

var benchmarks = []rows{
	{"security", "findings", func(list string) map[string]string {
		return map[string]string{"security": `{"security_hub":[{"service":"Inspector","total_findings":1,"findings":` + list + `}]}`}
	}, func(i int) string {
		return fmt.Sprintf(`{"finding_id":"arn:aws:securityhub:eu-west-1:111122223333:subscription/aws-foundational-security-best-practices/v/1.0.0/EC2.%d/finding/%08d-aaaa-bbbb-cccc-dddddddddddd","service":"AwsEc2Instance","title":"EC2 instances should use Instance Metadata Service Version 2","description":"This control checks whether your EC2 instance metadata version is configured with IMDSv2. The control fails if HttpTokens is set to optional for IMDSv2.","severity":"HIGH","status":"NEW","resource_type":"AwsEc2Instance","resource_id":"arn:aws:ec2:eu-west-1:111122223333:instance/i-%017d","created_at":"2026-02-03T04:05:06.789Z","updated_at":"2026-03-10T04:05:06.789Z","recommendation":"For information on how to correct this issue, consult the AWS Security Hub controls documentation.","compliance_status":"FAILED","region":"eu-west-1","workflow_state":"NEW","record_state":"ACTIVE","product_name":"Security Hub","company_name":"AWS","product_arn":"arn:aws:securityhub:eu-west-1::product/aws/securityhub","generator_id":"security-control/EC2.8","generator":"Security Hub"}`, i%50, i, i)
	}},
	{"inventory", "inventory_applications", func(list string) map[string]string {
		return map[string]string{"inventory": `{"instances":[{"instance_id":"i-0"},{"instance_id":"i-1"}],"applications":` + list + `}`}
	}, func(i int) string {
		return fmt.Sprintf(`{"instance_id":"i-%d","name":"package-%d","version":"1.%d-3.amzn2023","publisher":"Amazon Linux","architecture":"x86_64","application_type":"System Environment/Base","install_time":"2026-01-02T03:04:05Z"}`, i%2, i, i%9)
	}},
	{"resources", "service_resources", func(list string) map[string]string { return map[string]string{"service_resources": list} }, func(i int) string {
		return fmt.Sprintf(`{"service_name":"EC2","resource_type":"Instance","resource_id":"i-%017d","resource_name":"web-%d","region":"eu-west-1","availability_zone":"eu-west-1a","state":"running","instance_type":"m7g.large","vpc_id":"vpc-0123456789","size_gb":null,"creation_date":"2026-01-02T03:04:05+00:00"}`, i, i)
	}},
	{"config", "non_compliant_resources", func(list string) map[string]string {
		return map[string]string{"config": `{"date_from":"2026-03-10","date_to":"2026-03-11","compliance_score":50.0,"total_rules":2,"compliant_rules":1,"non_compliant_rules":1,"curr_non_compliant":1,"curr_compliant":1,"non_compliant_resources":` + list + `}`}
	}, func(i int) string {
		return fmt.Sprintf(`{"rule_name":"rule-%d","resource_id":"bucket-%d","resource_type":"AWS::S3::Bucket","config_rule_invoked_time":"2026-03-10T20:45:21+00:00","conformance_pack":"operational-best-practices","compliance_type":"NON_COMPLIANT","annotation":"It is not configured as the rule asks","evaluation_mode":"DETECTIVE"}`, i%300, i)
	}},
	{"security", "kms_keys", func(list string) map[string]string { return map[string]string{"security": `{"kms":` + list + `}`} }, func(i int) string {
		return fmt.Sprintf(`{"key_id":"%08d-1111-2222-3333-444444444444","arn":"arn:aws:kms:eu-west-1:111122223333:key/%08d","description":"key of a service","key_usage":"ENCRYPT_DECRYPT","key_state":"Enabled","creation_date":"2026-01-02T03:04:05+00:00","enabled":true,"key_rotation_enabled":true}`, i, i)
	}},
}

// BenchmarkLoad prints, for each loader and in one run on one database: rows per second of the first load, decoding
// included; of raw COPY of the same rows into an identical table with its indexes; their ratio; and how much faster an
// identical reload is than the first load.
func BenchmarkLoad(b *testing.B) {
	const count = 50_000
	for _, r := range benchmarks {
		b.Run(r.table, func(b *testing.B) {
			var first, again, raw time.Duration
			for b.Loop() {
				first, again, raw = measure(b, r, count)
			}
			perSecond := func(d time.Duration) float64 { return count / d.Seconds() }
			b.ReportMetric(perSecond(first), "rows/s")
			b.ReportMetric(perSecond(raw), "copy-rows/s")
			b.ReportMetric(raw.Seconds()/first.Seconds(), "of-copy")
			b.ReportMetric(first.Seconds()/again.Seconds(), "reload-speedup")
		})
	}
}

func measure(tb testing.TB, r rows, count int) (first, again, raw time.Duration) {
	b := newBench(tb)
	var list strings.Builder
	for i := range count {
		separator := byte(',')
		if i == 0 {
			separator = '['
		}
		list.WriteByte(separator)
		list.WriteString(r.row(i))
	}
	list.WriteByte(']')
	f := file{date: "2026-03-11", collected: "2026-03-11T01:00:00Z", sections: r.section(list.String())}
	indexed := b.index(f.key(), f.text())
	handlers := map[string]load.Handler{}
	for _, h := range b.groups() {
		handlers[h.Group] = h
	}
	run := func(group string) time.Duration {
		started := time.Now()
		if _, err := handlers[group].Handle(tb.Context(), load.Request{Index: indexed.Index, Group: group, Reload: true}); err != nil {
			tb.Fatal(err)
		}
		return time.Since(started)
	}
	run("account")
	first = run(r.group)
	raw = rawCopy(b, r.table, count)
	again = run(r.group)
	return first, again, raw
}

// rawCopy copies the rows of a table into one that is identical: columns, indexes, checks and foreign keys.
func rawCopy(b *bench, table string, count int) time.Duration {
	conn, err := b.pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	var lines bytes.Buffer
	if _, err := conn.Conn().PgConn().CopyTo(b.Context(), &lines, "copy "+table+" to stdout"); err != nil {
		b.Fatal(err)
	}
	for _, statement := range []string{
		fmt.Sprintf("create table identical (like %s including all)", table),
		fmt.Sprintf(`do $$ declare fk text; begin
  for fk in select pg_get_constraintdef(oid) from pg_constraint where conrelid = '%s'::regclass and contype = 'f' loop
    execute 'alter table identical add ' || fk;
  end loop;
end $$`, table),
	} {
		if _, err := conn.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	started := time.Now()
	tag, err := conn.Conn().PgConn().CopyFrom(b.Context(), &lines, "copy identical from stdin")
	if err != nil || tag.RowsAffected() != int64(count) {
		b.Fatalf("copied %d rows of %s, error %v", tag.RowsAffected(), table, err)
	}
	return time.Since(started)
}
