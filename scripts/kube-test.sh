#!/usr/bin/env bash
# Asks an API server of Kubernetes what it says to deploy/kustomize and to what docs/deploy.md has to copy: kubectl applies them as that page does, with
# every warning an error, unknown fields refused, and pods held to the standard "restricted". What is wrong on purpose has to be refused. Then a broker lets in callers by tokens of the server, as docs/broker.md has it.
# etcd, kube-apiserver and kubectl are compiled from their modules (deploy/check/apiserver): twelve minutes of a processor the first time, half a
# minute after that. KUBE_BIN names a directory that has them already. No kubelet and no controllers run: no pod is started.
# Needs Linux, curl, go, ip, openssl and unshare (root, or user namespaces), and the module proxy.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
	echo "kube-test: $*" >&2
	exit 1
}

modules() { (cd deploy/check/"$1" && GOFLAGS=-mod=readonly CGO_ENABLED=0 nice go "${@:2}"); }

outside() {
	local tool version own=(--net --pid --fork --kill-child)
	for tool in curl go ip openssl unshare; do
		command -v "$tool" >/dev/null || die "there is no $tool"
	done
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	version=$(modules apiserver list -m -f '{{.Version}}' k8s.io/kubernetes)
	bin=${KUBE_BIN:-$tmp/bin}
	if [[ ! ${KUBE_BIN:-} ]]; then
		mkdir "$bin"
		echo "kube-test: compiling Kubernetes $version, which takes long the first time"
		modules apiserver build -p "${JOBS:-2}" -trimpath -o "$bin/" -ldflags "-s -w
			-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/client-go/pkg/version.gitVersion=$version" tool ||
			die "no API server: its modules are not to be had, or do not compile"
		mv "$bin/server" "$bin/etcd"
	fi
	definitions
	CGO_ENABLED=0 go build -o "$tmp/ringcx" ./cmd/ringcx
	# A network of its own has no port that is taken, and what runs there ends with it.
	[[ $(id -u) == 0 ]] || own+=(--map-root-user)
	unshare "${own[@]}" env -i PATH="$bin:$tmp:$PATH" HOME="$tmp" LANG=C TMPDIR="$tmp" KUBE_IN="$tmp" bash scripts/kube-test.sh
}

# definitions makes the resources that operators add, from the types of these operators.
definitions() {
	local package paths=()
	modules apiserver/definitions build -o "$tmp/controller-gen" sigs.k8s.io/controller-tools/cmd/controller-gen ||
		die "no controller-gen: its modules are not to be had, or do not compile"
	for package in $(modules apiserver/definitions list -f '{{join .Imports " "}}' .); do
		paths+=("paths=$package")
	done
	(cd deploy/check/apiserver/definitions && GOFLAGS=-mod=readonly "$tmp/controller-gen" crd:maxDescLen=0 "${paths[@]}" output:dir="$tmp/definitions")
}

inside() {
	ip link set lo up
	tmp=$KUBE_IN
	mkdir "$tmp/here"
	servers
	local rendered pod
	cd "$tmp/here"
	ln -s "$OLDPWD/deploy" "$OLDPWD/docs" .
	echo 'RINGCX_CLIENT_ID=id' >ringcx.env
	echo key | tee key ca.crt >/dev/null
	cp "$tmp/certs/apiserver.crt" tls.crt
	cp "$tmp/certs/apiserver.key" tls.key

	accepted "the definitions of operators" kubectl create -f "$tmp/definitions"
	kubectl wait --for=condition=Established --timeout=60s --all crd >/dev/null
	page deploy sh 'kubectl apply -k' | grep -v '^kubectl exec' >commands # there is no pod to run it in
	accepted "the commands of docs/deploy.md" bash -euo pipefail commands
	accepted "the same again, which changes nothing" kubectl diff -k deploy/kustomize
	accepted "the same by server-side apply" kubectl apply --server-side --force-conflicts --field-manager gitops --dry-run=server -k deploy/kustomize
	pod=$(pod)
	accepted "a pod as the Deployment makes them, restricted" kubectl create --dry-run=server -f - <<<"$pod"

	cp -rL deploy/kustomize base
	mkdir overlay
	page deploy yaml '# kustomization.yaml' | sed 's|^resources:.*|resources: [../base]|' >overlay/kustomization.yaml
	cp base/broker.toml overlay
	accepted "the overlay of docs/deploy.md" kubectl apply --dry-run=server -k overlay
	page deploy yaml 'generators.external-secrets.io' >recipe
	accepted "its recipe for External Secrets" kubectl create --dry-run=server -f recipe
	page deploy sh 'kubectl label secret' | grep -v '^kubectl exec' >commands
	accepted "and its commands" bash -euo pipefail commands
	echo key >metrics.key
	page deploy sh 'ringcx-broker-metrics' | grep -v '^kubectl exec' >commands
	accepted "those for the key of the monitor" bash -euo pipefail commands

	rendered=$(kubectl kustomize deploy/kustomize)
	refused 'unknown field "spec.template.spec.containers\[0\].securityContext' "$rendered" s/readOnlyRootFilesystem/readOnlyRootFileSystem/
	refused 'unrecognized type: int32' "$rendered" 's/replicas: 2/replicas: two/'
	refused 'Unsupported value: "Runtimedefault"' "$rendered" s/RuntimeDefault/Runtimedefault/
	refused 'mutually exclusive\|cannot be both set' "$rendered" 's/^  maxUnavailable: 1$/&\n  minAvailable: 1/'
	refused 'Unsupported value: "UPD"' "$rendered" 's/protocol: UDP/protocol: UPD/'
	refused 'would violate PodSecurity' "$rendered" 's/runAsNonRoot: true/runAsNonRoot: false/'
	refused 'Unsupported value: "gopher"' "$rendered" 's/scheme: https/scheme: gopher/'
	refused 'unknown field "spec.jobLable"' "$rendered" 's/jobLabel/jobLable/'
	refused 'unknown field "spec.result.jsonpath"' "$(<recipe)" s/jsonPath/jsonpath/
	refused 'Unsupported value: "WebHook"' "$(<recipe)" 's/kind: Webhook, name/kind: WebHook, name/'
	refused 'violates PodSecurity "restricted:latest".*privileged' "$pod" 's/"allowPrivilegeEscalation":false/"privileged":true/'
	refused 'serviceaccount "nobody" not found' "$pod" 's/"serviceAccountName":"[a-z-]*"/"serviceAccountName":"nobody"/'

	page deploy yaml automountServiceAccountToken >>overlay/kustomization.yaml
	accepted "the overlay whose broker has a token" kubectl apply -k overlay
	accepted "a pod of that" kubectl create --dry-run=server -o jsonpath='{range .spec.containers[0].volumeMounts[*]}{.mountPath}{"\n"}{end}' -f - <<<"$(pod)"
	grep -q '^/var/run/secrets/kubernetes.io/serviceaccount$' out || die "a pod of that has no token"
	callers
	echo "kube-test: passed, with Kubernetes $(kubectl get --raw /version | sed -n 's/.*"gitVersion": "\(.*\)".*/\1/p')"
}

# servers starts etcd and kube-apiserver, on this namespace's loopback, and makes kubectl one who may do all.
servers() {
	etcd --data-dir "$tmp/etcd" --unsafe-no-fsync --log-level error >"$tmp/etcd.log" 2>&1 &
	openssl ecparam -name prime256v1 -genkey -noout -out "$tmp/accounts.key"
	echo token,admin,admin,system:masters >"$tmp/tokens"
	cat >"$tmp/admission.yaml" <<-END
		apiVersion: apiserver.config.k8s.io/v1
		kind: AdmissionConfiguration
		plugins:
		  - name: PodSecurity
		    configuration:
		      apiVersion: pod-security.admission.config.k8s.io/v1
		      kind: PodSecurityConfiguration
		      defaults: {enforce: restricted, warn: restricted}
	END
	kube-apiserver --etcd-servers http://127.0.0.1:2379 --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --endpoint-reconciler-type none \
		--cert-dir "$tmp/certs" --authorization-mode RBAC --anonymous-auth=false --token-auth-file "$tmp/tokens" \
		--service-account-issuer https://kubernetes.default.svc.cluster.local --service-account-key-file "$tmp/accounts.key" \
		--service-account-signing-key-file "$tmp/accounts.key" --service-cluster-ip-range 10.0.0.0/24 \
		--allow-privileged --admission-control-config-file "$tmp/admission.yaml" >"$tmp/apiserver.log" 2>&1 &
	export KUBECONFIG=$tmp/kubeconfig
	{
		kubectl config set-cluster here --server https://127.0.0.1:6443 --certificate-authority "$tmp/certs/apiserver.crt"
		kubectl config set-credentials admin --token token
		kubectl config set-context here --cluster here --user admin
		kubectl config use-context here
	} >/dev/null
	comes kubectl get --raw /readyz
}

# comes COMMAND waits until it succeeds.
comes() {
	local tries=0
	until "$@" >"$tmp/comes" 2>&1; do
		if ((++tries > 240)); then
			tail -n 20 "$tmp"/*.log "$tmp/comes" >&2
			die "in vain: $*"
		fi
		sleep 0.5
	done
}

# pod prints a pod as the Deployment that was applied last makes them.
pod() {
	echo '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"from-the-template"},"spec":'
	kubectl get deployment ringcx-broker -o jsonpath='{.spec.template.spec}'
	echo '}'
}

# callers starts a broker with the [[oidc]] of docs/broker.md, and asks it with tokens of service accounts. The broker shows its own to get the keys.
callers() {
	local namespace audience status got
	kubectl create namespace prod >/dev/null
	kubectl create serviceaccount web --namespace prod >/dev/null
	kubectl create serviceaccount web >/dev/null
	kubectl create token ringcx-broker >own.token
	{
		printf '[[listen]]\naddress = "127.0.0.1:8788"\n'
		page broker toml kubernetes.default.svc | sed "s|https://kubernetes.default.svc/|https://127.0.0.1:6443/|
			s|/var/run/secrets/kubernetes.io/serviceaccount/ca.crt|$tmp/certs/apiserver.crt|
			s|/var/run/secrets/kubernetes.io/serviceaccount/token|$tmp/here/own.token|"
	} >callers.toml
	ringcx sandbox >"$tmp/sandbox.log" 2>&1 &
	comes ringcx sandbox env
	eval "$(ringcx sandbox env)"
	ringcx broker --config callers.toml >"$tmp/broker.log" 2>&1 &
	comes curl -sf http://127.0.0.1:8788/readyz
	while read -r namespace audience status; do
		kubectl create token web --namespace "$namespace" --audience "$audience" | sed 's/^/Authorization: Bearer /' >header
		got=$(curl -s -o out -w '%{http_code}' -H @header http://127.0.0.1:8788/voice/api/v1/admin/accounts)
		[[ $got == "$status" ]] || die "a token of $namespace for $audience is answered $got: $(head -c 300 out)"
		echo "answered $status: a token of $namespace for $audience"
	done <<-END
		prod ringcx-broker 200
		prod another 401
		ringcx ringcx-broker 401
	END
}

kubectl() { command kubectl --warnings-as-errors "$@"; }
export -f kubectl

# page NAME KIND TEXT prints the block of that kind in docs/NAME.md which has a text in it.
page() {
	awk -v kind="$2" -v part="$3" '
		/^```/ { if (on && index(text, part)) { printf "%s", text; exit } on = $0 == "```" kind; text = ""; next }
		on { text = text $0 "\n" }' "docs/$1.md"
}

accepted() {
	"${@:2}" >out 2>&1 || {
		cat out >&2
		die "refused: $1"
	}
	echo "accepted: $1"
	sed 's/^/  /' out
}

# refused WHY TEXT CHANGE fails unless what sed makes of a text is refused for this reason.
refused() {
	local changed
	changed=$(sed "$3" <<<"$2")
	[[ $changed != "$2" ]] || die "there is nothing to change by $3"
	if kubectl apply --dry-run=server -f - <<<"$changed" >out 2>&1; then
		die "taken: $3"
	fi
	grep -q "$1" out || {
		cat out >&2
		die "refused for another reason: $3"
	}
	echo "refused: $3: $(grep -o "$1" out | head -n 1)"
}

if [[ ${KUBE_IN:-} ]]; then
	inside
else
	outside
fi
