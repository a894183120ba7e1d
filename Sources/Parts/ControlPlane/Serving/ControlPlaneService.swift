import Discovery
import Glibc
import HTTPTransport
import MeshConfig
import Quantities
import Storage
package import SystemIO
import TLSTransport

/// The whole control plane on one event loop.
///
/// One thread does everything: it answers the API, stores changes – with an `fsync`, see ``ConfigurationStore`` –,
/// answers proxies, and issues certificates. Made, run and stopped on that thread.
package final class ControlPlaneService {
    /// Where it listens. Port 0 takes any free one, for tests.
    package struct Ports: Hashable, Sendable {
        package var plain: UInt16 = 15010
        package var secure: UInt16 = 15012
        package var metrics: UInt16 = 15014

        package init() {}

        /// Any free ports.
        package static var any: Ports {
            var ports = Ports()
            (ports.plain, ports.secure, ports.metrics) = (0, 0, 0)
            return ports
        }
    }

    /// Why it cannot start, in words.
    package struct StartFailure: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// How often the configuration directory is looked at.
    private static let pollInterval = Duration.seconds(2)

    private let options: ControlOptions
    private let log: Log
    private let loop: EventLoop
    private let configuration: LiveConfiguration
    private let directory: ConfigurationDirectory
    private let sync: DirectorySync
    private let tokens: TokenFiles?
    private let certificates: CertificateDesk
    private let discovery: DiscoveryDesk
    private let issuerKeys: IssuerKeys
    private let watches: WatchStreams
    private let router: RequestRouter
    private var servers: [HTTPServer] = []
    private var secureServer: HTTPServer?

    /// The addresses it listens on.
    package private(set) var plainAddress: SocketAddress
    package private(set) var secureAddress: SocketAddress
    package private(set) var metricsAddress: SocketAddress

    /// Opens the state, makes the root when there is none, and begins to listen; nothing is answered before ``run()``.
    package init(
        _ options: ControlOptions, ports: Ports = Ports(), loop: EventLoop, log: Log = Log(subsystem: "control")
    ) throws(StartFailure) {
        self.options = options
        self.log = log
        self.loop = loop
        guard let address = SocketAddress(ip: options.address, port: 0) else {
            throw StartFailure(description: "--listen \(options.address) is not an IP address")
        }
        guard Files.isDirectory(options.configurationDirectory) else {
            throw StartFailure(
                description: "--config-dir \(options.configurationDirectory) is not a folder; name the one with the "
                    + "YAML files, such as demo/mesh")
        }
        do {
            for path in [options.stateDirectory, options.tokenDirectory].compactMap(\.self) {
                try Files.makeDirectory(path, mode: 0o700)
            }
            let store = try ConfigurationStore(path: options.stateDirectory + "/mesh.db") { SystemClock.wall() }
            configuration = LiveConfiguration(store, settings: MeshSettings(trustDomain: options.trustDomain))
            let authority = try AuthorityFiles.load(
                in: options.stateDirectory, hasIssued: try store.certificateCount() > 0, now: SystemClock.wall())
            certificates = CertificateDesk(
                configuration, authority: authority, lifetime: options.certificateLifetime
            ) { SystemClock.wall() }
            tokens = options.tokenDirectory.map { path in
                TokenFiles(directory: path, store: store) { SystemClock.wall() }
            }
        } catch {
            throw StartFailure(description: "\(error)")
        }
        directory = ConfigurationDirectory(path: options.configurationDirectory)
        sync = DirectorySync(configuration) { SystemClock.wall() }
        let root = certificates.authority.root.pem
        let web = WebFetch(loop: loop)
        let keys = IssuerKeys(loop: loop, log: log) { web.fetch($0, timeout: $1, completion: $2) }
        issuerKeys = keys
        discovery = DiscoveryDesk(configuration, now: { SystemClock.monotonic() }) { node, mesh in
            resources(for: node, in: mesh, root: root, keys: keys.text)
        }
        keys.onChange = { [weak discovery] in discovery?.reconsider() }
        watches = WatchStreams(configuration, loop: loop)
        let (configuration, discovery, certificates, watches) = (configuration, discovery, certificates, watches)
        router = RequestRouter(
            configuration, api: KubernetesAPI(configuration) { SystemClock.wall() },
            discovery: DiscoveryEndpoint(discovery, configuration, loop: loop),
            certificates: CertificateEndpoint(certificates, log: log), watches: watches
        ) {
            MetricsPage(
                configuration: configuration, discovery: discovery, certificates: certificates, watches: watches.count)
        }

        // The plain port speaks to whoever reaches it: it never leaves the machine.
        let plain = address.isLoopback ? address : .loopback()
        (plainAddress, secureAddress, metricsAddress) = (address, address, address)
        do {
            let router = router
            func listen(_ address: SocketAddress, _ port: UInt16, tls: TLSContext?, _ door: Door) throws -> HTTPServer {
                let server = try HTTPServer(loop: loop, address: address.with(port: port), tls: tls) {
                    router.answer($0, $1, door: door)
                }
                servers.append(server)
                return server
            }
            plainAddress = try listen(plain, ports.plain, tls: nil, .plain).boundAddress
            let secure = try listen(address, ports.secure, tls: try serverContext(), .secure)
            secureServer = secure
            secureAddress = secure.boundAddress
            metricsAddress = try listen(address, ports.metrics, tls: nil, .metrics).boundAddress
        } catch {
            let hint = error is SystemError ? "; is another control plane running?" : ""
            throw StartFailure(description: "\(error)\(hint)")
        }
    }

    /// Answers until ``stop()`` or SIGTERM; SIGHUP is ``reload()``.
    package func run() throws(StartFailure) {
        do {
            try loop.watchSignals([SIGHUP, SIGTERM, SIGINT]) { [unowned self] signal in
                if signal == SIGHUP {
                    reload()
                } else {
                    log.info("stopping", ["signal": signal])
                    stop()
                }
            }
        } catch {
            throw StartFailure(description: "\(error)")
        }
        start()
        loop.run()
    }

    /// Reads the directory again and writes fresh tokens.
    package func reload() {
        log.info("reloading")
        readDirectory()
        tokens?.issue(for: configuration.mesh.workloads, log: log)
    }

    /// Applies the directory, writes tokens, and says that it is ready; the loop that it was made with does the rest.
    package func start() {
        readDirectory()
        tokens?.issue(for: configuration.mesh.workloads, log: log)
        issuerKeys.follow(configuration.mesh.keyLocations)
        configuration.observe { [unowned self] changes in
            issuerKeys.follow(configuration.mesh.keyLocations)
            tokens?.follow(changes, mesh: configuration.mesh, log: log)
            for change in changes {
                log.info(
                    "configuration changed",
                    [
                        "revision": change.revision, "object": change.key, "who": change.author.who,
                        "why": change.author.why,
                    ])
            }
        }
        pollDirectory()
        rotateCertificate()
        log.info(
            "ready",
            [
                "api": plainAddress, "tls": secureAddress, "metrics": metricsAddress,
                "revision": configuration.store.revision, "workloads": configuration.mesh.workloads.count,
            ])
    }

    /// Stops listening, ends the watches, and stops the loop.
    package func stop() {
        for server in servers { server.close() }
        watches.closeAll()
        issuerKeys.stop()
        // The last bytes of the watches leave within this turn of the loop.
        loop.soon { [loop] in loop.stop() }
    }

    private func readDirectory() {
        do {
            let (files, unreadable) = try directory.read()
            for error in unreadable { log.error("configuration file unreadable", ["error": error]) }
            let report = sync.sync(files)
            if !report.applied.isEmpty {
                log.info(
                    "configuration files applied",
                    ["files": report.applied.joined(separator: ","), "revision": configuration.store.revision])
            }
            for error in report.errors {
                log.error("configuration file refused, what it declared before stays in force", ["error": error])
            }
            for notice in report.notices { log.warning("configuration file noticed", ["notice": notice]) }
        } catch {
            log.error("configuration directory unreadable, the configuration stays", ["error": "\(error)"])
        }
    }

    private func pollDirectory() {
        _ = loop.schedule(after: Self.pollInterval) { [weak self] in
            self?.readDirectory()
            self?.pollDirectory()
        }
    }

    /// The control plane's own certificate, renewed at half its life like everybody's.
    private func rotateCertificate() {
        _ = loop.schedule(after: options.certificateLifetime / 2) { [weak self] in
            guard let self else { return }
            do {
                secureServer?.tls = try serverContext()
            } catch {
                log.error("own certificate not renewed", ["error": "\(error)"])
            }
            rotateCertificate()
        }
    }

    private func serverContext() throws(TLSError) -> TLSContext {
        let identity = "spiffe://\(options.trustDomain)/ns/istio-system/sa/istiod"
        let key = try PrivateKey.makeP256()
        let request = try CertificateSigningRequest(pem: try CertificateSigningRequest.make(key: key, uri: identity))
        let authority = certificates.authority
        let leaf = try authority.issue(
            request, uri: identity, now: SystemClock.wall(), lifetime: options.certificateLifetime)
        // Optional: a workload that joins has no certificate yet, and shows its token instead.
        return try TLSContext(
            server: TLSServerSettings(
                chain: [leaf], key: key, roots: [authority.root], clientCertificate: .optional))
    }
}

/// A proxy's resources by type, with the root that a real Envoy fetches as a secret. Private keys are never served.
private func resources(
    for node: Node, in mesh: MeshConfiguration, root: String, keys: (KeyLocation) -> String?
) -> [ResourceType: [DiscoveryDesk.NamedResource]] {
    let translated = discoveryResources(for: node, in: mesh, keys: keys)
    var result: [ResourceType: [DiscoveryDesk.NamedResource]] = [:]
    for type in ResourceType.allCases {
        result[type] = translated.resources(of: type).map { .init(name: $0.name, json: $0.resource) }
    }
    let roots = Secret(
        name: SecretReference.rootCertificates, content: .validation(CertificateValidation(trustedCA: .inline(root))))
    result[.secrets] = [.init(name: roots.resourceName, json: roots.resource)]
    return result
}
