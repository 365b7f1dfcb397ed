package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A page of another site asks for what it likes, under each name of this machine that browsers take for a stranger's.
func TestInABrowserAForeignPageBeginsNoNamespaceAndFillsNoLog(t *testing.T) {
	d := newDesk(t)
	d.v.control("namespaces", `{"name":"mine"}`)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(d.web, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, foreignPage, r.URL.Query().Get("policy"), port)
	}))
	t.Cleanup(web.Close)
	for _, policy := range []string{"no-referrer", "unsafe-url"} {
		d.Visit(strings.Replace(web.URL, "127.0.0.1", "0.0.0.0", 1) + "/?policy=" + policy) // no name of this machine
		d.See("#done")
	}
	if got := d.Text("#done"); got != "1320" {
		t.Errorf("the page asked %s times", got)
	}
	d.Problems() // of images that are none, as it should
	if got := d.v.namespaces(); !slices.Equal(got, []string{"mine"}) {
		t.Errorf("there are the namespaces %q", got)
	}
	if got := len(d.v.Requests()); got < 600 || got > 600+60 {
		t.Errorf("%d entries are in the log", got)
	}
	d.Visit(d.web + "/_ns/theirs/restapi") // the person's own wish
	if got := d.v.namespaces(); !slices.Equal(got, []string{"mine", "theirs"}) {
		t.Errorf("there are the namespaces %q", got)
	}
}

const foreignPage = `<!doctype html><html lang="en"><meta name="referrer" content="%s"><title>Page</title>
<link rel="icon" href="data:,"><script>
const port = %q, all = []
const hosts = ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:7f00:1]", "evil.localhost", "[::]"]
const ask = (url) => all.push(new Promise((done) => {
  const image = new Image()
  image.onload = image.onerror = done
  image.src = url
}))
for (let n = 0; n < 200; n++) for (const host of hosts) {
  if (n < 20) ask("http://" + host + ":" + port + "/_ns/evil" + n + "/restapi")
  ask("http://" + host + ":" + port + "/restapi?" + n)
}
Promise.all(all).then(() => {
  const p = document.createElement("p")
  p.id = "done"
  p.textContent = all.length
  document.documentElement.append(p)
})
</script>`
