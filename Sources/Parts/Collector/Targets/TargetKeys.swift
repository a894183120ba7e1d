internal import ByteCursor
internal import SystemIO
internal import TLSTransport

/// What a ``TargetAccess`` comes to once its files are read: ready to be used for requests.
///
/// Credentials and certificates fail apart: a target that is asked by HTTP needs no certificate.
struct TargetKeys: Sendable {
    /// Why something cannot be used, in words.
    struct Failure: Error, Hashable {
        var description: String
    }

    /// The `authorization` field; nothing when none is sent.
    var authorization: Result<String?, Failure>
    var tls: Result<TLSContext, Failure>

    private static let longestSecret = 64 << 10
    private static let machineRoots = "/etc/ssl/certs/ca-certificates.crt"

    /// Reads the files, for TLS also what the machine trusts when nothing else is named. Blocks as long as the disk does.
    init(_ access: TargetAccess) {
        authorization = Result { () throws(Failure) in try Self.authorization(access.credentials) }
        tls = Result { () throws(Failure) in try Self.context(access.tls) }
    }

    private static func authorization(_ credentials: TargetAccess.Credentials) throws(Failure) -> String? {
        switch credentials {
        case .none: return nil
        case .bearer(let secret): return "Bearer \(try text(of: secret, "the bearer token"))"
        case .basic(let user, let password):
            return "Basic \(Base64.encode(Array("\(user):\(try text(of: password, "the password"))".utf8)))"
        }
    }

    private static func text(of secret: TargetAccess.Secret, _ what: String) throws(Failure) -> String {
        let bytes: [UInt8]
        let place: String
        switch secret {
        case .text(let text): (bytes, place) = (Array(text.utf8), "")
        case .file(let path): (bytes, place) = (try read(path, limit: longestSecret), " in \(path)")
        }
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? bytes.endIndex
        guard start < end else { throw Failure(description: "\(what)\(place) is empty") }
        // A line break in it would begin a field of its own.
        guard bytes[start..<end].allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Failure(description: "\(what)\(place) has line breaks or other control characters in it")
        }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private static func context(_ settings: TargetAccess.TLS) throws(Failure) -> TLSContext {
        var client = TLSClientSettings(roots: [], serverName: nil, verifiesServerName: true)
        client.verifiesPeer = !settings.isInsecure
        if let name = settings.serverName, name.hasPrefix("spiffe://") { client.verifiesServerName = false }
        if !settings.isInsecure {
            client.roots = try certificates(settings.authority ?? .file(machineRoots))
        }
        switch (settings.certificate, settings.key) {
        case (nil, nil): break
        case (let certificate?, let key?):
            client.chain = try certificates(certificate)
            client.key = try inWords(key) { text throws(TLSError) in try PrivateKey(pem: text) }
        case (_?, nil): throw Failure(description: "a client certificate needs its key")
        case (nil, _?): throw Failure(description: "a client key needs its certificate")
        }
        do throws(TLSError) {
            return try TLSContext(client: client)
        } catch {
            throw Failure(description: error.description)
        }
    }

    private static func certificates(_ source: TargetAccess.Secret) throws(Failure) -> [Certificate] {
        try inWords(source) { text throws(TLSError) in try Certificate.chain(pem: text) }
    }

    private static func inWords<Value>(
        _ source: TargetAccess.Secret, _ body: (String) throws(TLSError) -> Value
    ) throws(Failure) -> Value {
        let text: String
        switch source {
        case .text(let pem): text = pem
        case .file(let path): text = String(decoding: try read(path, limit: 4 << 20), as: UTF8.self)
        }
        do throws(TLSError) {
            return try body(text)
        } catch {
            throw Failure(description: "\(source.file ?? "the PEM text"): \(error)")
        }
    }

    private static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        do throws(SystemError) {
            return try Files.read(path, limit: limit)
        } catch {
            throw Failure(description: "\(path) cannot be read: \(error.reason)")
        }
    }
}
