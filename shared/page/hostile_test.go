package page

import (
	"strings"
	"testing"

	"view360/shared/pgtest"
)

// fillTables puts one row into every table, with $1 in every text, cut to its length.
const fillTables = `
do $$
declare t record; names text; texts text;
begin
  set session_replication_role = replica; -- keys need not lead anywhere
  for t in select c.oid, c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' loop
    select string_agg(quote_ident(attname), ', '), string_agg(case
        when attname = 'id' or atttypid in ('integer'::regtype, 'bigint'::regtype) then '1'
        when atttypid = 'numeric'::regtype then '1'
        when atttypid = 'boolean'::regtype then 'true'
        when atttypid in ('timestamptz'::regtype, 'date'::regtype, 'timestamp'::regtype) then quote_literal('2026-03-19')
        when atttypid in ('jsonb'::regtype, 'json'::regtype) then 'to_jsonb(' || quote_literal(current_setting('page.hostile')) || '::text)'
        when atttypid = 'text'::regtype then quote_literal(current_setting('page.hostile'))
        when atttypid = 'varchar'::regtype then quote_literal(left(current_setting('page.hostile'), greatest(atttypmod - 4, 0)))
        else 'null' end, ', ')
    into names, texts
    from pg_attribute where attrelid = t.oid and attnum > 0 and not attisdropped and attgenerated = ''
      and (atttypid <> 'period_granularity_type'::regtype);
    begin
      execute format('insert into public.%I (%s) overriding system value values (%s)', t.relname, names, texts);
    exception when check_violation or not_null_violation then
      raise notice 'no row for %: %', t.relname, sqlerrm;
    end;
  end loop;
end $$`

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	s := newSiteOver(t, Options{}, "select set_config('page.hostile', $q$"+hostile+"$q$, false); "+fillTables)
	conn := pgtest.Open(t, s.database)
	var filled int
	if err := conn.QueryRow(t.Context(), `select count(*) from view_accounts a join view_kms_keys k using (account)`).Scan(&filled); err != nil || filled == 0 {
		t.Fatalf("the tables are not filled: %d rows, %v", filled, err)
	}
	addresses := []string{"/", "/coverage", "/data", "/?customer=" + hostile, "/coverage?product=" + hostile, "/nowhere/" + hostile}
	views, err := conn.Query(t.Context(), `select viewname from pg_views where schemaname = 'public' and viewname like 'view%'`)
	if err != nil {
		t.Fatal(err)
	}
	for views.Next() {
		var name string
		if err := views.Scan(&name); err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, "/data/"+name, "/data/"+name+"?column=account&operator=is&value="+hostile)
	}
	shown := 0
	for _, address := range addresses {
		_, body := s.ask("GET", strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", `"`, "%22").Replace(address), nil, nil)
		shown += strings.Count(body, "&lt;script&gt;")
		for _, live := range []string{"<script>alert", "<img", "<svg/", "onerror=alert(1)>", ` style="fill:red`} {
			if strings.Contains(body, live) {
				t.Errorf("%s holds %s", address, live)
			}
		}
	}
	if shown < 50 {
		t.Errorf("the hostile text is shown %d times: the test proves nothing", shown)
	}
}
