// Package api calls the RingCX API.
package api

//go:generate go run ../internal/apigen/write
