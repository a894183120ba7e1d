package import Discovery
package import MeshModel

/// What the command line asks for.
package struct ProxyOptions: Sendable {
    /// A place in the mesh, configured by a control plane.
    package struct Mesh: Sendable {
        package var node: NodeIdentifier
        package var labels: [String: String]
        package var serviceAccount: String
        /// Where the application listens.
        package var applicationAddress: String
        /// The control plane's TLS address, `127.0.0.1:15012`.
        package var control: String
        package var rootCertificateFile: String
        /// The one-time token; not needed while the state directory holds a valid certificate.
        package var tokenFile: String?
        package var stateDirectory: String
        /// Whether the machine sends the workload's connections here; see ``InterceptionRules``.
        package var isIntercepted = false
    }

    package enum Source: Sendable {
        case mesh(Mesh)
        /// An Envoy bootstrap, YAML or JSON.
        case bootstrap(file: String)
    }

    package var source: Source
    /// Worker threads; `nil` for one per CPU.
    package var concurrency: Int?
    /// An OTLP/HTTP receiver, `127.0.0.1:4318`; no spans without it.
    package var otlp: String?
    /// The share of traces begun here that are recorded, of 10,000.
    package var samplePerTenThousand: UInt64 = 10_000
    /// What draws, choices, jitter and identifiers begin with; `nil` for the system's randomness. For tests: two proxies
    /// with one seed make the same trace identifiers.
    package var seed: UInt64?
    /// Connections that clients may have at a time; `nil` for what descriptors allow.
    package var connectionLimit: Int?
    /// Bytes of memory; near them requests are refused. `nil` for the control group's limit, if there is one.
    package var memoryLimit: UInt64?
    /// Whether to take the place of the proxy that runs with the same ``takeoverPath``.
    package var takesOver = false
    /// Where this proxy offers its sockets to a successor; `nil` for nowhere.
    package var takeoverPath: String?

    package static let help = """
        usage: meshtop-proxy --config FILE [--concurrency N]
               meshtop-proxy --node sidecar~ADDRESS~NAME.NAMESPACE~DOMAIN --control HOST:PORT --root-cert FILE
                             --state-dir DIR [--token-file FILE] [--workload-labels K=V,...] [--service-account NAME]
                             [--app-address ADDRESS] [--otlp HOST:PORT] [--sample PERCENT] [--concurrency N]

               meshtop-proxy intercept up|down|status [OPTION…]     (see meshtop-proxy intercept --help)

        The sidecar: it carries a workload's requests, in and out, over mutual TLS, and measures them.

          --config FILE         an Envoy bootstrap (YAML or JSON); runs without a control plane
          --node ID             this proxy's place in the mesh
          --control HOST:PORT   the control plane's TLS address
          --root-cert FILE      the mesh's root certificate
          --token-file FILE     the one-time token that earns the first certificate
          --state-dir DIR       key, certificate and the last good configuration, kept across restarts
          --workload-labels L   app=x,version=v1
          --service-account SA  part of the workload's identity (default: default)
          --intercepted         the machine sends the workload's connections here (meshtop-proxy intercept up)
          --app-address ADDR    where the application listens (default: 127.0.0.1)
          --otlp HOST:PORT      where spans go (OTLP/HTTP); none without it
          --sample PERCENT      share of new traces that are recorded (default: 100)
          --concurrency N       worker threads (default: one per CPU)
          --connections N       connections that clients may have at a time (default: by the limit of descriptors)
          --memory-limit MB     memory near which requests are refused (default: the control group's limit)
          --takeover            take the place of the proxy that runs: its sockets, then its requests; it drains and ends
          --takeover-socket F   where sockets are offered to a successor (default: takeover in --state-dir)
          --seed N              the same draws in every run, for tests
          --help, --version

        Admin on ADDRESS:15000 (loopback only), readiness on :15021, metrics on :15090/stats/prometheus.
        """

    /// Reads the arguments that follow the program's name.
    package init(arguments: [String]) throws(ProxyError) {
        var values: [String: String] = [:]
        var isIntercepted = false
        var index = 0
        while index < arguments.count {
            var name = arguments[index]
            guard name.hasPrefix("--") else { throw .usage("\"\(name)\" is not an option; see --help") }
            var value: String?
            if let equals = name.firstIndex(of: "=") {
                value = String(name[name.index(after: equals)...])
                name = String(name[..<equals])
            }
            if name == "--takeover" || name == "--intercepted", value == nil {
                if name == "--takeover" { takesOver = true } else { isIntercepted = true }
                index += 1
                continue
            }
            guard Self.known.contains(name) else { throw .usage("\(name) is not an option; see --help") }
            if value == nil {
                index += 1
                guard index < arguments.count else { throw .usage("\(name) needs a value") }
                value = arguments[index]
            }
            guard values[name] == nil else { throw .usage("\(name) is given twice") }
            values[name] = value
            index += 1
        }
        concurrency = try Self.number(values["--concurrency"], "--concurrency", in: 1...256)
        connectionLimit = try Self.number(values["--connections"], "--connections", in: 1...1_000_000)
        memoryLimit = try Self.number(values["--memory-limit"], "--memory-limit", in: 16...1_048_576)
            .map { UInt64($0) << 20 }
        otlp = values["--otlp"]
        if let text = values["--sample"] {
            guard let percent = Double(text), (0...100).contains(percent) else {
                throw .usage("--sample \(text): expected a percentage from 0 to 100")
            }
            samplePerTenThousand = UInt64((percent * 100).rounded())
        }
        if let text = values["--seed"] {
            guard let seed = UInt64(text) else { throw .usage("--seed \(text): expected a number from 0 to 2^64-1") }
            self.seed = seed
        }
        takeoverPath = values["--takeover-socket"] ?? values["--state-dir"].map { "\($0)/takeover" }
        if takesOver, takeoverPath == nil {
            throw .usage(
                "--takeover needs the place where the proxy that runs offers its sockets: --takeover-socket PATH")
        }
        if let file = values["--config"] {
            let others = Self.meshOnly.filter { values[$0] != nil } + (isIntercepted ? ["--intercepted"] : [])
            guard others.isEmpty else {
                throw .usage("--config stands alone; \(others.joined(separator: ", ")) belong to a mesh")
            }
            source = .bootstrap(file: file)
            return
        }
        func required(_ name: String) throws(ProxyError) -> String {
            guard let value = values[name] else { throw .usage("\(name) is missing (or --config FILE); see --help") }
            return value
        }
        source = .mesh(
            Mesh(
                node: try Self.node(try required("--node")),
                labels: try Self.labels(values["--workload-labels"] ?? ""),
                serviceAccount: values["--service-account"] ?? "default",
                applicationAddress: values["--app-address"] ?? "127.0.0.1",
                control: try required("--control"),
                rootCertificateFile: try required("--root-cert"),
                tokenFile: values["--token-file"],
                stateDirectory: try required("--state-dir"), isIntercepted: isIntercepted))
    }

    private static let meshOnly = [
        "--node", "--workload-labels", "--service-account", "--app-address", "--control", "--root-cert", "--token-file",
        "--state-dir",
    ]
    private static let known = Set(
        meshOnly + [
            "--config", "--concurrency", "--connections", "--memory-limit", "--otlp", "--sample", "--seed",
            "--takeover-socket",
        ])

    private static func number(_ text: String?, _ name: String, in range: ClosedRange<Int>) throws(ProxyError) -> Int? {
        guard let text else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .usage("\(name) \(text): expected a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func node(_ text: String) throws(ProxyError) -> NodeIdentifier {
        guard let node = NodeIdentifier(text) else {
            throw .usage("--node \(text): expected <sidecar|router>~<address>~<name>.<namespace>~<domain>")
        }
        return node
    }

    private static func labels(_ text: String) throws(ProxyError) -> [String: String] {
        var labels: [String: String] = [:]
        for pair in text.split(separator: ",") {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw .usage("--workload-labels: \"\(pair)\" is not NAME=VALUE")
            }
            labels[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        return labels
    }
}

extension ProxyOptions.Mesh {
    /// The workload as metrics and spans name it, by Istio's order of labels.
    package var workload: WorkloadIdentity {
        let app = labels["service.istio.io/canonical-name"] ?? labels["app"] ?? node.name
        return WorkloadIdentity(
            namespace: node.namespace, workload: labels["service.istio.io/workload-name"] ?? node.name, app: app,
            version: labels["service.istio.io/canonical-revision"] ?? labels["version"] ?? "latest",
            principal: identity)
    }

    /// The name on the certificate.
    package var identity: SPIFFEIdentity {
        SPIFFEIdentity(trustDomain: trustDomain, namespace: node.namespace, serviceAccount: serviceAccount)
    }

    /// What follows `<namespace>.svc.` in the node's DNS domain.
    package var trustDomain: String {
        let prefix = "\(node.namespace).svc."
        return node.domain.hasPrefix(prefix) && node.domain.count > prefix.count
            ? String(node.domain.dropFirst(prefix.count)) : "cluster.local"
    }
}
