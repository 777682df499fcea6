package page

import (
	"regexp"
	"strings"
	"testing"

	"view360/shared/catalog"
)

func TestSourcesAreShownByTheirTitles(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	heads := regexp.MustCompile(`<th scope="col" title="([a-z]+)"><span>([^<]+)</span>`).FindAllStringSubmatch(s.get("/coverage"), -1)
	if len(heads) == 0 {
		t.Fatal("the coverage has no columns")
	}
	for _, head := range heads {
		if source, _ := catalog.FindByName(head[1]); head[2] != source.Title {
			t.Errorf("column %s is titled %q, want %q", head[1], head[2], source.Title)
		}
	}
	s.expect(s.get("/coverage/111122223333/kms"), "KMS keys of shop (111122223333)")
	_, body := s.ask("GET", "/coverage/111122223333/rispsavings", nil, nil)
	s.expect(body, "Reserved instances and Savings Plans of")
	if strings.Contains(text(body), "rispsavings") {
		t.Error("the page shows the name of the source")
	}
}

func TestSubjectNamesWhatAnInputIsAbout(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]subject{
		`{"service":"kms","account":"111122223333","region":"eu-west-1"}`:                            {"kms", "111122223333 eu-west-1"},
		`{"group":"cost","key":"data/k.json"}`:                                                       {"", "cost data/k.json"},
		`{"request":{"account":"111122223333","date":"2026-03-11","interval":"DAILY"},"regions":[]}`: {"", "111122223333 2026-03-11 DAILY"},
		`{"regions":[]}`: {},
		`[1]`:            {},
		``:               {},
	} {
		got := parseSubject(input)
		if got == nil {
			got = &subject{}
		}
		if *got != want {
			t.Errorf("%s: got %+v, want %+v", input, *got, want)
		}
	}
}
