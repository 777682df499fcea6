package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"view360/shared/collectors"
	"view360/shared/page"
	"view360/shared/pgtest"
	"view360/shared/simaws"
)

// site is the page over a demonstration whose faults the test decides.
type site struct {
	*httptest.Server
	organization *simaws.Server
	demo         *demonstration
}

// startSite runs the demonstration with faults and serves its page.
func startSite(t *testing.T, faults ...simaws.Fault) *site {
	t.Helper()
	state := t.TempDir()
	db, err := openDatabase(t.Context(), &output{}, state, pgtest.URL(t), false)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	objects, err := openObjects(state)
	must(t, err)
	t.Cleanup(func() { _ = objects.Close() })
	organization, err := simaws.Start(t.Context(), simaws.New(simaws.Options{
		Seed: 360, Volume: 0.2, Role: simaws.MemberRole, ExternalID: simaws.ExternalID,
	}))
	must(t, err)
	t.Cleanup(func() { _ = organization.Close() })
	organization.Fault(faults...)

	demo := &demonstration{organization: organization.Organization, pipeline: newPipeline(objects.openBucket(stagingBucket)), staging: objects.openBucket(stagingBucket), data: objects.openBucket(dataBucket)}
	demo.Engine().Base = t.Context()
	must(t, demo.addCollect(collectors.All, organization.Config(""), demoSettings(), demo.staging, demo.data))
	demo.loader, err = newLoadRunner(demo.pipeline, db, demo.data, nil, false)
	must(t, err)
	var out bytes.Buffer
	if code := reportEnd(&out, demoCommand{}.collectAndLoad(t.Context(), demo, &output{&out, &out, false}, db)); code != exitPartial && len(faults) > 0 {
		t.Fatalf("exit code %d\n%s", code, out.String())
	}
	arriving, stop := context.WithCancel(t.Context())
	var arrivals sync.WaitGroup
	arrivals.Go(func() { demo.loadArrivals(arriving) })
	t.Cleanup(func() { stop(); arrivals.Wait() })

	shown, err := page.New(page.Options{
		Pool: db.Pool, Executions: demo.pipeline, CollectAgain: demo.collectAgain, Banner: demoBanner, Permissions: demo.organization,
	})
	must(t, err)
	s := &site{Server: httptest.NewUnstartedServer(nil), organization: organization, demo: demo}
	s.Config.Handler = page.Guard(s.Listener.Addr().String(), shown)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// browser is a tab of a real browser. What its console and its network complain about fails the test.
type browser struct {
	*testing.T
	ctx context.Context
	url string
}

func openBrowser(t *testing.T, url string) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no browser on the PATH: apt-get install chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t, ctx, url}
	must(t, chromedp.Listen(ctx, b.listen))
	b.do(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), chromedp.EmulateViewport(1280, 900))
	return b
}

func (b *browser) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.Errorf("exception: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.Errorf("console.%s", e.Type)
	case *log.EventEntryAdded:
		b.Errorf("console: %s: %s", e.Entry.Level, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.url+"/") && !strings.HasPrefix(e.Request.URL, "data:") { // of the browser's own controls
			b.Errorf("a request to %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= http.StatusBadRequest {
			b.Errorf("%s answered %d", e.Response.URL, e.Response.Status)
		}
	}
}

// command is an action that sends one command of the browser's protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		shown, _ := chromedp.Run(b.ctx, chromedp.Text("body"))
		b.Fatalf("%v\non the page:\n%s", err, shown)
	}
}

// open goes to a page and waits until it is drawn.
func (b *browser) open(path string) {
	b.Helper()
	b.do(chromedp.Navigate(b.url+path), chromedp.WaitVisible("h1"))
}

// until waits for an expression of the page to be true. It may be a promise.
func (b *browser) until(expression string) {
	b.Helper()
	b.do(chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingInterval(200*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
}

// complaints evaluates a script that returns what is wrong.
func (b *browser) complaints(what, script string) {
	b.Helper()
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](script))
	must(b.T, err)
	for _, complaint := range found {
		b.Errorf("%s: %s", what, complaint)
	}
}

// pages are one of each kind; %s is the failed execution.
func (s *site) pages() []string {
	var failed string
	for _, x := range s.demo.List() {
		if x.Machine.Name == "collect" {
			failed = x.ARN
		}
	}
	return []string{
		"/", "/coverage", "/coverage/617390258846/kms", "/executions", "/executions/" + failed, "/data", "/data/view_kms_keys?sort=key_id",
	}
}

func TestPageWorksInABrowser(t *testing.T) {
	s := startSite(t,
		simaws.Fault{Account: "617390258846", Service: "kms", Operation: "ListKeys", Kind: simaws.Denied},
		simaws.Fault{Account: "617390258846", Service: "wafv2", Kind: simaws.Denied})
	t.Run("renders everywhere without a complaint", func(t *testing.T) {
		b := openBrowser(t, s.URL)
		for _, path := range s.pages() {
			for _, width := range []int64{1280, 390} {
				b.do(chromedp.EmulateViewport(width, 900))
				b.open(path)
				b.complaints(path, tooWide)
			}
		}
	})
	t.Run("can be used by everybody", func(t *testing.T) {
		b := openBrowser(t, s.URL)
		for _, path := range s.pages() {
			for _, scheme := range []string{"light", "dark"} {
				b.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
				}))
				b.open(path)
				b.complaints(path+" in "+scheme, accessibility)
			}
		}
	})
	t.Run("leads a keyboard past the navigation", func(t *testing.T) {
		b := openBrowser(t, s.URL)
		b.open("/")
		b.do(chromedp.KeyEvent("\t"))
		b.until(`document.activeElement.textContent === "Skip to content" && document.activeElement.getBoundingClientRect().left >= 0`)
	})
	t.Run("is read without JavaScript", func(t *testing.T) {
		b := openBrowser(t, s.URL)
		b.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
		for _, path := range s.pages() {
			b.open(path)
		}
		b.open("/")
		b.do(chromedp.WaitVisible(`//dt[.="Critical"]`), chromedp.WaitVisible(`figure .wide svg`))
	})
	t.Run("repairs a failed service by clicking", func(t *testing.T) {
		b := openBrowser(t, s.URL)
		b.open("/coverage")
		b.do(chromedp.Click(`a[href="/coverage/617390258846/kms"]`), chromedp.WaitVisible(`//td[contains(., "denied kms:ListKeys")]`))
		b.do(chromedp.Click(`//button[.="Grant the permission"]`), chromedp.WaitNotPresent(`//button[.="Grant the permission"]`))
		b.do(chromedp.Click(`//button[.="Collect again"]`), chromedp.WaitVisible(`//p[@class="facts"]//span[.="SUCCEEDED"]`))
		b.until(`fetch("/coverage/617390258846/kms").then(r => r.text()).then(t => !t.includes("denied kms:ListKeys"))`)
		b.open("/coverage")
		b.do(chromedp.WaitVisible(`a.good[href="/coverage/617390258846/kms"]`), chromedp.WaitVisible(`a.bad[href="/coverage/617390258846/waf"]`))
	})
	t.Run("redrives an execution by clicking", func(t *testing.T) {
		b := openBrowser(t, s.URL)
		b.open("/executions?machine=collect&status=FAILED")
		b.do(chromedp.Click(`main td a`), chromedp.WaitVisible(`//li[contains(., "617390258846 waf in ") and contains(., ": denied")]`))
		s.organization.ClearFaults() // the role is fixed
		b.do(chromedp.Click(`//button[.="Redrive"]`), chromedp.WaitVisible(`//p[@class="facts"]//span[.="SUCCEEDED"]`))
		b.do(chromedp.WaitVisible(`//p[@class="facts"][contains(., "redriven 1 ×")]`))
		b.until(`fetch("/coverage/617390258846/waf").then(r => r.text()).then(t => t.includes("passed") && !t.includes("denied"))`)
	})
}

// tooWide complains about a page that must be pushed sideways.
const tooWide = `document.documentElement.scrollWidth > innerWidth ? ["wider than the window: " + document.documentElement.scrollWidth] : []`
