import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import TLSTransport

/// Gets the workload's certificate and renews it at half of its life.
///
/// The key is made here and never leaves; the control plane sees a signing request. The first one is allowed by a
/// one-time token, the later ones by the certificate in force. It belongs to the admin thread.
final class WorkloadIdentityClient {
    /// The certificate in force and what it is trusted with.
    struct Identity {
        var material: CertificateMaterial
        var roots: String
        var notBefore: WallTime
        var notAfter: WallTime
        var received: WallTime
    }

    private(set) var current: Identity?

    private let loop: EventLoop
    private let client: HTTPClient
    private let setup: ProxySetup.Identity
    private let address: SocketAddress
    private let acceptedURIs: [String]
    private let store: IdentityStore
    private let changed: (Identity) -> Void
    private let log = Log(subsystem: "identity")
    private var backoff = Backoff()
    private var random = RandomSource()
    private var call: HTTPCall?

    /// - Parameter changed: called on the loop with the first identity and each new one.
    init(
        loop: EventLoop, setup: ProxySetup.Identity, address: SocketAddress, acceptedURIs: [String],
        store: IdentityStore, changed: @escaping (Identity) -> Void
    ) {
        self.loop = loop
        self.setup = setup
        self.address = address
        self.acceptedURIs = acceptedURIs
        self.store = store
        self.changed = changed
        client = HTTPClient(loop: loop)
    }

    /// Takes up the stored certificate when it still proves who we are, and asks for one otherwise.
    func start() {
        // A certificate of another root than today's would be refused by everyone.
        if let roots = try? readRoots(), let stored = store.loadCertificate(), stored.roots == roots,
            let identity = try? usable(stored.material, roots: roots)
        {
            adopt(identity)
        } else {
            request()
        }
    }

    /// What TLS to the control plane uses: our certificate once there is one.
    func controlPlaneContext() throws(ProxyError) -> TLSContext {
        let usable = current.flatMap {
            RenewalSchedule.isUsable(now: SystemClock.wall(), notBefore: $0.notBefore, notAfter: $0.notAfter) ? $0 : nil
        }
        let roots: String
        if let usable { roots = usable.roots } else { roots = try readRoots() }
        return try TLSMaking.controlPlane(
            certificate: usable?.material, roots: roots, acceptedURIs: acceptedURIs)
    }

    private func adopt(_ identity: Identity) {
        current = identity
        backoff.succeeded()
        changed(identity)
        scheduleRenewal(of: identity)
    }

    private func scheduleRenewal(of identity: Identity) {
        let wait = RenewalSchedule.wait(
            now: SystemClock.wall(), received: identity.received, notAfter: identity.notAfter)
        // The wait is cut at a day, so the timer may come early.
        guard wait > .zero else { return request() }
        loop.schedule(after: wait) { [weak self] in self?.scheduleRenewal(of: identity) }
    }

    private func request() {
        do throws(ProxyError) {
            let key = try TLSMaking.makeKey()
            let keyText = try TLSMaking.text(of: key)
            let signingRequest = try TLSMaking.signingRequest(key: key, uri: setup.uri)
            var request = HTTPRequest(
                "POST", "/istio.v1.auth.IstioCertificateService/CreateCertificate",
                body: (["csr": .string(signingRequest), "validityDuration": "86400"] as JSONValue).serialized())
            request.headers.add("content-type", "application/json")
            let isRenewal = current.map {
                RenewalSchedule.isUsable(now: SystemClock.wall(), notBefore: $0.notBefore, notAfter: $0.notAfter)
            }
            if isRenewal != true { request.headers.add("authorization", "Bearer \(try readToken())") }
            call = client.send(
                request, to: address, tls: try controlPlaneContext(), deadline: .seconds(10),
                maximumBody: 1 << 20
            ) { [weak self] result in
                self?.answered(result, key: keyText)
            }
        } catch {
            failed("\(error)")
        }
    }

    private func answered(_ result: Result<HTTPResponse, HTTPClientError>, key: String) {
        call = nil
        do throws(ProxyError) {
            switch result {
            case .failure(let error): throw .environment("\(error)")
            case .success(let response):
                guard response.status == 200 else {
                    let text = String(decoding: response.body.prefix(300), as: UTF8.self)
                    throw .environment("the control plane answered \(response.status): \(text)")
                }
                guard let json = try? JSONValue.parse(response.body), let chain = json["certChain"]?.array,
                    let leaf = chain.first?.string
                else { throw .environment("the control plane's answer holds no certChain") }
                let roots = try readRoots()
                let identity = try usable(CertificateMaterial(chain: leaf, key: key), roots: roots)
                do throws(SystemError) { try store.save(identity.material, roots: roots) } catch {
                    // It serves from memory; only a restart needs the token again.
                    log.warning("certificate not saved", ["error": error.description])
                }
                log.info("certificate received", ["uri": setup.uri, "expires": identity.notAfter.rfc3339])
                adopt(identity)
            }
        } catch {
            failed("\(error)")
        }
    }

    private func failed(_ reason: String) {
        let wait = backoff.failed(draw: random.next())
        // The first attempts of a start may come before the control plane has written its root and the token.
        if backoff.failures == 5 || backoff.failures == 16 {
            log.warning("no certificate yet", ["uri": setup.uri, "reason": reason])
        } else {
            log.debug("certificate request failed", ["uri": setup.uri, "reason": reason])
        }
        loop.schedule(after: wait) { [weak self] in self?.request() }
    }

    /// Checks that chain and key can be used now and carry our name.
    private func usable(_ material: CertificateMaterial, roots: String) throws(ProxyError) -> Identity {
        let facts = try TLSMaking.facts(chain: material.chain)
        guard facts.uris == [setup.uri] else {
            throw .environment("the certificate is for \(facts.uris.joined(separator: ", ")), not \(setup.uri)")
        }
        guard RenewalSchedule.isUsable(now: SystemClock.wall(), notBefore: facts.notBefore, notAfter: facts.notAfter)
        else { throw .environment("the certificate is valid until \(facts.notAfter.rfc3339) only") }
        return Identity(
            material: material, roots: roots, notBefore: facts.notBefore, notAfter: facts.notAfter,
            received: SystemClock.wall())
    }

    private func readRoots() throws(ProxyError) -> String {
        try Self.text(of: setup.rootCertificateFile, option: "--root-cert")
    }

    private func readToken() throws(ProxyError) -> String {
        guard let file = setup.tokenFile else {
            throw .environment("no usable certificate in the state directory and no --token-file to earn one")
        }
        let text = try Self.text(of: file, option: "--token-file")
        return String(text.prefix { !$0.isWhitespace })
    }

    private static func text(of file: String, option: String) throws(ProxyError) -> String {
        do throws(SystemError) {
            return String(decoding: try Files.read(file, limit: 1 << 20), as: UTF8.self)
        } catch {
            throw .environment("\(option): \(error)")
        }
    }
}
