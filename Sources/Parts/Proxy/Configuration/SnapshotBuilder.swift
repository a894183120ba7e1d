import Discovery
import HTTPTransport
import SystemIO
import TLSTransport
import TrafficPolicy

/// Makes snapshots from resources and secrets. It lives on the admin thread and keeps what is costly to make and did
/// not change: TLS contexts and compiled routes.
struct SnapshotBuilder {
    private let local: WorkloadLabels
    private let ownAddress: String?
    private var generation: UInt64 = 0
    private var serverContexts: [ServerKey: TLSContext] = [:]
    private var clientContexts: [ClientKey: TLSContext] = [:]
    private var baseContexts: [BaseKey: TLSContext] = [:]
    private var tables: [RouteConfiguration: RouteTable] = [:]
    /// Filters remember: what they learnt of requests outlives a change of the configuration that is not about them.
    private var filters: [HTTPFilter: any RequestFilter] = [:]
    /// The ejections of each cluster that has rules for them; they go on while the rules stay.
    private(set) var outliers: [String: OutlierMonitor] = [:]
    /// The breakers of each cluster that has limits.
    private(set) var breakers: [String: ClusterBreakers] = [:]
    /// What the policies of access have done.
    let access = AccessBook()

    /// The buckets of all rules that limit requests; each goes on while its rules stay.
    private var limiters: [RateLimitRules: RateLimiter] = [:]
    /// The files of access logs, by path; open while some listener logs to them.
    private(set) var logFiles: [String: AppendFile] = [:]
    /// The files that certificates come from, as they were before they were read.
    private var stamps: [String: Files.Stamp?] = [:]

    private struct ServerKey: Hashable {
        var secrets: ResolvedSecrets
        var context: DownstreamTLSContext
        var codec: HTTPConnectionManager.Codec?
    }

    private struct ClientKey: Hashable {
        var secrets: ResolvedSecrets
        var context: UpstreamTLSContext
        var protocols: [String]
    }

    private struct BaseKey: Hashable {
        var certificate: CertificateMaterial?
        var roots: String?
        var protocols: [String]
    }

    init(local: WorkloadLabels, ownAddress: String?) {
        self.local = local
        self.ownAddress = ownAddress
    }

    /// What of the resources is not in a snapshot, and why.
    struct Omission: Hashable, Sendable {
        var reason: String
        /// True when it is only a matter of time: routes or a certificate that have not arrived.
        var isWaiting: Bool
    }

    /// A snapshot and what of the resources it leaves out. A listener without its routes or its
    /// certificate is left out until they come: a port that answers wrongly is worse than one that is closed.
    mutating func build(_ resources: ResourceSet, _ secrets: SecretBook) -> (ConfigurationSnapshot, [Omission]) {
        var omissions: [Omission] = []
        var next = self
        next.generation += 1
        next.serverContexts = [:]
        next.clientContexts = [:]
        next.baseContexts = baseContexts
        next.tables = [:]
        next.filters = [:]
        next.outliers = [:]
        next.breakers = [:]
        next.limiters = [:]
        next.logFiles = [:]
        var clusters: [ClusterPlan] = []
        var places: [String: Int] = [:]
        let assignments = Dictionary(resources.endpoints.map { ($0.clusterName, $0) }, uniquingKeysWith: { $1 })
        let carriers = resources.connectionClusters
        for cluster in resources.clusters {
            places[cluster.name] = clusters.count
            let carriesBytes = carriers.contains(cluster.name)
            clusters.append(
                plan(cluster, assignments, secrets, carriesBytes: carriesBytes, into: &next, &omissions))
        }
        // Before they are read: what changes meanwhile is seen at the next look.
        let paths =
            resources.listeners.flatMap(\.filterChains).compactMap { $0.tls?.common }.flatMap(\.paths)
            + resources.clusters.compactMap { $0.tls?.common }.flatMap(\.paths)
        next.stamps = Dictionary(paths.map { ($0, Files.stamp(of: $0)) }, uniquingKeysWith: { $1 })
        let routes = Dictionary(resources.routes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        var listeners: [ListenerPlan] = []
        var connectionListeners: [ConnectionListenerPlan] = []
        for listener in resources.listeners {
            do throws(Obstacle) {
                if listener.filterChains.contains(where: { $0.proxy != nil }) {
                    connectionListeners.append(try connectionPlan(listener, places, secrets, into: &next))
                } else {
                    listeners.append(try plan(listener, routes, places, secrets, into: &next))
                }
            } catch {
                omissions.append(error.omission("listener \(listener.name)"))
            }
        }
        next.baseContexts = next.baseContexts.filter { base, _ in
            next.clientContexts.keys.contains { $0.secrets.certificate == base.certificate }
        }
        let unused = logFiles.filter { next.logFiles[$0.key] == nil }.values
        self = next
        // Workers may hold them a moment longer; they lose nothing that was written before.
        for file in unused { file.flushSoon() }
        let snapshot = ConfigurationSnapshot(
            generation: generation, listeners: listeners, connectionListeners: connectionListeners, clusters: clusters)
        return (snapshot, omissions)
    }

    /// Why a part cannot be made.
    enum Obstacle: Error {
        case waiting(String)
        case wrong(ProxyError)

        func omission(_ part: String) -> Omission {
            switch self {
            case .waiting(let reason): Omission(reason: "\(part): \(reason)", isWaiting: true)
            case .wrong(let error): Omission(reason: "\(part): \(error)", isWaiting: false)
            }
        }
    }

    // MARK: Listeners

    func address(of listener: Listener) throws(Obstacle) -> SocketAddress {
        // A workload has an address of its own; an unspecified one would take its neighbours' ports on this machine.
        let isAnywhere = listener.address.ip == "0.0.0.0" && listener.bindsToPort
        let ip = isAnywhere ? ownAddress ?? listener.address.ip : listener.address.ip
        guard let address = SocketAddress(ip: ip, port: listener.address.port) else {
            throw .wrong(.configuration("\(listener.address) is no IP address"))
        }
        return address
    }

    private func plan(
        _ listener: Listener, _ routes: [String: RouteConfiguration], _ places: [String: Int], _ secrets: SecretBook,
        into next: inout SnapshotBuilder
    ) throws(Obstacle) -> ListenerPlan {
        let address = try address(of: listener)
        let managers = listener.filterChains.compactMap(\.manager)
        var result = ListenerPlan(
            name: listener.name.isEmpty ? "\(address)" : listener.name, address: address,
            reporter: listener.trafficDirection == .inbound ? .destination : .source, security: .plain,
            isEdge: managers.contains { $0.useRemoteAddress },
            serverName: (managers.first?.serverName).map { Array($0.utf8) },
            normalizesPath: managers.contains { $0.normalizesPath },
            idleTimeout: managers.first?.idleTimeout, codec: managers.first?.codec ?? .auto,
            http2: managers.first?.http2, passesTrailers: managers.first?.passesTrailers ?? false,
            passesContinue: managers.first?.passesContinue ?? false)
        result.redirection = RedirectionPlan(listener)
        result.proxyHeader = listener.proxyProtocol.map { ProxyHeaderReading.Rule($0) }
        result.clientCertificate = managers.first?.clientCertificate ?? ClientCertificateHeader()
        result.accessLogs = try accessLogs(managers.first?.accessLogs ?? [], into: &next)
        let isByName = listener.filterChains.contains { !$0.serverNames.isEmpty }
        guard listener.filterChains.allSatisfy({ $0.applicationProtocols.isEmpty }) else {
            throw .wrong(.configuration("HTTP by application protocol is not supported"))
        }
        if isByName, managers.contains(where: { $0 != managers.first }) {
            throw .wrong(.configuration("HTTP by server name has the same connection manager for all names"))
        }
        var contexts: [TLSContext?] = []
        for chain in listener.filterChains {
            guard let manager = chain.manager else { continue }
            let scope = "\(result.name) \(chain.tls == nil ? "plain" : "secure")"
            let plan = try routePlan(manager, scope, routes, places, into: &next)
            if let tls = chain.tls {
                let context = try serverContext(tls, result.codec, secrets, into: &next)
                contexts.append(context)
                result.security = .tls(context)
                result.secureRoutes = result.secureRoutes ?? plan
            } else {
                contexts.append(nil)
                result.plainRoutes = result.plainRoutes ?? plan
            }
        }
        if isByName {
            result.security = .byName(ConnectionMatcher(listener.filterChains.map(\.match)), contexts)
        } else if case .tls(let context) = result.security, result.plainRoutes != nil {
            result.security = .either(context)
        }
        return result
    }

    private func routePlan(
        _ manager: HTTPConnectionManager, _ scope: String, _ routes: [String: RouteConfiguration],
        _ places: [String: Int],
        into next: inout SnapshotBuilder
    ) throws(Obstacle) -> RoutePlan {
        let configuration: RouteConfiguration
        switch manager.routes {
        case .inline(let routes): configuration = routes
        case .discovered(let name, _):
            guard let found = routes[name] else { throw .waiting("its routes \"\(name)\" have not arrived") }
            configuration = found
        }
        let table = tables[configuration] ?? next.tables[configuration] ?? RouteTable(configuration)
        next.tables[configuration] = table
        let now = SystemClock.monotonic()
        func limiter(_ rules: RateLimitRules) -> RateLimiter {
            let limiter = next.limiters[rules] ?? limiters[rules] ?? RateLimiter(rules, now: now)
            next.limiters[rules] = limiter
            return limiter
        }
        let idle = manager.streamIdleTimeout ?? HTTPConnectionManager.defaultStreamIdleTimeout
        return RoutePlan(
            table: table, places: places,
            filters: manager.filters.map { filter in
                func make() -> any RequestFilter {
                    filter.requestFilter(scope: scope, places: places, counters: access, limiter: limiter)
                }
                // It remembers tokens and keys; the others are made of what lasts.
                guard case .jwt = filter else { return make() }
                let made = filters[filter] ?? next.filters[filter] ?? make()
                next.filters[filter] = made
                return made
            }, upgrades: UpgradeRules(manager.upgrades), tunnelIdleTimeout: idle > .zero ? idle : nil,
            limiter: limiter)
    }

    /// A listener whose requests cannot be logged is none: whoever asks for a log may not go without.
    func accessLogs(
        _ logs: [AccessLog], into next: inout SnapshotBuilder
    ) throws(Obstacle) -> [AccessLogPlan] {
        try logs.map { (log) throws(Obstacle) in
            AccessLogPlan(
                format: AccessLogFormat(log.format), rule: AccessLogRule(log.filter),
                file: try logFile(log.path, into: &next))
        }
    }

    private func logFile(_ path: String, into next: inout SnapshotBuilder) throws(Obstacle) -> AppendFile {
        if let known = next.logFiles[path] ?? logFiles[path] {
            next.logFiles[path] = known
            return known
        }
        do throws(SystemError) {
            let file = try AppendFile(path)
            next.logFiles[path] = file
            return file
        } catch {
            throw .wrong(.environment("access log: \(error)"))
        }
    }

    /// - Parameter codec: which versions of HTTP may be agreed upon; `nil` where it is none.
    func serverContext(
        _ tls: DownstreamTLSContext, _ codec: HTTPConnectionManager.Codec?, _ secrets: SecretBook,
        into next: inout SnapshotBuilder
    ) throws(Obstacle) -> TLSContext {
        let resolved: ResolvedSecrets?
        do throws(ProxyError) { resolved = try secrets.resolve(tls.common, read: Self.read) } catch {
            throw .wrong(error)
        }
        guard let resolved else { throw .waiting("its certificate has not arrived") }
        let key = ServerKey(secrets: resolved, context: tls, codec: codec)
        if let known = serverContexts[key] ?? next.serverContexts[key] {
            next.serverContexts[key] = known
            return known
        }
        do throws(ProxyError) {
            let context = try TLSMaking.server(tls, codec, resolved)
            next.serverContexts[key] = context
            return context
        } catch {
            // Half of a certificate that is being replaced: the one in force stays until the other half is there.
            let known = serverContexts.first { $0.key.context == tls && $0.key.codec == codec }
            guard let known else { throw .wrong(error) }
            next.serverContexts[known.key] = known.value
            return known.value
        }
    }

    // MARK: Clusters

    private func plan(
        _ cluster: Cluster, _ assignments: [String: ClusterLoadAssignment], _ secrets: SecretBook,
        carriesBytes: Bool, into next: inout SnapshotBuilder, _ omissions: inout [Omission]
    ) -> ClusterPlan {
        let endpoints: [Endpoint]
        switch cluster.endpoints {
        case .inline(let assignment): endpoints = assignment.endpoints
        case .discovered: endpoints = assignments[cluster.endpointsName]?.endpoints ?? []
        case .original: endpoints = []
        }
        let naming = ClusterNaming(cluster.name)
        let service = ServiceLabels(of: cluster, local: local)
        var plan = ClusterPlan(
            name: cluster.name, service: service, spanName: service.spanName(port: naming?.port),
            choice: EndpointChoice(cluster.balancing), hashing: HashTable.Kind(cluster),
            connectTimeout: cluster.connectTimeout, endpoints: [],
            isSecure: cluster.tls != nil, tls: nil,
            tlsIdentity: cluster.tls.map {
                $0.common.acceptedURIs + $0.common.acceptedHosts + [$0.serverName ?? ""]
            } ?? [])
        plan.isOriginalDestination = cluster.endpoints == .original
        plan.source = cluster.sourceIP.flatMap { SocketAddress(ip: $0, port: 0) }
        if let upstream = cluster.upstreamProtocol {
            (plan.version, plan.http2) = (upstream.version, upstream.http2)
            plan.passesTrailers = upstream.passesTrailers
        }
        plan.panicThreshold = cluster.panicThreshold ?? PriorityShares.envoyPanicThreshold
        plan.weighsLocalities = cluster.weighsLocalities
        for endpoint in endpoints {
            guard let address = SocketAddress(ip: endpoint.address.ip, port: endpoint.address.port) else {
                omissions.append(
                    Omission(
                        reason: "cluster \(cluster.name): \(endpoint.address) is no IP address", isWaiting: false))
                continue
            }
            var known = EndpointPlan(address: address, workload: endpoint.workload.map { WorkloadLabels($0) })
            known.isUsable = endpoint.healthStatus.isUsable
            known.priority = endpoint.priority
            known.locality = endpoint.locality
            known.localityWeight = endpoint.localityWeight
            plan.endpoints.append(known)
        }
        let limits = BreakerLimits(cluster.limits ?? CircuitBreakerLimits())
        if !limits.isUnlimited {
            let known = breakers[cluster.name].flatMap { $0.limits == limits ? $0 : nil }
            plan.breakers = known ?? ClusterBreakers(cluster: cluster.name, limits: limits)
            next.breakers[cluster.name] = plan.breakers
        }
        if let rules = cluster.outlierDetection.map(OutlierRules.init) {
            let addresses = plan.endpoints.map(\.address)
            let monitor: OutlierMonitor
            if let known = outliers[cluster.name], known.rules == rules {
                known.setEndpoints(addresses)
                monitor = known
            } else {
                monitor = OutlierMonitor(
                    cluster: cluster.name, rules: rules, endpoints: addresses, now: SystemClock.monotonic())
            }
            next.outliers[cluster.name] = monitor
            plan.outliers = monitor
        }
        if let tls = cluster.tls {
            do throws(ProxyError) {
                let protocols =
                    carriesBytes
                    ? TLSMaking.protocolsOfBytes(tls.common)
                    : TLSMaking.protocols(offered: tls.common.alpn, isHTTP2: plan.version == .http2)
                plan.tls = try clientContext(tls, protocols, secrets, into: &next)
                if plan.version == .downstream {
                    let protocols = TLSMaking.protocols(offered: tls.common.alpn, isHTTP2: true)
                    plan.http2TLS = try clientContext(tls, protocols, secrets, into: &next)
                }
            } catch {
                omissions.append(Omission(reason: "cluster \(cluster.name): \(error)", isWaiting: false))
            }
        }
        return plan
    }

    private func clientContext(
        _ tls: UpstreamTLSContext, _ protocols: [String], _ secrets: SecretBook, into next: inout SnapshotBuilder
    ) throws(ProxyError) -> TLSContext? {
        guard let resolved = try secrets.resolve(tls.common, read: Self.read) else { return nil }
        let key = ClientKey(secrets: resolved, context: tls, protocols: protocols)
        if let known = clientContexts[key] ?? next.clientContexts[key] {
            next.clientContexts[key] = known
            return known
        }
        // Contexts with equal certificate and roots share what is large in them.
        let base = BaseKey(certificate: resolved.certificate, roots: resolved.roots, protocols: protocols)
        let shared: TLSContext
        if let known = next.baseContexts[base] {
            shared = known
        } else {
            shared = try TLSMaking.client(tls.common, protocols, resolved)
        }
        next.baseContexts[base] = shared
        let context = shared.with(
            serverName: tls.serverName, acceptedPeerURIs: resolved.acceptedURIs,
            acceptedPeerHosts: resolved.acceptedHosts)
        next.clientContexts[key] = context
        return context
    }

    static func read(_ source: DataSource) throws(ProxyError) -> String {
        switch source {
        case .inline(let text): return text
        case .file(let path):
            do throws(SystemError) {
                return String(decoding: try Files.read(path), as: UTF8.self)
            } catch {
                throw .environment("\(error)")
            }
        }
    }

    /// Whether a file that the last snapshot's certificates came from is another by now.
    var haveFilesChanged: Bool { stamps.contains { path, stamp in Files.stamp(of: path) != stamp } }
}

extension BreakerLimits {
    fileprivate init(_ limits: CircuitBreakerLimits) {
        self.init()
        connections = limits.connections ?? connections
        pendingRequests = limits.pendingRequests ?? pendingRequests
        requests = limits.requests ?? requests
        retries = limits.retries ?? retries
        retryBudget = limits.retryBudget.map {
            RetryBudget(percent: $0.percent ?? 20, minimumConcurrency: $0.minimumConcurrency ?? 3)
        }
    }
}

extension OutlierRules {
    /// What the cluster does not say has Envoy's default.
    fileprivate init(_ detection: OutlierDetection) {
        self.init()
        serverErrors.count = detection.serverErrors ?? serverErrors.count
        serverErrors.enforcedPercent = detection.enforcingServerErrors ?? serverErrors.enforcedPercent
        gatewayErrors.count = detection.gatewayErrors ?? gatewayErrors.count
        gatewayErrors.enforcedPercent = detection.enforcingGatewayErrors ?? gatewayErrors.enforcedPercent
        localFailures.count = detection.localFailures ?? localFailures.count
        localFailures.enforcedPercent = detection.enforcingLocalFailures ?? localFailures.enforcedPercent
        splitsLocalErrors = detection.splitsLocalErrors
        interval = detection.interval ?? interval
        baseTime = detection.baseEjectionTime ?? baseTime
        maximumTime = detection.maximumEjectionTime ?? maximumTime
        maximumJitter = detection.maximumJitter ?? maximumJitter
        maximumPercent = detection.maximumEjectionPercent ?? maximumPercent
        alwaysEjectsOne = detection.alwaysEjectsOne
    }
}

extension CommonTLSContext {
    /// The files that it names.
    fileprivate var paths: [String] {
        var sources: [DataSource] = []
        if case .inline(let certificate) = certificate { sources += [certificate.chain, certificate.privateKey] }
        switch validation {
        case .inline(let validation), .combined(let validation, _): sources += [validation.trustedCA].compactMap(\.self)
        case .none, .secret: break
        }
        return sources.compactMap { if case .file(let path) = $0 { path } else { nil } }
    }
}

extension ProxyHeaderReading.Rule {
    init(_ rule: Listener.ProxyProtocol) {
        switch rule {
        case .required: self = .required
        case .optional: self = .optional
        }
    }
}

extension EndpointChoice {
    fileprivate init(_ balancing: Cluster.Balancing) {
        switch balancing {
        case .leastRequest: self = .leastRequest
        case .roundRobin: self = .roundRobin
        // Hashing has a table instead.
        case .random, .ringHash, .maglev, .clusterProvided: self = .random
        }
    }
}

extension HashTable.Kind {
    fileprivate init?(_ cluster: Cluster) {
        switch cluster.balancing {
        case .ringHash:
            self = .ring(
                minimum: cluster.minimumRingSize ?? 1024, maximum: cluster.maximumRingSize ?? 8 * 1024 * 1024)
        case .maglev: self = .maglev(size: cluster.maglevTableSize ?? 65_537)
        case .roundRobin, .leastRequest, .random, .clusterProvided: return nil
        }
    }
}
