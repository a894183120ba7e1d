import HTTPTransport
import JWTWire
import Quantities
import SystemIO
import TLSTransport

/// Why keys could not be fetched, in words.
struct KeyFetchFailure: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Fetches what is at an address of the web. Names are looked up, and what the machine trusts is read, on a thread of
/// its own. Belongs to the loop.
final class WebFetch {
    /// What Debian and others keep the certificates in that the machine trusts.
    private static let machineRoots = "/etc/ssl/certs/ca-certificates.crt"

    private let loop: EventLoop
    private let handle: EventLoopHandle
    private let client: HTTPClient

    init(loop: EventLoop) {
        self.loop = loop
        handle = loop.handle
        client = HTTPClient(loop: loop)
    }

    private struct Way: Sendable {
        var address: SocketAddress
        var tls: TLSContext?
    }

    /// Fetches a URI and calls `completion` once, later, on the loop.
    func fetch(
        _ uri: String, timeout: Duration, completion: @escaping (Result<[UInt8], KeyFetchFailure>) -> Void
    ) {
        guard let place = WebAddress(uri) else {
            loop.soon { completion(.failure(KeyFetchFailure("\"\(uri)\" is no address of the web"))) }
            return
        }
        // Goes to another thread and comes back to be called; nothing calls it there.
        nonisolated(unsafe) let found = { [weak self] (way: Result<Way, KeyFetchFailure>) in
            switch way {
            case .success(let way): self?.ask(place, way, timeout: timeout, completion)
            case .failure(let failure): completion(.failure(failure))
            }
        }
        do throws(SystemError) {
            // Never joined: it ends by itself, at the resolver's own deadline at the latest.
            _ = try Threads.spawn(name: "key-fetch") { [handle] in
                let way = Result { () throws(KeyFetchFailure) in try Self.way(to: place) }
                handle.submit { found(way) }
            }
        } catch {
            let failure = KeyFetchFailure("\(error)")
            loop.soon { completion(.failure(failure)) }
        }
    }

    private func ask(
        _ place: WebAddress, _ way: Way, timeout: Duration,
        _ completion: @escaping (Result<[UInt8], KeyFetchFailure>) -> Void
    ) {
        let request = HTTPRequest(
            "GET", place.target, headers: ["host": place.authority, "accept": "application/json"])
        client.send(
            request, to: way.address, tls: way.tls, deadline: timeout, maximumBody: JSONWebKeySet.maximumBytes
        ) { result in
            switch result {
            case .success(let response) where response.status == 200: completion(.success(response.body))
            case .success(let response): completion(.failure(KeyFetchFailure("the answer was \(response.status)")))
            case .failure(let error): completion(.failure(KeyFetchFailure("\(error)")))
            }
        }
    }

    /// Blocks.
    private static func way(to place: WebAddress) throws(KeyFetchFailure) -> Way {
        let address: SocketAddress
        if let literal = SocketAddress(ip: place.host, port: place.port) {
            address = literal
        } else {
            do throws(NameLookupFailure) {
                let addresses = try NameLookup.addresses(of: place.host, port: place.port)
                guard let first = addresses.first else { throw NameLookupFailure("\(place.host) has no address") }
                address = first
            } catch {
                throw KeyFetchFailure(error.description)
            }
        }
        guard place.isSecure else { return Way(address: address) }
        let text: [UInt8]
        do throws(SystemError) { text = try Files.read(machineRoots, limit: 4 << 20) } catch {
            throw KeyFetchFailure("\(machineRoots) cannot be read: \(error)")
        }
        do throws(TLSError) {
            let roots = try Certificate.chain(pem: String(decoding: text, as: UTF8.self))
            let settings = TLSClientSettings(roots: roots, serverName: place.host, verifiesServerName: true)
            return Way(address: address, tls: try TLSContext(client: settings))
        } catch {
            throw KeyFetchFailure(error.description)
        }
    }
}

/// An `http` or `https` URI, taken apart.
struct WebAddress: Hashable, Sendable {
    let isSecure: Bool
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: UInt16
    /// As the `host` header has it.
    let authority: String
    /// The path with its query.
    let target: String

    init?(_ uri: String) {
        let rest: Substring
        if uri.hasPrefix("https://") {
            (isSecure, rest) = (true, uri.dropFirst(8))
        } else if uri.hasPrefix("http://") {
            (isSecure, rest) = (false, uri.dropFirst(7))
        } else {
            return nil
        }
        guard uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let path = rest[authority.endIndex...].prefix { $0 != "#" }
        target = path.hasPrefix("/") ? String(path) : "/\(path)"
        self.authority = String(authority)
        let bracket = authority.lastIndex(of: "]")
        let colon = authority.lastIndex(of: ":").flatMap { colon in bracket.map { $0 < colon } ?? true ? colon : nil }
        let name = colon.map { authority[..<$0] } ?? authority
        host = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : String(name)
        guard !host.isEmpty else { return nil }
        guard let colon else {
            port = isSecure ? 443 : 80
            return
        }
        guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
        port = number
    }
}
