internal import HTTPTransport
internal import Quantities
internal import SystemIO
internal import TLSTransport

/// Asks targets, and servers that list them, as a ``TargetAccess`` says. Belongs to the loop.
final class TargetAsking {
    /// Why there is no answer, in words.
    enum Failure: Error {
        /// It could not even be asked: a name without address, a token that is not there.
        case notAsked(String)
        case client(HTTPClientError)

        var description: String {
            switch self {
            case .notAsked(let reason): reason
            case .client(let error): error.description
            }
        }
    }

    private static let interval = Duration.seconds(1)

    let access: TargetAccess
    private let loop: EventLoop
    private let client: HTTPClient
    private let names: TargetNames
    private let errands: Errands
    private var keys: TargetKeys?
    private var stamps: [FileStamp?] = []
    /// One context per server name: connections are kept by context.
    private var contexts: [String: TLSContext] = [:]

    init(_ access: TargetAccess, loop: EventLoop, names: TargetNames, errands: Errands) {
        self.access = access
        self.loop = loop
        self.names = names
        self.errands = errands
        client = HTTPClient(loop: loop)
    }

    /// Reads the keys, then calls `ready`; from then on they are read again when their files change.
    func start(_ ready: @escaping () -> Void) {
        guard !access.files.isEmpty || access != TargetAccess() else { return ready() }
        look(ready)
    }

    private func look(_ ready: @escaping () -> Void) {
        let (access, known) = (access, keys == nil ? nil : stamps)
        errands.run { () -> (TargetKeys, [FileStamp?])? in
            let stamps = access.files.map { FileStamp($0) }
            return stamps == known ? nil : (TargetKeys(access), stamps)
        } then: { [weak self] in
            guard let self else { return }
            if let found = $0 {
                (keys, stamps) = found
                contexts = [:]
                // What was opened with the old keys is kept by nobody.
                client.close()
            }
            ready()
            guard !access.files.isEmpty else { return }
            loop.schedule(after: Self.interval) { [weak self] in self?.look {} }
        }
    }

    /// Sends a GET request.
    ///
    /// - Parameters:
    ///   - extra: header fields beside those that every request has.
    ///   - attempt: how often the host has failed already; a name with several addresses is asked at the next.
    ///   - completion: called once on the loop, possibly at once.
    func get(
        _ url: TargetURL, accept: String, headers extra: HTTPHeaders = [:], deadline: Duration, maximumBody: Int,
        attempt: Int,
        completion: @escaping (Result<HTTPResponse, Failure>) -> Void
    ) {
        prepare(url, accept: accept, headers: extra, attempt: attempt) { [client] in
            switch $0 {
            case .failure(let failure): completion(.failure(failure))
            case .success(let question):
                client.send(
                    question.request, to: question.address, tls: question.tls, deadline: deadline,
                    maximumBody: maximumBody
                ) { completion($0.mapError { .client($0) }) }
            }
        }
    }

    /// Sends a GET request whose answer is delivered as it comes.
    ///
    /// - Parameters:
    ///   - deadline: for the answer's head; its body may go on forever.
    ///   - onStart: called with what the request can be given up by, once it is on its way.
    ///   - onEnd: called once on the loop, possibly at once, unless the request is given up first.
    func stream(
        _ url: TargetURL, accept: String, deadline: Duration, attempt: Int, onStart: @escaping (HTTPCall) -> Void,
        onHead: @escaping (HTTPResponse) -> Void, onBytes: @escaping ([UInt8]) -> Void,
        onEnd: @escaping (Result<Void, Failure>) -> Void
    ) {
        prepare(url, accept: accept, headers: [:], attempt: attempt) { [client] in
            switch $0 {
            case .failure(let failure): onEnd(.failure(failure))
            case .success(let question):
                onStart(
                    client.stream(
                        question.request, to: question.address, tls: question.tls, deadline: deadline, onHead: onHead,
                        onBytes: onBytes
                    ) { onEnd($0.mapError { .client($0) }) })
            }
        }
    }

    /// A request, and where it goes.
    private struct Question {
        var request: HTTPRequest
        var address: SocketAddress
        var tls: TLSContext?
    }

    private func prepare(
        _ url: TargetURL, accept: String, headers extra: HTTPHeaders, attempt: Int,
        completion: @escaping (Result<Question, Failure>) -> Void
    ) {
        let scheme = url.scheme ?? access.standardScheme
        var headers: HTTPHeaders = ["host": "\(url.host)", "accept": accept]
        for (name, value) in extra { headers.add(name, value) }
        var tls: TLSContext?
        do throws(TargetKeys.Failure) {
            if let authorization = try keys?.authorization.get() { headers.add("authorization", authorization) }
            if scheme == .https { tls = try context(for: url.host) }
        } catch {
            return completion(.failure(.notAsked(error.description)))
        }
        let request = HTTPRequest(url.path ?? "/", headers: headers)
        names.withAddress(of: url.host, attempt: attempt) {
            switch $0 {
            case .failure(let failure): completion(.failure(.notAsked(failure.description)))
            case .success(let address):
                completion(.success(Question(request: request, address: address, tls: tls)))
            }
        }
    }

    /// Closes kept connections; those in use are opened again.
    func close() {
        client.close()
    }

    private func context(for host: TargetHost) throws(TargetKeys.Failure) -> TLSContext {
        // Without anything to read at the start, the first target by HTTPS has the machine's certificates read.
        let keys = keys ?? TargetKeys(access)
        self.keys = keys
        let base = try keys.tls.get()
        let name = access.tls.serverName ?? host.host
        if let known = contexts[name] { return known }
        // Hosts come and go with lists.
        if contexts.count >= 2 * TargetBook.capacity { contexts = [:] }
        let isURI = name.hasPrefix("spiffe://")
        let context = base.with(serverName: isURI ? nil : name, acceptedPeerURIs: isURI ? [name] : [])
        contexts[name] = context
        return context
    }

    /// What a status other than 200 means for somebody who must make it right.
    static func words(for response: HTTPResponse) -> String {
        switch response.status {
        case 401:
            let wants = response.headers["www-authenticate"]?.prefix { $0 != " " }.lowercased()
            switch wants {
            case "bearer": return "answered 401: it wants a bearer token, or another one"
            case "basic": return "answered 401: it wants a user and a password, or others"
            default: return "answered 401: it wants credentials, or others"
            }
        case 403: return "answered 403: the credentials are not enough"
        case 301, 302, 303, 307, 308:
            let place = response.headers["location"].map { ": \($0.prefix(200))" } ?? ""
            return "answered \(response.status), it is elsewhere\(place)"
        default: return "answered \(response.status)"
        }
    }
}
