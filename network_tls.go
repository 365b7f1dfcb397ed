package ringcx

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	addRoot = "if a company proxy or firewall looks into TLS, add its root certificate to those of this system (or name it in SSL_CERT_FILE); " +
		"in a container, install ca-certificates"
	olderTLS = "it has to speak TLS 1.2 or newer; if it is not the vendor's, something old is in between"
)

// tlsCause is about TLS with who, "" if the error is not.
func tlsCause(err error, w way, who string) cause {
	var record tls.RecordHeaderError
	var op *net.OpError
	if c := certificateCause(err, w, who); c.id != "" {
		return c
	}
	text := err.Error()
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return cause{"tls-missing", who + " answers in plain HTTP where TLS should be (server gave HTTP response to HTTPS client)", "the host does not speak TLS there; only a server on this machine may use http://; " + openABrowser}
	case errors.As(err, &record):
		return cause{"tls-missing", who + " answers with something other than TLS", "the host does not speak TLS there: check its port; only a server on this machine may use http://"}
	case strings.Contains(text, "protocol version not supported"), strings.Contains(text, "unsupported protocol version"),
		strings.Contains(text, "no supported versions"):
		return cause{"tls-version", who + " and this program have no version of TLS in common", olderTLS}
	case strings.Contains(text, "TLS handshake timeout"):
		return cause{"tcp-timeout", who + " takes connections, and does not answer in time (TLS handshake timeout)", "check the network and the firewall" + nothingLost}
	case errors.As(err, &op) && op.Op == "remote error":
		return alertCause(plainNetwork(op.Err), who)
	case strings.HasPrefix(text, "tls: "), errors.As(err, &op) && op.Op == "local error":
		return cause{"tls-refused", "TLS with " + who + " failed: " + plainNetwork(err), addRoot}
	}
	return cause{}
}

// alertCause is about a TLS handshake that the other side broke off.
func alertCause(alert, who string) cause {
	c := cause{"tls-refused", who + " broke the TLS handshake off: " + alert, "check that the host is the right one, and what is in between: " + addRoot}
	switch {
	case strings.Contains(alert, "certificate required"), strings.Contains(alert, "bad certificate"):
		c.hint = "it wants a certificate of this program: the vendor does not, so something in between answers"
	case strings.Contains(alert, "unrecognized name"):
		c.hint = "it does not serve that name: " + checkHosts
	}
	return c
}

// certificateCause is about the certificate of who, "" if the error is not.
func certificateCause(err error, w way, who string) cause {
	var verification *tls.CertificateVerificationError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var roots x509.SystemRootsError
	isVerification := errors.As(err, &verification)
	var shown *x509.Certificate
	if isVerification && len(verification.UnverifiedCertificates) > 0 {
		shown = verification.UnverifiedCertificates[0]
	}
	of := "the certificate of " + who
	switch {
	case isVerification && strings.Contains(err.Error(), "revoked"):
		return cause{"tls-revoked", of + " was revoked" + madeBy(shown), "whoever runs " + who + " has to get another; do not send a secret there"}
	case errors.As(err, &name):
		return cause{
			"tls-name", of + " is for another name" + namesIn(name.Certificate) + madeBy(name.Certificate),
			w.checkHost() + "; if that is right, something else answers under the name, such as a proxy or a captive portal: " + openABrowser,
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return dateCause(invalid.Cert, w, of)
	case errors.As(err, &roots):
		return cause{"tls-untrusted", "this system has no root certificates that can be read", "install ca-certificates, or name a file in SSL_CERT_FILE"}
	case isVerification && shown != nil && isSelfSigned(shown):
		return cause{"tls-untrusted", of + " is signed by itself, and this system does not trust it" + madeBy(shown), "the host's certificate is not trusted; " + addRoot}
	case errors.As(err, &unknown), isVerification && !errors.As(err, &invalid):
		return cause{"tls-untrusted", of + " is not one that this system trusts" + madeBy(shown), "the host's certificate is not trusted; " + addRoot}
	case errors.As(err, &invalid), isVerification:
		return cause{"tls-untrusted", of + " cannot be used: " + plainNetwork(invalid), "the host's certificate is not trusted; " + addRoot}
	}
	return cause{}
}

// dateCause is about a certificate that has ended, or not begun.
func dateCause(cert *x509.Certificate, w way, of string) cause {
	now := w.now.UTC()
	clock := ""
	if w.skew.Abs() > 30*time.Second {
		clock = fmt.Sprintf(": it is %s %s by the vendor's", rough(w.skew), map[bool]string{true: "behind", false: "ahead"}[w.skew > 0])
	}
	if now.Before(cert.NotBefore) {
		return cause{"tls-early", fmt.Sprintf("%s begins on %s, which this machine's clock has not reached: it says %s, %s before", of,
			cert.NotBefore.UTC().Format(time.DateOnly), now.Format("2006-01-02 15:04 UTC"), rough(cert.NotBefore.Sub(now))), "set the clock of this machine" + clock}
	}
	c := cause{
		"tls-expired", fmt.Sprintf("%s has ended on %s, %s ago by this machine's clock%s", of,
			cert.NotAfter.UTC().Format(time.DateOnly), rough(now.Sub(cert.NotAfter)), madeBy(cert)),
		"check the clock of this machine; if it is right, something other than the vendor answers",
	}
	if clock != "" {
		c.hint = "set the clock of this machine" + clock
	}
	return c
}

// rough is a duration as people say it.
func rough(d time.Duration) string {
	d = d.Abs()
	switch day := 24 * time.Hour; {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

func isSelfSigned(cert *x509.Certificate) bool {
	return slices.Equal(cert.RawIssuer, cert.RawSubject) && cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}

// madeBy names who a certificate says has made it: anybody may say anything there.
func madeBy(cert *x509.Certificate) string {
	if cert == nil {
		return ""
	}
	return ", made by " + cmp.Or(cmp.Or(clipped(strings.Join(cert.Issuer.Organization, ", ")), clipped(cert.Issuer.CommonName)), "an unnamed authority")
}

// namesIn are the first names of a certificate.
func namesIn(cert *x509.Certificate) string {
	const most = 3
	if cert == nil {
		return ""
	}
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 && cert.Subject.CommonName != "" {
		names = []string{cert.Subject.CommonName}
	}
	more := len(names) - most
	names = names[:min(len(names), most)]
	for i, name := range names {
		names[i] = clipped(name)
	}
	switch {
	case len(names) == 0:
		return ""
	case more > 0:
		return fmt.Sprintf(" (%s and %d more)", strings.Join(names, ", "), more)
	}
	return " (" + strings.Join(names, ", ") + ")"
}
