package sandbox

import (
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// notEmulated answers a call of an operation that the vendor describes and the sandbox does not have, before anybody looks
// at its token or counts it: in no words of the vendor, so that nobody takes it for an answer of the vendor.
func notEmulated(c *endpoint.Call, r *http.Request) endpoint.Response {
	details := "The vendor describes it. Neither the token nor a limit was looked at"
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		details += ". Without /voice/api in front the vendor was seen to answer with a web page"
	}
	return endpoint.JSON(http.StatusNotImplemented, struct {
		ErrorCode      string `json:"errorCode"`
		GeneralMessage string `json:"generalMessage"`
		Details        string `json:"details"`
		Operation      string `json:"operation"`
		RequestURI     string `json:"requestUri"`
		Timestamp      int64  `json:"timestamp"`
	}{
		"sandbox.not.emulated", "The sandbox does not emulate the operation " + c.Operation, details,
		c.Operation, r.URL.EscapedPath() + " - " + r.Method, c.Now.UnixMilli(),
	})
}
