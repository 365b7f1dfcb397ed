package platform

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// What the emulated API and its servers say of their versions.
const (
	platformVersion  = "1.0.60"
	platformServer   = "26.3.1.10210249"
	platformRevision = "6b1ddbc8"
)

// apiVersions is GET /restapi.
func apiVersions(_ *Service, _ *endpoint.Call, r *http.Request) endpoint.Response {
	return endpoint.JSON(http.StatusOK, map[string]any{
		"uri": endpoint.BaseURL(r) + "/restapi", "apiVersions": []any{versionInfo(r)},
		"serverVersion": platformServer, "serverRevision": platformRevision,
	})
}

// apiVersion is GET /restapi/v1.0.
func apiVersion(_ *Service, _ *endpoint.Call, r *http.Request) endpoint.Response {
	return endpoint.JSON(http.StatusOK, versionInfo(r))
}

func versionInfo(r *http.Request) map[string]any {
	return map[string]any{
		"uri": endpoint.BaseURL(r) + "/restapi/v1.0", "uriString": "v1.0", "versionString": platformVersion,
		"releaseDate": "2026-01-01T00:00:00.000Z",
	}
}
