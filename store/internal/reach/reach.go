// Package reach puts into words why a server of a Store cannot be talked to, and finds out what listens where it should be.
package reach

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// Words are what to do, in the terms of one kind of server.
type Words struct {
	Dial       string // nobody listens
	Trust      string // its certificate is not trusted
	NoTLS      string // it speaks no TLS
	ClientCert string // it wants a certificate of its client
}

// Trouble is what is wrong, in a line that holds no secret, and what to do about it.
type Trouble struct{ Text, Remedy string }

// Of tells what is wrong with names, connections and TLS. The zero value says that it is something else.
func Of(err error, w Words) Trouble {
	var record tls.RecordHeaderError
	var op *net.OpError
	var dns *net.DNSError
	if t := certificate(err, w); t.Text != "" {
		return t
	}
	switch isOp := errors.As(err, &op); {
	case errors.As(err, &record):
		return Trouble{"what listens there speaks no TLS", w.NoTLS}
	case isOp && op.Op == "remote error":
		return alert(op.Err.Error(), w)
	case strings.Contains(err.Error(), "protocol version"), strings.Contains(err.Error(), "no supported versions"):
		return Trouble{"the server and this program have no version of TLS in common", "it has to speak TLS 1.2 or newer"}
	case errors.As(err, &dns) && dns.IsNotFound:
		return Trouble{"no such host: " + Clip(dns.Name), w.Dial}
	case errors.As(err, &dns):
		return Trouble{"the name server does not tell where " + Clip(dns.Name) + " is: " + Clip(dns.Err), "check that this machine is online, and its name server"}
	case isOp && op.Op == "dial":
		return Trouble{Clip(dialed(op)), w.Dial}
	}
	return Trouble{}
}

// dialed is why there was no connection, without the words of the operating system for that it was one.
func dialed(op *net.OpError) string {
	err := op.Err
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	if op.Addr == nil {
		return err.Error()
	}
	return op.Addr.String() + ": " + err.Error()
}

func certificate(err error, w Words) Trouble {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	const of = "the certificate of the server "
	switch {
	case errors.As(err, &name):
		return Trouble{of + "is for another name than " + Clip(name.Host) + names(name.Certificate), "name the host in the store's URL as its certificate does, or give it a certificate for that name"}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return Trouble{
			of + fmt.Sprintf("is valid from %s to %s, and not by this machine's clock", invalid.Cert.NotBefore.UTC().Format(time.DateOnly), invalid.Cert.NotAfter.UTC().Format(time.DateOnly)),
			"check the clock of this machine; if it is right, the server needs another certificate",
		}
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &verification):
		return Trouble{of + "is not one that this program trusts", w.Trust}
	}
	return Trouble{}
}

// alert is about TLS that the server broke off.
func alert(text string, w Words) Trouble {
	switch {
	case strings.Contains(text, "certificate required"), strings.Contains(text, "bad certificate"), strings.Contains(text, "unknown certificate"):
		return Trouble{"the server wants a certificate of its client, or refuses the one it got", w.ClientCert}
	case strings.Contains(text, "protocol version"):
		return Trouble{"the server and this program have no version of TLS in common", "it has to speak TLS 1.2 or newer"}
	}
	return Trouble{"the server broke the TLS handshake off: " + Clip(text), w.Trust}
}

// names are the first of a certificate.
func names(cert *x509.Certificate) string {
	const most = 3
	if cert == nil {
		return ""
	}
	all := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		all = append(all, ip.String())
	}
	more := ""
	if len(all) > most {
		more = fmt.Sprintf(" and %d more", len(all)-most)
		all = all[:most]
	}
	if len(all) == 0 {
		return ""
	}
	for i := range all {
		all[i] = Clip(all[i])
	}
	return " (" + strings.Join(all, ", ") + more + ")"
}

// Clip is what an outsider says, in one line of a length that people read.
func Clip(s string) string {
	const most = 200
	if s = lease.Plain(errors.New(s)); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
