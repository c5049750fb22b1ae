package browser

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// maxFirstVisit is how much a phone may load for the first page that it opens, in bytes on the wire.
const maxFirstVisit = 500_000

// TestPhonesLoadLittleForTheirFirstPage states a slow connection, on which Chromium loads images from farther below.
func TestPhonesLoadLittleForTheirFirstPage(t *testing.T) {
	base := serve(t, []string{"demo"})
	for _, scale := range []float64{2, 3} {
		for _, path := range []string{"/", "/films", "/film/1"} {
			name := fmt.Sprintf("%s with %v pixels per CSS pixel", path, scale)
			v := newVisitor(t, base)
			v.do("become a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(scale), chromedp.EmulateMobile))
			v.must(chromedp.Call(v.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
				Latency: 300, DownloadThroughput: 100_000, UploadThroughput: 50_000, ConnectionType: network.ConnectionTypeCellular3g,
			}))
			if total, of := v.weighed(path); total > maxFirstVisit {
				t.Errorf("%s loads %d bytes, more than %d:\n%s", name, total, maxFirstVisit, strings.Join(of, "\n"))
			} else {
				t.Logf("%s loads %d bytes in %d files", name, total, len(of))
			}
			v.stays(name)
		}
	}
}

// weighed opens a page and returns how many bytes it has loaded until the network was idle, and what.
func (v *visitor) weighed(path string) (total int, of []string) {
	v.t.Helper()
	var lock sync.Mutex
	names, idle := map[network.RequestID]string{}, false
	err := chromedp.Listen(v.ctx, func(ev any) {
		lock.Lock()
		defer lock.Unlock()
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			names[ev.RequestID], idle = ev.Request.URL, false
		case *network.EventLoadingFinished:
			total += int(ev.EncodedDataLength)
			of = append(of, fmt.Sprintf("%8.0f %s", ev.EncodedDataLength, names[ev.RequestID]))
		case *page.EventLifecycleEvent:
			idle = idle || ev.Name == "networkIdle" && len(names) > 0
		}
	})
	if err != nil {
		v.t.Fatal(err)
	}
	v.must(chromedp.Call(v.ctx, page.SetLifecycleEventsEnabled, page.SetLifecycleEventsEnabledParams{Enabled: true}))
	v.open(path)
	await(v.t, path+" to be loaded", func() bool {
		lock.Lock()
		defer lock.Unlock()
		return idle
	})
	lock.Lock()
	defer lock.Unlock()
	return total, of
}
